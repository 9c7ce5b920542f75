/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "mixer-state.h"

/*
 * Makes and frees all that the audio callback touches, in one locked mapping whose pages are there
 * before the first block. Never called from the callback.
 */

typedef struct
{
  uint32_t n_slots;     /* 1..4096 */
  uint32_t n_voices;    /* 1..1024 */
  uint32_t n_events;    /* that may wait for their frame, 1..65536 */
  uint32_t sample_rate; /* Hz */
} FlitzisMixerSize;

/* The kinds of kernels that this processor runs, the fastest first, which mixers are made with;
 * NULL behind the last. */
const FlitzisKernels *flitzis_kernels_get (uint32_t i);

/* NULL when the system has no memory left */
FlitzisMixer *flitzis_mixer_new (const FlitzisMixerSize *size);
void          flitzis_mixer_free (FlitzisMixer *mixer);

/* In the child of a fork, where the mixer is not the parent's: a new one at the same place. */
void flitzis_mixer_reset (FlitzisMixer *mixer);
