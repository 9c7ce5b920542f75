/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "message.h"
#include "realtime.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * The latest value of every setting. Control stores them, and the mixer loads them at the start of
 * a block. The last value wins, and nothing can be full.
 *
 * Marks are settings, too. If the command queue is full, a stop becomes a mark on each voice that
 * it stops, so that no stop fails. The stop of a voice that waits for its frame is a mark as well,
 * and so is the cancelling of events. A mark overtakes the commands that wait in the queue.
 */

typedef enum
{
  FLITZIS_MIXER_INTERPOLATION_LINEAR,
  FLITZIS_MIXER_INTERPOLATION_SINC
} FlitzisMixerInterpolation;

typedef enum
{
  FLITZIS_MIXER_RETRIGGER_OVERLAP,
  FLITZIS_MIXER_RETRIGGER_RESTART
} FlitzisMixerRetrigger;

/* The place of a setting that a tween has moved. It holds instead of the value that control has
 * set, also after the tween, until control sets the setting again. */
typedef struct
{
  _Atomic uint32_t n_sets;       /* how many times control has set the setting, from 1 */
  _Atomic uint32_t n_sets_moved; /* the same when the tween began; the place holds while it is */
  _Atomic double   value;        /* the mixer writes it, before n_sets_moved */
  _Atomic bool     is_moving;    /* the mixer: there is more to come */
  double           told;         /* for control alone: the value that it has reported */
} FlitzisMoved;

typedef struct
{
  _Atomic double   gain; /* linear, 0..16 */
  _Atomic double   pan;  /* -1..1 */
  _Atomic bool     is_muted;
  _Atomic double   rate;          /* of playback, 0.25..4 */
  _Atomic uint32_t interpolation; /* a FlitzisMixerInterpolation */

  /* frames of the sample; an end of 0: the sample's end */
  _Atomic bool     is_looping;
  _Atomic uint64_t loop_start, loop_end;
  _Atomic uint32_t n_loops; /* how many times the loop is played; 0: for ever */

  /* seconds */
  _Atomic double loop_crossfade;
  _Atomic double release, choke_release;

  /* the loudness of the slot's samples, linear, 1 is 0 LUFS; 0: they stay as they are. No sample is
   * amplified above the true peak, which control sets first. */
  _Atomic double loudness;
  _Atomic double true_peak; /* linear */

  /* for later triggers; only control reads them */
  _Atomic uint64_t start, end; /* as for the loop */
  _Atomic bool     is_reverse;
  _Atomic double   attack;      /* seconds */
  _Atomic uint32_t choke_group; /* 0: none */
  _Atomic uint32_t retrigger;   /* a FlitzisMixerRetrigger */
  _Atomic uint32_t grid;        /* a FlitzisGridUnit */
  _Atomic int32_t  priority;
  _Atomic uint32_t variation;    /* a FlitzisMixerVariation */
  _Atomic double   random_gain;  /* dB */
  _Atomic double   random_rate;  /* cents */
  _Atomic uint32_t random_start; /* frames of the sample */

  /* only loads read them */
  _Atomic bool     is_loop_from_file;
  _Atomic uint32_t storage; /* a FlitzisStorage */

  /* only control reads them, and sets `loudness` and `true_peak` from them */
  _Atomic double target_loudness; /* LUFS; 0: off */
  _Atomic double target_peak;     /* dBTP */

  FlitzisMoved moved[FLITZIS_N_PARAMETERS]; /* gain, pan and rate */
} FlitzisSlotSettings;

/* The number of loops that never end. */
#define FLITZIS_LOOP_FOREVER UINT32_MAX

#define FLITZIS_RANDOM_GAIN_STEP 0.0005 /* dB */
#define FLITZIS_RANDOM_RATE_STEP 0.02   /* cents */

/* The settings of one outstanding voice, which multiply or add to those of its slot. Control sets
 * them before it sends the trigger. There are many of these, so they are small. */
typedef struct
{
  _Atomic double  gain;          /* linear, 0..16 */
  _Atomic double  rate;          /* of playback, 0.25..4 */
  _Atomic float   pan;           /* -1..1, added */
  _Atomic int32_t n_stop_frames; /* a mark: it stops with a fade of this length; below 0: none */
  _Atomic bool    is_paused;

  _Atomic uint32_t n_sets[FLITZIS_N_PARAMETERS]; /* as that of FlitzisMoved */

  /* the largest random change of the voice, up or down */
  _Atomic uint16_t random_gain; /* in steps of FLITZIS_RANDOM_GAIN_STEP */
  _Atomic uint16_t random_rate; /* in steps of FLITZIS_RANDOM_RATE_STEP */

  /* for control alone */
  uint16_t slot : 15;
  bool     is_timed : 1; /* waits for a frame that the program has named */
  uint64_t voice;        /* the id of the voice; 0: free */
} FlitzisVoiceSettings;

