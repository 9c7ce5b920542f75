/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "followers.h"

static uint32_t *
get_list (const FlitzisFollowers *self, uint64_t voice) FLITZIS_REALTIME
{
  return &self->of_voices[voice & self->cell_mask];
}

/* Appends a list to another, and empties it. */
static void
append (FlitzisFollowers *self, uint32_t *list, uint32_t *appended) FLITZIS_REALTIME
{
  FlitzisFollowerLink *links = self->links;

  if (*list == 0)
    {
      *list = *appended;
    }
  else if (*appended != 0)
    {
      uint16_t first = (uint16_t) (*list - 1), second = (uint16_t) (*appended - 1);
      uint16_t last_of_first = links[first].previous, last = links[second].previous;

      links[last_of_first].next = second;
      links[second].previous = last_of_first;
      links[last].next = first;
      links[first].previous = last;
    }

  *appended = 0;
}

void
flitzis_followers_add (FlitzisFollowers *self, uint64_t voice, uint32_t event) FLITZIS_REALTIME
{
  uint32_t alone = event + 1;

  self->links[event] = (FlitzisFollowerLink){ (uint16_t) event, (uint16_t) event };
  append (self, get_list (self, voice), &alone);
}

/* If the list begins with this event, makes it begin with the next one. */
static void
skip (FlitzisFollowers *self, uint32_t *list, uint32_t event) FLITZIS_REALTIME
{
  uint32_t next = self->links[event].next;

  if (*list == event + 1)
    *list = next == event ? 0 : next + 1;
}

void
flitzis_followers_remove (FlitzisFollowers *self, uint64_t voice, uint32_t event) FLITZIS_REALTIME
{
  FlitzisFollowerLink link = self->links[event];

  /* it is in one of these lists, and first in no other */
  skip (self, get_list (self, voice), event);
  skip (self, &self->due, event);
  skip (self, &self->cancelled, event);
  self->links[link.previous].next = link.next;
  self->links[link.next].previous = link.previous;
}

void
flitzis_followers_release (FlitzisFollowers *self, uint64_t voice, bool is_finished)
    FLITZIS_REALTIME
{
  append (self, is_finished ? &self->due : &self->cancelled, get_list (self, voice));
}
