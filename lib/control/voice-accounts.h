/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "rt/mixer.h"

#include <glib.h>

G_BEGIN_DECLS

/*
 * The accounts of voices: which ids are outstanding, that is triggered and not yet known to have
 * ended, how many of each slot, and how many triggers there were.
 *
 * A voice's own settings in the mixer say whose they are, so they are the list of what is
 * outstanding. All under control's mutex.
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

/* In the child of a fork: no slot plays. */
void flitzis_voice_accounts_abandon (FlitzisVoiceAccounts *self);

/* Whether as many are outstanding as the mixer can report the ends of. */
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

/* The id for the next voice, whose settings are free. They must not be full. */
guint64 flitzis_voice_accounts_find_free (FlitzisVoiceAccounts *self);

/* Counts a voice that was sent. TRUE if it is the only one of its slot. */
gboolean flitzis_voice_accounts_add (FlitzisVoiceAccounts *self,
                                     guint64               voice,
                                     guint                 slot,
                                     gboolean              is_timed);

/* Counts a voice that has ended, and says which slot it was of. TRUE if it was the last there. */
gboolean flitzis_voice_accounts_remove (FlitzisVoiceAccounts *self,
                                        guint64               voice,
                                        guint                *slot);

/* Counts a trigger that is not sent at all. */
void flitzis_voice_accounts_reject (FlitzisVoiceAccounts *self);

/* Its own settings, or NULL unless it is outstanding. */
FlitzisVoiceSettings *flitzis_voice_accounts_find (FlitzisVoiceAccounts *self,
                                                   guint64               voice);

/* With those that the mixer rejected. */
guint64 flitzis_voice_accounts_get_n_rejected (FlitzisVoiceAccounts *self);

G_END_DECLS
