/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "mixer.h"

/*
 * Makes and frees all that the audio callback touches, in one locked mapping whose pages are there
 * before the first block. Never called from the callback.
 */

/* NULL when the system has no memory left */
FlitzisMixer *flitzis_mixer_new (uint32_t n_slots,
                                 uint32_t n_voices,
                                 uint32_t sample_rate);
void          flitzis_mixer_free (FlitzisMixer *mixer);

/* In the child of a fork, where the mixer is not the parent's: a new one at the same place. */
void flitzis_mixer_reset (FlitzisMixer *mixer);
