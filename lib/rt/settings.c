/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "settings.h"

#include "atomics.h"
#include "dsp/tables.h"

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
  flitzis_set (settings->gain, 1.0);
  flitzis_set (settings->moved.n_sets, 1);

  for (uint32_t i = 0; i < n_slots; i++)
    {
      flitzis_set (slots[i].gain, 1.0);
      flitzis_set (slots[i].rate, 1.0);
      flitzis_set (slots[i].interpolation, FLITZIS_MIXER_INTERPOLATION_SINC);
      flitzis_set (slots[i].release, 0.005);
      flitzis_set (slots[i].choke_release, 0.005);
      flitzis_set (slots[i].target_peak, -1.0);

      for (uint32_t k = 0; k < FLITZIS_N_PARAMETERS; k++)
        flitzis_set (slots[i].moved[k].n_sets, 1);
    }

  for (uint32_t i = 0; i < n_cells; i++)
    flitzis_settings_set_voice (settings, i, 1.0, 0.0, 1.0);
}

void
flitzis_settings_set_voice (FlitzisSettings *settings,
                            uint64_t         id,
                            double           gain,
                            double           pan,
                            double           rate)
{
  FlitzisVoiceSettings *voice = flitzis_settings_get_voice (settings, id);

  flitzis_set (voice->gain, gain);
  flitzis_set (voice->pan, (float) pan);
  flitzis_set (voice->rate, rate);
  flitzis_set (voice->n_stop_frames, -1);
  flitzis_set (voice->is_paused, false);

  for (uint32_t k = 0; k < FLITZIS_N_PARAMETERS; k++)
    flitzis_set (voice->n_sets[k], 1);
}

void
flitzis_settings_vary_voice (FlitzisSettings *settings,
                             uint64_t         id,
                             double           random_gain,
                             double           random_rate)
{
  FlitzisVoiceSettings *voice = flitzis_settings_get_voice (settings, id);

  flitzis_set (voice->random_gain, (uint16_t) (random_gain / FLITZIS_RANDOM_GAIN_STEP + 0.5));
  flitzis_set (voice->random_rate, (uint16_t) (random_rate / FLITZIS_RANDOM_RATE_STEP + 0.5));
}

bool
flitzis_settings_set_moved (FlitzisSettings *settings,
                            _Atomic double  *setting,
                            FlitzisMoved    *moved,
                            double           value)
{
  bool   was_moved = flitzis_get (moved->n_sets_moved) == flitzis_get (moved->n_sets);
  double moved_value = flitzis_get (moved->value);
  double set_value = flitzis_exchange (*setting, value);
  double before = was_moved ? moved_value : set_value;

  /* counted even if the value stays, which holds a tween where it is */
  atomic_fetch_add_explicit (&moved->n_sets, 1, memory_order_release);

  if (was_moved || before != value)
    flitzis_settings_tell (settings);

  return before != value;
}

void
flitzis_settings_tell (FlitzisSettings *settings)
{
  atomic_fetch_add_explicit (&settings->n_changes, 1, memory_order_release);
}

bool
flitzis_settings_set_seed (FlitzisSettings *settings, uint64_t seed)
{
  bool is_new = flitzis_exchange (settings->seed, seed) != seed;

  atomic_fetch_add_explicit (&settings->n_seeds, 1, memory_order_release);

  return is_new;
}

void
flitzis_settings_mark_stop (FlitzisSettings *settings, uint64_t id, uint32_t n_frames)
{
  FlitzisVoiceSettings *voice = flitzis_settings_get_voice (settings, id);
  int32_t               n_marked = flitzis_get (voice->n_stop_frames);

  if (n_marked < 0 || n_frames < (uint32_t) n_marked)
    flitzis_set (voice->n_stop_frames, (int32_t) n_frames);

  atomic_fetch_add_explicit (&settings->n_marks, 1, memory_order_release);
}

void
flitzis_settings_mark_cancelled (FlitzisSettings *settings, uint64_t below)
{
  flitzis_set (settings->cancel_below, below);
  atomic_fetch_add_explicit (&settings->n_marks, 1, memory_order_release);
}

/* Constant power with gain 1 on both sides in the middle: sine and cosine of a quarter of a circle
 * (Roads, The Computer Music Tutorial, chapter 10), times the square root of 2. */
static double
get_pan_gain (double side) FLITZIS_REALTIME
{
  return side == 0.0 ? 1.0 : SQRT_2 * (double) flitzis_quarter_sine ((float) (0.5 + 0.5 * side));
}

