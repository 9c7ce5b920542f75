/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-export.h"

#include "flitzis-export-private.h"

/**
 * FlitzisExport:
 *
 * The options of an export: [method@Engine.export], [method@Sample.export].
 *
 * The end of the file's name decides the format: `.wav`, `.aiff`, `.aif`, `.flac`, `.ogg`, `.oga`
 * (Vorbis), `.opus` or `.mp3`. The options set how the values are stored and how the gain is
 * chosen, and hold the tags and the loop to write into the file.
 *
 * ```c
 * g_autoptr (FlitzisSample) sample = flitzis_slot_dup_sample (flitzis_engine_get_slot (engine, 3));
 * g_autoptr (GFile) file = g_file_new_for_path ("kick.mp3");
 * g_autoptr (FlitzisExport) options = flitzis_export_new ();
 *
 * flitzis_export_set_title (options, "Kick");
 * flitzis_export_set_normalize (options, FLITZIS_NORMALIZE_PEAK);
 * flitzis_sample_export (sample, file, options, NULL, &error);
 * ```
 *
 * ```python
 * options = Flitzis.Export(title='Kick', normalize=Flitzis.Normalize.PEAK)
 * engine[3].sample.export(Gio.File.new_for_path('kick.mp3'), options)
 * ```
 *
 * ```js
 * const options = new Flitzis.Export({title: 'Kick', normalize: Flitzis.Normalize.PEAK});
 * engine.get_slot(3).sample.export(Gio.File.new_for_path('kick.mp3'), options, null);
 * ```
 *
 * An export copies the options when it begins, so you can change them for the next one. Use an
 * object in one thread at a time.
 */

struct _FlitzisExport
{
  GObject parent_instance;

  FlitzisBitDepth  bit_depth;
  double           quality;
  gboolean         dither;
  FlitzisNormalize normalize;
  double           target_peak;     /* dBFS */
  double           target_loudness; /* LUFS */
  gboolean         limiter;
  char            *title;
  char            *artist;
  double           tempo;
  int              root_note;
  guint64          loop_start;
  guint64          loop_end;
  guint            loop_count;
  guint64          n_clipped;
};

