/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "realtime.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct
{
  uint16_t previous, next;
} FlitzisFollowerLink;

/*
 * The events that wait for the end of a voice. Each voice has a list of them, in the order of the
 * calls. When it ends, its whole list moves to `due` or to `cancelled`.
 *
 * The events of a list are linked in a ring, so two lists become one without a walk through them. A
 * list is the number of its first event, counted from 1; 0 is an empty list.
 */
typedef struct
{
  /* constant */
  uint64_t cell_mask;

  uint32_t            *of_voices; /* the list of the voice whose id & cell_mask it is */
  FlitzisFollowerLink *links;     /* of each event */
  uint32_t             due;       /* their voices have played to the end */
  uint32_t             cancelled; /* their voices have ended before that */
} FlitzisFollowers;

static inline bool
flitzis_followers_wait_for (const FlitzisFollowers *self, uint64_t voice) FLITZIS_REALTIME
{
  return self->of_voices[voice & self->cell_mask] != 0;
}

/* The voice must not have ended. */
void flitzis_followers_add (FlitzisFollowers *self,
                            uint64_t          voice,
                            uint32_t          event) FLITZIS_REALTIME;

/* Takes an event out of the list that it is in. */
void flitzis_followers_remove (FlitzisFollowers *self,
                               uint64_t          voice,
                               uint32_t          event) FLITZIS_REALTIME;

/* Call it when a voice ends. */
void flitzis_followers_release (FlitzisFollowers *self,
                                uint64_t          voice,
                                bool              is_finished) FLITZIS_REALTIME;
