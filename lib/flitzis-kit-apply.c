/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/* Loads the pads of a kit, several at the same time, each on a GTask thread. */

#include "config.h"

#include "flitzis-kit-private.h"

#include "control/fork.h"
#include "flitzis-engine-private.h"
#include "flitzis-pad-private.h"
#include "flitzis-progress-private.h"
#include "flitzis-sample-private.h"
#include "kit/settings.h"
#include "load/load.h"

#include <math.h>

typedef struct
{
  /* constant while workers run */
  FlitzisEngine  *engine; /* NULL without a callback, so that the engine can go */
  FlitzisControl *control;
  GCancellable   *cancellable;
  GTask          *end; /* belongs to the last worker */
  guint           n_pads;

  FlitzisProgress progress; /* of pads; its task holds this */

  /* any thread, atomic */
  int n_left; /* workers */
  int is_cancelled;

  /* each by the worker of its pad */
  char **problems;
} Apply;

/* The load of one pad, with a ticket for each layer that its slot gets. */
typedef struct
{
  Apply           *apply;
  FlitzisPad      *pad;
  FlitzisSlot     *slot;
  guint            index;
  guint            n_layers;
  FlitzisPadLayer *layers[FLITZIS_N_LAYERS];
  FlitzisTicket   *tickets[FLITZIS_N_LAYERS];
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
  g_object_unref (self->slot);
  g_free (self);
}

static char *
describe (const FlitzisPad *pad, const char *problem)
{
  return pad->name != NULL ? g_strdup_printf ("Pad %u “%s”: %s", pad->index, pad->name, problem)
                           : g_strdup_printf ("Pad %u: %s", pad->index, problem);
}

/* Takes the error. A load that the program or a newer load has cancelled is no problem. */
static void
note_problem (PadLoad *self, GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_atomic_int_set (&self->apply->is_cancelled, TRUE);
  else if (self->apply->problems[self->index] == NULL)
    self->apply->problems[self->index] = describe (self->pad, error->message);

  g_error_free (error);
}

static gboolean
scale_frames (GVariantDict *dict, const char *setting, double factor)
{
  guint64 frames;

  if (!g_variant_dict_lookup (dict, setting, "t", &frames))
    return FALSE;

  g_variant_dict_insert (dict, setting, "t", (guint64) rint ((double) frames * factor));

  return TRUE;
}

/* A pad may state a part of its loop and leave the rest to the file, as in SFZ. A slot takes all of
 * the file's loop or nothing, so it gets both parts from here. */
static void
complete_loop (GVariantDict *dict, FlitzisSample *sample, gboolean has_start, gboolean has_end)
{
  gboolean is_from_file = FALSE;
  gboolean is_stated = g_variant_dict_contains (dict, "loop");

  g_variant_dict_lookup (dict, "loop-from-file", "b", &is_from_file);

  if (!is_from_file || (!is_stated && !has_start && !has_end))
    return;

  g_variant_dict_remove (dict, "loop-from-file");

  if (!flitzis_sample_get_has_loop (sample))
    return;

  if (!is_stated)
    g_variant_dict_insert (dict, "loop", "b", TRUE);
  if (!has_start)
    g_variant_dict_insert (dict, "loop-start", "t", flitzis_sample_get_loop_start (sample));
  if (!has_end)
    g_variant_dict_insert (dict, "loop-end", "t", flitzis_sample_get_loop_end (sample));
  if (!g_variant_dict_contains (dict, "loops"))
    g_variant_dict_insert (dict, "loops", "u", flitzis_sample_get_loop_count (sample));
}

