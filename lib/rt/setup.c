/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "setup.h"

#include "dsp/tables.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Gain moves and the fades of voices that are cut off take 5 ms. */
#define RAMP_FRAMES(sample_rate) ((sample_rate) / 200)

/* The limiter looks 2 ms ahead. */
#define DELAY_FRAMES(sample_rate) ((sample_rate) / 500)

/* The rings hold 2 seconds. */
#define RING_FRAMES(sample_rate) (2 * (sample_rate))

/* A cache line: data that different threads write must not share one. */
#define ALIGNMENT 64

/*
 * On a page of its own before the mixer, and constant after setup. The callback writes to the
 * mixer's pages, and after a fork such writes would make it copy them. So the child does not get
 * these pages.
 */
typedef struct
{
  size_t           n_bytes; /* of the mixer's pages */
  FlitzisMixerSize size;
  unsigned char   *ring_memory;
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

/* Returns the next `size` bytes. While there is no memory yet, it only counts them. */
static void *
take (unsigned char *memory, size_t *used, size_t size)
{
  void *taken = memory != NULL ? memory + *used : NULL;

  *used += (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;

  return taken;
}

const FlitzisKernels *
flitzis_kernels_get (uint32_t i)
{
  const FlitzisKernels *kinds[3] = { NULL };
  uint32_t              n = 0;

#if defined(FLITZIS_HAVE_AVX2)
  if (__builtin_cpu_supports ("avx2"))
    kinds[n++] = &flitzis_kernels_avx2;
#endif

  kinds[n++] = &flitzis_kernels_plain;

  return i < n ? kinds[i] : NULL;
}

/* Counts the samples that can be in a slot, in a voice, or on their way in a command. Most slots
 * have no further layers, so these share their room with the samples on their way. A sample that
 * finds no room waits in control. */
static uint32_t
count_handles (uint32_t n_slots, uint32_t n_voices)
{
  uint32_t n_layers = (FLITZIS_N_LAYERS - 1) * n_slots;
  uint32_t n_spare = n_layers > FLITZIS_N_COMMANDS ? n_layers : FLITZIS_N_COMMANDS;

  return 2 * n_slots + n_spare + n_voices;
}

/* Returns the size of the frames of all rings. */
static size_t
lay_out_rings (unsigned char *memory, FlitzisRing *rings, const FlitzisMixerSize *size)
{
  size_t used = 0;

  for (uint32_t i = 0; i < size->n_streams; i++)
    {
      uint32_t          n_frames = RING_FRAMES (size->sample_rate);
      float            *values = take (memory, &used, n_frames * 2 * sizeof *values);
      FlitzisRingFrame *frames = take (memory, &used, n_frames * sizeof *frames);

      if (memory != NULL)
        rings[i] = (FlitzisRing){
          .values = values,
          .frames = frames,
          .n_frames = n_frames,
          .nth = i,
        };
    }

  return used;
}

/* Lays everything out after the mixer, and returns the size. If there is memory, of zeroes, it also
 * sets everything up. */
static size_t
lay_out (unsigned char *memory, const FlitzisMixerSize *size)
{
  uint32_t n_slots = size->n_slots, n_voices = size->n_voices, n_events = size->n_events;
  uint32_t max_voices = FLITZIS_N_COMMANDS + n_voices + n_events;
  uint32_t n_cells = round_up_to_power_of_two (max_voices + max_voices / 4);
  uint32_t max_handles = count_handles (n_slots, n_voices);
  uint32_t n_reports = round_up_to_power_of_two (max_voices + max_handles);
  uint32_t n_tweens = 1 + FLITZIS_N_PARAMETERS * (n_slots + n_voices);
  uint32_t n_groups = round_up_to_power_of_two (n_voices);
  uint32_t n_quantized = n_events < FLITZIS_N_QUANTIZED ? n_events : FLITZIS_N_QUANTIZED;
  uint32_t ramp_frames = RAMP_FRAMES (size->sample_rate);
  uint32_t n_tail_frames = ramp_frames + 1;
  uint32_t n_delay_frames = DELAY_FRAMES (size->sample_rate);
  size_t   used = 0;

  FlitzisMixer         *mixer = take (memory, &used, sizeof *mixer);
  FlitzisSlotSettings  *slot_settings = take (memory, &used, n_slots * sizeof *slot_settings);
  FlitzisVoiceSettings *voice_settings = take (memory, &used, n_cells * sizeof *voice_settings);
  _Atomic uint16_t     *cells = take (memory, &used, n_cells * sizeof *cells);
  FlitzisVoicePlace    *places = take (memory, &used, n_voices * sizeof *places);
  FlitzisPoolSlot      *slots = take (memory, &used, n_slots * sizeof *slots);
  FlitzisHandle        *handles = take (memory, &used, max_handles * sizeof *handles);
  FlitzisVoice         *voices = take (memory, &used, n_voices * sizeof *voices);
  FlitzisRing          *rings = take (memory, &used, size->n_streams * sizeof *rings);
  FlitzisRing         **ring_list = take (memory, &used, size->n_streams * sizeof *ring_list);
  FlitzisTweenRun      *runs = take (memory, &used, n_tweens * sizeof *runs);
  uint32_t             *moving = take (memory, &used, n_tweens * sizeof *moving);
  FlitzisCommand       *events = take (memory, &used, n_events * sizeof *events);
  uint8_t              *waits = take (memory, &used, n_events * sizeof *waits);
  uint16_t             *event_places = take (memory, &used, n_events * sizeof *event_places);
  uint16_t             *event_of_voices = take (memory, &used, n_cells * sizeof *event_of_voices);
  uint32_t             *followers = take (memory, &used, n_cells * sizeof *followers);
  FlitzisFollowerLink  *links = take (memory, &used, n_events * sizeof *links);
  uint16_t             *free_events = take (memory, &used, n_events * sizeof *free_events);
  uint16_t             *by_frame = take (memory, &used, n_events * sizeof *by_frame);
  uint16_t             *by_beat = take (memory, &used, n_quantized * sizeof *by_beat);
  uint16_t             *unplaced = take (memory, &used, n_quantized * sizeof *unplaced);
  FlitzisVoiceList     *groups = take (memory, &used, n_groups * sizeof *groups);
  FlitzisMeter         *meters = take (memory, &used, n_slots * sizeof *meters);
  _Atomic float        *levels = take (memory, &used, n_slots * sizeof *levels);
  float                *delayed = take (memory, &used, n_delay_frames * 2 * sizeof *delayed);
  float                *gains = take (memory, &used, n_delay_frames * sizeof *gains);
  FlitzisLimit         *limits = take (memory, &used, (n_delay_frames + 2) * sizeof *limits);
  FlitzisScratch       *scratch = take (memory, &used, sizeof *scratch);
  float                *tail = take (memory, &used, n_tail_frames * 2 * sizeof *tail);
  FlitzisCommand       *commands = take (memory, &used, FLITZIS_N_COMMANDS * sizeof *commands);
  FlitzisReport        *reports = take (memory, &used, n_reports * sizeof *reports);

  if (memory == NULL)
    return used;

  mixer->n_slots = n_slots;
  mixer->n_voices = n_voices;
  mixer->n_events = n_events;
  mixer->n_streams = size->n_streams;
  mixer->rings = rings;
  mixer->sample_rate = size->sample_rate;
  mixer->max_voices = max_voices;
  mixer->max_handles = max_handles;
  mixer->handles = handles;
  mixer->max_quantized = n_quantized;
  mixer->schedule = (FlitzisSchedule){
    .n_all = n_events,
    .commands = events,
    .waits = waits,
    .places = event_places,
    .of_voices = event_of_voices,
    .free = free_events,
    .unplaced = unplaced,
    .by_frame = { .items = by_frame },
    .by_beat = { .items = by_beat },
    .followers = { .cell_mask = n_cells - 1, .of_voices = followers, .links = links },
  };
  flitzis_schedule_init (&mixer->schedule);
  scratch->kernels = flitzis_kernels_get (0);
  mixer->pool = (FlitzisPool){
    .sample_rate = size->sample_rate,
    .ramp_frames = ramp_frames,
    .settings = &mixer->settings,
    .reports = &mixer->reports,
    .scratch = scratch,
    .followers = &mixer->schedule.followers,
    .slots = slots,
    .groups = groups,
    .group_mask = n_groups - 1,
    .cells = cells,
    .places = places,
    .rings = ring_list,
    .n_rings = size->n_streams,
    .tweens = {
        .n_slots = n_slots,
        .runs = runs,
        .moving = moving,
        .next_point = UINT64_MAX,
    },
    .tail = { .frames = tail, .n_frames = n_tail_frames },
  };
  flitzis_pool_init (&mixer->pool, voices, n_voices);

  for (uint32_t i = 0; i < size->n_streams; i++)
    ring_list[i] = &rings[i];

  mixer->grid = (FlitzisTempoGrid){
    .sample_rate = size->sample_rate,
    .tempo = 120 * FLITZIS_MICRO,
    .beats_per_bar = 4,
    .steps_per_beat = 4,
  };
  flitzis_levels_init (&mixer->pool.levels, size->sample_rate, meters, levels);
  flitzis_limiter_init (&mixer->limiter, size->sample_rate, n_delay_frames, delayed, gains, limits);
  flitzis_ramp_jump (&mixer->master, 1.0f);
  flitzis_settings_init (&mixer->settings, slot_settings, n_slots, voice_settings, n_cells);
  flitzis_queue_init (&mixer->commands, commands, FLITZIS_N_COMMANDS, sizeof *commands);
  flitzis_queue_init (&mixer->reports, reports, n_reports, sizeof *reports);

  return used;
}

void
flitzis_mixer_reset (FlitzisMixer *mixer)
{
  const Header *header = get_header (mixer);

  memset (mixer, 0, header->n_bytes);
  lay_out ((unsigned char *) mixer, &header->size);
  lay_out_rings (header->ring_memory, mixer->rings, &header->size);
}

static unsigned char *
map (size_t n_bytes)
{
  void *memory = mmap (NULL, n_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  return memory != MAP_FAILED ? memory : NULL;
}

FlitzisMixer *
flitzis_mixer_new (const FlitzisMixerSize *size)
{
  size_t         n_bytes = lay_out (NULL, size);
  size_t         n_ring_bytes = lay_out_rings (NULL, NULL, size);
  size_t         page_size = get_page_size ();
  unsigned char *mapping = map (page_size + n_bytes);
  unsigned char *ring_memory = n_ring_bytes > 0 ? map (n_ring_bytes) : NULL;
  FlitzisMixer  *mixer;

  if (mapping == NULL || (n_ring_bytes > 0 && ring_memory == NULL))
    {
      if (mapping != NULL)
        munmap (mapping, page_size + n_bytes);
      return NULL;
    }

  mixer = (FlitzisMixer *) (mapping + page_size);
  *get_header (mixer) = (Header){ n_bytes, *size, ring_memory };

  /* this user's limits may forbid locking, so every page is touched as well */
  (void) mlock (mapping, page_size + n_bytes);
  (void) madvise (mixer, n_bytes, MADV_WIPEONFORK);

  if (ring_memory != NULL)
    {
      (void) mlock2 (ring_memory, n_ring_bytes, MLOCK_ONFAULT);
      (void) madvise (ring_memory, n_ring_bytes, MADV_WIPEONFORK);
    }

  flitzis_tables_init ();
  flitzis_mixer_reset (mixer);

  return mixer;
}

void
flitzis_mixer_free (FlitzisMixer *mixer)
{
  Header *header = get_header (mixer);

  if (header->ring_memory != NULL)
    munmap (header->ring_memory, lay_out_rings (NULL, NULL, &header->size));

  munmap (header, get_page_size () + header->n_bytes);
}
