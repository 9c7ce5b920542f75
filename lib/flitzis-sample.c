/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-sample.h"

#include "flitzis-cue-private.h"
#include "flitzis-error.h"
#include "flitzis-loudness-private.h"
#include "flitzis-process-private.h"
#include "flitzis-sample-private.h"
#include "sample/mend.h"
#include "sample/meter.h"
#include "sample/padding.h"
#include "sample/peaks.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/**
 * FlitzisSample:
 *
 * Decoded audio that never changes.
 *
 * A sample holds interleaved 32-bit floats, mono or stereo, at one rate. An engine makes a sample
 * when it loads a file. A program can also make one from its own data, and pass it to
 * [method@Engine.set_sample]. One sample can be in many slots of many engines; they share its data.
 *
 * ```c
 * g_autoptr (GBytes) bytes = g_bytes_new (frames, n_frames * 2 * sizeof (float));
 * g_autoptr (FlitzisSample) sample = flitzis_sample_new (bytes, 2, 48000, &error);
 *
 * flitzis_engine_set_sample (engine, 0, sample, &error);
 * ```
 *
 * ```python
 * frames = 0.5 * numpy.sin(0.05 * numpy.arange(4800))
 * sample = Flitzis.Sample.from_array(frames, 48000)
 * engine.set_sample(0, sample)
 * ```
 *
 * ```js
 * const frames = new Float32Array(4800).map((_, i) => 0.5 * Math.sin(0.05 * i));
 * const sample = Flitzis.Sample.new(new GLib.Bytes(new Uint8Array(frames.buffer)), 1, 48000);
 * engine.set_sample(0, sample);
 * ```
 *
 * A sample also has the statements of its file about the sound: title, artist, loop, cues, tempo
 * and root note. Values that make no sense are left out, and [property@Sample:warnings] lists them.
 *
 * Samples never change, so any thread may use them. A sample that is built without
 * [ctor@Sample.new] is empty, and no engine accepts it.
 */

#define MIN_SAMPLE_RATE 1000
#define MAX_SAMPLE_RATE 768000
#define MAX_BINS (1u << 20)

struct _FlitzisSample
{
  GObject parent_instance;

  /* set by the constructors, then constant */
  GBytes                   *bytes;        /* of a streamed sample: its head */
  const FlitzisSourceFuncs *source_funcs; /* of a streamed sample, or NULL */
  gpointer                  source;       /* of a streamed sample, or NULL */
  guint64                   n_frames;     /* of a streamed sample 0 if it is not known */
  guint64                   n_mended;
  guint                     n_channels;
  guint                     sample_rate;
  guint                     source_rate;

  /* set when it is made, then constant: the statements of the file */
  FlitzisFacts facts;
  GListModel  *cues;
  GStrv        warnings;

  /* any thread: it has an order of its own */
  FlitzisPeaks peaks;

  /* any thread; atomic: set once, under the mutex. In the child of a fork the mutex may be locked
   * for ever, so a sample that the parent made is not measured there. */
  GMutex           loudness_mutex;
  FlitzisLoudness *loudness;

  guint n_forks; /* constant: of the process that made the sample */
};

