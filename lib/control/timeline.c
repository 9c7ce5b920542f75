/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "control/timeline.h"
#include "rt/atomics.h"
#include "rt/owner.h"

#include <math.h>
#include <string.h>
#include <time.h>

#define NS_PER_SECOND G_GINT64_CONSTANT (1000000000)

/* Covers the time of a trigger from its stamp into the queue, and errors in the measurement of the
 * driver's clock. */
#define MARGIN_NS G_GINT64_CONSTANT (1000000)

/* The largest difference between two measurements of a steady clock, and the smallest gap. */
#define STEADY_NS 2000.0
#define GAP_NS 1000000.0

void
flitzis_timeline_init (FlitzisTimeline *self, FlitzisMixer *mixer)
{
  self->mixer = mixer;
  self->trigger_delay = -1;
  self->latency = -1;
}

static gint64
read_clock (clockid_t clock)
{
  struct timespec now;

  clock_gettime (clock, &now);

  return now.tv_sec * NS_PER_SECOND + now.tv_nsec;
}

static gint64
get_now (void)
{
  return read_clock (CLOCK_MONOTONIC);
}

/* A value beyond the range becomes the end of the range. */
static gint64
round_to_int64 (double value)
{
  return value >= (double) G_MAXINT64 ? G_MAXINT64 : value <= 0.0 ? 0
                                                                  : llround (value);
}

/* The number of attempts to read a record that the callback is writing. A thread of higher priority
 * may have taken the callback's core, and would wait for ever. The last record will do. */
#define MAX_READS 8

/* Returns FALSE unless a block of the present stream has begun. */
static gboolean
get_block_time (FlitzisTimeline *self, FlitzisBlockTime *block)
{
  FlitzisMixer *mixer = self->mixer;

  if (!flitzis_mixer_is_streaming (mixer))
    return FALSE;

  for (guint i = 0; i < MAX_READS; i++)
    if (flitzis_seqlock_try_read (&mixer->block_time, &self->block, sizeof *block))
      break;

  *block = self->block;

  return block->run == flitzis_get (mixer->run);
}

static double
frame_to_time (const FlitzisBlockTime *block, guint64 frame)
{
  double n_frames = frame >= block->position ? (double) (frame - block->position)
                                             : -(double) (block->position - frame);

  return block->nsec + n_frames * NS_PER_SECOND / block->rate;
}

static double
time_to_frame (const FlitzisBlockTime *block, gint64 time_ns)
{
  return block->position +
         ((double) time_ns - (double) block->nsec) * block->rate / NS_PER_SECOND;
}

/* After a gap, frames come later than earlier answers said. Answers about frames that had not come
 * yet no longer count. */
static void
begin_stretch (FlitzisTimeline *self, guint64 position)
{
  FlitzisTold *told = &self->frames_told;

  self->stretch++;

  for (guint i = 0; i < told->n_pairs; i++)
    {
      told->pairs[i].answer = MIN (told->pairs[i].answer, (gint64) position);
      told->pairs[i].bound = MIN (told->pairs[i].bound, (gint64) position);
    }
}

/* Like get_block_time, but returns an earlier block time if it agrees within STEADY_NS, which
 * nobody hears. So most questions get the same answer however often they are asked. */
static gboolean
get_steady_time (FlitzisTimeline *self, FlitzisBlockTime *block)
{
  FlitzisBlockTime *steady = &self->steady;
  double            lateness = INFINITY;

  if (!get_block_time (self, block))
    return FALSE;

  if (block->run == steady->run)
    lateness = (double) block->nsec - frame_to_time (steady, block->position);

  if (lateness > GAP_NS)
    begin_stretch (self, block->position);

  if (fabs (lateness) > STEADY_NS)
    *steady = *block;

  *block = *steady;

  return TRUE;
}

static void
remove_pair (FlitzisTold *told, guint place)
{
  told->n_pairs--;
  memmove (&told->pairs[place], &told->pairs[place + 1],
           (told->n_pairs - place) * sizeof (FlitzisPair));
}

static void
insert_pair (FlitzisTold *told, guint place, const FlitzisPair *pair)
{
  memmove (&told->pairs[place + 1], &told->pairs[place],
           (told->n_pairs - place) * sizeof (FlitzisPair));
  told->pairs[place] = *pair;
  told->n_pairs++;
}

/* Drops the answer that matters least: the one whose neighbours are closest together. The answer
 * before it keeps its bound. */
static void
forget_one (FlitzisTold *told, guint newest)
{
  guint   least = 1;
  guint64 least_gap = G_MAXUINT64;

  for (guint i = 1; i + 1 < told->n_pairs; i++)
    {
      guint64 gap = (guint64) told->pairs[i + 1].question - (guint64) told->pairs[i - 1].question;

      if (i != newest && gap < least_gap)
        {
          least = i;
          least_gap = gap;
        }
    }

  told->pairs[least - 1].bound = told->pairs[least].bound;
  remove_pair (told, least);
}

/* Keeps answers consistent with earlier ones: they ascend with the questions, although the driver's
 * clock is measured anew in each block. Across a gap it is enough that nothing runs backwards. */
