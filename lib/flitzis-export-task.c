/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * One pass over the frames writes them. If they are normalized, a pass before it measures them, and
 * if their number is not known, a pass before that counts them.
 * While a block is computed here, the encoder writes the blocks before it in its own thread.
 */

#include "config.h"

#include "flitzis-export-task-private.h"

#include "control/fork.h"
#include "encode/encoder.h"
#include "encode/master.h"
#include "encode/target.h"
#include "flitzis-cue.h"
#include "flitzis-error.h"
#include "flitzis-export-private.h"
#include "flitzis-progress-private.h"
#include "flitzis-sample-private.h"
#include "sample/meter.h"

#include <math.h>
#include <string.h>

/* The largest number of reports to a progress callback. */
#define N_REPORTS 100

#define MAX_CHANNELS 2

struct _FlitzisExportTask
{
  /* constant */
  FlitzisControl       *control; /* or NULL */
  FlitzisSample        *sample;  /* or NULL */
  char                 *path;
  guint                 n_channels;
  guint                 sample_rate;
  FlitzisExport        *options; /* or NULL */
  FlitzisExportSettings settings;
  GCancellable         *cancellable;

  /* the thread that exports; then constant */
  guint64 n_frames; /* 0 if it is not known yet */

  /* the thread that exports */
  FlitzisTarget *spool; /* the frames of an engine that were measured; or NULL */
  FlitzisPass   *pass;  /* over the frames of the sample; or NULL */
  guint          n_passes;
  guint64        n_passed; /* frames in all passes */
  guint64        n_clipped;

  FlitzisProgress progress; /* reports to nobody in the blocking form; its task holds this */
};

static void
add_cues (FlitzisFacts *facts, GListModel *cues, guint64 n_frames)
{
  for (guint i = 0; i < g_list_model_get_n_items (cues); i++)
    {
      g_autoptr (FlitzisCue) cue = g_list_model_get_item (cues, i);
      const char *label = flitzis_cue_get_label (cue);

      if (flitzis_cue_get_frame (cue) <= n_frames)
        flitzis_facts_take_cue (facts, flitzis_cue_get_frame (cue), 0,
                                *label != '\0' ? g_strdup (label) : NULL);
    }
}

/* The sample provides the facts that the options lack. If its length was not known, its file may
 * state a loop and cues that lie after the end. */
static void
add_facts (FlitzisFacts *facts, FlitzisSample *sample, guint64 n_frames)
{
  int root_note = flitzis_sample_get_root_note (sample);

  if (facts->title == NULL)
    facts->title = g_strdup (flitzis_sample_get_title (sample));
  if (facts->artist == NULL)
    facts->artist = g_strdup (flitzis_sample_get_artist (sample));
  flitzis_facts_set_tempo (facts, flitzis_sample_get_tempo (sample));
  if (root_note >= 0)
    flitzis_facts_set_root_note (facts, (guint) root_note);
  if (flitzis_sample_get_has_loop (sample) && flitzis_sample_get_loop_end (sample) <= n_frames)
    flitzis_facts_set_loop (facts, flitzis_sample_get_loop_start (sample),
                            flitzis_sample_get_loop_end (sample), 0,
                            flitzis_sample_get_loop_count (sample));
  add_cues (facts, flitzis_sample_get_cues (sample), n_frames);
}

FlitzisExportTask *
flitzis_export_task_new (FlitzisControl *control,
                         FlitzisSample  *sample,
                         char           *path,
                         guint64         n_frames,
                         FlitzisExport  *options,
                         GCancellable   *cancellable)
{
  FlitzisExportTask *self = g_new0 (FlitzisExportTask, 1);

  self->path = path;
  self->n_frames = n_frames;
  g_set_object (&self->options, options);
  g_set_object (&self->cancellable, cancellable);
  flitzis_export_get_settings (options, &self->settings);
  self->n_passes = self->settings.normalize == FLITZIS_NORMALIZE_NONE ? 1 : 2;

  if (control != NULL)
    {
      self->control = flitzis_control_ref (control);
      self->n_channels = 2;
      self->sample_rate = flitzis_control_get_sample_rate (control);
    }
  else
    {
      self->sample = g_object_ref (sample);
      self->n_channels = flitzis_sample_get_n_channels (sample);
      self->sample_rate = flitzis_sample_get_sample_rate (sample);
    }

  return self;
}

