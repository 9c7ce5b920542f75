/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "clock.h"
#include "triggers.h"

#include <SDL.h>
#include <SDL_mixer.h>
#include <stdlib.h>

/*
 * SDL2_mixer: 32 voices, stereo, in blocks of 256 frames, and triggers.
 *
 * It mixes in a thread of SDL's for a sink, of which one takes blocks as fast as they come: each
 * block costs the time that the thread was on a processor. Prints, besides what triggers.h says:
 *   mix/stereo/WHERE/steady/32/sdl2_mixer   nanoseconds for each voice and frame
 * where WHERE is `cache` (one sample of 1 s) or `stream` (a sample of 10 s for each voice).
 */

#define RATE 48000
#define BLOCK_FRAMES 256
#define N_BLOCKS 64 /* measured in a row */
#define N_VOICES 32
#define SECONDS 0.5
#define SHORT_FRAMES RATE
#define LONG_FRAMES (10 * RATE)

typedef struct
{
  SDL_sem *semaphore;
  gint64   end; /* monotonic, in microseconds */
  gint64   last;
  guint    n_blocks;
  gint64   sum;  /* nanoseconds of these */
  gint64   best; /* of so many blocks in a row */
} Blocks;

/* In SDL's thread, behind each block. */
static void
post_mix_cb (void *data, Uint8 *stream, int n_bytes)
{
  Blocks *blocks = data;
  gint64  now = bench_read_clock (CLOCK_THREAD_CPUTIME_ID);

  if (blocks->last != 0)
    {
      blocks->sum += now - blocks->last;
      blocks->n_blocks++;
    }

  if (blocks->n_blocks == N_BLOCKS)
    {
      blocks->best = MIN (blocks->best, blocks->sum);
      blocks->n_blocks = 0;
      blocks->sum = 0;
    }

  if (g_get_monotonic_time () >= blocks->end)
    SDL_SemPost (blocks->semaphore);

  blocks->last = bench_read_clock (CLOCK_THREAD_CPUTIME_ID);
}

static gboolean
open_mixer (const char *driver, SDL_AudioFormat format)
{
  g_setenv ("SDL_AUDIODRIVER", driver, TRUE);
  g_setenv ("SDL_DISKAUDIOFILE", "/dev/null", TRUE);
  g_setenv ("SDL_DISKAUDIODELAY", "0", TRUE);

  if (SDL_InitSubSystem (SDL_INIT_AUDIO) != 0 ||
      Mix_OpenAudioDevice (RATE, format, 2, BLOCK_FRAMES, NULL, 0) != 0)
    {
      g_printerr ("%s\n", SDL_GetError ());
      return FALSE;
    }

  Mix_AllocateChannels (N_VOICES);

  return TRUE;
}

static void
close_mixer (void)
{
  Mix_CloseAudio ();
  SDL_QuitSubSystem (SDL_INIT_AUDIO);
}

static Mix_Chunk *
new_chunk (guint n_frames, SDL_AudioFormat format)
{
  guint   n_bytes = n_frames * 2 * SDL_AUDIO_BITSIZE (format) / 8;
  Uint8  *bytes = g_malloc (n_bytes);
  float  *floats = (float *) bytes;
  gint16 *shorts = (gint16 *) bytes;

  for (guint i = 0; i < 2 * n_frames; i++)
    {
      if (format == AUDIO_F32SYS)
        floats[i] = (float) g_random_double_range (-0.03, 0.03);
      else
        shorts[i] = (gint16) g_random_int_range (-900, 900);
    }

  return Mix_QuickLoad_RAW (bytes, n_bytes);
}

/* Freeing a chunk stops its channels first. */
static void
free_chunk (Mix_Chunk *chunk)
{
  Uint8 *bytes = chunk->abuf;

  Mix_FreeChunk (chunk);
  g_free (bytes);
}

/* A volume of 127 of 128: at 128 it does not multiply. */
static double
measure_mix (SDL_AudioFormat format, gboolean is_long)
{
  Blocks     blocks = { .best = G_MAXINT64 };
  Mix_Chunk *chunks[N_VOICES];

  if (!open_mixer ("disk", format))
    exit (1);

  for (guint i = 0; i < N_VOICES; i++)
    {
      chunks[i] = i > 0 && !is_long
                      ? chunks[0]
                      : new_chunk (is_long ? LONG_FRAMES : SHORT_FRAMES, format);
      Mix_Volume (i, 127);
      Mix_PlayChannel (i, chunks[i], -1);
    }

  g_assert (Mix_Playing (-1) == N_VOICES);

  blocks.semaphore = SDL_CreateSemaphore (0);
  blocks.end = g_get_monotonic_time () + (gint64) (SECONDS * G_USEC_PER_SEC);
  Mix_SetPostMix (post_mix_cb, &blocks);
  SDL_SemWait (blocks.semaphore);
  Mix_SetPostMix (NULL, NULL);

  for (guint i = 0; i < (is_long ? N_VOICES : 1); i++)
    free_chunk (chunks[i]);

  close_mixer ();
  SDL_DestroySemaphore (blocks.semaphore);

  return (double) blocks.best / (N_BLOCKS * BLOCK_FRAMES * N_VOICES);
}

/* Of its formats, the faster one. */
static void
bench_mix (const char *where, gboolean is_long)
{
  double of_floats = measure_mix (AUDIO_F32SYS, is_long);
  double of_shorts = measure_mix (AUDIO_S16SYS, is_long);

  g_print ("mix/stereo/%s/steady/32/sdl2_mixer %.3f\n", where, MIN (of_floats, of_shorts));
}

static void
play (gpointer data, guint n)
{
  Mix_PlayChannel (n % N_VOICES, data, 0);
}

int
main (void)
{
  Mix_Chunk *chunk;

  bench_mix ("cache", FALSE);
  bench_mix ("stream", TRUE);

  if (!open_mixer ("dummy", AUDIO_F32SYS))
    return 1;

  chunk = new_chunk (LONG_FRAMES, AUDIO_F32SYS);

  for (guint i = 0; i < N_VOICES; i++)
    play (chunk, i);

  bench_triggers ("sdl2_mixer", play, chunk);
  free_chunk (chunk);
  close_mixer ();

  return 0;
}