/* Returns the settings of the pad for its slot, with frames of the decoded sample. */
static GVariant *
make_settings (const FlitzisPad *pad, FlitzisSample *sample)
{
  gboolean has_start, has_end;
  double   factor = (double) flitzis_sample_get_sample_rate (sample) /
                  flitzis_sample_get_source_rate (sample);
  GVariantDict dict;

  g_variant_dict_init (&dict, pad->settings);
  scale_frames (&dict, "start", factor);
  scale_frames (&dict, "end", factor);
  has_start = scale_frames (&dict, "loop-start", factor);
  has_end = scale_frames (&dict, "loop-end", factor);
  complete_loop (&dict, sample, has_start, has_end);

  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

static gboolean
load_layer (PadLoad *self, guint layer, gboolean *is_set, GError **error)
{
  FlitzisTicket *ticket = self->tickets[layer];
  gboolean       is_scaled = self->layers[layer]->gain != 1.0;
  FlitzisStorage storage =
      is_scaled ? FLITZIS_STORAGE_MEMORY : flitzis_ticket_get_storage (ticket);
  g_autoptr (FlitzisSample) sample =
      flitzis_load_decode (ticket, storage, self->layers[layer]->file, NULL,
                           self->apply->cancellable, error);

  if (sample == NULL)
    return FALSE;

  /* a slot has one gain for all of its layers, so theirs are in the values */
  if (is_scaled)
    {
      FlitzisSample *scaled = flitzis_sample_new_scaled (sample, self->layers[layer]->gain, error);

      if (scaled == NULL)
        return FALSE;

      g_object_unref (sample);
      sample = scaled;
    }

  if (g_cancellable_set_error_if_cancelled (self->apply->cancellable, error))
    return FALSE;

  if (self->pad->is_file_frames && !*is_set)
    {
      g_autoptr (GVariant) settings = make_settings (self->pad, sample);

      flitzis_settings_apply (settings, G_OBJECT (self->slot));
      *is_set = TRUE;
    }

  return flitzis_ticket_publish (ticket, sample, error);
}

/* Frees the tickets before it reports the end, so `loading` is FALSE when the callback comes. */
static void
pad_worker (GTask *thread_task, gpointer source, gpointer data, GCancellable *cancellable)
{
  PadLoad *self = data;
  Apply   *apply = self->apply;
  GTask   *end = apply->end;
  gboolean is_set = FALSE;

  for (guint i = 0; i < self->n_layers; i++)
    {
      GError *error = NULL;

      if (!load_layer (self, i, &is_set, &error))
        note_problem (self, error);
      flitzis_ticket_free (self->tickets[i]);
    }

  g_atomic_pointer_add (&apply->progress.n_done, 1);
  flitzis_progress_report (&apply->progress);

  /* from here on, another worker may be the last one, and `apply` may be freed */
  if (g_atomic_int_dec_and_test (&apply->n_left))
    {
      g_task_return_boolean (end, TRUE);
      g_object_unref (end);
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

/* Runs in the caller's context: only there are a program's callbacks called and its data freed. */
static void
applied_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Apply  *self = g_task_get_task_data (task);
  GError *error = NULL;

  /* the work of all workers happens before the work here */
  g_assert (g_atomic_int_get (&self->n_left) == 0);
  flitzis_progress_end (&self->progress);
  g_clear_object (&self->engine);

  if (g_atomic_int_get (&self->is_cancelled) &&
      g_cancellable_set_error_if_cancelled (self->cancellable, &error))
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, take_problems (self), (GDestroyNotify) g_strfreev);
}

static gboolean
is_plain (const FlitzisPadLayer *layer)
{
  return layer->low == 0.0 && layer->high == 1.0;
}

/* The layers of a slot are numbered in the order in which their tickets are taken. A single sound
 * for all velocities is loaded as load_sample () would load it. */
static void
take_tickets (PadLoad *self, guint slot)
{
  GPtrArray *layers = self->pad->layers;

  for (guint i = 0; i < layers->len; i++)
    {
      FlitzisPadLayer     *layer = layers->pdata[i];
      FlitzisVelocityRange range = { (float) layer->low, (float) layer->high };
      gboolean             is_alone = layers->len == 1 && is_plain (layer);
      GError              *error = NULL;
      FlitzisTicket       *ticket =
          flitzis_ticket_new (self->apply->control, &slot, is_alone ? NULL : &range, &error);

      if (ticket == NULL)
        {
          note_problem (self, error);
          return;
        }

      self->layers[self->n_layers] = layer;
      self->tickets[self->n_layers++] = ticket;
    }
}

/* Empties all slots and takes their tickets at once, so that a kit that is applied later wins, and
 * no pad plays an older sample. */
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
      g_ptr_array_add (loads, load);

      flitzis_settings_apply (pad->settings, G_OBJECT (load->slot));
      flitzis_control_set_sample (self->control, first_slot + pad->index, NULL, NULL);
      take_tickets (load, first_slot + pad->index);
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
 * @progress is called in the same context as @callback: less often if the context is busy, and at
 * the end with all pads. Python must pass both callbacks by name: `progress=..., callback=...`.
 *
 * If you cancel the call before all pads are done, it ends with `G_IO_ERROR_CANCELLED`. Pads that
 * are done stay in their slots, and the slots of the others are empty.
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

  /* the slots hold the kit: a cancel that comes now is too late */
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
  flitzis_progress_init (&apply->progress, task, apply->n_pads, progress, progress_data,
                         progress_destroy);
  g_set_object (&apply->cancellable, cancellable);

  if (callback != NULL)
    apply->engine = g_object_ref (engine);

  g_task_set_task_data (task, apply, apply_free);
  apply->end = g_task_new (NULL, NULL, applied_cb, g_steal_pointer (&task));
  loads = make_loads (apply, self, engine, first_slot);
  apply->progress.n_done = apply->n_pads - loads->len;
  apply->n_left = (int) loads->len;

  if (loads->len == 0)
    {
      g_task_return_boolean (apply->end, TRUE);
      g_object_unref (apply->end);
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
 * @result: the result that the callback received
 * @error: return location for an error
 *
 * Finishes [method@Kit.apply_async].
 *
 * Returns: (transfer full) (array zero-terminated=1): one message for each pad with a layer that
 *   could not be loaded; empty if there was none; %NULL with an error
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
 * Loads the sounds of all pads, several at the same time, and sets the properties of their slots.
 *
 * A pad goes into the slot @first_slot + [property@Pad:index]. These slots are emptied first, and
 * get the settings of their pads: settings that the kit does not state have their defaults. Each
 * slot gets the first 16 layers of its pad, each as soon as it is loaded. Other slots stay as they
 * are.
 *
 * A pad that cannot be loaded does not stop the others: the result says which and why. A newer
 * load, unload or [method@Engine.set_sample] of a slot, or a kit that is applied later, wins.
 *
 * Fails with `FLITZIS_ENGINE_ERROR_INVALID_SLOT` if there is no slot @first_slot, and with
 * `G_IO_ERROR_CANCELLED`.
 *
 * Returns: (transfer full) (array zero-terminated=1): one message for each pad with a layer that
 *   could not be loaded; empty if there was none; %NULL with an error
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