typedef struct
{
  _Atomic double       gain; /* linear, 0..16 */
  FlitzisMoved         moved;
  _Atomic bool         is_paused;
  _Atomic bool         is_limited;
  _Atomic uint64_t     cancel_below;   /* a mark: all events with a lower number are cancelled */
  _Atomic uint64_t     newest_call_ns; /* CLOCK_MONOTONIC of the last call of a trigger for now */
  _Atomic uint64_t     seed;
  _Atomic double       stream_threshold; /* seconds; only loads read it */
  _Atomic uint32_t     n_seeds;          /* how often `seed` was set, even to the same value */
  FlitzisSlotSettings *slots;

  /* Incremented after a change that voices have to follow, and after a mark. While the counters
   * stay the same, the mixer asks no voice. */
  _Atomic uint32_t n_changes;
  _Atomic uint32_t n_marks;

  /* one for each voice that can be outstanding; that of a voice is at its id & cell_mask */
  FlitzisVoiceSettings *voices;
  uint64_t              cell_mask;
} FlitzisSettings;

/* The settings that make the sound of a voice. */
typedef struct
{
  double gain; /* of the engine */
  double slot[FLITZIS_N_PARAMETERS];
  double voice[FLITZIS_N_PARAMETERS];
} FlitzisValues;

/* The gains and the rate of a voice, from the settings of its slot, of the voice and of the
 * engine. */
typedef struct
{
  float  left, right; /* gains, linear */
  double rate;        /* of playback */
} FlitzisSound;

/* setup */
void flitzis_settings_init (FlitzisSettings      *settings,
                            FlitzisSlotSettings  *slots,
                            uint32_t              n_slots,
                            FlitzisVoiceSettings *voices,
                            uint32_t              n_cells);

/* For a new voice, whose cell is free. */
void flitzis_settings_set_voice (FlitzisSettings *settings,
                                 uint64_t         voice,
                                 double           gain,
                                 double           pan,
                                 double           rate);

/* Sets by how many dB and cents at most the voice is changed at random when it starts. */
void flitzis_settings_vary_voice (FlitzisSettings *settings,
                                  uint64_t         voice,
                                  double           random_gain,
                                  double           random_rate);

/* Marks a voice for a stop. Of two marks, the shorter fade counts. */
void flitzis_settings_mark_stop (FlitzisSettings *settings,
                                 uint64_t         voice,
                                 uint32_t         n_frames);

/* Marks all events with a lower number as cancelled. */
void flitzis_settings_mark_cancelled (FlitzisSettings *settings,
                                      uint64_t         below);

/* Sets the seed, so that the random numbers start again. Returns whether its value has changed. */
bool flitzis_settings_set_seed (FlitzisSettings *settings,
                                uint64_t         seed);

/* Sets a setting that tweens may move, and ends its tween. Returns whether its value has
 * changed. */
bool flitzis_settings_set_moved (FlitzisSettings *settings,
                                 _Atomic double  *setting,
                                 FlitzisMoved    *moved,
                                 double           value);

/* Returns the sound of a voice that has not started yet. */
FlitzisSound flitzis_settings_get_sound (FlitzisSettings *settings,
                                         uint32_t         slot,
                                         uint64_t         voice,
                                         double           velocity);

/* Call it after a change. */
void flitzis_settings_tell (FlitzisSettings *settings);

/* the mixer */
static inline FlitzisVoiceSettings *
flitzis_settings_get_voice (FlitzisSettings *settings, uint64_t voice) FLITZIS_REALTIME
{
  return &settings->voices[voice & settings->cell_mask];
}

/* Returns the factor that brings the sample to the loudness of the slot, as far as the slot's true
 * peak allows. It is 1 if the slot has no loudness, or if that of the sample is not known. */
double flitzis_settings_get_loudness_gain (FlitzisSettings *settings,
                                           uint32_t         slot,
                                           FlitzisHandle   *handle) FLITZIS_REALTIME;

/* Any thread: returns the present value of a setting that tweens may move. */
double flitzis_settings_get_moved (_Atomic double *setting,
                                   FlitzisMoved   *moved) FLITZIS_REALTIME;

FlitzisValues flitzis_settings_get_values (FlitzisSettings *settings,
                                           uint32_t         slot,
                                           uint64_t         voice) FLITZIS_REALTIME;
FlitzisSound  flitzis_settings_make_sound (FlitzisSettings     *settings,
                                           uint32_t             slot,
                                           const FlitzisValues *values,
                                           double               velocity) FLITZIS_REALTIME;

/* Returns whether a counter has changed since the last call with this `n_seen`. */
bool flitzis_settings_have_changed (_Atomic uint32_t *counter,
                                    uint32_t         *n_seen) FLITZIS_REALTIME;

/* Returns how many more times a voice goes back to the start of the loop, after it went back
 * `n_returns` times in whatever loop. `n_passes` is from its trigger; 0: the slot decides. Also for
 * feeders. */
uint32_t flitzis_settings_count_loops (FlitzisSlotSettings *slot,
                                       uint32_t             n_passes,
                                       uint32_t             n_returns) FLITZIS_REALTIME;
