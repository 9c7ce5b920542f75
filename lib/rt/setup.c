/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "setup.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Gain moves and the fades of voices that are cut off take 5 ms. */
#define RAMP_FRAMES(sample_rate) ((sample_rate) / 200)

/* A cache line, so that what two threads write lies apart. */
#define ALIGNMENT 64

/*
 * On a page of its own before the mixer, and only read from then on. The mixer's pages are written
 * to: a fork would have the parent copy them, in its callback. So the child is not given them.
 */
typedef struct
{
  size_t   size; /* of the mixer's pages */
  uint32_t n_slots;
  uint32_t n_voices;
  uint32_t sample_rate; /* Hz */
} Header;

static size_t
get_page_size (void)
{
  return (size_t) sysconf (_SC_PAGESIZE);
}

static Header *
get_header (FlitzisMixer *mixer)
{
  return (Header *) ((unsigned char *) mixer - get_page_size ());
}

static uint32_t
round_up_to_power_of_two (uint32_t n)
{
  uint32_t power = 1;

  while (power < n)
    power *= 2;

  return power;
}

/* Hands out the next `size` bytes; counts them only while there is no memory yet. */
static void *
take (unsigned char *memory, size_t *used, size_t size)
{
  void *taken = memory != NULL ? memory + *used : NULL;

  *used += (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;

  return taken;
}

static void
init_voices (FlitzisMixer *mixer, FlitzisVoice *voices)
{
  for (uint32_t i = 0; i < mixer->n_voices; i++)
    voices[i].next_in_slot = i + 1 < mixer->n_voices ? &voices[i + 1] : NULL;

  mixer->free = voices;
}

/* Lays everything out behind the mixer and returns the bytes used; sets it up, given zeroes. */
static size_t
lay_out (unsigned char *memory, uint32_t n_slots, uint32_t n_voices, uint32_t sample_rate)
{
  uint32_t n_cells = round_up_to_power_of_two (2 * (FLITZIS_N_COMMANDS + n_voices));
  uint32_t max_voices = n_cells / 2;
  uint32_t max_handles = FLITZIS_N_COMMANDS + 2 * n_slots + n_voices;
  uint32_t n_handles = max_handles + n_slots;
  uint32_t n_reports = round_up_to_power_of_two (max_voices + max_handles);
  uint32_t n_tail_frames = RAMP_FRAMES (sample_rate);
  size_t   used = 0;

  FlitzisMixer        *mixer = take (memory, &used, sizeof *mixer);
  FlitzisSlotSettings *slots = take (memory, &used, n_slots * sizeof *slots);
  _Atomic uint64_t    *marks = take (memory, &used, n_cells * sizeof *marks);
  FlitzisVoice       **cells = take (memory, &used, n_cells * sizeof *cells);
  FlitzisBankSlot     *bank = take (memory, &used, n_slots * sizeof *bank);
  FlitzisHandle       *handles = take (memory, &used, n_handles * sizeof *handles);
  FlitzisVoice        *voices = take (memory, &used, n_voices * sizeof *voices);
  FlitzisScratch      *scratch = take (memory, &used, sizeof *scratch);
  float               *tail = take (memory, &used, n_tail_frames * 2 * sizeof *tail);
  FlitzisCommand      *commands = take (memory, &used, FLITZIS_N_COMMANDS * sizeof *commands);
  FlitzisReport       *reports = take (memory, &used, n_reports * sizeof *reports);

  if (memory == NULL)
    return used;

  mixer->n_slots = n_slots;
  mixer->n_voices = n_voices;
  mixer->sample_rate = sample_rate;
  mixer->ramp_frames = RAMP_FRAMES (sample_rate);
  mixer->max_voices = max_voices;
  mixer->max_handles = max_handles;
  mixer->n_handles = n_handles;
  mixer->handles = handles;
  mixer->bank = bank;
  mixer->cells = cells;
  mixer->scratch = scratch;
  mixer->tail.frames = tail;
  mixer->tail.n_frames = n_tail_frames;
  init_voices (mixer, voices);
  flitzis_settings_init (&mixer->settings, slots, n_slots, marks, n_cells);
  flitzis_queue_init (&mixer->commands, commands, FLITZIS_N_COMMANDS, sizeof *commands);
  flitzis_queue_init (&mixer->reports, reports, n_reports, sizeof *reports);

  return used;
}

void
flitzis_mixer_reset (FlitzisMixer *mixer)
{
  const Header *header = get_header (mixer);

  memset (mixer, 0, header->size);
  lay_out ((unsigned char *) mixer, header->n_slots, header->n_voices, header->sample_rate);
}

FlitzisMixer *
flitzis_mixer_new (uint32_t n_slots, uint32_t n_voices, uint32_t sample_rate)
{
  size_t         size = lay_out (NULL, n_slots, n_voices, sample_rate);
  size_t         page_size = get_page_size ();
  unsigned char *mapping = mmap (NULL, page_size + size, PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  FlitzisMixer  *mixer;

  if (mapping == MAP_FAILED)
    return NULL;

  mixer = (FlitzisMixer *) (mapping + page_size);
  *get_header (mixer) = (Header){ size, n_slots, n_voices, sample_rate };

  /* Locking may be beyond the limits of this user; every page is touched all the same. */
  (void) mlock (mapping, page_size + size);
  (void) madvise (mixer, size, MADV_WIPEONFORK);
  flitzis_mixer_reset (mixer);

  return mixer;
}

void
flitzis_mixer_free (FlitzisMixer *mixer)
{
  Header *header = get_header (mixer);

  munmap (header, get_page_size () + header->size);
}
