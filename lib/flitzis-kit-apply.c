/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* Loads the pads of a kit side by side, each on a GTask thread. */

#include "config.h"

#include "flitzis-kit-private.h"

#include "control/fork.h"
#include "decode/decode.h"
#include "flitzis-engine-private.h"
#include "flitzis-pad-private.h"
#include "kit/settings.h"
#include "load/ticket.h"

#include <math.h>

typedef struct
{
  /* constant while workers run */
  FlitzisEngine  *engine; /* NULL without a callback, or the engine could not go */
  FlitzisControl *control;
  GCancellable   *cancellable;
  GTask          *task; /* holds this */
  GTask          *end;  /* for the last worker */
  guint           n_pads;

  /* the context of the task */
  GFileProgressCallback progress;
  gpointer              progress_data;
  GDestroyNotify        progress_destroy;

  /* any thread, atomic */
  guint n_done;
  int   is_telling; /* a source waits to be dispatched */
  int   is_cancelled;

  /* each by the worker of its pad */
  char **problems;
} Apply;

/* One pad. */
typedef struct
{
  Apply         *apply;
  FlitzisPad    *pad;
  FlitzisSlot   *slot;
  FlitzisTicket *ticket;
  guint          index;
} PadLoad;

static void
apply_free (gpointer data)
{
  Apply *self = data;

  g_clear_object (&self->engine);
  flitzis_control_unref (self->control);
  g_clear_object (&self->cancellable);

  for (guint i = 0; i < self->n_pads; i++)
    g_free (self->problems[i]);
  g_free (self->problems);
  g_free (self);
}

static void
pad_load_free (gpointer data)
{
  PadLoad *self = data;

  g_object_unref (self->pad);
  g_clear_object (&self->slot);
  g_clear_pointer (&self->ticket, flitzis_ticket_free);
  g_free (self);
}

static gboolean
tell_progress (gpointer user_data)
{
  Apply *self = g_task_get_task_data (G_TASK (user_data));

  g_atomic_int_set (&self->is_telling, FALSE);

  if (self->progress != NULL)
    self->progress (g_atomic_int_get (&self->n_done), self->n_pads, self->progress_data);

  return G_SOURCE_REMOVE;
}

/* One source at most waits in the context, however slow that is. */
static void
queue_progress (Apply *self)
{
  g_autoptr (GSource) source = NULL;

  if (!g_atomic_int_compare_and_exchange (&self->is_telling, FALSE, TRUE))
    return;

  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, tell_progress, g_object_ref (self->task), g_object_unref);
  g_source_set_static_name (source, "[flitzis] progress");
  g_source_attach (source, g_task_get_context (self->task));
}

static char *
describe (const FlitzisPad *pad, const char *problem)
{
  return pad->name != NULL ? g_strdup_printf ("Pad %u “%s”: %s", pad->index, pad->name, problem)
                           : g_strdup_printf ("Pad %u: %s", pad->index, problem);
}

/* Takes the error. What was cancelled, by the program or by a newer load, is no problem. */
static void
note_problem (PadLoad *self, GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_atomic_int_set (&self->apply->is_cancelled, TRUE);
  else if (self->apply->problems[self->index] == NULL)
    self->apply->problems[self->index] = describe (self->pad, error->message);

  g_error_free (error);
}

static void
scale_frames (GVariantDict *dict, const char *setting, double factor)
{
  guint64 frames;

  if (g_variant_dict_lookup (dict, setting, "t", &frames))
    g_variant_dict_insert (dict, setting, "t", (guint64) rint ((double) frames * factor));
}

/* The settings of the slot: those of the pad, with frames of the decoded sample, and the gain of the
 * only layer that plays. */
