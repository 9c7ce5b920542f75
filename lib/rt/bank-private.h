/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "bank.h"

/* What the files of the bank share. */

static inline uint32_t
flitzis_bank_get_n_frames (const FlitzisBank *bank, double seconds) FLITZIS_REALTIME
{
  return (uint32_t) (seconds * bank->sample_rate + 0.5);
}

void flitzis_bank_end_voice (FlitzisBank  *bank,
                             FlitzisVoice *voice,
                             FlitzisEnd    reason) FLITZIS_REALTIME;

/* Renders the fade of a voice at once, so that its sample and its place are free from here on. */
void flitzis_bank_cut_voice (FlitzisBank  *bank,
                             FlitzisVoice *voice,
                             FlitzisEnd    reason,
                             uint32_t      n_frames) FLITZIS_REALTIME;

/* What has to fall silent when this trigger sounds. If no voice is free, the first makes room. */
void flitzis_bank_choke (FlitzisBank          *bank,
                         const FlitzisCommand *command) FLITZIS_REALTIME;

/* A voice for this trigger, which may be stolen; NULL if there is none. */
FlitzisVoice *flitzis_bank_find_free_voice (FlitzisBank          *bank,
                                            const FlitzisCommand *command) FLITZIS_REALTIME;
