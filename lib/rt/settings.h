/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "realtime.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * The latest value of every setting. Control stores, the mixer loads at the start of a block; the
 * last value wins, and nothing can be full.
 *
 * A stop that found the command queue full is a setting, too: a mark that says by their ids which
 * voices it means. Ids ascend, so "every voice below this id" needs no room, and no stop fails. A
 * mark overtakes the commands that wait. Whether events are cancelled is always said so, by their
 * numbers.
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
  _Atomic uint64_t start, end;
  _Atomic bool     is_reverse;
  _Atomic bool     is_looping;
  _Atomic uint64_t loop_start, loop_end;

  /* seconds */
  _Atomic double loop_crossfade;
  _Atomic double attack, release, choke_release;

  /* of the triggers to come: control alone reads them */
  _Atomic uint32_t choke_group; /* 0: none */
  _Atomic uint32_t retrigger;   /* a FlitzisMixerRetrigger */
  _Atomic uint32_t grid;        /* a FlitzisGridUnit */
  _Atomic int32_t  priority;

  _Atomic uint64_t stop_below; /* voices of this slot with a lower id stop */
} FlitzisSlotSettings;

/* Of one voice that is outstanding, times or plus those of its slot. Control sets them before it
 * sends the trigger. There are many, so they are small. */
typedef struct
{
  _Atomic double  gain;             /* linear, 0..16 */
  _Atomic double  rate;             /* of playback, 0.25..4 */
  _Atomic float   pan;              /* -1..1, added */
  _Atomic int32_t n_fade_in_frames; /* below 0: the slot's attack */
  _Atomic int32_t n_release_frames; /* below 0: the slot's */
  _Atomic bool    is_paused;
  _Atomic bool    is_stopped;

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
  _Atomic uint64_t     stop_below;   /* all voices with a lower id stop */
  _Atomic uint64_t     cancel_below; /* all events with a lower number are cancelled */
  FlitzisSlotSettings *slots;

  /* Counted up after a change of what a voice that sounds has to follow, and after a mark: while it
   * stands, no voice is asked. */
  _Atomic uint32_t n_changes;

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

/* control */
void flitzis_settings_stop_all (FlitzisSettings *settings,
                                uint64_t         below);
void flitzis_settings_stop_slot (FlitzisSettings *settings,
                                 uint32_t         slot,
                                 uint64_t         below);
void flitzis_settings_stop_voice (FlitzisSettings *settings,
                                  uint64_t         voice);

/* For a voice to come, whose cell is free. */
void flitzis_settings_set_voice (FlitzisSettings *settings,
                                 uint64_t         voice,
                                 double           gain,
                                 double           pan,
                                 double           rate,
                                 int32_t          n_fade_in_frames) FLITZIS_REALTIME;

/* After a change. */
void flitzis_settings_tell (FlitzisSettings *settings) FLITZIS_REALTIME;

/* the mixer */
static inline FlitzisVoiceSettings *
flitzis_settings_get_voice (FlitzisSettings *settings, uint64_t voice) FLITZIS_REALTIME
{
  return &settings->voices[voice & settings->cell_mask];
}

FlitzisSound flitzis_settings_get_sound (FlitzisSettings *settings,
                                         uint32_t         slot,
                                         uint64_t         voice,
                                         double           velocity) FLITZIS_REALTIME;

/* Whether anything has since `n_changes` was filled in by this. */
bool flitzis_settings_have_changed (FlitzisSettings *settings,
                                    uint32_t        *n_changes) FLITZIS_REALTIME;