G_DEFINE_FINAL_TYPE (FlitzisSample, flitzis_sample, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_N_FRAMES,
  PROP_N_CHANNELS,
  PROP_SAMPLE_RATE,
  PROP_SOURCE_RATE,
  PROP_DURATION,
  PROP_N_MENDED,
  PROP_TITLE,
  PROP_ARTIST,
  PROP_HAS_LOOP,
  PROP_LOOP_START,
  PROP_LOOP_END,
  PROP_LOOP_COUNT,
  PROP_TEMPO,
  PROP_ROOT_NOTE,
  PROP_TRACK_GAIN,
  PROP_TRACK_PEAK,
  PROP_CUES,
  PROP_WARNINGS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* Bits of /proc/self/pagemap, which has 8 bytes for each page. */
#define PAGE_IS_FILE_OR_SHARED (G_GUINT64_CONSTANT (1) << 61)

/*
 * Whether the memory is this process's alone. A mapped file can be truncated, which kills whoever
 * reads it, and can change while it sounds, as shared memory can: without this check the test
 * test_a_sample_of_a_mapped_file_is_a_copy hears it change. Memory that the kernel does not report
 * on counts as shared.
 */
static gboolean
is_private (gconstpointer data, gsize size)
{
  gsize    page_size = (gsize) sysconf (_SC_PAGESIZE);
  guintptr page = (guintptr) data / page_size;
  guintptr end = ((guintptr) data + size + page_size - 1) / page_size;
  int      fd = open ("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  guint64  entries[512];
  gboolean is_private = fd >= 0;

  while (is_private && page < end)
    {
      gsize n = MIN (end - page, G_N_ELEMENTS (entries));

      is_private = pread (fd, entries, n * sizeof *entries, (off_t) (page * sizeof *entries)) ==
                   (gssize) (n * sizeof *entries);

      for (gsize i = 0; is_private && i < n; i++)
        is_private = (entries[i] & PAGE_IS_FILE_OR_SHARED) == 0;

      page += n;
    }

  if (fd >= 0)
    close (fd);

  return is_private;
}

/* Returns the bytes themselves if the mixer can read them as they are, and a mended, aligned copy
 * if not. Counting the values also reads each page in. */
static GBytes *
make_playable (GBytes *bytes, guint64 *n_mended)
{
  gsize         size;
  gconstpointer data = g_bytes_get_data (bytes, &size);
  gboolean      aligned = (guintptr) data % G_ALIGNOF (float) == 0;
  gpointer      memory;
  float        *copy;

  if (aligned && flitzis_mend_count (data, size / sizeof (float)) == 0 &&
      is_private (data, size))
    return g_bytes_ref (bytes);

  memory = g_malloc (size + FLITZIS_PADDING_ROOM);
  copy = flitzis_padding_align (memory);
  memcpy (copy, data, size);
  *n_mended = flitzis_mend_values (copy, size / sizeof (float));

  return flitzis_padding_wrap (memory, size / sizeof (float));
}

/* The worker threads of GTask are missing in a fork. */
static gboolean
has_workers (void)
{
  return flitzis_process_get_n_forks () == 0;
}

/* Whether this process is a fork of the one that made the sample. */
static gboolean
is_inherited (FlitzisSample *self)
{
  return self->n_forks != flitzis_process_get_n_forks ();
}

static gboolean
build_peaks (FlitzisSample *self, GError **error)
{
  g_autoptr (FlitzisPass) pass = NULL;

  if (self->source != NULL && is_inherited (self) && !flitzis_peaks_is_built (&self->peaks))
    {
      g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_FORKED,
                           "Could not prepare the peaks: the process is a fork of the one that "
                           "made the sample");
      return FALSE;
    }

  pass = flitzis_sample_begin_pass (self, NULL);

  return flitzis_peaks_build (&self->peaks, pass, error);
}

static void
peaks_worker (GTask *task, gpointer source_object, gpointer task_data, GCancellable *cancellable)
{
  GError *error = NULL;

  /* the task may hold this error already, and another one would leak it */
  if (g_task_return_error_if_cancelled (task))
    return;

  if (build_peaks (task_data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
flitzis_sample_finalize (GObject *object)
{
  FlitzisSample *self = FLITZIS_SAMPLE (object);

  flitzis_peaks_clear (&self->peaks);
  g_clear_object (&self->loudness);
  g_mutex_clear (&self->loudness_mutex);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  if (self->source != NULL)
    self->source_funcs->free_source (self->source);
  g_clear_object (&self->cues);
  g_clear_pointer (&self->warnings, g_strfreev);
  flitzis_facts_clear (&self->facts);

  G_OBJECT_CLASS (flitzis_sample_parent_class)->finalize (object);
}

static void
flitzis_sample_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  FlitzisSample *self = FLITZIS_SAMPLE (object);

  switch (prop_id)
    {
    case PROP_N_FRAMES:
      g_value_set_uint64 (value, flitzis_sample_get_n_frames (self));
      break;
    case PROP_N_CHANNELS:
      g_value_set_uint (value, flitzis_sample_get_n_channels (self));
      break;
    case PROP_SAMPLE_RATE:
      g_value_set_uint (value, flitzis_sample_get_sample_rate (self));
      break;
    case PROP_SOURCE_RATE:
      g_value_set_uint (value, flitzis_sample_get_source_rate (self));
      break;
    case PROP_DURATION:
      g_value_set_double (value, flitzis_sample_get_duration (self));
      break;
    case PROP_N_MENDED:
      g_value_set_uint64 (value, flitzis_sample_get_n_mended (self));
      break;
    case PROP_TITLE:
      g_value_set_string (value, flitzis_sample_get_title (self));
      break;
    case PROP_ARTIST:
      g_value_set_string (value, flitzis_sample_get_artist (self));
      break;
    case PROP_HAS_LOOP:
      g_value_set_boolean (value, flitzis_sample_get_has_loop (self));
      break;
    case PROP_LOOP_START:
      g_value_set_uint64 (value, flitzis_sample_get_loop_start (self));
      break;
    case PROP_LOOP_END:
      g_value_set_uint64 (value, flitzis_sample_get_loop_end (self));
      break;
    case PROP_LOOP_COUNT:
      g_value_set_uint (value, flitzis_sample_get_loop_count (self));
      break;
    case PROP_TEMPO:
      g_value_set_double (value, flitzis_sample_get_tempo (self));
      break;
    case PROP_ROOT_NOTE:
      g_value_set_int (value, flitzis_sample_get_root_note (self));
      break;
    case PROP_TRACK_GAIN:
      g_value_set_double (value, flitzis_sample_get_track_gain (self));
      break;
    case PROP_TRACK_PEAK:
      g_value_set_double (value, flitzis_sample_get_track_peak (self));
      break;
    case PROP_CUES:
      g_value_set_object (value, flitzis_sample_get_cues (self));
      break;
    case PROP_WARNINGS:
      g_value_set_boxed (value, flitzis_sample_get_warnings (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
flitzis_sample_class_init (FlitzisSampleClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = flitzis_sample_finalize;
  object_class->get_property = flitzis_sample_get_property;

  /**
   * FlitzisSample:n-frames: (getter get_n_frames)
   *
   * The length in frames.
   *
   * It is 0 if the length of a streamed file was not known when the file was loaded.
   * [property@Slot:n-frames] has the length as soon as a voice has reached the end.
   */
  properties[PROP_N_FRAMES] =
      g_param_spec_uint64 ("n-frames", NULL, NULL,
                           0, G_MAXUINT64, 0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisSample:n-channels: (getter get_n_channels)
   *
   * The number of channels: 1 or 2; 0 for an empty sample.
   */
  properties[PROP_N_CHANNELS] =
      g_param_spec_uint ("n-channels", NULL, NULL,
                         0, 2, 0,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisSample:sample-rate: (getter get_sample_rate)
   *
   * The rate of the frames held, in Hz.
   */
  properties[PROP_SAMPLE_RATE] =
      g_param_spec_uint ("sample-rate", NULL, NULL,
                         0, MAX_SAMPLE_RATE, 0,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisSample:source-rate: (getter get_source_rate)
   *
   * The rate that the audio had before it was resampled, in Hz.
   *
   * If the audio was not resampled, this is the same as [property@Sample:sample-rate].
   */
  properties[PROP_SOURCE_RATE] =
      g_param_spec_uint ("source-rate", NULL, NULL,
                         0, MAX_SAMPLE_RATE, 0,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisSample:duration: (getter get_duration)
   *
   * The length in seconds: `n-frames` / `sample-rate`.
   */
  properties[PROP_DURATION] =
      g_param_spec_double ("duration", NULL, NULL,
                           0, G_MAXDOUBLE, 0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisSample:n-mended: (getter get_n_mended)
   *
   * How many values were replaced by 0, because they were NaN, denormal, infinite or beyond 2^100.
   */
  properties[PROP_N_MENDED] =
      g_param_spec_uint64 ("n-mended", NULL, NULL,
                           0, G_MAXUINT64, 0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisSample:title: (getter get_title)
   *
   * The title of the sound, from the file; %NULL if it has none.
   */
  properties[PROP_TITLE] =
      g_param_spec_string ("title", NULL, NULL,
                           NULL,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisSample:artist: (getter get_artist)
   *
   * The artist, from the file; %NULL if it has none.
   */
  properties[PROP_ARTIST] =
      g_param_spec_string ("artist", NULL, NULL,
                           NULL,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisSample:has-loop: (getter get_has_loop)
   *
   * Whether the file has a loop that plays forwards.
   *
   * If the file has several, the sample has the first of them.
   */
  properties[PROP_HAS_LOOP] =
      g_param_spec_boolean ("has-loop", NULL, NULL,
                            FALSE,
                            G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisSample:loop-start: (getter get_loop_start)
   *
   * The first frame of the file's loop, counted in the decoded sample; 0 without a loop.
   */
  properties[PROP_LOOP_START] =
      g_param_spec_uint64 ("loop-start", NULL, NULL,
                           0, G_MAXUINT64, 0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisSample:loop-end: (getter get_loop_end)
   *
   * The frame after the end of the file's loop, counted in the decoded sample; 0 without a loop.
   */
  properties[PROP_LOOP_END] =
      g_param_spec_uint64 ("loop-end", NULL, NULL,
                           0, G_MAXUINT64, 0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisSample:loop-count: (getter get_loop_count)
   *
   * How many times the file's loop is to be played; 0 is for ever. Also 0 without a loop.
   */
  properties[PROP_LOOP_COUNT] =
      g_param_spec_uint ("loop-count", NULL, NULL,
                         0, G_MAXUINT, 0,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisSample:tempo: (getter get_tempo)
   *
   * The tempo of the sound in beats per minute, from the file; 0 if it has none.
   */
  properties[PROP_TEMPO] =
      g_param_spec_double ("tempo", NULL, NULL,
                           0.0, G_MAXDOUBLE, 0.0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisSample:root-note: (getter get_root_note)
   *
   * The MIDI note of the sample at its own rate, 0 to 127, from the file; -1 if it has none.
   */
  properties[PROP_ROOT_NOTE] =
      g_param_spec_int ("root-note", NULL, NULL,
                        -1, 127, -1,
                        G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisSample:track-gain: (getter get_track_gain)
   *
   * The ReplayGain of the track in dB, from the file; 0 if it has none.
   *
   * Sounds are about equally loud if each is played with its own gain. The engine does not apply
   * it. To do so, set [property@Slot:gain] to 10 to the power of a twentieth of it.
   */
  properties[PROP_TRACK_GAIN] =
      g_param_spec_double ("track-gain", NULL, NULL,
                           -G_MAXDOUBLE, G_MAXDOUBLE, 0.0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisSample:track-peak: (getter get_track_peak)
   *
   * The ReplayGain peak of the track, from the file, linear; 0 if it has none.
   */
  properties[PROP_TRACK_PEAK] =
      g_param_spec_double ("track-peak", NULL, NULL,
                           0.0, G_MAXDOUBLE, 0.0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisSample:cues: (getter get_cues)
   *
   * The cues of the file, ordered by frame: a [iface@Gio.ListModel] of [class@Cue].
   *
   * The list never changes.
   */
  properties[PROP_CUES] =
      g_param_spec_object ("cues", NULL, NULL,
                           G_TYPE_LIST_MODEL,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisSample:warnings: (getter get_warnings)
   *
   * One sentence for each statement of the file that makes no sense and was ignored.
   *
   * An example is a loop that ends before it begins. The sentences are for people; they name frames
   * of the file, before it was resampled.
   */
  properties[PROP_WARNINGS] =
      g_param_spec_boxed ("warnings", NULL, NULL,
                          G_TYPE_STRV,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
flitzis_sample_init (FlitzisSample *self)
{
  self->bytes = g_bytes_new (NULL, 0);
  self->cues = flitzis_cue_list_new (&self->facts);
  self->warnings = g_new0 (char *, 1);
  self->n_forks = flitzis_process_get_n_forks ();
  g_mutex_init (&self->loudness_mutex);
}

/* The list and the strings are made here and never later, since any thread may ask for them. */
static void
take_facts (FlitzisSample *self, FlitzisFacts *facts)
{
  self->facts = *facts;
  *facts = (FlitzisFacts){ 0 };

  if (self->facts.cues != NULL)
    {
      g_object_unref (self->cues);
      self->cues = flitzis_cue_list_new (&self->facts);
    }

  if (self->facts.warnings != NULL)
    {
      g_ptr_array_add (self->facts.warnings, NULL);
      g_strfreev (self->warnings);
      self->warnings =
          (GStrv) g_ptr_array_free (g_steal_pointer (&self->facts.warnings), FALSE);
    }
}

FlitzisSample *
flitzis_sample_new_decoded (GBytes       *bytes,
                            guint         n_channels,
                            guint         sample_rate,
                            guint         source_rate,
                            guint64       n_mended,
                            FlitzisFacts *facts)
{
  FlitzisSample *self = g_object_new (FLITZIS_TYPE_SAMPLE, NULL);

  g_bytes_unref (self->bytes);
  self->bytes = bytes;
  self->n_frames = g_bytes_get_size (bytes) / (n_channels * sizeof (float));
  self->n_channels = n_channels;
  self->sample_rate = sample_rate;
  self->source_rate = source_rate;
  self->n_mended = n_mended;
  take_facts (self, facts);
  flitzis_peaks_init (&self->peaks, g_bytes_get_data (bytes, NULL), self->n_frames, n_channels);

  return self;
}

FlitzisSample *
flitzis_sample_new_streamed (GBytes                   *head,
                             guint                     n_channels,
                             guint                     sample_rate,
                             guint                     source_rate,
                             guint64                   n_mended,
                             FlitzisFacts             *facts,
                             guint64                   n_frames,
                             const FlitzisSourceFuncs *funcs,
                             gpointer                  source)
{
  FlitzisSample *self = flitzis_sample_new_decoded (head, n_channels, sample_rate, source_rate,
                                                    n_mended, facts);

  self->source_funcs = funcs;
  self->source = source;
  self->n_frames = n_frames;
  flitzis_peaks_init (&self->peaks, NULL, 0, n_channels);

  return self;
}

GBytes *
flitzis_sample_peek_held (FlitzisSample *self)
{
  return self->bytes;
}

gpointer
flitzis_sample_peek_source (FlitzisSample *self)
{
  return self->source;
}

FlitzisPass *
flitzis_sample_begin_pass (FlitzisSample *self, GCancellable *cancellable)
{
  if (self->source != NULL)
    return flitzis_pass_new_streamed (self->source_funcs, self->source, self->n_channels,
                                      cancellable);

  return flitzis_pass_new_held (g_bytes_get_data (self->bytes, NULL), self->n_frames,
                                self->n_channels);
}

FlitzisSample *
flitzis_sample_new_scaled (FlitzisSample *self, double gain, GError **error)
{
  gsize          size;
  const float   *values = g_bytes_get_data (self->bytes, &size);
  gpointer       memory;
  float         *scaled;
  FlitzisFacts   facts = self->facts;
  FlitzisSample *made;

  if (self->source != NULL)
    {
      g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                           "A streamed sample has no gain of its own: its frames are in a file");
      return NULL;
    }

  memory = g_malloc (size + FLITZIS_PADDING_ROOM);
  scaled = flitzis_padding_align (memory);

  for (gsize i = 0; i < size / sizeof (float); i++)
    scaled[i] = (float) (gain * values[i]);

  facts.title = g_strdup (facts.title);
  facts.artist = g_strdup (facts.artist);
  made = flitzis_sample_new_decoded (flitzis_padding_wrap (memory, size / sizeof (float)),
                                     self->n_channels, self->sample_rate, self->source_rate,
                                     self->n_mended, &facts);

  /* the list and the strings are not in the facts any more */
  g_set_object (&made->cues, self->cues);
  g_strfreev (made->warnings);
  made->warnings = g_strdupv (self->warnings);

  return made;
}

/**
 * flitzis_sample_new:
 * @bytes: interleaved 32-bit floats in native byte order, whole frames, at least one
 * @n_channels: 1 or 2
 * @sample_rate: 1000 to 768000, in Hz
 * @error: return location for an error
 *
 * Makes a sample from frames in memory.
 *
 * The sample shares the bytes and does not copy them, with these exceptions:
 *
 * - The bytes hold NaN, denormals, infinities or values beyond 2^100. The copy has 0 in place of
 *   these values, and [property@Sample:n-mended] counts them.
 * - The bytes are not aligned for floats.
 * - The bytes are in a mapped file or in shared memory, which could change or go away.
 *
 * The frames are not converted to the engine's rate. If the rates differ, a voice plays the frames
 * faster or slower, so that the pitch is right.
 *
 * Fails with `FLITZIS_ENGINE_ERROR_INVALID_VALUE` if the number of channels or the rate is out of
 * range, if there is no frame, if there are more than 2^32 - 97 frames, and if the last frame is
 * incomplete.
 *
 * Returns: (transfer full): a sample
 */
FlitzisSample *
flitzis_sample_new (GBytes *bytes, guint n_channels, guint sample_rate, GError **error)
{
  gsize        size = bytes != NULL ? g_bytes_get_size (bytes) : 0;
  guint64      n_mended = 0;
  GBytes      *playable;
  FlitzisFacts facts = { 0 };

  if (n_channels < 1 || n_channels > 2)
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_INVALID_VALUE,
                   "A sample has 1 or 2 channels, not %u", n_channels);
      return NULL;
    }

  if (sample_rate < MIN_SAMPLE_RATE || sample_rate > MAX_SAMPLE_RATE)
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_INVALID_VALUE,
                   "The rate of a sample is %u to %u Hz, not %u",
                   MIN_SAMPLE_RATE, MAX_SAMPLE_RATE, sample_rate);
      return NULL;
    }

  if (size / (n_channels * sizeof (float)) > FLITZIS_SAMPLE_MAX_FRAMES)
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_INVALID_VALUE,
                   "A sample has at most %u frames", FLITZIS_SAMPLE_MAX_FRAMES);
      return NULL;
    }

  if (size == 0)
    {
      g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_INVALID_VALUE,
                           "A sample has at least one frame: this one is empty");
      return NULL;
    }

  if (size % (n_channels * sizeof (float)) != 0)
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_INVALID_VALUE,
                   "%" G_GSIZE_FORMAT " bytes are not whole frames of 32-bit "
                   "floats with n-channels %u",
                   size, n_channels);
      return NULL;
    }

  playable = make_playable (bytes, &n_mended);

  return flitzis_sample_new_decoded (playable, n_channels, sample_rate, sample_rate, n_mended,
                                     &facts);
}

/**
 * flitzis_sample_get_bytes:
 * @self: a sample
 *
 * Gets the decoded audio.
 *
 * The bytes are interleaved 32-bit floats in native byte order, `n-frames` x `n-channels` values,
 * with a nominal range of -1 to 1. They are shared, not copied, and never change.
 *
 * A streamed sample is not in memory, so it has no bytes.
 *
 * Returns: (transfer none) (nullable): the audio data
 */
GBytes *
flitzis_sample_get_bytes (FlitzisSample *self)
{
  g_return_val_if_fail (FLITZIS_IS_SAMPLE (self), NULL);

  return self->source == NULL ? self->bytes : NULL;
}

/**
 * flitzis_sample_get_n_frames: (get-property n-frames)
 * @self: a sample
 *
 * Gets the length.
 *
 * Returns: the number of frames; 0 if the length was not known when the file was loaded
 */
guint64
flitzis_sample_get_n_frames (FlitzisSample *self)
{
  g_return_val_if_fail (FLITZIS_IS_SAMPLE (self), 0);

  return self->n_frames;
}

/**
 * flitzis_sample_get_n_channels: (get-property n-channels)
 * @self: a sample
 *
 * Gets the number of values in a frame.
 *
 * Returns: 1 or 2; 0 for an empty sample
 */
guint
flitzis_sample_get_n_channels (FlitzisSample *self)
{
  g_return_val_if_fail (FLITZIS_IS_SAMPLE (self), 0);

  return self->n_channels;
}

/**
 * flitzis_sample_get_sample_rate: (get-property sample-rate)
 * @self: a sample
 *
 * Gets the rate of the frames held.
 *
 * Returns: the rate in Hz
 */
guint
flitzis_sample_get_sample_rate (FlitzisSample *self)
{
  g_return_val_if_fail (FLITZIS_IS_SAMPLE (self), 0);

  return self->sample_rate;
}

/**
 * flitzis_sample_get_source_rate: (get-property source-rate)
 * @self: a sample
 *
 * Gets the rate that the audio had before it was resampled.
 *
 * Returns: the rate in Hz
 */
guint
flitzis_sample_get_source_rate (FlitzisSample *self)
{
  g_return_val_if_fail (FLITZIS_IS_SAMPLE (self), 0);

  return self->source_rate;
}

/**
 * flitzis_sample_get_duration: (get-property duration)
 * @self: a sample
 *
 * Gets the length as time.
 *
 * Returns: the length in seconds
 */
double
flitzis_sample_get_duration (FlitzisSample *self)
{
  g_return_val_if_fail (FLITZIS_IS_SAMPLE (self), 0.0);

  return self->sample_rate > 0 ? (double) self->n_frames / self->sample_rate : 0.0;
}

/**
 * flitzis_sample_get_n_mended: (get-property n-mended)
 * @self: a sample
 *
 * Gets how many values were replaced by 0, because they were NaN, denormal, infinite or beyond
 * 2^100.
 *
 * Returns: the number of values
 */
guint64
flitzis_sample_get_n_mended (FlitzisSample *self)
{
  g_return_val_if_fail (FLITZIS_IS_SAMPLE (self), 0);

  return self->n_mended;
}

/**
 * flitzis_sample_get_title: (get-property title)
 * @self: a sample
 *
 * Gets the title of the sound, from the file.
 *
 * Returns: (nullable): the title
 */
const char *
flitzis_sample_get_title (FlitzisSample *self)
{
  g_return_val_if_fail (FLITZIS_IS_SAMPLE (self), NULL);

  return self->facts.title;
}

/**
 * flitzis_sample_get_artist: (get-property artist)
 * @self: a sample
 *
 * Gets the artist, from the file.
 *
 * Returns: (nullable): the artist
 */
const char *
flitzis_sample_get_artist (FlitzisSample *self)
{
  g_return_val_if_fail (FLITZIS_IS_SAMPLE (self), NULL);

  return self->facts.artist;
}

/**
 * flitzis_sample_get_has_loop: (get-property has-loop)
 * @self: a sample
 *
 * Gets whether the file has a loop that plays forwards.
 *
 * Returns: %TRUE if it does
 */
gboolean
flitzis_sample_get_has_loop (FlitzisSample *self)
{
  g_return_val_if_fail (FLITZIS_IS_SAMPLE (self), FALSE);

  return self->facts.has_loop;
}

/**
 * flitzis_sample_get_loop_start: (get-property loop-start)
 * @self: a sample
 *
 * Gets the first frame of the file's loop.
 *
 * Returns: a frame of the decoded sample; 0 without a loop
 */
guint64
flitzis_sample_get_loop_start (FlitzisSample *self)
{
  g_return_val_if_fail (FLITZIS_IS_SAMPLE (self), 0);

  return self->facts.loop_start;
}

/**
 * flitzis_sample_get_loop_end: (get-property loop-end)
 * @self: a sample
 *
 * Gets the frame after the end of the file's loop.
 *
 * Returns: a frame of the decoded sample; 0 without a loop
 */
guint64
flitzis_sample_get_loop_end (FlitzisSample *self)
{
  g_return_val_if_fail (FLITZIS_IS_SAMPLE (self), 0);

  return self->facts.loop_end;
}

/**
 * flitzis_sample_get_loop_count: (get-property loop-count)
 * @self: a sample
 *
 * Gets how many times the file's loop is to be played.
 *
 * Returns: the number of rounds; 0 for ever, and without a loop
 */
guint
flitzis_sample_get_loop_count (FlitzisSample *self)
{
  g_return_val_if_fail (FLITZIS_IS_SAMPLE (self), 0);

  return self->facts.loop_count;
}

/**
 * flitzis_sample_get_tempo: (get-property tempo)
 * @self: a sample
 *
 * Gets the tempo of the sound, from the file.
 *
 * Returns: beats per minute; 0 if there is none
 */
double
flitzis_sample_get_tempo (FlitzisSample *self)
{
  g_return_val_if_fail (FLITZIS_IS_SAMPLE (self), 0.0);

  return self->facts.tempo;
}

/**
 * flitzis_sample_get_root_note: (get-property root-note)
 * @self: a sample
 *
 * Gets the MIDI note of the sample at its own rate, from the file.
 *
 * Returns: 0 to 127; -1 if there is none
 */
int
flitzis_sample_get_root_note (FlitzisSample *self)
{
  g_return_val_if_fail (FLITZIS_IS_SAMPLE (self), -1);

  return self->facts.has_root_note ? (int) self->facts.root_note : -1;
}

/**
 * flitzis_sample_get_track_gain: (get-property track-gain)
 * @self: a sample
 *
 * Gets the ReplayGain of the track, from the file.
 *
 * Returns: the gain in dB; 0 if there is none
 */
double
flitzis_sample_get_track_gain (FlitzisSample *self)
{
  g_return_val_if_fail (FLITZIS_IS_SAMPLE (self), 0.0);

  return self->facts.track_gain;
}

/**
 * flitzis_sample_get_track_peak: (get-property track-peak)
 * @self: a sample
 *
 * Gets the ReplayGain peak of the track, from the file.
 *
 * Returns: the peak, linear; 0 if there is none
 */
double
flitzis_sample_get_track_peak (FlitzisSample *self)
{
  g_return_val_if_fail (FLITZIS_IS_SAMPLE (self), 0.0);

  return self->facts.track_peak;
}

/**
 * flitzis_sample_get_cues: (get-property cues)
 * @self: a sample
 *
 * Gets the cues of the file.
 *
 * Returns: (transfer none): a list of [class@Cue], ordered by frame
 */
GListModel *
flitzis_sample_get_cues (FlitzisSample *self)
{
  g_return_val_if_fail (FLITZIS_IS_SAMPLE (self), NULL);

  return self->cues;
}

/**
 * flitzis_sample_get_warnings: (get-property warnings)
 * @self: a sample
 *
 * Gets a sentence for each statement of the file that makes no sense and was ignored.
 *
 * Returns: (transfer none) (array zero-terminated=1): the sentences
 */
const char *const *
flitzis_sample_get_warnings (FlitzisSample *self)
{
  g_return_val_if_fail (FLITZIS_IS_SAMPLE (self), NULL);

  return (const char *const *) self->warnings;
}

static void
wait_for_peaks (FlitzisSample *self)
{
  g_autoptr (GTask) task = NULL;

  if (flitzis_peaks_is_built (&self->peaks))
    return;

  if (has_workers ())
    {
      task = g_task_new (NULL, NULL, NULL, NULL);
      g_task_set_task_data (task, self, NULL);
      g_task_run_in_thread_sync (task, peaks_worker);
    }
  else if (self->source != NULL)
    {
      build_peaks (self, NULL);
    }
}

static GBytes *
read_peaks (FlitzisSample *self, guint64 first_frame, guint64 last_frame, guint n_bins)
{
  FlitzisPeak *bins;

  n_bins = MIN (n_bins, MAX_BINS);
  bins = g_new (FlitzisPeak, n_bins);
  flitzis_peaks_read (&self->peaks, first_frame, last_frame, n_bins, bins);

  return g_bytes_new_take (bins, n_bins * sizeof *bins);
}

/**
 * flitzis_sample_get_peaks:
 * @self: a sample
 * @n_bins: the number of bins, at most 1048576; a larger number counts as 1048576
 *
 * Gets the minimum and the maximum of equal parts of the sample, to draw its waveform.
 *
 * This is [method@Sample.get_peaks_range] from frame 0 to `n-frames`. If the length of a streamed
 * sample is not known, the range ends after the last frame that could be read.
 *
 * Returns: (transfer full): the minimum and the maximum of each bin, as 32-bit floats
 */
GBytes *
flitzis_sample_get_peaks (FlitzisSample *self, guint n_bins)
{
  guint64 n_frames;

  g_return_val_if_fail (FLITZIS_IS_SAMPLE (self), NULL);

  wait_for_peaks (self);
  n_frames = self->n_frames > 0 ? self->n_frames : flitzis_peaks_get_n_frames (&self->peaks);

  return read_peaks (self, 0, n_frames, n_bins);
}

/**
 * flitzis_sample_get_peaks_range:
 * @self: a sample
 * @first_frame: the first frame of the range
 * @last_frame: the frame after the range
 * @n_bins: the number of bins, at most 1048576; a larger number counts as 1048576
 *
 * Gets the minimum and the maximum of equal parts of a range, to draw this part of the waveform.
 *
 * The result is `n_bins` pairs of 32-bit floats in native byte order: the minimum and the maximum
 * over all channels. Bin `i` begins at frame
 * `first_frame + i * (last_frame - first_frame) / n_bins`, rounded down, and ends where the next
 * bin begins. Each bin has one frame at least, so frames repeat if there are more bins than frames.
 * An empty or reversed range is the frame @first_frame alone. After its last frame a sample is
 * silent: bins there are 0.
 *
 * The first call looks at all frames of the sample on a worker thread, and waits for the result.
 * This takes some 50 ms for ten minutes of stereo. To have it done ahead of time, call
 * [method@Sample.prepare_peaks_async]. The sample keeps the result, which takes less than 1/64 of
 * its memory and does not count for [property@Engine:memory-limit]. After that, the time of a call
 * depends on the number of bins and not on the length of the range.
 *
 * The child of a fork has no worker thread. There, and when memory is short, each call looks at all
 * frames of its range.
 *
 * The frames of a streamed sample are read from its file, once, which takes seconds for an hour of
 * sound. After that, the sample only has the minimum and the maximum of each 256 values: of all
 * channels together, so of 128 frames of stereo. The first and the last block of a bin count as a
 * whole, even if the bin begins or ends within them. Frames that could not be read count as
 * silence; [method@Sample.prepare_peaks_finish] returns the error. In the child of a fork, a sample
 * of the parent is silent unless its peaks were ready before.
 *
 * Returns: (transfer full): the minimum and the maximum of each bin, as 32-bit floats
 */
GBytes *
flitzis_sample_get_peaks_range (FlitzisSample *self,
                                guint64        first_frame,
                                guint64        last_frame,
                                guint          n_bins)
{
  g_return_val_if_fail (FLITZIS_IS_SAMPLE (self), NULL);

  wait_for_peaks (self);

  return read_peaks (self, first_frame, last_frame, n_bins);
}

/**
 * flitzis_sample_prepare_peaks_async:
 * @self: a sample
 * @cancellable: (nullable): a cancellable; a worker that has begun finishes its work nevertheless
 * @callback: (scope async) (nullable): called when [method@Sample.get_peaks] no longer has to wait
 * @user_data: data for @callback
 *
 * Looks at all frames on a worker thread, so that [method@Sample.get_peaks] and
 * [method@Sample.get_peaks_range] do not have to wait.
 *
 * The worker looks at the frames only once, however often you call this. Fails with
 * `G_IO_ERROR_CANCELLED` if @cancellable is cancelled.
 *
 * For a streamed sample, the call also fails with the errors of [method@Engine.load_sample] if the
 * file cannot be read to its end, and with `FLITZIS_ENGINE_ERROR_FORKED` in the child of a fork if
 * the parent made the sample and its peaks were not ready. The sample keeps the peaks that it has
 * by then; later calls return the same error.
 */
void
flitzis_sample_prepare_peaks_async (FlitzisSample      *self,
                                    GCancellable       *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (FLITZIS_IS_SAMPLE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, flitzis_sample_prepare_peaks_async);

  if (g_task_return_error_if_cancelled (task))
    return;

  g_task_set_task_data (task, self, NULL);
  g_task_set_return_on_cancel (task, TRUE);

  if (has_workers () && !flitzis_peaks_is_built (&self->peaks))
    g_task_run_in_thread (task, peaks_worker);
  else if (self->source != NULL)
    peaks_worker (task, self, self, cancellable);
  else
    g_task_return_boolean (task, TRUE);
}

/**
 * flitzis_sample_prepare_peaks_finish:
 * @self: a sample
 * @result: the result that the callback received
 * @error: return location for an error
 *
 * Finishes [method@Sample.prepare_peaks_async].
 *
 * Returns: %TRUE unless it was cancelled or failed
 */
gboolean
flitzis_sample_prepare_peaks_finish (FlitzisSample *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (FLITZIS_IS_SAMPLE (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, flitzis_sample_prepare_peaks_async),
                        FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

FlitzisLoudness *
flitzis_sample_peek_loudness (FlitzisSample *self)
{
  return g_atomic_pointer_get (&self->loudness);
}

/* The first thread measures while all others wait. If it is cancelled, the next one measures. */
static gboolean
measure_loudness (FlitzisSample *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->loudness_mutex);
  g_autoptr (FlitzisPass) pass = flitzis_sample_begin_pass (self, cancellable);
  FlitzisMeterResult result;

  if (self->loudness != NULL)
    return TRUE;

  if (!flitzis_meter_measure (pass, self->n_channels, self->sample_rate, cancellable, &result,
                              error))
    return FALSE;

  g_atomic_pointer_set (&self->loudness, flitzis_loudness_new (&result));

  return TRUE;
}

/**
 * flitzis_sample_measure_loudness:
 * @self: a sample
 * @cancellable: (nullable): a cancellable, checked every 65536 frames
 * @error: return location for an error
 *
 * Measures the loudness of the sample.
 *
 * This blocks: a minute of stereo takes about a second. The sample keeps the result, so later calls
 * return at once. A streamed sample is read from its file, a piece at a time.
 *
 * Fails with `FLITZIS_ENGINE_ERROR_UNSUPPORTED` if Flitzis is built without libebur128 or if the
 * sample rate is below 8000 Hz, with `FLITZIS_ENGINE_ERROR_FORKED` in the child of a fork if the
 * parent made the sample, with `FLITZIS_ENGINE_ERROR_TOO_LARGE` if there is not enough memory, and
 * with `G_IO_ERROR_CANCELLED` if @cancellable is cancelled. If the file of a streamed sample cannot
 * be read to its end, it fails with the errors of [method@Engine.load_sample].
 *
 * Returns: (transfer full): the loudness
 */
FlitzisLoudness *
flitzis_sample_measure_loudness (FlitzisSample *self, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (FLITZIS_IS_SAMPLE (self), NULL);

  if (is_inherited (self))
    {
      g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_FORKED,
                           "Could not measure the loudness: the process is a fork of the one that "
                           "made the sample");
      return NULL;
    }

  if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
      (flitzis_sample_peek_loudness (self) == NULL && !measure_loudness (self, cancellable, error)))
    return NULL;

  return g_object_ref (self->loudness);
}

static void
loudness_worker (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  GError          *error = NULL;
  FlitzisLoudness *loudness;

  /* the task may hold this error already, and another one would leak it */
  if (g_task_return_error_if_cancelled (task))
    return;

  loudness = flitzis_sample_measure_loudness (source, cancellable, &error);

  if (loudness != NULL)
    g_task_return_pointer (task, loudness, g_object_unref);
  else
    g_task_return_error (task, error);
}

/**
 * flitzis_sample_measure_loudness_async:
 * @self: a sample
 * @cancellable: (nullable): a cancellable
 * @callback: (scope async) (nullable): called when the sample is measured
 * @user_data: data for @callback
 *
 * Measures the loudness of the sample on a worker thread.
 *
 * Otherwise the same as [method@Sample.measure_loudness].
 */
void
flitzis_sample_measure_loudness_async (FlitzisSample      *self,
                                       GCancellable       *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (FLITZIS_IS_SAMPLE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, flitzis_sample_measure_loudness_async);
  g_task_set_return_on_cancel (task, TRUE);

  if (has_workers ())
    g_task_run_in_thread (task, loudness_worker);
  else
    loudness_worker (task, self, NULL, cancellable);
}

/**
 * flitzis_sample_measure_loudness_finish:
 * @self: a sample
 * @result: the result that the callback got
 * @error: return location for an error
 *
 * Finishes [method@Sample.measure_loudness_async].
 *
 * Returns: (transfer full): the loudness
 */
FlitzisLoudness *
flitzis_sample_measure_loudness_finish (FlitzisSample *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (FLITZIS_IS_SAMPLE (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, flitzis_sample_measure_loudness_async),
                        NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