double
flitzis_settings_get_loudness_gain (FlitzisSettings *settings,
                                    uint32_t         slot,
                                    FlitzisHandle   *handle) FLITZIS_REALTIME
{
  FlitzisSlotSettings *of_slot = &settings->slots[slot];
  double               target = atomic_load_explicit (&of_slot->loudness, memory_order_acquire);
  float                factor;
  double               gain, highest;

  if (target == 0.0)
    return 1.0;

  factor = atomic_load_explicit (&handle->loudness_gain, memory_order_acquire);

  if (factor == 0.0f)
    return 1.0;

  gain = target * (double) factor;
  highest = flitzis_get (of_slot->true_peak) / (double) flitzis_get (handle->true_peak);

  return gain < highest ? gain : highest;
}

double
flitzis_settings_get_moved (_Atomic double *setting, FlitzisMoved *moved) FLITZIS_REALTIME
{
  uint32_t n_sets = atomic_load_explicit (&moved->n_sets, memory_order_acquire);

  if (atomic_load_explicit (&moved->n_sets_moved, memory_order_acquire) == n_sets)
    return flitzis_get (moved->value);

  return flitzis_get (*setting);
}

FlitzisValues
flitzis_settings_get_values (FlitzisSettings *settings, uint32_t slot, uint64_t voice)
    FLITZIS_REALTIME
{
  FlitzisSlotSettings  *of_slot = &settings->slots[slot];
  FlitzisVoiceSettings *of_voice = flitzis_settings_get_voice (settings, voice);

  return (FlitzisValues){
    .gain = flitzis_settings_get_moved (&settings->gain, &settings->moved),
    .slot = {
        flitzis_settings_get_moved (&of_slot->gain, &of_slot->moved[FLITZIS_MIXER_PARAMETER_GAIN]),
        flitzis_settings_get_moved (&of_slot->pan, &of_slot->moved[FLITZIS_MIXER_PARAMETER_PAN]),
        flitzis_settings_get_moved (&of_slot->rate, &of_slot->moved[FLITZIS_MIXER_PARAMETER_RATE]),
    },
    .voice = {
        flitzis_get (of_voice->gain),
        (double) flitzis_get (of_voice->pan),
        flitzis_get (of_voice->rate),
    },
  };
}

FlitzisSound
flitzis_settings_make_sound (FlitzisSettings     *settings,
                             uint32_t             slot,
                             const FlitzisValues *values,
                             double               velocity) FLITZIS_REALTIME
{
  const double *of_slot = values->slot, *of_voice = values->voice;
  double        gain = of_slot[FLITZIS_MIXER_PARAMETER_GAIN] * velocity * values->gain;
  double        pan = of_slot[FLITZIS_MIXER_PARAMETER_PAN] + of_voice[FLITZIS_MIXER_PARAMETER_PAN];

  gain *= flitzis_get (settings->slots[slot].is_muted) ? 0.0
                                                       : of_voice[FLITZIS_MIXER_PARAMETER_GAIN];
  pan = pan < -1.0 ? -1.0 : pan > 1.0 ? 1.0
                                      : pan;

  return (FlitzisSound){
    .left = (float) (gain * get_pan_gain (-pan)),
    .right = (float) (gain * get_pan_gain (pan)),
    .rate = of_slot[FLITZIS_MIXER_PARAMETER_RATE] * of_voice[FLITZIS_MIXER_PARAMETER_RATE],
  };
}

FlitzisSound
flitzis_settings_get_sound (FlitzisSettings *settings,
                            uint32_t         slot,
                            uint64_t         voice,
                            double           velocity)
{
  FlitzisValues values = flitzis_settings_get_values (settings, slot, voice);

  return flitzis_settings_make_sound (settings, slot, &values, velocity);
}

bool
flitzis_settings_have_changed (_Atomic uint32_t *counter, uint32_t *n_seen) FLITZIS_REALTIME
{
  uint32_t before = *n_seen;

  *n_seen = atomic_load_explicit (counter, memory_order_acquire);

  return *n_seen != before;
}

uint32_t
flitzis_settings_count_loops (FlitzisSlotSettings *slot, uint32_t n_passes, uint32_t n_returns)
    FLITZIS_REALTIME
{
  if (n_passes == 0)
    {
      if (!flitzis_get (slot->is_looping))
        return 0;

      n_passes = flitzis_get (slot->n_loops);
      if (n_passes == 0)
        return FLITZIS_LOOP_FOREVER;
    }

  return n_passes - 1 > n_returns ? n_passes - 1 - n_returns : 0;
}