G_DEFINE_FINAL_TYPE (FlitzisExport, flitzis_export, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_BIT_DEPTH,
  PROP_QUALITY,
  PROP_DITHER,
  PROP_NORMALIZE,
  PROP_TARGET_PEAK,
  PROP_TARGET_LOUDNESS,
  PROP_LIMITER,
  PROP_TITLE,
  PROP_ARTIST,
  PROP_TEMPO,
  PROP_ROOT_NOTE,
  PROP_LOOP_START,
  PROP_LOOP_END,
  PROP_LOOP_COUNT,
  PROP_N_CLIPPED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
flitzis_export_finalize (GObject *object)
{
  FlitzisExport *self = FLITZIS_EXPORT (object);

  g_free (self->title);
  g_free (self->artist);

  G_OBJECT_CLASS (flitzis_export_parent_class)->finalize (object);
}

static void
flitzis_export_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  FlitzisExport *self = FLITZIS_EXPORT (object);

  switch (prop_id)
    {
    case PROP_BIT_DEPTH:
      g_value_set_enum (value, flitzis_export_get_bit_depth (self));
      break;
    case PROP_QUALITY:
      g_value_set_double (value, flitzis_export_get_quality (self));
      break;
    case PROP_DITHER:
      g_value_set_boolean (value, flitzis_export_get_dither (self));
      break;
    case PROP_NORMALIZE:
      g_value_set_enum (value, flitzis_export_get_normalize (self));
      break;
    case PROP_TARGET_PEAK:
      g_value_set_double (value, flitzis_export_get_target_peak (self));
      break;
    case PROP_TARGET_LOUDNESS:
      g_value_set_double (value, flitzis_export_get_target_loudness (self));
      break;
    case PROP_LIMITER:
      g_value_set_boolean (value, flitzis_export_get_limiter (self));
      break;
    case PROP_TITLE:
      g_value_set_string (value, flitzis_export_get_title (self));
      break;
    case PROP_ARTIST:
      g_value_set_string (value, flitzis_export_get_artist (self));
      break;
    case PROP_TEMPO:
      g_value_set_double (value, flitzis_export_get_tempo (self));
      break;
    case PROP_ROOT_NOTE:
      g_value_set_int (value, flitzis_export_get_root_note (self));
      break;
    case PROP_LOOP_START:
      g_value_set_uint64 (value, flitzis_export_get_loop_start (self));
      break;
    case PROP_LOOP_END:
      g_value_set_uint64 (value, flitzis_export_get_loop_end (self));
      break;
    case PROP_LOOP_COUNT:
      g_value_set_uint (value, flitzis_export_get_loop_count (self));
      break;
    case PROP_N_CLIPPED:
      g_value_set_uint64 (value, flitzis_export_get_n_clipped (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
flitzis_export_set_property (GObject      *object,
                             guint         prop_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  FlitzisExport *self = FLITZIS_EXPORT (object);

  switch (prop_id)
    {
    case PROP_BIT_DEPTH:
      flitzis_export_set_bit_depth (self, g_value_get_enum (value));
      break;
    case PROP_QUALITY:
      flitzis_export_set_quality (self, g_value_get_double (value));
      break;
    case PROP_DITHER:
      flitzis_export_set_dither (self, g_value_get_boolean (value));
      break;
    case PROP_NORMALIZE:
      flitzis_export_set_normalize (self, g_value_get_enum (value));
      break;
    case PROP_TARGET_PEAK:
      flitzis_export_set_target_peak (self, g_value_get_double (value));
      break;
    case PROP_TARGET_LOUDNESS:
      flitzis_export_set_target_loudness (self, g_value_get_double (value));
      break;
    case PROP_LIMITER:
      flitzis_export_set_limiter (self, g_value_get_boolean (value));
      break;
    case PROP_TITLE:
      flitzis_export_set_title (self, g_value_get_string (value));
      break;
    case PROP_ARTIST:
      flitzis_export_set_artist (self, g_value_get_string (value));
      break;
    case PROP_TEMPO:
      flitzis_export_set_tempo (self, g_value_get_double (value));
      break;
    case PROP_ROOT_NOTE:
      flitzis_export_set_root_note (self, g_value_get_int (value));
      break;
    case PROP_LOOP_START:
      flitzis_export_set_loop_start (self, g_value_get_uint64 (value));
      break;
    case PROP_LOOP_END:
      flitzis_export_set_loop_end (self, g_value_get_uint64 (value));
      break;
    case PROP_LOOP_COUNT:
      flitzis_export_set_loop_count (self, g_value_get_uint (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
flitzis_export_class_init (FlitzisExportClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = flitzis_export_finalize;
  object_class->get_property = flitzis_export_get_property;
  object_class->set_property = flitzis_export_set_property;

  /**
   * FlitzisExport:bit-depth: (getter get_bit_depth) (setter set_bit_depth)
   *
   * How the values of WAV, AIFF and FLAC files are stored.
   *
   * AIFF and FLAC cannot store floats: the export fails. Lossy formats have no bit depth, and
   * ignore this.
   */
  properties[PROP_BIT_DEPTH] =
      g_param_spec_enum ("bit-depth", NULL, NULL,
                         FLITZIS_TYPE_BIT_DEPTH, FLITZIS_BIT_DEPTH_AUTO,
                         G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisExport:quality: (getter get_quality) (setter set_quality)
   *
   * The quality of lossy formats, from 0.0 (small files) to 1.0 (large ones).
   *
   * Ogg Vorbis has this quality times 10. Opus has 16 to 128 kbit/s for each channel, and MP3 a
   * variable bit rate from V9 to V0.
   */
  properties[PROP_QUALITY] =
      g_param_spec_double ("quality", NULL, NULL,
                           0.0, 1.0, 0.6,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisExport:dither: (getter get_dither) (setter set_dither)
   *
   * Whether noise of two steps is added before values are rounded to 16 bits: in 16-bit files, and
   * for the encoders of Opus and MP3.
   *
   * The noise has a triangular distribution, so that the error of the rounding does not depend on
   * the sound. It is the same in each file, so the same sound gives the same values.
   */
  properties[PROP_DITHER] =
      g_param_spec_boolean ("dither", NULL, NULL,
                            TRUE,
                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisExport:normalize: (getter get_normalize) (setter set_normalize)
   *
   * How the gain of the whole sound is chosen. Silence stays as it is.
   *
   * The loudness is measured as [method@Sample.measure_loudness] does. If Flitzis is built without
   * libebur128 or the rate is below 8000 Hz, an export with `FLITZIS_NORMALIZE_LOUDNESS` fails with
   * `FLITZIS_ENGINE_ERROR_UNSUPPORTED`.
   *
   * To measure the sound of an engine, it is first rendered into a temporary file beside the new
   * one, which takes 8 bytes for each frame.
   */
  properties[PROP_NORMALIZE] =
      g_param_spec_enum ("normalize", NULL, NULL,
                         FLITZIS_TYPE_NORMALIZE, FLITZIS_NORMALIZE_NONE,
                         G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisExport:target-peak: (getter get_target_peak) (setter set_target_peak)
   *
   * The largest value after [property@Export:normalize], in dBFS. With
   * `FLITZIS_NORMALIZE_LOUDNESS` it is the highest true peak, in dBTP.
   */
  properties[PROP_TARGET_PEAK] =
      g_param_spec_double ("target-peak", NULL, NULL,
                           -60.0, 0.0, -1.0,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisExport:target-loudness: (getter get_target_loudness) (setter set_target_loudness)
   *
   * The integrated loudness for `FLITZIS_NORMALIZE_LOUDNESS`, in LUFS.
   *
   * A sound with high peaks stays below it: [property@Export:target-peak] is never exceeded. EBU
   * R 128 asks for -23 LUFS in broadcasts; AES TD1008 recommends -16 LUFS for music that is
   * streamed.
   */
  properties[PROP_TARGET_LOUDNESS] =
      g_param_spec_double ("target-loudness", NULL, NULL,
                           -70.0, 0.0, -16.0,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisExport:limiter: (getter get_limiter) (setter set_limiter)
   *
   * Whether a limiter keeps the sound below -0.1 dBFS.
   *
   * It is applied after the gain of [property@Export:normalize], and does not delay the sound. It
   * is like [property@Engine:limiter], but only for this file.
   */
  properties[PROP_LIMITER] =
      g_param_spec_boolean ("limiter", NULL, NULL,
                            FALSE,
                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisExport:title: (getter get_title) (setter set_title)
   *
   * The title to write into the file. With %NULL, a sample writes its own title, and an engine
   * none.
   */
  properties[PROP_TITLE] =
      g_param_spec_string ("title", NULL, NULL,
                           NULL,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisExport:artist: (getter get_artist) (setter set_artist)
   *
   * The artist to write into the file. With %NULL, a sample writes its own artist, and an engine
   * none.
   */
  properties[PROP_ARTIST] =
      g_param_spec_string ("artist", NULL, NULL,
                           NULL,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisExport:tempo: (getter get_tempo) (setter set_tempo)
   *
   * The tempo to write into the file, in beats per minute. With 0, a sample writes its own tempo,
   * and an engine none.
   */
  properties[PROP_TEMPO] =
      g_param_spec_double ("tempo", NULL, NULL,
                           0.0, 9999.0, 0.0,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisExport:root-note: (getter get_root_note) (setter set_root_note)
   *
   * The MIDI note to write into WAV and AIFF files. With -1, a sample writes its own note, and an
   * engine none.
   *
   * WAV and AIFF files with a loop must have a note; without one, they get 60.
   */
  properties[PROP_ROOT_NOTE] =
      g_param_spec_int ("root-note", NULL, NULL,
                        -1, 127, -1,
                        G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisExport:loop-start: (getter get_loop_start) (setter set_loop_start)
   *
   * The first frame of the loop to write into the file, if [property@Export:loop-end] is not 0.
   *
   * It counts from the first frame that is exported. If the file has another rate, the loop is
   * converted.
   */
  properties[PROP_LOOP_START] =
      g_param_spec_uint64 ("loop-start", NULL, NULL,
                           0, G_MAXUINT64, 0,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisExport:loop-end: (getter get_loop_end) (setter set_loop_end)
   *
   * The frame after the loop. With 0, a sample writes its own loop, and an engine none.
   */
  properties[PROP_LOOP_END] =
      g_param_spec_uint64 ("loop-end", NULL, NULL,
                           0, G_MAXUINT64, 0,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisExport:loop-count: (getter get_loop_count) (setter set_loop_count)
   *
   * How many times the loop is to be played; 0 for ever. AIFF files cannot store it.
   */
  properties[PROP_LOOP_COUNT] =
      g_param_spec_uint ("loop-count", NULL, NULL,
                         0, G_MAXUINT, 0,
                         G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisExport:n-clipped: (getter get_n_clipped)
   *
   * The number of values beyond -1 to 1 that the last successful export clipped.
   *
   * It is always 0 for WAV files with floats, which can store such values.
   */
  properties[PROP_N_CLIPPED] =
      g_param_spec_uint64 ("n-clipped", NULL, NULL,
                           0, G_MAXUINT64, 0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
flitzis_export_init (FlitzisExport *self)
{
  self->quality = 0.6;
  self->dither = TRUE;
  self->target_peak = -1.0;
  self->target_loudness = -16.0;
  self->root_note = -1;
}

/* An empty text is the same as no text. */
static char *
dup_text (const char *text)
{
  return text != NULL && *text != '\0' ? g_strdup (text) : NULL;
}

void
flitzis_export_get_settings (FlitzisExport *self, FlitzisExportSettings *settings)
{
  g_autoptr (FlitzisExport) owned = self != NULL ? g_object_ref (self) : flitzis_export_new ();

  *settings = (FlitzisExportSettings){
    .encoding = {
        .bit_depth = owned->bit_depth,
        .quality = owned->quality,
        .dither = owned->dither,
        .facts = {
            .title = dup_text (owned->title),
            .artist = dup_text (owned->artist),
            .has_loop = owned->loop_end > 0,
            .loop_start = owned->loop_start,
            .loop_end = owned->loop_end,
            .loop_count = owned->loop_count,
            .tempo = owned->tempo,
            .has_root_note = owned->root_note >= 0,
            .root_note = (guint) MAX (owned->root_note, 0),
        },
    },
    .normalize = owned->normalize,
    .target_peak = owned->target_peak,
    .target_loudness = owned->target_loudness,
    .limiter = owned->limiter,
  };
}

void
flitzis_export_settings_clear (FlitzisExportSettings *settings)
{
  flitzis_facts_clear (&settings->encoding.facts);
}

void
flitzis_export_set_n_clipped (FlitzisExport *self, guint64 n_clipped)
{
  if (self->n_clipped == n_clipped)
    return;

  self->n_clipped = n_clipped;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_CLIPPED]);
}

/**
 * flitzis_export_new:
 *
 * Creates options with their default values.
 *
 * Returns: (transfer full): the options
 */
FlitzisExport *
flitzis_export_new (void)
{
  return g_object_new (FLITZIS_TYPE_EXPORT, NULL);
}

/**
 * flitzis_export_get_bit_depth: (get-property bit-depth)
 * @self: the options
 *
 * Gets how values are stored.
 *
 * Returns: the bit depth
 */
FlitzisBitDepth
flitzis_export_get_bit_depth (FlitzisExport *self)
{
  g_return_val_if_fail (FLITZIS_IS_EXPORT (self), FLITZIS_BIT_DEPTH_AUTO);

  return self->bit_depth;
}

/**
 * flitzis_export_set_bit_depth: (set-property bit-depth)
 * @self: the options
 * @bit_depth: how to store them
 *
 * Sets how values are stored.
 */
void
flitzis_export_set_bit_depth (FlitzisExport *self, FlitzisBitDepth bit_depth)
{
  g_return_if_fail (FLITZIS_IS_EXPORT (self));
  g_return_if_fail ((guint) bit_depth <= FLITZIS_BIT_DEPTH_FLOAT32);

  if (self->bit_depth == bit_depth)
    return;

  self->bit_depth = bit_depth;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BIT_DEPTH]);
}

/**
 * flitzis_export_get_quality: (get-property quality)
 * @self: the options
 *
 * Gets the quality of lossy formats.
 *
 * Returns: the quality, 0.0 to 1.0
 */
double
flitzis_export_get_quality (FlitzisExport *self)
{
  g_return_val_if_fail (FLITZIS_IS_EXPORT (self), 0.0);

  return self->quality;
}

/**
 * flitzis_export_set_quality: (set-property quality)
 * @self: the options
 * @quality: the quality, 0.0 to 1.0
 *
 * Sets the quality of lossy formats.
 */
void
flitzis_export_set_quality (FlitzisExport *self, double quality)
{
  g_return_if_fail (FLITZIS_IS_EXPORT (self));
  g_return_if_fail (quality >= 0.0 && quality <= 1.0);

  if (self->quality == quality)
    return;

  self->quality = quality;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_QUALITY]);
}

/**
 * flitzis_export_get_dither: (get-property dither)
 * @self: the options
 *
 * Gets whether 16-bit values are dithered.
 *
 * Returns: %TRUE if they are
 */
gboolean
flitzis_export_get_dither (FlitzisExport *self)
{
  g_return_val_if_fail (FLITZIS_IS_EXPORT (self), FALSE);

  return self->dither;
}

/**
 * flitzis_export_set_dither: (set-property dither)
 * @self: the options
 * @dither: %TRUE to dither them
 *
 * Sets whether 16-bit values are dithered.
 */
void
flitzis_export_set_dither (FlitzisExport *self, gboolean dither)
{
  g_return_if_fail (FLITZIS_IS_EXPORT (self));

  dither = dither != FALSE;

  if (self->dither == dither)
    return;

  self->dither = dither;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DITHER]);
}

/**
 * flitzis_export_get_normalize: (get-property normalize)
 * @self: the options
 *
 * Gets how the gain is chosen.
 *
 * Returns: the way to choose it
 */
FlitzisNormalize
flitzis_export_get_normalize (FlitzisExport *self)
{
  g_return_val_if_fail (FLITZIS_IS_EXPORT (self), FLITZIS_NORMALIZE_NONE);

  return self->normalize;
}

/**
 * flitzis_export_set_normalize: (set-property normalize)
 * @self: the options
 * @normalize: the way to choose it
 *
 * Sets how the gain is chosen.
 */
void
flitzis_export_set_normalize (FlitzisExport *self, FlitzisNormalize normalize)
{
  g_return_if_fail (FLITZIS_IS_EXPORT (self));
  g_return_if_fail ((guint) normalize <= FLITZIS_NORMALIZE_LOUDNESS);

  if (self->normalize == normalize)
    return;

  self->normalize = normalize;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NORMALIZE]);
}

/**
 * flitzis_export_get_target_peak: (get-property target-peak)
 * @self: the options
 *
 * Gets the largest value after normalizing.
 *
 * Returns: the peak in dBFS
 */
double
flitzis_export_get_target_peak (FlitzisExport *self)
{
  g_return_val_if_fail (FLITZIS_IS_EXPORT (self), 0.0);

  return self->target_peak;
}

/**
 * flitzis_export_set_target_peak: (set-property target-peak)
 * @self: the options
 * @target_peak: the peak in dBFS
 *
 * Sets the largest value after normalizing.
 */
void
flitzis_export_set_target_peak (FlitzisExport *self, double target_peak)
{
  g_return_if_fail (FLITZIS_IS_EXPORT (self));
  g_return_if_fail (target_peak >= -60.0 && target_peak <= 0.0);

  if (self->target_peak == target_peak)
    return;

  self->target_peak = target_peak;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TARGET_PEAK]);
}

/**
 * flitzis_export_get_target_loudness: (get-property target-loudness)
 * @self: the options
 *
 * Gets the loudness for `FLITZIS_NORMALIZE_LOUDNESS`.
 *
 * Returns: the loudness in LUFS
 */
double
flitzis_export_get_target_loudness (FlitzisExport *self)
{
  g_return_val_if_fail (FLITZIS_IS_EXPORT (self), 0.0);

  return self->target_loudness;
}

/**
 * flitzis_export_set_target_loudness: (set-property target-loudness)
 * @self: the options
 * @target_loudness: the loudness in LUFS, -70 to 0
 *
 * Sets the loudness for `FLITZIS_NORMALIZE_LOUDNESS`.
 */
void
flitzis_export_set_target_loudness (FlitzisExport *self, double target_loudness)
{
  g_return_if_fail (FLITZIS_IS_EXPORT (self));
  g_return_if_fail (target_loudness >= -70.0 && target_loudness <= 0.0);

  if (self->target_loudness == target_loudness)
    return;

  self->target_loudness = target_loudness;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TARGET_LOUDNESS]);
}

/**
 * flitzis_export_get_limiter: (get-property limiter)
 * @self: the options
 *
 * Gets whether the limiter is on.
 *
 * Returns: %TRUE if it is on
 */
gboolean
flitzis_export_get_limiter (FlitzisExport *self)
{
  g_return_val_if_fail (FLITZIS_IS_EXPORT (self), FALSE);

  return self->limiter;
}

/**
 * flitzis_export_set_limiter: (set-property limiter)
 * @self: the options
 * @limiter: %TRUE to limit the sound
 *
 * Sets whether the limiter is on.
 */
void
flitzis_export_set_limiter (FlitzisExport *self, gboolean limiter)
{
  g_return_if_fail (FLITZIS_IS_EXPORT (self));

  limiter = limiter != FALSE;

  if (self->limiter == limiter)
    return;

  self->limiter = limiter;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LIMITER]);
}

/**
 * flitzis_export_get_title: (get-property title)
 * @self: the options
 *
 * Gets the title.
 *
 * Returns: (nullable): the title
 */
const char *
flitzis_export_get_title (FlitzisExport *self)
{
  g_return_val_if_fail (FLITZIS_IS_EXPORT (self), NULL);

  return self->title;
}

/**
 * flitzis_export_set_title: (set-property title)
 * @self: the options
 * @title: (nullable): the title
 *
 * Sets the title.
 */
void
flitzis_export_set_title (FlitzisExport *self, const char *title)
{
  g_return_if_fail (FLITZIS_IS_EXPORT (self));

  if (g_strcmp0 (self->title, title) == 0)
    return;

  g_free (self->title);
  self->title = g_strdup (title);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TITLE]);
}

/**
 * flitzis_export_get_artist: (get-property artist)
 * @self: the options
 *
 * Gets the artist.
 *
 * Returns: (nullable): the artist
 */
const char *
flitzis_export_get_artist (FlitzisExport *self)
{
  g_return_val_if_fail (FLITZIS_IS_EXPORT (self), NULL);

  return self->artist;
}

/**
 * flitzis_export_set_artist: (set-property artist)
 * @self: the options
 * @artist: (nullable): the artist
 *
 * Sets the artist.
 */
void
flitzis_export_set_artist (FlitzisExport *self, const char *artist)
{
  g_return_if_fail (FLITZIS_IS_EXPORT (self));

  if (g_strcmp0 (self->artist, artist) == 0)
    return;

  g_free (self->artist);
  self->artist = g_strdup (artist);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ARTIST]);
}

/**
 * flitzis_export_get_tempo: (get-property tempo)
 * @self: the options
 *
 * Gets the tempo.
 *
 * Returns: beats per minute; 0 for none
 */
double
flitzis_export_get_tempo (FlitzisExport *self)
{
  g_return_val_if_fail (FLITZIS_IS_EXPORT (self), 0.0);

  return self->tempo;
}

/**
 * flitzis_export_set_tempo: (set-property tempo)
 * @self: the options
 * @tempo: beats per minute; 0 for none
 *
 * Sets the tempo.
 */
void
flitzis_export_set_tempo (FlitzisExport *self, double tempo)
{
  g_return_if_fail (FLITZIS_IS_EXPORT (self));
  g_return_if_fail (tempo >= 0.0 && tempo <= 9999.0);

  if (self->tempo == tempo)
    return;

  self->tempo = tempo;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TEMPO]);
}

/**
 * flitzis_export_get_root_note: (get-property root-note)
 * @self: the options
 *
 * Gets the root note.
 *
 * Returns: 0 to 127; -1 for none
 */
int
flitzis_export_get_root_note (FlitzisExport *self)
{
  g_return_val_if_fail (FLITZIS_IS_EXPORT (self), -1);

  return self->root_note;
}

/**
 * flitzis_export_set_root_note: (set-property root-note)
 * @self: the options
 * @root_note: 0 to 127; -1 for none
 *
 * Sets the root note.
 */
void
flitzis_export_set_root_note (FlitzisExport *self, int root_note)
{
  g_return_if_fail (FLITZIS_IS_EXPORT (self));
  g_return_if_fail (root_note >= -1 && root_note <= 127);

  if (self->root_note == root_note)
    return;

  self->root_note = root_note;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ROOT_NOTE]);
}