static gint64
tell (FlitzisTold *told, guint64 stretch, gint64 question, gint64 answer)
{
  FlitzisPair *pairs = told->pairs;
  gint64       bound = G_MININT64;
  guint        place, next;

  for (place = told->n_pairs; place > 0 && pairs[place - 1].question >= question; place--)
    {
    }

  for (next = place; next < told->n_pairs && pairs[next].stretch != stretch; next++)
    {
    }

  if (next < told->n_pairs)
    answer = MIN (answer, pairs[next].answer);

  if (place < told->n_pairs && pairs[place].question == question)
    {
      answer = MAX (answer, pairs[place].answer);
      bound = pairs[place].bound;
      remove_pair (told, place);
    }

  if (place > 0)
    answer = MAX (answer, pairs[place - 1].bound);

  while (place < told->n_pairs && pairs[place].answer < answer)
    {
      bound = MAX (bound, pairs[place].bound);
      remove_pair (told, place);
    }

  bound = MAX (bound, answer);
  insert_pair (told, place, &(FlitzisPair){ question, answer, bound, stretch });

  if (told->n_pairs > FLITZIS_N_TOLD)
    forget_one (told, place);

  return answer;
}

gint64
flitzis_timeline_estimate_time (FlitzisTimeline *self, guint64 frame)
{
  FlitzisBlockTime block;

  return get_block_time (self, &block) ? round_to_int64 (frame_to_time (&block, frame)) : -1;
}

gint64
flitzis_timeline_frame_to_time (FlitzisTimeline *self, guint64 frame)
{
  FlitzisBlockTime block;

  frame = MIN (frame, G_MAXINT64);

  if (!get_steady_time (self, &block))
    return -1;

  return tell (&self->times_told, self->stretch, (gint64) frame,
               round_to_int64 (frame_to_time (&block, frame)));
}

/* For a time that has passed, the answer is at most the next frame, which waits for its block. */
guint64
flitzis_timeline_time_to_frame (FlitzisTimeline *self, gint64 time_ns)
{
  gint64           frame;
  gint64           position = (gint64) atomic_load_explicit (&self->mixer->position,
                                                             memory_order_acquire);
  FlitzisBlockTime block;

  if (get_steady_time (self, &block))
    {
      frame = round_to_int64 (time_to_frame (&block, time_ns));

      if (time_ns <= get_now ())
        frame = MIN (frame, position);
    }
  else
    {
      begin_stretch (self, (guint64) position);
      frame = position;
    }

  return (guint64) tell (&self->frames_told, self->stretch, time_ns, frame);
}

/* A call never overtakes an earlier one that still waits, even if the clock was measured anew or
 * constant timing was switched off in between. */
gboolean
flitzis_timeline_stamp (FlitzisTimeline *self, guint64 *frame)
{
  guint64          position = flitzis_get (self->mixer->position);
  FlitzisBlockTime block;

  *frame = self->last_stamp;

  if (self->timing != FLITZIS_TRIGGER_TIMING_CONSTANT || self->trigger_delay < 0 ||
      !get_block_time (self, &block))
    return self->last_stamp > position;

  *frame = (guint64) round_to_int64 (time_to_frame (&block, get_now () + self->trigger_delay));
  self->last_stamp = *frame = MAX (*frame, self->last_stamp);

  return TRUE;
}

guint64
flitzis_timeline_get_call_time (void)
{
  return (guint64) read_clock (CLOCK_MONOTONIC_COARSE);
}

static gboolean
is_old (const FlitzisBlockTime *block, guint64 call_ns)
{
  guint64 max_age_ns = MAX (FLITZIS_MAX_AGE_NS, 2 * block->quantum_ns);

  return call_ns > block->nsec + max_age_ns;
}

/* In most cases the block that was last read is young enough, and its record is not read anew. */
gboolean
flitzis_timeline_is_stalled (FlitzisTimeline *self, guint64 call_ns)
{
  FlitzisBlockTime block;

  return is_old (&self->block, call_ns) && get_block_time (self, &block) &&
         is_old (&block, call_ns);
}

gboolean
flitzis_timeline_set_timing (FlitzisTimeline *self, FlitzisTriggerTiming timing)
{
  gboolean is_new = timing != self->timing;

  self->timing = timing;

  return is_new;
}

/* Computes the delay from the quantum of this stream. */
gboolean
flitzis_timeline_fix_trigger_delay (FlitzisTimeline *self)
{
  FlitzisBlockTime block;
  gint64           delay = -1;
  gboolean         is_new;

  if (get_block_time (self, &block))
    delay = (gint64) block.quantum_ns + MARGIN_NS;

  is_new = delay != self->trigger_delay;
  self->trigger_delay = delay;

  return is_new;
}

gboolean
flitzis_timeline_is_latency_old (FlitzisTimeline *self)
{
  FlitzisBlockTime block;

  return get_block_time (self, &block) &&
         (block.quantum_ns != self->latency_quantum_ns || block.run != self->latency_run);
}

gint64
flitzis_timeline_get_whole_latency (FlitzisTimeline *self)
{
  FlitzisMixer *mixer = self->mixer;
  gint64        delay = 0;

  if (flitzis_get (mixer->settings.is_limited))
    delay = mixer->limiter.n_frames * G_GINT64_CONSTANT (1000000000) / mixer->sample_rate;

  return self->latency >= 0 ? self->latency + delay : -1;
}

gboolean
flitzis_timeline_set_latency (FlitzisTimeline *self, gint64 latency_ns)
{
  FlitzisBlockTime block;
  gboolean         is_new = latency_ns != self->latency;

  if (get_block_time (self, &block))
    {
      self->latency_quantum_ns = block.quantum_ns;
      self->latency_run = block.run;
    }

  self->latency = latency_ns;

  return is_new;
}
