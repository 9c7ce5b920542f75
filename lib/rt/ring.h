/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "message.h"
#include "realtime.h"
#include "seqlock.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * The next frames of a voice whose sample is streamed. A feeder, which is a thread outside of the
 * mixer, writes them ahead of the voice in the order in which they are heard. It goes around loops,
 * so the voice does not have to.
 *
 * Places count the frames of a voice since it began or jumped. The first places may be frames of
 * the sample's head, which is in memory; the ring holds the places after these. A ring serves one
 * voice after another. Each beginning and each jump is a new generation: the voice ignores frames
 * that are written for an older one, and their feeder finds out that they are not wanted any more.
 */

typedef struct _FlitzisVoice FlitzisVoice;

/* The frames that the voice wants. Control reads it. */
typedef struct
{
  FlitzisHandle *handle;
  uint64_t       generation;
  uint64_t       place;     /* the first to be written */
  uint32_t       frame;     /* of the sample, at this place */
  uint32_t       start;     /* of the part that is played */
  uint32_t       end;       /* of this part; 0: the sample's end */
  uint32_t       n_passes;  /* of the trigger, through the loop; 0: the slot decides */
  uint32_t       n_returns; /* how often the voice has gone back in a loop before */
  uint16_t       slot;
  bool           is_first; /* nothing is heard before this frame, so a loop needs no fade there */
} FlitzisRingRequest;

_Static_assert(FLITZIS_SEQLOCK_FITS (FlitzisRingRequest), "a request crosses in a seqlock");

/* The place of a frame in the sample. */
typedef struct
{
  uint32_t number;
  uint32_t n_returns; /* how often the voice has gone back before it */
} FlitzisRingFrame;

/* What the feeder has written. */
typedef struct
{
  uint64_t end;         /* the place after the last frame */
  bool     is_complete; /* no more will come: the sound ends there */
  bool     is_cut;      /* complete, but before the end of the sample, so it has to fade out */
  bool     has_failed;  /* complete because the file cannot be read */
} FlitzisRingContent;

typedef struct
{
  /* constant */
  float            *values;   /* room for n_frames stereo frames; interleaved as the sample is */
  FlitzisRingFrame *frames;   /* of each of them */
  uint32_t          n_frames; /* 2 seconds */

  /* the mixer's owner */
  FlitzisVoice      *voice;
  uint32_t           nth; /* in the pool's list */
  uint64_t           generation;
  FlitzisRingRequest asked; /* of this generation */

  /* the owner writes, control and the feeder read: a generation and a place */
  FlitzisSeqlock   request;
  _Atomic uint64_t wanted; /* frames before this place are not read any more */

  /* the feeder writes, the owner reads: a generation, a place and flags */
  _Atomic uint64_t written;
} FlitzisRing;

/* The mixer's owner. */

/* Begins a new generation, and asks for its frames. */
void flitzis_ring_begin (FlitzisRing              *ring,
                         const FlitzisRingRequest *request) FLITZIS_REALTIME;

/* Ends the generation: no more frames are wanted. */
void flitzis_ring_end (FlitzisRing *ring) FLITZIS_REALTIME;

FlitzisRingContent flitzis_ring_look (FlitzisRing *ring) FLITZIS_REALTIME;

/* Gives the frames before `place` back to the feeder. */
void flitzis_ring_release (FlitzisRing *ring,
                           uint64_t     place) FLITZIS_REALTIME;

/* Returns how many frames from `place` on lie in a row. */
static inline uint32_t
flitzis_ring_count_in_row (const FlitzisRing *ring, uint64_t place) FLITZIS_REALTIME
{
  return ring->n_frames - (uint32_t) (place % ring->n_frames);
}

static inline float *
flitzis_ring_get_values (const FlitzisRing *ring, uint64_t place, uint32_t n_channels)
    FLITZIS_REALTIME
{
  return ring->values + place % ring->n_frames * n_channels;
}

static inline FlitzisRingFrame *
flitzis_ring_get_frame (const FlitzisRing *ring, uint64_t place) FLITZIS_REALTIME
{
  return &ring->frames[place % ring->n_frames];
}

/* The feeder. */

/* Returns false if the generation has ended. Sets `place` to that of the first frame to keep. */
bool flitzis_ring_is_wanted (FlitzisRing *ring,
                             uint64_t     generation,
                             uint64_t    *place);

/* Makes the frames of this generation up to `content->end` readable. */
void flitzis_ring_publish (FlitzisRing              *ring,
                           uint64_t                  generation,
                           const FlitzisRingContent *content);