static void
task_free (FlitzisExportTask *self)
{
  g_clear_pointer (&self->control, flitzis_control_unref);
  g_clear_object (&self->sample);
  g_clear_object (&self->options);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->spool, flitzis_target_free);
  g_clear_pointer (&self->pass, flitzis_pass_free);
  flitzis_export_settings_clear (&self->settings);
  g_free (self->path);
  g_free (self);
}

static void
advance (FlitzisExportTask *self, guint n_frames)
{
  guint64 step_before = self->n_passed / self->n_passes * N_REPORTS / self->n_frames;
  guint64 n_done;

  self->n_passed += n_frames;
  n_done = self->n_passed / self->n_passes;

  if (n_done * N_REPORTS / self->n_frames == step_before)
    return;

  g_atomic_pointer_set (&self->progress.n_done, (gsize) n_done);
  flitzis_progress_report (&self->progress);
}

static float
find_peak (const float *values, gsize n_values)
{
  float peak = 0.0f;

  for (gsize i = 0; i < n_values; i++)
    peak = MAX (peak, fabsf (values[i]));

  return peak;
}

/* Makes the next block that is computed the first one of the sample. */
static void
begin_pass (FlitzisExportTask *self)
{
  g_clear_pointer (&self->pass, flitzis_pass_free);

  if (self->sample != NULL)
    self->pass = flitzis_sample_begin_pass (self->sample, self->cancellable);
}

static gboolean
count_frames (FlitzisExportTask *self, GError **error)
{
  const float *frames;
  gssize       n;

  begin_pass (self);

  while ((n = flitzis_pass_read (self->pass, FLITZIS_PASS_FRAMES, &frames, error)) > 0)
    self->n_frames += (guint64) n;

  return n == 0;
}

/* A file that states a wrong length, or was cut, may end before the block is full. */
static gboolean
read_block (FlitzisExportTask *self, guint n, float *block, GError **error)
{
  const float *frames;

  for (guint n_read = 0; n_read < n;)
    {
      gssize n_now = flitzis_pass_read (self->pass, n - n_read, &frames, error);

      if (n_now == 0)
        g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_CORRUPT,
                             "The file of a streamed sample ends before the length that it states");

      if (n_now <= 0)
        return FALSE;

      memcpy (block + (gsize) n_read * self->n_channels, frames,
              (gsize) n_now * self->n_channels * sizeof (float));
      n_read += (guint) n_now;
    }

  return TRUE;
}

static gboolean
compute_block (FlitzisExportTask *self, guint n, float *block, GError **error)
{
  if (self->pass != NULL)
    return read_block (self, n, block, error);

  flitzis_control_render_block (self->control, block, n);

  return TRUE;
}

/* The first pass, without a meter for the loudness if that does not matter. The frames of an engine
 * can be computed only once, so they are kept in a file. */
static gboolean
measure (FlitzisExportTask *self, FlitzisLoudnessMeter *meter, float *peak, GError **error)
{
  float block[FLITZIS_RENDER_FRAMES * MAX_CHANNELS];
  gsize n_frame_bytes = self->n_channels * sizeof (float);
  guint n;

  if (self->control != NULL && (self->spool = flitzis_target_open (self->path, error)) == NULL)
    return FALSE;

  begin_pass (self);

  for (guint64 n_done = 0; n_done < self->n_frames; n_done += n)
    {
      if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
        return FALSE;

      n = (guint) MIN (self->n_frames - n_done, FLITZIS_RENDER_FRAMES);
      if (!compute_block (self, n, block, error))
        return FALSE;
      *peak = MAX (*peak, find_peak (block, (gsize) n * self->n_channels));
      if (meter != NULL && !flitzis_loudness_meter_add (meter, block, n, error))
        return FALSE;
      if (self->spool != NULL &&
          !flitzis_target_write (self->spool, (const guint8 *) block, n * n_frame_bytes,
                                 n_done * n_frame_bytes, error))
        return FALSE;

      advance (self, n);
    }

  return TRUE;
}