static GVariant *
make_settings (const FlitzisPad *pad, const FlitzisPadLayer *layer, FlitzisSample *sample)
{
  GVariantDict dict;
  double       gain = 1.0;

  g_variant_dict_init (&dict, pad->settings);

  if (pad->is_file_frames && sample != NULL)
    {
      double factor = (double) flitzis_sample_get_sample_rate (sample) /
                      flitzis_sample_get_source_rate (sample);

      scale_frames (&dict, "start", factor);
      scale_frames (&dict, "end", factor);
      scale_frames (&dict, "loop-start", factor);
      scale_frames (&dict, "loop-end", factor);
    }

  if (layer != NULL && layer->gain != 1.0)
    {
      g_variant_dict_lookup (&dict, "gain", "d", &gain);
      g_variant_dict_insert (&dict, "gain", "d", MIN (gain * layer->gain, 16.0));
    }

  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

static gboolean
advance (gsize n_bytes, double progress, gpointer user_data, GError **error)
{
  PadLoad *self = user_data;

  return flitzis_ticket_advance (self->ticket, n_bytes, progress, error);
}

/*
 * Loads the layers of a pad, and sets its slot. As long as a slot holds one sample, the layer that
 * the hardest trigger plays stands for all. A pad whose file cannot be loaded has an empty slot, so
 * that no sound of before plays on it.
 */
static void
load_pad (PadLoad *self)
{
  GPtrArray       *layers = self->pad->layers;
  FlitzisPadLayer *layer = layers->len > 0 ? layers->pdata[0] : NULL;
  g_autoptr (FlitzisSample) sample = NULL;
  g_autoptr (GVariant) settings = NULL;
  GError *error = NULL;

  for (guint i = 1; i < layers->len; i++)
    {
      FlitzisPadLayer *other = layers->pdata[i];

      if (other->high > layer->high)
        layer = other;
    }

  if (layer != NULL)
    {
      sample = flitzis_decode_file (layer->file,
                                    flitzis_control_get_sample_rate (self->apply->control),
                                    self->apply->cancellable, advance, self, &error);

      if (sample == NULL && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          note_problem (self, error);
          return;
        }

      if (sample == NULL)
        note_problem (self, g_steal_pointer (&error));
    }

  /* nothing is done to a slot that has a newer load */
  if (g_cancellable_set_error_if_cancelled (self->apply->cancellable, &error) ||
      !flitzis_ticket_advance (self->ticket, 0, 0.0, &error))
    {
      note_problem (self, error);
      return;
    }

  settings = make_settings (self->pad, layer, sample);
  flitzis_settings_apply (settings, G_OBJECT (self->slot));

  if (sample != NULL && flitzis_ticket_publish (self->ticket, sample, &error))
    return;

  if (error != NULL)
    {
      gboolean is_superseded = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

      note_problem (self, error);
      if (is_superseded)
        return;
    }

  flitzis_control_set_sample (self->apply->control, flitzis_slot_get_index (self->slot), NULL,
                              NULL);
}

/* The ticket goes before the end is told: `loading` is over when the callback comes. */
static void
pad_worker (GTask *thread_task, gpointer source, gpointer data, GCancellable *cancellable)
{
  PadLoad *self = data;
  Apply   *apply = self->apply;

  load_pad (self);
  g_clear_pointer (&self->ticket, flitzis_ticket_free);
  g_clear_object (&self->slot);

  if ((guint) g_atomic_int_add (&apply->n_done, 1) + 1 < apply->n_pads)
    {
      queue_progress (apply);
    }
  else
    {
      g_autoptr (GTask) end = g_steal_pointer (&apply->end);

      queue_progress (apply);
      g_task_return_boolean (end, TRUE);
    }

  g_task_return_boolean (thread_task, TRUE);
}

static char **
take_problems (Apply *self)
{
  g_autoptr (GStrvBuilder) problems = g_strv_builder_new ();

  for (guint i = 0; i < self->n_pads; i++)
    if (self->problems[i] != NULL)
      g_strv_builder_add (problems, self->problems[i]);

  return g_strv_builder_end (problems);
}

/* In the context of the caller: what belongs to a program is called and let go of there alone. */
static void
applied_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Apply  *self = g_task_get_task_data (task);
  GError *error = NULL;

  self->progress = NULL;

  if (self->progress_destroy != NULL)
    self->progress_destroy (self->progress_data);

  g_clear_object (&self->engine);

  if (g_atomic_int_get (&self->is_cancelled) &&
      g_cancellable_set_error_if_cancelled (self->cancellable, &error))
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, take_problems (self), (GDestroyNotify) g_strfreev);
}

/* Takes the tickets of all slots at once, so that a kit which is applied later wins. */
static GPtrArray *
make_loads (Apply *self, FlitzisKit *kit, FlitzisEngine *engine, guint first_slot)
{
  GPtrArray *loads = g_ptr_array_new ();

  for (guint i = 0; i < self->n_pads; i++)
    {
      FlitzisPad *pad = kit->pads->pdata[i];
      PadLoad    *load;

      if (pad->index >= engine->n_slots - first_slot)
        {
          g_autofree char *problem =
              g_strdup_printf ("There is no slot %" G_GUINT64_FORMAT ": the engine has %u",
                               (guint64) first_slot + pad->index, engine->n_slots);

          self->problems[i] = describe (pad, problem);
          continue;
        }

      load = g_new0 (PadLoad, 1);
      load->apply = self;
      load->pad = g_object_ref (pad);
      load->index = i;
      load->slot = g_object_ref (engine->slots[first_slot + pad->index]);
      load->ticket = flitzis_ticket_new (self->control, first_slot + pad->index);
      g_ptr_array_add (loads, load);
    }

  return loads;
}

/**
 * flitzis_kit_apply_async:
 * @self: a kit
 * @engine: an engine
 * @first_slot: the slot for the pad of index 0
 * @cancellable: (nullable): a cancellable, heeded at the next buffer of each load
 * @progress: (nullable) (scope notified) (closure progress_data) (destroy progress_destroy): called
 *   with the number of pads that are done and with that of all pads
 * @progress_data: data for @progress
 * @progress_destroy: frees @progress_data, before @callback is called
 * @callback: (scope async) (nullable): called when all pads are done
 * @user_data: data for @callback
 *
 * Does what [method@Kit.apply] does, without blocking the caller.
 *
 * @progress is called in the context in which @callback will be, less often if that context has no
 * time, and last of all with all pads. Python must pass both callbacks by name:
 * `progress=..., callback=...`.
 *
 * A cancel ends it with `G_IO_ERROR_CANCELLED`, unless all pads are done. Pads that are done stay in
 * their slots.
 *
 * Without a callback, nothing keeps the engine: when the engine goes, the loads end.
 */
