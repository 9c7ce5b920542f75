/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-cue.h"

#include "flitzis-cue-private.h"

/**
 * FlitzisCue:
 *
 * A place in a sample that its file names: a marker, a slice of a drum loop, or a chapter.
 *
 * [property@Sample:cues] lists the cues of a sample. A cue never changes, so any thread may use it.
 */

struct _FlitzisCue
{
  GObject parent_instance;

  /* set when it is made, then constant */
  guint64 frame;
  char   *label;
};

G_DEFINE_FINAL_TYPE (FlitzisCue, flitzis_cue, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_FRAME,
  PROP_LABEL,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
flitzis_cue_finalize (GObject *object)
{
  g_free (FLITZIS_CUE (object)->label);

  G_OBJECT_CLASS (flitzis_cue_parent_class)->finalize (object);
}

static void
flitzis_cue_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  FlitzisCue *self = FLITZIS_CUE (object);

  switch (prop_id)
    {
    case PROP_FRAME:
      g_value_set_uint64 (value, flitzis_cue_get_frame (self));
      break;
    case PROP_LABEL:
      g_value_set_string (value, flitzis_cue_get_label (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
flitzis_cue_class_init (FlitzisCueClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = flitzis_cue_finalize;
  object_class->get_property = flitzis_cue_get_property;

  /**
   * FlitzisCue:frame: (getter get_frame)
   *
   * The place: a frame of the decoded sample, from 0 to [property@Sample:n-frames].
   */
  properties[PROP_FRAME] =
      g_param_spec_uint64 ("frame", NULL, NULL,
                           0, G_MAXUINT64, 0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisCue:label: (getter get_label)
   *
   * The name that the file gives to the place; empty if it gives none.
   */
  properties[PROP_LABEL] =
      g_param_spec_string ("label", NULL, NULL,
                           "",
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
flitzis_cue_init (FlitzisCue *self)
{
}

/**
 * flitzis_cue_get_frame: (get-property frame)
 * @self: a cue
 *
 * Gets the place.
 *
 * Returns: a frame of the decoded sample
 */
guint64
flitzis_cue_get_frame (FlitzisCue *self)
{
  g_return_val_if_fail (FLITZIS_IS_CUE (self), 0);

  return self->frame;
}

/**
 * flitzis_cue_get_label: (get-property label)
 * @self: a cue
 *
 * Gets the name that the file gives to the place.
 *
 * Returns: the name; empty if there is none
 */
const char *
flitzis_cue_get_label (FlitzisCue *self)
{
  g_return_val_if_fail (FLITZIS_IS_CUE (self), "");

  return self->label != NULL ? self->label : "";
}

/* GListStore keeps the place of the last read, so two threads cannot read it at once. */

#define FLITZIS_TYPE_CUE_LIST (flitzis_cue_list_get_type ())

G_DECLARE_FINAL_TYPE (FlitzisCueList, flitzis_cue_list, FLITZIS, CUE_LIST, GObject)

struct _FlitzisCueList
{
  GObject parent_instance;

  /* set when it is made, then constant */
  FlitzisCue **cues;
  guint        n_cues;
};

static void flitzis_cue_list_list_model_init (GListModelInterface *iface);

/* clang-format off */
G_DEFINE_FINAL_TYPE_WITH_CODE (FlitzisCueList, flitzis_cue_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      flitzis_cue_list_list_model_init))
/* clang-format on */

static GType
flitzis_cue_list_get_item_type (GListModel *model)
{
  return FLITZIS_TYPE_CUE;
}

static guint
flitzis_cue_list_get_n_items (GListModel *model)
{
  return FLITZIS_CUE_LIST (model)->n_cues;
}

static gpointer
flitzis_cue_list_get_item (GListModel *model, guint position)
{
  FlitzisCueList *self = FLITZIS_CUE_LIST (model);

  return position < self->n_cues ? g_object_ref (self->cues[position]) : NULL;
}

static void
flitzis_cue_list_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = flitzis_cue_list_get_item_type;
  iface->get_n_items = flitzis_cue_list_get_n_items;
  iface->get_item = flitzis_cue_list_get_item;
}

static void
flitzis_cue_list_finalize (GObject *object)
{
  FlitzisCueList *self = FLITZIS_CUE_LIST (object);

  for (guint i = 0; i < self->n_cues; i++)
    g_object_unref (self->cues[i]);
  g_free (self->cues);

  G_OBJECT_CLASS (flitzis_cue_list_parent_class)->finalize (object);
}

static void
flitzis_cue_list_class_init (FlitzisCueListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = flitzis_cue_list_finalize;
}

static void
flitzis_cue_list_init (FlitzisCueList *self)
{
}

GListModel *
flitzis_cue_list_new (const FlitzisFacts *facts)
{
  FlitzisCueList *self = g_object_new (FLITZIS_TYPE_CUE_LIST, NULL);

  if (facts->cues == NULL)
    return G_LIST_MODEL (self);

  self->n_cues = facts->cues->len;
  self->cues = g_new (FlitzisCue *, self->n_cues);
  for (guint i = 0; i < self->n_cues; i++)
    {
      const FlitzisFactsCue *cue = &g_array_index (facts->cues, FlitzisFactsCue, i);

      self->cues[i] = g_object_new (FLITZIS_TYPE_CUE, NULL);
      self->cues[i]->frame = cue->position;
      self->cues[i]->label = g_strdup (cue->label);
    }

  return G_LIST_MODEL (self);
}
