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

void
flitzis_voice_accounts_reject (FlitzisVoiceAccounts *self)
{
  self->n_triggered++;
  self->n_rejected++;
}

guint64
flitzis_voice_accounts_get_n_rejected (FlitzisVoiceAccounts *self)
{
  return self->n_rejected +
         flitzis_get (self->mixer->pool.n_rejected);
}
