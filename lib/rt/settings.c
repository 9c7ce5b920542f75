/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "settings.h"

#include "dsp/tables.h"

#define get(field) atomic_load_explicit (&(field), memory_order_relaxed)
#define set(field, value) atomic_store_explicit (&(field), value, memory_order_relaxed)

#define SQRT_2 1.41421356237309504880

void
flitzis_settings_init (FlitzisSettings      *settings,
                       FlitzisSlotSettings  *slots,
                       uint32_t              n_slots,
                       FlitzisVoiceSettings *voices,
                       uint32_t              n_cells)
{
  settings->slots = slots;
  settings->voices = voices;
  settings->cell_mask = n_cells - 1;
  set (settings->gain, 1.0);

  for (uint32_t i = 0; i < n_slots; i++)
    {
      set (slots[i].gain, 1.0);
      set (slots[i].rate, 1.0);
      set (slots[i].interpolation, FLITZIS_MIXER_INTERPOLATION_SINC);
      set (slots[i].release, 0.005);
      set (slots[i].choke_release, 0.005);
    }

  for (uint32_t i = 0; i < n_cells; i++)
    flitzis_settings_set_voice (settings, i, 1.0, 0.0, 1.0, -1);
}

void
flitzis_settings_set_voice (FlitzisSettings *settings,
                            uint64_t         id,
                            double           gain,
                            double           pan,
                            double           rate,
                            int32_t          n_fade_in_frames) FLITZIS_REALTIME
{
  FlitzisVoiceSettings *voice = flitzis_settings_get_voice (settings, id);

  set (voice->gain, gain);
  set (voice->pan, (float) pan);
  set (voice->rate, rate);
  set (voice->n_fade_in_frames, n_fade_in_frames);
  set (voice->n_release_frames, -1);
  set (voice->is_paused, false);
  set (voice->is_stopped, false);
}

void
flitzis_settings_tell (FlitzisSettings *settings) FLITZIS_REALTIME
{
  atomic_fetch_add_explicit (&settings->n_changes, 1, memory_order_release);
}

void
flitzis_settings_stop_all (FlitzisSettings *settings, uint64_t below)
{
  set (settings->stop_below, below);
  flitzis_settings_tell (settings);
}

void
flitzis_settings_stop_slot (FlitzisSettings *settings, uint32_t slot, uint64_t below)
{
  set (settings->slots[slot].stop_below, below);
  flitzis_settings_tell (settings);
}

void
flitzis_settings_stop_voice (FlitzisSettings *settings, uint64_t voice)
{
  set (flitzis_settings_get_voice (settings, voice)->is_stopped, true);
  flitzis_settings_tell (settings);
}

/* Constant power, 1 on both sides in the middle: sine and cosine of a quarter of a circle (Roads,
 * The Computer Music Tutorial, chapter 10), times the square root of 2. */
static double
get_pan_gain (double side) FLITZIS_REALTIME
{
  return side == 0.0 ? 1.0 : SQRT_2 * (double) flitzis_quarter_sine ((float) (0.5 + 0.5 * side));
}

FlitzisSound
flitzis_settings_get_sound (FlitzisSettings *settings,
                            uint32_t         slot,
                            uint64_t         voice,
                            double           velocity) FLITZIS_REALTIME
{
  FlitzisSlotSettings  *of_slot = &settings->slots[slot];
  FlitzisVoiceSettings *of_voice = flitzis_settings_get_voice (settings, voice);
  double                gain = get (of_slot->gain) * velocity * get (settings->gain);
  double                pan = get (of_slot->pan) + get (of_voice->pan);

  gain *= get (of_slot->is_muted) ? 0.0 : get (of_voice->gain);
  pan = pan < -1.0 ? -1.0 : pan > 1.0 ? 1.0
                                      : pan;

  return (FlitzisSound){
    .left = (float) (gain * get_pan_gain (-pan)),
    .right = (float) (gain * get_pan_gain (pan)),
    .rate = get (of_slot->rate) * get (of_voice->rate),
  };
}

bool
flitzis_settings_have_changed (FlitzisSettings *settings, uint32_t *n_changes) FLITZIS_REALTIME
{
  uint32_t before = *n_changes;

  *n_changes = atomic_load_explicit (&settings->n_changes, memory_order_acquire);

  return *n_changes != before;
}
