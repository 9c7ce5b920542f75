/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "control/voice-accounts.h"
#include "rt/atomics.h"

void
flitzis_voice_accounts_init (FlitzisVoiceAccounts *self, FlitzisMixer *mixer)
{
  self->mixer = mixer;
  self->slots = g_new0 (guint, mixer->n_slots);
  self->next_voice = 1;
}

void
flitzis_voice_accounts_clear (FlitzisVoiceAccounts *self)
{
  g_free (self->slots);
}

void
flitzis_voice_accounts_abandon (FlitzisVoiceAccounts *self)
{
  for (guint i = 0; i < self->mixer->n_slots; i++)
    self->slots[i] = 0;
}

static FlitzisVoiceSettings *
get_cell (FlitzisVoiceAccounts *self, guint64 voice)
{
  return flitzis_settings_get_voice (&self->mixer->settings, voice);
}

/* Ids ascend and are never used again; one whose cell is still in use is left out. */
guint64
flitzis_voice_accounts_find_free (FlitzisVoiceAccounts *self)
{
  guint64 voice = self->next_voice;

  while (get_cell (self, voice)->voice != 0)
    voice++;

  return voice;
}

gboolean
flitzis_voice_accounts_add (FlitzisVoiceAccounts *self,
                            guint64               voice,
                            guint                 slot,
                            gboolean              is_timed)
{
  FlitzisVoiceSettings *cell = get_cell (self, voice);

  cell->voice = voice;
  cell->slot = (guint16) slot;
  cell->is_timed = is_timed;
  self->next_voice = voice + 1;
  self->n_triggered++;
  self->n_voices++;
  self->slots[slot]++;

  return self->slots[slot] == 1;
}

gboolean
flitzis_voice_accounts_remove (FlitzisVoiceAccounts *self, guint64 voice, guint *slot)
{
  FlitzisVoiceSettings *cell = get_cell (self, voice);

  *slot = cell->slot;
  cell->voice = 0;
  self->n_voices--;
  self->slots[*slot]--;

  return self->slots[*slot] == 0;
}

void
flitzis_voice_accounts_reject (FlitzisVoiceAccounts *self)
{
  self->n_triggered++;
  self->n_rejected++;
}

FlitzisVoiceSettings *
flitzis_voice_accounts_find (FlitzisVoiceAccounts *self, guint64 voice)
{
  FlitzisVoiceSettings *cell = get_cell (self, voice);

  return voice != 0 && cell->voice == voice ? cell : NULL;
}

guint64
flitzis_voice_accounts_get_n_rejected (FlitzisVoiceAccounts *self)
{
  return self->n_rejected +
         flitzis_get (self->mixer->pool.n_rejected);
}
