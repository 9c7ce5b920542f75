/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "rt/mixer-state.h"

#include <glib.h>

G_BEGIN_DECLS

/*
 * The accounts of voices: the ids of outstanding voices, their number for each slot, and the number
 * of triggers. A voice is outstanding from its trigger until control has read that it ended.
 *
 * Each cell of the mixer's voice settings has the id of its voice, so these cells are the list of
 * outstanding voices. All calls are under control's mutex.
 */
typedef struct
{
  FlitzisMixer *mixer;
  guint        *slots;    /* outstanding voices of each slot */
  guint         n_voices; /* outstanding */
  guint64       next_voice;
  guint64       n_triggered;
  guint64       n_rejected; /* by control; the mixer counts its own */
} FlitzisVoiceAccounts;

void flitzis_voice_accounts_init (FlitzisVoiceAccounts *self,
                                  FlitzisMixer         *mixer);
void flitzis_voice_accounts_clear (FlitzisVoiceAccounts *self);

/* In the child of a fork, where no slot plays. */
void flitzis_voice_accounts_abandon (FlitzisVoiceAccounts *self);

/* Returns whether the mixer could not report the end of one more voice. */
static inline gboolean
flitzis_voice_accounts_are_full (const FlitzisVoiceAccounts *self)
{
  return self->n_voices == self->mixer->max_voices;
}

static inline gboolean
flitzis_voice_accounts_is_playing (const FlitzisVoiceAccounts *self, guint slot)
{
  return self->slots[slot] > 0;
}

/* Counts a trigger that control rejects and does not send. */
void flitzis_voice_accounts_reject (FlitzisVoiceAccounts *self);

/* Includes the triggers that the mixer rejected. */
guint64 flitzis_voice_accounts_get_n_rejected (FlitzisVoiceAccounts *self);

/* The functions for each trigger and each ended voice are inline. */

static inline FlitzisVoiceSettings *
flitzis_voice_accounts_get_cell (FlitzisVoiceAccounts *self, guint64 voice)
{
  return flitzis_settings_get_voice (&self->mixer->settings, voice);
}

/* Returns the settings of one voice; NULL unless it is outstanding. */
static inline FlitzisVoiceSettings *
flitzis_voice_accounts_find (FlitzisVoiceAccounts *self, guint64 voice)
{
  FlitzisVoiceSettings *cell = flitzis_voice_accounts_get_cell (self, voice);

  return voice != 0 && cell->voice == voice ? cell : NULL;
}

/* Returns the id for the next voice. Ids ascend and are never used again. An id whose cell is still
 * in use is skipped. The accounts must not be full. */
static inline guint64
flitzis_voice_accounts_find_free (FlitzisVoiceAccounts *self)
{
  guint64 voice = self->next_voice;

  while (flitzis_voice_accounts_get_cell (self, voice)->voice != 0)
    voice++;

  return voice;
}

/* Counts a voice that was sent. Returns TRUE if it is the only one of its slot. */
static inline gboolean
flitzis_voice_accounts_add (FlitzisVoiceAccounts *self,
                            guint64               voice,
                            guint                 slot,
                            gboolean              is_timed)
{
  FlitzisVoiceSettings *cell = flitzis_voice_accounts_get_cell (self, voice);

  cell->voice = voice;
  cell->slot = (guint16) slot;
  cell->is_timed = is_timed;
  self->next_voice = voice + 1;
  self->n_triggered++;
  self->n_voices++;
  self->slots[slot]++;

  return self->slots[slot] == 1;
}

/* Counts a voice that has ended, and finds its slot. Returns TRUE if it was the slot's last
 * voice. */
static inline gboolean
flitzis_voice_accounts_remove (FlitzisVoiceAccounts *self, guint64 voice, guint *slot)
{
  FlitzisVoiceSettings *cell = flitzis_voice_accounts_get_cell (self, voice);

  *slot = cell->slot;
  cell->voice = 0;
  self->n_voices--;
  self->slots[*slot]--;

  return self->slots[*slot] == 0;
}

G_END_DECLS