/**
 * flitzis_export_get_loop_start: (get-property loop-start)
 * @self: the options
 *
 * Gets the first frame of the loop.
 *
 * Returns: a frame
 */
guint64
flitzis_export_get_loop_start (FlitzisExport *self)
{
  g_return_val_if_fail (FLITZIS_IS_EXPORT (self), 0);

  return self->loop_start;
}

/**
 * flitzis_export_set_loop_start: (set-property loop-start)
 * @self: the options
 * @loop_start: a frame
 *
 * Sets the first frame of the loop.
 */
void
flitzis_export_set_loop_start (FlitzisExport *self, guint64 loop_start)
{
  g_return_if_fail (FLITZIS_IS_EXPORT (self));

  if (self->loop_start == loop_start)
    return;

  self->loop_start = loop_start;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOOP_START]);
}

/**
 * flitzis_export_get_loop_end: (get-property loop-end)
 * @self: the options
 *
 * Gets the frame after the loop.
 *
 * Returns: a frame; 0 for no loop
 */
guint64
flitzis_export_get_loop_end (FlitzisExport *self)
{
  g_return_val_if_fail (FLITZIS_IS_EXPORT (self), 0);

  return self->loop_end;
}

/**
 * flitzis_export_set_loop_end: (set-property loop-end)
 * @self: the options
 * @loop_end: a frame; 0 for no loop
 *
 * Sets the frame after the loop.
 */