void
flitzis_kit_apply_async (FlitzisKit           *self,
                         FlitzisEngine        *engine,
                         guint                 first_slot,
                         GCancellable         *cancellable,
                         GFileProgressCallback progress,
                         gpointer              progress_data,
                         GDestroyNotify        progress_destroy,
                         GAsyncReadyCallback   callback,
                         gpointer              user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GPtrArray) loads = NULL;
  GError *error = NULL;
  Apply  *apply;

  g_return_if_fail (FLITZIS_IS_KIT (self));
  g_return_if_fail (FLITZIS_IS_ENGINE (engine));

  task = g_task_new (callback != NULL ? self : NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, flitzis_kit_apply_async);

  /* what is in its slots must not be reported as cancelled */
  g_task_set_check_cancellable (task, FALSE);

  if (!flitzis_fork_check (&error) ||
      !flitzis_control_check_slot (engine->control, first_slot, &error))
    {
      if (progress_destroy != NULL)
        progress_destroy (progress_data);
      g_task_return_error (task, error);
      return;
    }

  apply = g_new0 (Apply, 1);
  apply->control = flitzis_control_ref (engine->control);
  apply->n_pads = self->pads->len;
  apply->problems = g_new0 (char *, apply->n_pads + 1);
  apply->task = task;
  apply->progress = progress;
  apply->progress_data = progress_data;
  apply->progress_destroy = progress_destroy;
  g_set_object (&apply->cancellable, cancellable);

  if (callback != NULL)
    apply->engine = g_object_ref (engine);

  g_task_set_task_data (task, apply, apply_free);
  apply->end = g_task_new (NULL, NULL, applied_cb, g_steal_pointer (&task));
  loads = make_loads (apply, self, engine, first_slot);
  apply->n_done = apply->n_pads - loads->len;

  if (loads->len == 0)
    {
      g_autoptr (GTask) end = g_steal_pointer (&apply->end);

      g_task_return_boolean (end, TRUE);
    }

  for (guint i = 0; i < loads->len; i++)
    {
      g_autoptr (GTask) thread_task = g_task_new (NULL, NULL, NULL, NULL);

      g_task_set_task_data (thread_task, loads->pdata[i], pad_load_free);
      g_task_run_in_thread (thread_task, pad_worker);
    }
}

/**
 * flitzis_kit_apply_finish:
 * @self: a kit
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Kit.apply_async].
 *
 * Returns: (transfer full) (array zero-terminated=1): why pads could not be loaded, one message for
 *   each; %NULL if there was an error
 */
char **
flitzis_kit_apply_finish (FlitzisKit *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (FLITZIS_IS_KIT (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, flitzis_kit_apply_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_set_object ((GAsyncResult **) user_data, result);
}

/**
 * flitzis_kit_apply:
 * @self: a kit
 * @engine: an engine
 * @first_slot: the slot for the pad of index 0
 * @cancellable: (nullable): a cancellable, heeded at the next buffer of each load
 * @error: return location for an error
 *
 * Loads the sounds of all pads, side by side, and sets their slots.
 *
 * A pad goes into the slot @first_slot + [property@Pad:index]. As soon as it is loaded, its slot has
 * its sound and its settings; settings that the kit does not state have their defaults. Of a pad
 * with several layers, the one for the hardest triggers is loaded. Other slots stay as they are.
 *
 * A pad that cannot be loaded does not stop the others: the result says which and why, and its slot
 * is empty. A newer load, unload or [method@Engine.set_sample] of a slot, or a kit that is applied
 * later, wins.
 *
 * Fails with `FLITZIS_ENGINE_ERROR_INVALID_SLOT` if there is no slot @first_slot, and with
 * `G_IO_ERROR_CANCELLED`.
 *
 * Returns: (transfer full) (array zero-terminated=1): why pads could not be loaded, one message for
 *   each; %NULL if there was an error
 */
char **
flitzis_kit_apply (FlitzisKit    *self,
                   FlitzisEngine *engine,
                   guint          first_slot,
                   GCancellable  *cancellable,
                   GError       **error)
{
  g_autoptr (GMainContext) context = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  g_return_val_if_fail (FLITZIS_IS_KIT (self), NULL);
  g_return_val_if_fail (FLITZIS_IS_ENGINE (engine), NULL);

  if (!flitzis_fork_check (error))
    return NULL;

  context = g_main_context_new ();
  g_main_context_push_thread_default (context);
  flitzis_kit_apply_async (self, engine, first_slot, cancellable, NULL, NULL, NULL, answered_cb,
                           &result);

  while (result == NULL)
    g_main_context_iteration (context, TRUE);

  g_main_context_pop_thread_default (context);

  return flitzis_kit_apply_finish (self, result, error);
}