static gboolean
choose_gain_by_peak (FlitzisExportTask *self, float *gain, GError **error)
{
  float peak = 0.0f;

  if (!measure (self, NULL, &peak, error))
    return FALSE;

  /* silence stays silence */
  if (peak > 0.0f)
    *gain = (float) (pow (10.0, self->settings.target_peak / 20.0) / (double) peak);

  return TRUE;
}

static gboolean
choose_gain_by_loudness (FlitzisExportTask *self, float *gain, GError **error)
{
  g_autoptr (FlitzisLoudnessMeter) meter =
      flitzis_loudness_meter_new (self->n_channels, self->sample_rate, error);
  FlitzisMeterResult loudness;
  float              peak = 0.0f;
  double             decibels;

  if (meter == NULL || !measure (self, meter, &peak, error) ||
      !flitzis_loudness_meter_finish (meter, &loudness, error))
    return FALSE;

  if (isinf (loudness.integrated))
    return TRUE;

  decibels = MIN (self->settings.target_loudness - loudness.integrated,
                  self->settings.target_peak - loudness.true_peak);
  *gain = (float) pow (10.0, decibels / 20.0);

  return TRUE;
}

static gboolean
choose_gain (FlitzisExportTask *self, float *gain, GError **error)
{
  *gain = 1.0f;

  switch (self->settings.normalize)
    {
    case FLITZIS_NORMALIZE_PEAK:
      return choose_gain_by_peak (self, gain, error);
    case FLITZIS_NORMALIZE_LOUDNESS:
      return choose_gain_by_loudness (self, gain, error);
    default:
      return TRUE;
    }
}

static gboolean
get_block (FlitzisExportTask *self, guint64 first, guint n, float *block, GError **error)
{
  gsize n_frame_bytes = self->n_channels * sizeof (float);

  if (self->spool != NULL)
    return flitzis_target_read (self->spool, (guint8 *) block, n * n_frame_bytes,
                                first * n_frame_bytes, error);

  return compute_block (self, n, block, error);
}

static gboolean
encode (FlitzisExportTask *self,
        FlitzisMaster     *master,
        FlitzisEncoder    *encoder,
        float             *block,
        guint              n,
        GError           **error)
{
  float *frames = flitzis_master_process (master, block, &n);

  return flitzis_encoder_write (encoder, frames, n, error);
}

static gboolean
write_all (FlitzisExportTask *self, FlitzisEncoder *encoder, GError **error)
{
  g_autoptr (FlitzisMaster) master = NULL;
  float block[FLITZIS_RENDER_FRAMES * MAX_CHANNELS];
  float gain;
  guint n;

  if (!choose_gain (self, &gain, error))
    return FALSE;

  master = flitzis_master_new (self->n_channels, self->sample_rate, gain, self->settings.limiter);
  begin_pass (self);

  for (guint64 n_done = 0; n_done < self->n_frames; n_done += n)
    {
      if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
        return FALSE;

      n = (guint) MIN (self->n_frames - n_done, FLITZIS_RENDER_FRAMES);
      if (!get_block (self, n_done, n, block, error) ||
          !encode (self, master, encoder, block, n, error))
        return FALSE;

      advance (self, n);
    }

  for (guint n_left = flitzis_master_get_n_ahead (master); n_left > 0; n_left -= n)
    {
      n = MIN (n_left, FLITZIS_RENDER_FRAMES);
      memset (block, 0, sizeof block);
      if (!encode (self, master, encoder, block, n, error))
        return FALSE;
    }

  return !g_cancellable_set_error_if_cancelled (self->cancellable, error) &&
         flitzis_encoder_finish (encoder, &self->n_clipped, error);
}

