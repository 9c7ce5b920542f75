/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "message.h"
#include "realtime.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * The latest value of every setting. Control stores, the mixer loads at the start of a block; the
 * last value wins, and nothing can be full.
 *
 * A stop that found the command queue full is a setting, too: a mark on each voice that it means,
 * so that no stop fails. So is a stop of a voice that waits for its frame, and that events are
 * cancelled. A mark overtakes the commands that wait in the queue.
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

typedef struct
{
  _Atomic double   gain; /* linear, 0..16 */
  _Atomic double   pan;  /* -1..1 */
  _Atomic bool     is_muted;
  _Atomic double   rate;          /* of playback, 0.25..4 */
  _Atomic uint32_t interpolation; /* a FlitzisMixerInterpolation */

  /* frames of the sample; an end of 0 is the sample's */
  _Atomic bool     is_looping;
  _Atomic uint64_t loop_start, loop_end;

  /* seconds */
  _Atomic double loop_crossfade;
  _Atomic double release, choke_release;

  /* the loudness that samples are brought to, linear, 1 is 0 LUFS; 0: as they are. The peak, which
   * none is brought above, is set first. */
  _Atomic double loudness;
  _Atomic double true_peak; /* linear */

  /* of the triggers to come: control alone reads them */
  _Atomic uint64_t start, end; /* as those of the loop */
  _Atomic bool     is_reverse;
  _Atomic double   attack;      /* seconds */
  _Atomic uint32_t choke_group; /* 0: none */
  _Atomic uint32_t retrigger;   /* a FlitzisMixerRetrigger */
  _Atomic uint32_t grid;        /* a FlitzisGridUnit */
  _Atomic int32_t  priority;

  /* control's own */
  _Atomic double target_loudness; /* LUFS; 0: off */
  _Atomic double target_peak;     /* dBTP */
} FlitzisSlotSettings;

/* Of one voice that is outstanding, times or plus those of its slot. Control sets them before it
 * sends the trigger. There are many, so they are small. */
typedef struct
{
  _Atomic double  gain;          /* linear, 0..16 */
  _Atomic double  rate;          /* of playback, 0.25..4 */
  _Atomic float   pan;           /* -1..1, added */
  _Atomic int32_t n_stop_frames; /* a mark: it stops, and fades within so many; below 0: none */
  _Atomic bool    is_paused;

  /* control's own */
  uint16_t slot : 15;
  bool     is_timed : 1; /* waits for a frame that the program has named */
  uint64_t voice;        /* whose they are; 0: free */
} FlitzisVoiceSettings;

typedef struct
{
  _Atomic double       gain; /* linear, 0..16 */
  _Atomic bool         is_paused;
  _Atomic bool         is_limited;
  _Atomic uint64_t     cancel_below;   /* a mark: all events with a lower number are cancelled */
  _Atomic uint64_t     newest_call_ns; /* CLOCK_MONOTONIC of the last call of a trigger for now */
  FlitzisSlotSettings *slots;

  /* Counted up after a change of what a voice that sounds has to follow, and after a mark: while
   * they stand, no voice is asked. */
  _Atomic uint32_t n_changes;
  _Atomic uint32_t n_marks;

  /* one for each voice that can be outstanding; a voice's own is at its id & cell_mask */
  FlitzisVoiceSettings *voices;
  uint64_t              cell_mask;
} FlitzisSettings;

/* What a voice is to sound like now, from its slot, its own settings and the engine. */
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

/* For a voice to come, whose cell is free. */
void flitzis_settings_set_voice (FlitzisSettings *settings,
                                 uint64_t         voice,
                                 double           gain,
                                 double           pan,
                                 double           rate);

/* Marks a voice as one that stops. Of two marks the shorter fade counts. */
void flitzis_settings_mark_stop (FlitzisSettings *settings,
                                 uint64_t         voice,
                                 uint32_t         n_frames);

/* Marks all events with a lower number as cancelled. */
void flitzis_settings_mark_cancelled (FlitzisSettings *settings,
                                      uint64_t         below);

/* After a change. */
void flitzis_settings_tell (FlitzisSettings *settings);

/* the mixer */
static inline FlitzisVoiceSettings *
flitzis_settings_get_voice (FlitzisSettings *settings, uint64_t voice) FLITZIS_REALTIME
{
  return &settings->voices[voice & settings->cell_mask];
}

/* The factor that brings a sample to the loudness of its slot; 1 where that is not known. */
double flitzis_settings_get_loudness_gain (FlitzisSettings *settings,
                                           uint32_t         slot,
                                           FlitzisHandle   *handle) FLITZIS_REALTIME;

FlitzisSound flitzis_settings_get_sound (FlitzisSettings *settings,
                                         uint32_t         slot,
                                         uint64_t         voice,
                                         double           velocity) FLITZIS_REALTIME;

/* Whether a counter has moved on since `n_seen` was filled in by this. */
bool flitzis_settings_have_changed (_Atomic uint32_t *counter,
                                    uint32_t         *n_seen) FLITZIS_REALTIME;
