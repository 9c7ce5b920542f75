/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "mixer-state.h"

/*
 * Makes and frees everything that the audio callback touches. It is in one locked mapping, whose
 * pages are all in memory before the first block. The frames of the rings are in another, since
 * most programs stream little: their pages are in memory, and locked, as soon as a feeder has
 * written to them. Never called from the callback.
 */

typedef struct
{
  uint32_t n_slots;     /* 1..4096 */
  uint32_t n_voices;    /* 1..1024 */
  uint32_t n_events;    /* that can wait for their frame, 1..65536 */
  uint32_t sample_rate; /* Hz */
  uint32_t n_streams;   /* streamed voices at once, 0..1024 */
} FlitzisMixerSize;

/* The kinds of kernels that this processor runs, with NULL at the end. The fastest is the first,
 * and mixers use it. */
const FlitzisKernels *flitzis_kernels_get (uint32_t i);

/* Returns NULL if the system has no memory left. */
FlitzisMixer *flitzis_mixer_new (const FlitzisMixerSize *size);
void          flitzis_mixer_free (FlitzisMixer *mixer);

/* In the child of a fork, which does not get the parent's mixer: makes a new one at the same
 * address. */
void flitzis_mixer_reset (FlitzisMixer *mixer);