static gboolean
fail_for_lack (const char *thing, GError **error)
{
  g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_INVALID_VALUE,
               "Could not write a file of sound: there is no %s", thing);

  return FALSE;
}

static gboolean
prepare_sample (FlitzisExportTask *self, GError **error)
{
  if (!flitzis_fork_check (error) || (self->n_frames == 0 && !count_frames (self, error)))
    return FALSE;

  if (self->n_frames == 0)
    return fail_for_lack ("frame to write", error);

  add_facts (&self->settings.encoding.facts, self->sample, self->n_frames);

  return TRUE;
}

static gboolean
run (FlitzisExportTask *self, GError **error)
{
  g_autoptr (FlitzisEncoder) encoder = NULL;
  gboolean is_written;

  if (self->n_frames == 0 && self->control != NULL)
    return fail_for_lack ("frame to write", error);

  if (self->path == NULL || *self->path == '\0')
    return fail_for_lack ("name for it", error);

  if (g_cancellable_set_error_if_cancelled (self->cancellable, error) ||
      !(self->control != NULL
            ? flitzis_control_begin_render (self->control, self->cancellable, error)
            : prepare_sample (self, error)))
    return FALSE;

  encoder = flitzis_encoder_new (self->path, &self->settings.encoding, self->n_channels,
                                 self->sample_rate, self->n_frames, error);
  is_written = encoder != NULL && write_all (self, encoder, error);

  g_clear_pointer (&self->spool, flitzis_target_free);
  g_clear_pointer (&self->pass, flitzis_pass_free);

  if (self->control != NULL)
    flitzis_control_end_render (self->control);

  return is_written;
}

static void
hand_over_result (FlitzisExportTask *self)
{
  if (self->options != NULL)
    flitzis_export_set_n_clipped (self->options, self->n_clipped);
}

gboolean
flitzis_export_task_run (FlitzisExportTask *self, GError **error)
{
  gboolean is_written = run (self, error);

  if (is_written)
    hand_over_result (self);
  task_free (self);

  return is_written;
}

static void
export_worker (GTask *thread_task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (run (task_data, &error))
    g_task_return_boolean (thread_task, TRUE);
  else
    g_task_return_error (thread_task, error);
}

/* Runs in the caller's context: only there are a program's callbacks called and its data freed. */
static void
exported_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  FlitzisExportTask *self = g_task_get_task_data (task);
  GError            *error = NULL;
  gboolean           is_written = g_task_propagate_boolean (G_TASK (result), &error);

  flitzis_progress_end (&self->progress);

  if (is_written)
    {
      hand_over_result (self);
      g_task_return_boolean (task, TRUE);
    }
  else
    {
      g_task_return_error (task, error);
    }
}

void
flitzis_export_task_run_async (FlitzisExportTask    *self,
                               GTask                *result,
                               GFileProgressCallback progress,
                               gpointer              progress_data,
                               GDestroyNotify        progress_destroy)
{
  g_autoptr (GTask) thread_task = NULL;
  GError *error = NULL;

  g_task_set_task_data (result, self, (GDestroyNotify) task_free);

  /* a file that is written must not be reported as cancelled */
  g_task_set_check_cancellable (result, FALSE);

  flitzis_progress_init (&self->progress, result, self->n_frames, progress, progress_data,
                         progress_destroy);

  if (!flitzis_fork_check (&error))
    {
      flitzis_progress_end (&self->progress);
      g_task_return_error (result, error);
      return;
    }

  thread_task = g_task_new (NULL, NULL, exported_cb, g_object_ref (result));
  g_task_set_task_data (thread_task, self, NULL);
  g_task_run_in_thread (thread_task, export_worker);
}

char *
flitzis_export_get_path (GFile *file, GError **error)
{
  char            *path = g_file_get_path (file);
  g_autofree char *name = path == NULL ? g_file_get_parse_name (file) : NULL;

  if (path == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                 "Could not write “%s”: it is not a file on this machine", name);

  return path;
}
