/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-sample.h"

#include "flitzis-error.h"
#include "flitzis-sample-private.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/**
 * FlitzisSample:
 *
 * Decoded audio that never changes.
 *
 * A sample holds interleaved 32-bit floats, mono or stereo, at one rate. Engines make them when
 * they load a file; a program makes them from its own data and gives them to
 * [method@Engine.set_sample]. One sample can stand in many slots of many engines: they share its
 * data.
 *
 * ```c
 * g_autoptr (GBytes) bytes = g_bytes_new (frames, n_frames * 2 * sizeof (float));
 * g_autoptr (FlitzisSample) sample = flitzis_sample_new (bytes, 2, 48000, &error);
 * ```
 *
 * Samples are immutable, so any thread may use them. An object built without [ctor@Sample.new] is
 * empty, and no engine accepts it.
 */

#define MIN_SAMPLE_RATE 1000
#define MAX_SAMPLE_RATE 768000

struct _FlitzisSample
{
  GObject parent_instance;

  /* set by the constructors, then constant */
  GBytes *bytes;
  guint64 n_frames;
  guint64 n_mended;
  guint   n_channels;
  guint   sample_rate;
  guint   source_rate;
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
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* The magnitudes of the smallest normal number and of 2^100, beyond which a mix of 1024 voices at
 * full gain could become infinite. */
#define MIN_NORMAL_BITS 0x00800000u
#define MAX_VALUE_BITS 0x71800000u

/* By the bits: threads that treat denormals as 0 - and decoders leave such behind - see none. */
static inline gboolean
is_broken (float value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  bits &= 0x7fffffff;

  return bits != 0 && (bits < MIN_NORMAL_BITS || bits > MAX_VALUE_BITS);
}

gsize
flitzis_sample_mend (float *values, gsize n_values)
{
  gsize n_mended = 0;

  for (gsize i = 0; i < n_values; i++)
    {
      if (is_broken (values[i]))
        {
          values[i] = 0.0f;
          n_mended++;
        }
    }

  return n_mended;
}

static gsize
count_broken (const float *values, gsize n_values)
{
  gsize n_broken = 0;

  for (gsize i = 0; i < n_values; i++)
    n_broken += is_broken (values[i]);

  return n_broken;
}

/* Bits of /proc/self/pagemap, which has 8 bytes for each page. */
#define PAGE_IS_FILE_OR_SHARED (G_GUINT64_CONSTANT (1) << 61)

/*
 * Whether the memory is this process's alone. A mapped file can be cut off under its reader, whom
 * that kills, and waits for the disk where it was not read yet; shared memory can change. Memory
 * that the kernel does not tell about is taken for such.
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

/* The bytes themselves where the mixer can read them as they are, else a mended, aligned copy. Once
 * they were counted through, all their pages are there. */
static GBytes *
make_playable (GBytes *bytes, guint64 *n_mended)
{
  gsize             size;
  gconstpointer     data = g_bytes_get_data (bytes, &size);
  gboolean          aligned = (guintptr) data % G_ALIGNOF (float) == 0;
  g_autofree float *copy = NULL;

  if (aligned && count_broken (data, size / sizeof (float)) == 0 && is_private (data, size))
    return g_bytes_ref (bytes);

  copy = g_memdup2 (data, size);
  *n_mended = flitzis_sample_mend (copy, size / sizeof (float));

  return g_bytes_new_take (g_steal_pointer (&copy), size);
}

static void
flitzis_sample_finalize (GObject *object)
{
  FlitzisSample *self = FLITZIS_SAMPLE (object);

  g_clear_pointer (&self->bytes, g_bytes_unref);

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
   * The same as [property@Sample:sample-rate] for audio that was not.
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
   * How many values were NaN, denormal, infinite or beyond 2^100, and became 0.
   */
  properties[PROP_N_MENDED] =
      g_param_spec_uint64 ("n-mended", NULL, NULL,
                           0, G_MAXUINT64, 0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
flitzis_sample_init (FlitzisSample *self)
{
  self->bytes = g_bytes_new (NULL, 0);
}

FlitzisSample *
flitzis_sample_new_decoded (GBytes *bytes,
                            guint   n_channels,
                            guint   sample_rate,
                            guint   source_rate,
                            guint64 n_mended)
{
  FlitzisSample *self = g_object_new (FLITZIS_TYPE_SAMPLE, NULL);

  g_bytes_unref (self->bytes);
  self->bytes = bytes;
  self->n_frames = g_bytes_get_size (bytes) / (n_channels * sizeof (float));
  self->n_channels = n_channels;
  self->sample_rate = sample_rate;
  self->source_rate = source_rate;
  self->n_mended = n_mended;

  return self;
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
 * The bytes are shared, not copied, unless they hold NaN, denormals, infinities or values beyond
 * 2^100 (the copy has 0 in their place, see [property@Sample:n-mended]), are not aligned for
 * floats, or lie in a mapped file or shared memory, which could change or go away.
 *
 * A rate that is not the engine's is not converted: the voice runs faster or slower, so that the
 * pitch is right.
 *
 * Fails with `FLITZIS_ENGINE_ERROR_INVALID_VALUE` for another channel count or rate, for no frames,
 * for more than 2^32 - 97 of them, and for an incomplete last frame.
 *
 * Returns: (transfer full): a sample
 */
FlitzisSample *
flitzis_sample_new (GBytes *bytes, guint n_channels, guint sample_rate, GError **error)
{
  gsize   size = bytes != NULL ? g_bytes_get_size (bytes) : 0;
  guint64 n_mended = 0;
  GBytes *playable;

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

  if (size == 0 || size % (n_channels * sizeof (float)) != 0)
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_INVALID_VALUE,
                   "%" G_GSIZE_FORMAT " bytes are not one or more whole frames of 32-bit "
                   "floats with n-channels %u",
                   size, n_channels);
      return NULL;
    }

  playable = make_playable (bytes, &n_mended);

  return flitzis_sample_new_decoded (playable, n_channels, sample_rate, sample_rate, n_mended);
}

/**
 * flitzis_sample_get_bytes:
 * @self: a sample
 *
 * Gets the decoded audio.
 *
 * Interleaved 32-bit floats in native byte order, `n-frames` x `n-channels` values, nominal range
 * -1 to 1. The bytes are shared, not copied, and never change.
 *
 * Returns: (transfer none): the audio data
 */
GBytes *
flitzis_sample_get_bytes (FlitzisSample *self)
{
  g_return_val_if_fail (FLITZIS_IS_SAMPLE (self), NULL);

  return self->bytes;
}

/**
 * flitzis_sample_get_n_frames: (get-property n-frames)
 * @self: a sample
 *
 * Gets the length.
 *
 * Returns: the number of frames
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
 * Gets how many values were NaN, denormal, infinite or beyond 2^100, and became 0.
 *
 * Returns: the number of values
 */
guint64
flitzis_sample_get_n_mended (FlitzisSample *self)
{
  g_return_val_if_fail (FLITZIS_IS_SAMPLE (self), 0);

  return self->n_mended;
}
