/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "dsp/rate-ramp.h"
#include "dsp/kernels.h"
#include "message.h"
#include "dsp/ramp.h"
#include "realtime.h"
#include "scratch.h"
#include "settings.h"
#include "playhead.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct _FlitzisVoice FlitzisVoice;

/* Besides the list of all voices, a voice may be in three more lists. */
enum
{
  FLITZIS_LINK_SLOT,
  FLITZIS_LINK_GROUP,
  FLITZIS_LINK_LEADER,
  FLITZIS_N_LINKS
};

typedef struct
{
  FlitzisVoice *previous, *next;
} FlitzisVoiceLink;

/* One sounding sample. */
struct _FlitzisVoice
{
  /* the only fields that most blocks read: one cache line, with the first fields of the playhead */
  FlitzisVoice *next; /* in the pool's list, or in the list of free voices */
  uint64_t      id;
  const float  *plain_frames;            /* the next frames, inside the sample */
  uint32_t      n_plain_frames;          /* frames that lie there one for one; 0: unknown */
  float         plain_left, plain_right; /* their gains, if these do not move */
  uint32_t      slot;
  uint16_t      n_channels;
  bool          is_moving; /* a ramp moves, or may move */

  FlitzisPlayhead playhead;

  uint32_t       choke_group; /* 0: none */
  int32_t        priority;
  uint32_t       n_passes;    /* of the trigger; 0: the slot decides */
  double         velocity;    /* times the random gain of this voice */
  double         rate_factor; /* the random rate of this voice */
  uint64_t       called_ns;   /* of a trigger that is not timed; else 0 */
  FlitzisHandle *handle;

  FlitzisRateRamp           rate;
  FlitzisMixerInterpolation interpolation;
  FlitzisRamp               left, right; /* gains */
  FlitzisRamp               cut_in;      /* of a part that begins within the sample */
  FlitzisRamp               envelope;    /* attack and release */
  FlitzisRamp               pause;       /* 1, or 0 while it stands still */

  bool       is_waiting;    /* for its first block: it has not started yet */
  bool       was_heard;     /* rendered at least one frame */
  bool       is_paused;     /* or about to be */
  bool       is_leader;     /* triggers wait for its end */
  bool       is_released;   /* ends when the envelope has reached 0 */
  FlitzisEnd reason;        /* of a release */
  int32_t    n_stop_frames; /* of the mark that was carried out; below 0: none */

  /* the pool's lists, oldest first: of all voices, of one slot, of choke groups with one hash, and
   * of leaders; the free voices are linked by `next` */
  uint64_t         n_th; /* to be added */
  FlitzisVoice    *previous;
  FlitzisVoiceLink links[FLITZIS_N_LINKS];
} __attribute__ ((aligned (64)));

/* Begins to play the sample from `start` to `end`, as the playhead does. */
void flitzis_voice_begin (FlitzisVoice *voice,
                          uint64_t      start,
                          uint64_t      end,
                          bool          is_reverse,
                          uint32_t      engine_rate,
                          uint32_t      n_attack_frames) FLITZIS_REALTIME;

/* Moves to `sound` from the next frame on, within `n_frames`; at once if the voice has not been
 * heard yet. */
void flitzis_voice_set_sound (FlitzisVoice       *voice,
                              const FlitzisSound *sound,
                              uint32_t            engine_rate,
                              uint32_t            n_frames) FLITZIS_REALTIME;

/* Completes the moves of gain, pan and rate. */
void flitzis_voice_finish_moves (FlitzisVoice *voice) FLITZIS_REALTIME;

/* Pauses without a fade. */
void flitzis_voice_stand_still (FlitzisVoice *voice) FLITZIS_REALTIME;

/* Moves to a frame of the sample, as the playhead does. Returns false if the part ends before
 * it. */
bool flitzis_voice_seek (FlitzisVoice *voice,
                         uint64_t      frame,
                         uint32_t      engine_rate) FLITZIS_REALTIME;

/* Fades in again, after a jump to another place of the sample. */
void flitzis_voice_cut_in (FlitzisVoice *voice,
                           uint32_t      n_frames) FLITZIS_REALTIME;

/* Fades out and stands still, or goes on and fades in. */
void flitzis_voice_set_paused (FlitzisVoice *voice,
                               bool          is_paused,
                               uint32_t      n_frames) FLITZIS_REALTIME;

/* Returns how many frames of a fade are heard: at most the rest of a pause that has begun. */
uint32_t flitzis_voice_limit_fade (const FlitzisVoice *voice,
                                   uint32_t            n_frames) FLITZIS_REALTIME;

/* Fades the voice out within `n_frames`; it is finished after that. */
void flitzis_voice_release (FlitzisVoice *voice,
                            FlitzisEnd    reason,
                            uint32_t      n_frames) FLITZIS_REALTIME;

/* Returns whether it fades out, and is finished after `n_frames` or sooner. */
bool flitzis_voice_ends_within (const FlitzisVoice *voice,
                                uint32_t            n_frames) FLITZIS_REALTIME;

/* Returns how many of the next frames come before the end of the sound: at most `n_frames`, also if
 * the voice stands still before it. */
uint32_t flitzis_voice_count_until_end (const FlitzisVoice *voice,
                                        uint32_t            n_frames) FLITZIS_REALTIME;

/* Returns whether it stands still, and would not be heard in the next frame. */
bool  flitzis_voice_is_silent (const FlitzisVoice *voice) FLITZIS_REALTIME;
bool  flitzis_voice_is_finished (const FlitzisVoice *voice) FLITZIS_REALTIME;
float flitzis_voice_get_loudness (const FlitzisVoice *voice) FLITZIS_REALTIME;

/* Returns whether the next `n_frames` lie in the sample one for one. If so, sets plain_frames. */
bool flitzis_voice_find_plain (FlitzisVoice *voice,
                               uint32_t      n_frames) FLITZIS_REALTIME;

static inline bool
flitzis_voice_is_plain (FlitzisVoice *voice, uint32_t n_frames) FLITZIS_REALTIME
{
  return voice->n_plain_frames >= n_frames || flitzis_voice_find_plain (voice, n_frames);
}

/* Moves on by `n_frames` plain frames. Returns false if these were the last ones: the playhead may
 * be at the end of a loop or of the sample. */
static inline bool
flitzis_voice_advance (FlitzisVoice *voice, uint32_t n_frames) FLITZIS_REALTIME
{
  voice->plain_frames += n_frames * voice->n_channels;
  voice->n_plain_frames -= n_frames;
  voice->playhead.position += n_frames * FLITZIS_ONE_FRAME;

  return voice->n_plain_frames > 0;
}

/* Adds the next `n_frames` plain frames to `out`, also while the gain moves. Returns their peak. */
float flitzis_voice_mix_plain (FlitzisVoice         *voice,
                               const FlitzisKernels *kernels,
                               float                *out,
                               uint32_t              n_frames) FLITZIS_REALTIME;
/* Adds the next `n_frames` (one chunk at most) to `out`, multiplied by `fade` if it is not NULL.
 * Returns their peak. */
float flitzis_voice_render (FlitzisVoice   *voice,
                            FlitzisScratch *scratch,
                            FlitzisRamp    *fade,
                            float          *out,
                            uint32_t        n_frames) FLITZIS_REALTIME;