void
flitzis_export_set_loop_end (FlitzisExport *self, guint64 loop_end)
{
  g_return_if_fail (FLITZIS_IS_EXPORT (self));

  if (self->loop_end == loop_end)
    return;

  self->loop_end = loop_end;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOOP_END]);
}

/**
 * flitzis_export_get_loop_count: (get-property loop-count)
 * @self: the options
 *
 * Gets how many times the loop is to be played.
 *
 * Returns: the number of rounds; 0 for ever
 */
guint
flitzis_export_get_loop_count (FlitzisExport *self)
{
  g_return_val_if_fail (FLITZIS_IS_EXPORT (self), 0);

  return self->loop_count;
}

/**
 * flitzis_export_set_loop_count: (set-property loop-count)
 * @self: the options
 * @loop_count: the number of rounds; 0 for ever
 *
 * Sets how many times the loop is to be played.
 */
void
flitzis_export_set_loop_count (FlitzisExport *self, guint loop_count)
{
  g_return_if_fail (FLITZIS_IS_EXPORT (self));

  if (self->loop_count == loop_count)
    return;

  self->loop_count = loop_count;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOOP_COUNT]);
}

/**
 * flitzis_export_get_n_clipped: (get-property n-clipped)
 * @self: the options
 *
 * Gets the number of values that the last export clipped.
 *
 * Returns: the number of values, each of one channel
 */
guint64
flitzis_export_get_n_clipped (FlitzisExport *self)
{
  g_return_val_if_fail (FLITZIS_IS_EXPORT (self), 0);

  return self->n_clipped;
}
