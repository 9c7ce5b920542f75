/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-cue.h"

#include "flitzis-cue-private.h"

/**
 * FlitzisCue:
 *
 * A place in a sample that its file marks: a marker, a slice of a drum loop, or a chapter.
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
   * The place of the cue: a frame of the decoded sample, from 0 to [property@Sample:n-frames].
   */
  properties[PROP_FRAME] =
      g_param_spec_uint64 ("frame", NULL, NULL,
                           0, G_MAXUINT64, 0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisCue:label: (getter get_label)
   *
   * The name of the cue in the file. It is empty if the file gives it none.
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
 * Gets the place of the cue.
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
 * Gets the name of the cue in the file.
 *
 * Returns: the name; empty if there is none
 */
const char *
flitzis_cue_get_label (FlitzisCue *self)
{
  g_return_val_if_fail (FLITZIS_IS_CUE (self), "");

  return self->label != NULL ? self->label : "";
}

/*
 * The list of a sample's cues. It makes a cue object when somebody first asks for it, which keeps
 * loads quick. A GListStore would not do: it remembers the place of the last read, so two threads
 * must not read it at once.
 */

#define FLITZIS_TYPE_CUE_LIST (flitzis_cue_list_get_type ())

G_DECLARE_FINAL_TYPE (FlitzisCueList, flitzis_cue_list, FLITZIS, CUE_LIST, GObject)

struct _FlitzisCueList
{
  GObject parent_instance;

  /* set when it is made, then constant */
  GArray *facts; /* of FlitzisFactsCue; NULL if there are none */

  /* any thread, under the lock */
  GMutex       lock;
  FlitzisCue **cues; /* one for each of `facts`; NULL until somebody asks for it */
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
  FlitzisCueList *self = FLITZIS_CUE_LIST (model);

  return self->facts != NULL ? self->facts->len : 0;
}

static FlitzisCue *
cue_new (const FlitzisFactsCue *facts)
{
  FlitzisCue *self = g_object_new (FLITZIS_TYPE_CUE, NULL);

  self->frame = facts->position;
  self->label = g_strdup (facts->label);

  return self;
}

static gpointer
flitzis_cue_list_get_item (GListModel *model, guint position)
{
  FlitzisCueList *self = FLITZIS_CUE_LIST (model);
  g_autoptr (GMutexLocker) locker = NULL;

  if (position >= flitzis_cue_list_get_n_items (model))
    return NULL;

  locker = g_mutex_locker_new (&self->lock);
  if (self->cues == NULL)
    self->cues = g_new0 (FlitzisCue *, self->facts->len);
  if (self->cues[position] == NULL)
    self->cues[position] = cue_new (&g_array_index (self->facts, FlitzisFactsCue, position));

  return g_object_ref (self->cues[position]);
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

  for (guint i = 0; self->cues != NULL && i < self->facts->len; i++)
    g_clear_object (&self->cues[i]);
  g_free (self->cues);
  g_clear_pointer (&self->facts, g_array_unref);
  g_mutex_clear (&self->lock);

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
  g_mutex_init (&self->lock);
}

GListModel *
flitzis_cue_list_new (FlitzisFacts *facts)
{
  FlitzisCueList *self = g_object_new (FLITZIS_TYPE_CUE_LIST, NULL);

  self->facts = g_steal_pointer (&facts->cues);

  return G_LIST_MODEL (self);
}
