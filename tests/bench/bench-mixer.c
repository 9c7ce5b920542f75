/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "clock.h"
#include "rt/mixer.h"
#include "rt/setup.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/*
 * What the mixer costs. Each line is a key and a value:
 *
 *   mix/CHANNELS/MEMORY/GAIN/VOICES/ns          nanoseconds for each voice and frame
 *   mix/CHANNELS/MEMORY/GAIN/VOICES/reference   the same of a bare loop over the same frames
 *   mix/CHANNELS/MEMORY/GAIN/VOICES/ratio       the first by the second
 *   rate/CHANNELS/KIND/RATE/ns                  nanoseconds for each voice and frame, 32 voices
 *   block/RATE/a, b, c                          ns: cost = a + b x voices x frames + c x commands
 *   block/RATE/residual                         the largest, by the cost measured there
 *   block/RATE/residual-at                      n-slots, n-voices, voices, frames, commands of it
 *   block/RATE/a4, b4, c4, d4, residual4        the same fit with d x voices besides
 *   tweens/N/ns, reference                      ns: a block with N tweens that wait, and without
 *   period/RATE/share                           of the period, 32 voices at a quantum of 64
 *
 * CHANNELS is stereo or mono. MEMORY is cache, where all voices play the same second, or stream,
 * samples of 10 s or, where there are few, more: together more than a cache holds, however many
 * voices there are, so that they are read from memory. GAIN is steady, moved (a new engine gain at
 * each block) or attack (a long one). KIND is sinc or linear. RATE is that of playback. Blocks have
 * 256 frames where nothing else is said. Arguments are how the keys begin that are wanted, such as
 * rate or mix/stereo/cache: the others are left out.
 *
 * What is compared runs in turns, and of many short runs the fastest counts: whatever else the
 * machine does only adds. From memory the one in the middle does: there the fastest are those that
 * have found their frames in a cache by chance, and take a third of what others do. The bare loop
 * is the least that any mixer does: out += gain * in.
 */

#define RATE 48000
#define QUANTUM 256
#define CACHE_FRAMES RATE
#define STREAM_FRAMES (10 * RATE)
#define N_STREAM_VALUES (32 * 2 * STREAM_FRAMES)
#define MAX_VOICES 1024
#define MAX_QUANTUM 4096
#define MAX_COMMANDS 512
#define N_TWEENS 10000
#define SECONDS 0.2

typedef struct
{
  FlitzisMixer *mixer;
  guint64       last_voice; /* its id */
  FlitzisHandle handles[MAX_VOICES];
  guint64       places[MAX_VOICES]; /* of each voice in its sample */
  guint         n_fade_in_frames;
  guint         n_voices;
  guint         quantum;
  gboolean      streams; /* from memory */
  gboolean      moves;   /* the gain, at each block */
} Bench;

/* Aligned as the frames of a sample are, and as the buffers of a server. */
static float *values;
static float  mixed[2 * MAX_QUANTUM] __attribute__ ((aligned (4096)));
static char **wanted; /* how keys begin; NULL at the end */

static gboolean
is_wanted (const char *key)
{
  if (*wanted == NULL)
    return TRUE;

  for (char **begin = wanted; *begin != NULL; begin++)
    {
      if (g_str_has_prefix (key, *begin))
        return TRUE;
    }

  return FALSE;
}

static double
get_ns (void)
{
  return (double) bench_read_clock (CLOCK_MONOTONIC);
}

/* What this program has used: a busy machine does not make the runs fewer. */
static double
get_cpu_ns (void)
{
  return (double) bench_read_clock (CLOCK_PROCESS_CPUTIME_ID);
}

/* out += gain * in */

#if defined(__x86_64__)
__attribute__ ((target ("avx2"))) static void
add_stereo_avx2 (float *restrict out, const float *restrict in, float gain, guint n_frames)
{
  __m256 gains = _mm256_set1_ps (gain);

  for (guint i = 0; i < 2 * n_frames; i += 8)
    _mm256_storeu_ps (out + i, _mm256_add_ps (_mm256_loadu_ps (out + i),
                                              _mm256_mul_ps (gains, _mm256_loadu_ps (in + i))));
}

__attribute__ ((target ("avx2"))) static void
add_mono_avx2 (float *restrict out, const float *restrict in, float gain, guint n_frames)
{
  const __m256i low = _mm256_setr_epi32 (0, 0, 1, 1, 2, 2, 3, 3);
  const __m256i high = _mm256_setr_epi32 (4, 4, 5, 5, 6, 6, 7, 7);
  __m256        gains = _mm256_set1_ps (gain);

  for (guint i = 0; i < n_frames; i += 8)
    {
      __m256 product = _mm256_mul_ps (gains, _mm256_loadu_ps (in + i));
      float *here = out + 2 * i;

      _mm256_storeu_ps (here, _mm256_add_ps (_mm256_loadu_ps (here),
                                             _mm256_permutevar8x32_ps (product, low)));
      _mm256_storeu_ps (here + 8, _mm256_add_ps (_mm256_loadu_ps (here + 8),
                                                 _mm256_permutevar8x32_ps (product, high)));
    }
}
#endif

static void
add (float *restrict out, const float *restrict in, guint n_channels, float gain, guint n_frames)
{
#if defined(__x86_64__)
  if (__builtin_cpu_supports ("avx2"))
    {
      (n_channels == 2 ? add_stereo_avx2 : add_mono_avx2) (out, in, gain, n_frames);
      return;
    }
#endif

  for (guint i = 0; i < 2 * n_frames; i++)
    out[i] += gain * in[n_channels == 2 ? i : i / 2];
}

/* The mixer, driven as control and an output drive it. */

static void
push (Bench *bench, const FlitzisCommand *command)
{
  g_assert_true (flitzis_queue_push (&bench->mixer->commands, command));
}

static void
play (Bench *bench, guint slot)
{
  push (bench, &(FlitzisCommand){
                   .kind = FLITZIS_COMMAND_PLAY,
                   .slot = slot,
                   .play = {
                       .voice = ++bench->last_voice,
                       .velocity = 0.5,
                       .start = bench->places[slot],
                       .n_fade_in_frames = bench->n_fade_in_frames,
                       .gain = 0.5f,
                   },
               });
}

static void
stop_last (Bench *bench)
{
  push (bench, &(FlitzisCommand){
                   .kind = FLITZIS_COMMAND_STOP_VOICE,
                   .stop = { .voice = bench->last_voice },
               });
}

static void
drain (Bench *bench)
{
  FlitzisReport report;

  while (flitzis_queue_pop (&bench->mixer->reports, &report))
    ;
}

static void
render (Bench *bench)
{
  if (bench->moves)
    {
      bench->mixer->settings.gain = bench->mixer->settings.gain > 0.5 ? 0.25 : 0.75;
      flitzis_settings_tell (&bench->mixer->settings);
    }

  flitzis_mixer_render (bench->mixer, mixed, bench->quantum);
}

static void
open_bench (Bench *bench, guint n_slots, guint n_voices, guint n_channels, gboolean streams)
{
  guint   n_stream = MIN (n_voices, N_STREAM_VALUES / (STREAM_FRAMES * n_channels));
  guint   n_samples = streams ? n_stream : 1;
  guint64 n_frames = streams ? N_STREAM_VALUES / (n_samples * n_channels) : CACHE_FRAMES;

  *bench = (Bench){ .n_voices = n_voices, .quantum = QUANTUM, .streams = streams };
  bench->mixer = flitzis_mixer_new (&(FlitzisMixerSize){ n_slots, n_voices, N_TWEENS, RATE });

  for (guint i = 0; i < n_voices; i++)
    {
      const float *frames = values + i % n_samples * n_frames * n_channels;

      bench->places[i] = streams ? i / n_samples * (n_frames * n_samples / n_voices) : 0;
      bench->handles[i] = (FlitzisHandle){ frames, n_frames, RATE, (uint16_t) n_channels };

      if (i < n_slots)
        push (bench, &(FlitzisCommand){
                         .kind = FLITZIS_COMMAND_PUBLISH,
                         .slot = i,
                         .publish = { &bench->handles[i], { 0.0f, 1.0f } },
                     });
    }

  flitzis_mixer_apply (bench->mixer);
}

static void
close_bench (Bench *bench)
{
  flitzis_mixer_free (bench->mixer);
}

/* Starts all voices anew, and renders a block that is not measured. */
static void
begin (Bench *bench)
{
  push (bench, &(FlitzisCommand){ .kind = FLITZIS_COMMAND_STOP_ALL });

  for (guint i = 0; i < 2; i++)
    render (bench);

  drain (bench);

  for (guint i = 0; i < bench->n_voices; i++)
    play (bench, i);

  render (bench);
}

/* The next blocks are further on, and read what was not read lately. */
static void
move_on (Bench *bench, guint n_frames)
{
  for (guint i = 0; i < bench->n_voices; i++)
    {
      const FlitzisHandle *handle = &bench->handles[i];

      bench->places[i] = (bench->places[i] + n_frames) % (handle->n_frames - 2 * n_frames);
    }
}

static double
run_mixer (Bench *bench, guint n_blocks)
{
  double start;

  begin (bench);
  start = get_ns ();

  for (guint block = 0; block < n_blocks; block++)
    render (bench);

  start = get_ns () - start;
  g_assert_cmpuint (bench->mixer->pool.n_playing, ==, bench->n_voices);
  move_on (bench, (n_blocks + 1) * bench->quantum);

  return start / ((double) n_blocks * bench->quantum * bench->n_voices);
}

static double
run_reference (Bench *bench, guint n_blocks)
{
  guint  n = bench->quantum;
  double start = get_ns ();

  for (guint block = 0; block < n_blocks; block++)
    {
      memset (mixed, 0, 2 * n * sizeof (float));

      for (guint i = 0; i < bench->n_voices; i++)
        {
          const FlitzisHandle *handle = &bench->handles[i];

          add (mixed, handle->frames + (bench->places[i] + block * n) * handle->n_channels,
               handle->n_channels, 0.5f, n);
        }

      __asm__ volatile("" ::
                           : "memory");
    }

  start = get_ns () - start;
  move_on (bench, (n_blocks + 1) * n);

  return start / ((double) n_blocks * n * bench->n_voices);
}

static guint
get_n_blocks (Bench *bench)
{
  return CLAMP (256 / bench->n_voices, 2, 32);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const double *x = a, *y = b;

  return (*x > *y) - (*x < *y);
}

/* The one that counts, see above. */
static double
choose (GArray *runs, gboolean streams)
{
  g_array_sort (runs, compare);

  return g_array_index (runs, double, streams ? runs->len / 2 : 0);
}

static double
measure (Bench *bench, double *reference)
{
  g_autoptr (GArray) runs = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) references = g_array_new (FALSE, FALSE, sizeof (double));

  for (double end = get_cpu_ns () + SECONDS * 1e9; get_cpu_ns () < end;)
    {
      double ns = run_mixer (bench, get_n_blocks (bench));
      double bare = run_reference (bench, get_n_blocks (bench));

      g_array_append_val (runs, ns);
      g_array_append_val (references, bare);
    }

  *reference = choose (references, bench->streams);

  return choose (runs, bench->streams);
}

static void
measure_mix (guint n_channels, gboolean streams, const char *gain, guint n_voices)
{
  g_autofree Bench *bench = g_new0 (Bench, 1);
  double            reference, ns;
  g_autofree char  *key = g_strdup_printf ("mix/%s/%s/%s/%u", n_channels == 2 ? "stereo" : "mono",
                                          streams ? "stream" : "cache", gain, n_voices);

  if (!is_wanted (key))
    return;

  open_bench (bench, n_voices, n_voices, n_channels, streams);
  bench->moves = g_str_equal (gain, "moved");
  bench->n_fade_in_frames = g_str_equal (gain, "attack") ? 480000 : 0;

  ns = measure (bench, &reference);
  g_print ("%s/ns %.3f\n%s/reference %.3f\n%s/ratio %.2f\n", key, ns, key, reference, key,
           ns / reference);
  close_bench (bench);
}

static void
set_rate (Bench *bench, double rate, FlitzisMixerInterpolation interpolation)
{
  for (guint i = 0; i < bench->mixer->n_slots; i++)
    {
      bench->mixer->settings.slots[i].rate = rate;
      bench->mixer->settings.slots[i].interpolation = interpolation;
    }
}

static void
measure_rate (guint n_channels, FlitzisMixerInterpolation interpolation, double rate)
{
  g_autofree Bench *bench = g_new0 (Bench, 1);
  double            reference;
  gboolean          is_sinc = interpolation == FLITZIS_MIXER_INTERPOLATION_SINC;
  g_autofree char  *key = g_strdup_printf ("rate/%s/%s/%g", n_channels == 2 ? "stereo" : "mono",
                                          is_sinc ? "sinc" : "linear", rate);

  if (!is_wanted (key))
    return;

  open_bench (bench, 32, 32, n_channels, FALSE);
  set_rate (bench, rate, interpolation);
  g_print ("%s/ns %.2f\n", key, measure (bench, &reference));
  close_bench (bench);
}

/* The cost of a block. */

typedef struct
{
  guint  n_slots, n_pool; /* voices that there are, sounding or not */
  guint  n_voices, n_frames, n_commands;
  double ns;
} Point;

/* Half of the commands are triggers, and half stop what they have started before it is heard. */
static void
push_commands (Bench *bench, guint n_commands)
{
  for (guint i = 0; i < n_commands; i++)
    {
      if (i % 2 == 0)
        play (bench, 0);
      else
        stop_last (bench);
    }
}

/* The time of a block. Several in one go, where there is nothing to do between them, hide what it
 * costs to look at the clock. */
static double
run_blocks (Bench *bench, guint n_commands)
{
  gsize  n_frames = bench->mixer->pool.n_playing * bench->quantum; /* of all voices */
  guint  n_blocks = n_commands == 0 && n_frames < 1 << 16 ? 16 : 1;
  double start;

  push_commands (bench, n_commands);
  start = get_ns ();

  for (guint i = 0; i < n_blocks; i++)
    render (bench);

  start = get_ns () - start;
  drain (bench);

  return start / n_blocks;
}

static void
measure_point (Bench *bench, Point *point)
{
  guint n_done = 0;

  point->ns = G_MAXDOUBLE;
  bench->quantum = point->n_frames;

  for (double end = get_cpu_ns () + 0.004 * 1e9; get_cpu_ns () < end || n_done < 2; n_done++)
    point->ns = MIN (point->ns, run_blocks (bench, point->n_commands));
}

/* A block with other voices that sound, and triggers that restart their own slot: what the latter
 * take must not depend on the former. */
static void
measure_restarts (guint n_others)
{
  g_autofree Bench *bench = g_new0 (Bench, 1);
  g_autofree char  *key = g_strdup_printf ("restart/%u", n_others);
  double            without = G_MAXDOUBLE, with = G_MAXDOUBLE;

  if (!is_wanted (key))
    return;

  open_bench (bench, 2, MAX_VOICES, 1, FALSE);
  bench->quantum = 64;
  bench->mixer->settings.slots[1].is_looping = true;

  for (guint i = 0; i < n_others; i++)
    {
      play (bench, 1);

      if (i % MAX_COMMANDS == MAX_COMMANDS - 1 || i == n_others - 1)
        render (bench);
    }

  for (guint i = 0; i < 200; i++)
    {
      without = fmin (without, run_blocks (bench, 0));

      for (guint k = 0; k < MAX_COMMANDS; k++)
        push (bench, &(FlitzisCommand){
                         .kind = FLITZIS_COMMAND_PLAY,
                         .restarts = true,
                         .play = { .voice = ++bench->last_voice, .velocity = 0.5, .gain = 0.5f },
                     });

      with = fmin (with, run_blocks (bench, 2));
      push (bench, &(FlitzisCommand){ .kind = FLITZIS_COMMAND_STOP_SLOT });
      run_blocks (bench, 2);
    }

  g_print ("%s/ns %.1f\n", key, (with - without) / MAX_COMMANDS);
  close_bench (bench);
}

/* The worst blocks for events that wait: a new tempo, a restart, a cancel. None comes up. */
static void
measure_waiting (guint n_events)
{
  g_autofree Bench *bench = g_new0 (Bench, 1);
  g_autofree char  *key = g_strdup_printf ("waiting/%u", n_events);
  double            still = G_MAXDOUBLE, tempo = G_MAXDOUBLE, restart = G_MAXDOUBLE;
  double            cancel = G_MAXDOUBLE;
  FlitzisTempoGrid  grid = {
     .sample_rate = RATE,
     .tempo = 120 * FLITZIS_MICRO,
     .beats_per_bar = 32,
     .steps_per_beat = 32,
     .anchor_beat = 1,
     .is_running = true,
  };

  if (!is_wanted (key))
    return;

  bench->mixer = flitzis_mixer_new (&(FlitzisMixerSize){ 1, 1, n_events, RATE });
  bench->quantum = 64;
  flitzis_seqlock_write (&bench->mixer->grid_told, &grid, sizeof grid);

  for (guint i = 0; i < n_events; i++)
    flitzis_schedule_add (&bench->mixer->schedule,
                          &(FlitzisCommand){
                              .kind = FLITZIS_COMMAND_PLAY,
                              .is_timed = true,
                              .event = i,
                              .unit = i < FLITZIS_N_QUANTIZED ? FLITZIS_GRID_BAR : 0,
                              .frame = (guint64) 1 << 60,
                              .play = { .voice = i + 1 },
                          });

  for (guint i = 0; i < 200; i++)
    {
      still = fmin (still, run_blocks (bench, 2));
      grid.tempo += FLITZIS_MICRO;
      grid.anchor_frame = bench->mixer->position;
      flitzis_seqlock_write (&bench->mixer->grid_told, &grid, sizeof grid);
      tempo = fmin (tempo, run_blocks (bench, 2));
      grid.n_restarts++;
      flitzis_seqlock_write (&bench->mixer->grid_told, &grid, sizeof grid);
      restart = fmin (restart, run_blocks (bench, 2));
      flitzis_settings_mark_cancelled (&bench->mixer->settings, 0);
      cancel = fmin (cancel, run_blocks (bench, 2));

      while (bench->mixer->schedule.n_to_sweep > 0)
        run_blocks (bench, 0);
    }

  g_assert_cmpuint (bench->mixer->n_events_done, ==, 0);
  g_print ("%s/still %.0f\n%s/tempo %.0f\n%s/restart %.0f\n%s/cancel %.0f\n", key, still, key,
           tempo, key, restart, key, cancel);
  close_bench (bench);
}

/* A block with tweens that wait, and the same block without them, in turns. */
static void
measure_tweens (void)
{
  g_autofree Bench *benches = g_new0 (Bench, 2); /* the second has them */
  g_autofree char  *key = g_strdup_printf ("tweens/%u", N_TWEENS);
  double            ns[] = { G_MAXDOUBLE, G_MAXDOUBLE };

  if (!is_wanted (key))
    return;

  for (guint i = 0; i < 2; i++)
    {
      open_bench (&benches[i], 32, 32, 2, FALSE);
      benches[i].quantum = 64;
      begin (&benches[i]);
    }

  for (guint i = 0; i < N_TWEENS; i++)
    flitzis_schedule_add (&benches[1].mixer->schedule,
                          &(FlitzisCommand){
                              .kind = FLITZIS_COMMAND_TWEEN,
                              .is_timed = true,
                              .slot = i % 32,
                              .event = i,
                              .frame = (guint64) 1 << 60,
                              .tween = { .target = FLITZIS_TWEEN_SLOT, .length = RATE },
                          });

  for (guint run = 0; run < 1000; run++)
    {
      if (run % 20 == 0)
        {
          begin (&benches[0]);
          begin (&benches[1]);
        }

      for (guint i = 0; i < 2; i++)
        ns[i] = fmin (ns[i], run_blocks (&benches[i], 0));
    }

  g_assert_cmpuint (benches[1].mixer->schedule.by_frame.n_items, ==, N_TWEENS);
  g_print ("%s/ns %.0f\n%s/reference %.0f\n", key, ns[1], key, ns[0]);
  close_bench (&benches[0]);
  close_bench (&benches[1]);
}

/* Solves n equations with as many unknowns, n + 1 numbers each, by Gauss and Jordan. */
static void
solve (double rows[4][5], guint n)
{
  for (guint i = 0; i < n; i++)
    {
      double pivot = rows[i][i];

      for (guint j = 0; j <= n; j++)
        rows[i][j] /= pivot;

      for (guint k = 0; k < n; k++)
        {
          double factor = k == i ? 0.0 : rows[k][i];

          for (guint j = 0; j <= n; j++)
            rows[k][j] -= factor * rows[i][j];
        }
    }
}

static void
get_terms (const Point *point, double terms[4])
{
  terms[0] = 1.0;
  terms[1] = (double) point->n_voices * point->n_frames;
  terms[2] = point->n_commands;
  terms[3] = point->n_voices;
}

static double
get_cost (const double rows[4][5], guint n_terms, const double *terms)
{
  double cost = 0.0;

  for (guint i = 0; i < n_terms; i++)
    cost += rows[i][n_terms] * terms[i];

  return cost;
}

/* The least squares of the residuals, each by the cost itself. */
static void
fit (const char *key, GArray *points, guint n_terms)
{
  const char  *suffix = n_terms == 4 ? "4" : "";
  double       rows[4][5] = { 0 }, terms[4], worst = 0.0;
  const Point *worst_point = NULL;

  for (guint p = 0; p < points->len; p++)
    {
      const Point *point = &g_array_index (points, Point, p);

      get_terms (point, terms);

      for (guint i = 0; i < n_terms; i++)
        {
          for (guint j = 0; j < n_terms; j++)
            rows[i][j] += terms[i] * terms[j] / (point->ns * point->ns);

          rows[i][n_terms] += terms[i] / point->ns;
        }
    }

  solve (rows, n_terms);

  for (guint p = 0; p < points->len; p++)
    {
      const Point *point = &g_array_index (points, Point, p);
      double       residual;

      get_terms (point, terms);
      residual = fabs (get_cost (rows, n_terms, terms) / point->ns - 1.0);

      if (residual > worst)
        {
          worst = residual;
          worst_point = point;
        }
    }

  for (guint i = 0; i < n_terms; i++)
    g_print ("%s/%c%s %.3f\n", key, 'a' + i, suffix, rows[i][n_terms]);

  g_print ("%s/residual%s %.3f\n", key, suffix, worst);
  g_print ("%s/residual-at%s %u,%u,%u,%u,%u\n", key, suffix, worst_point->n_slots,
           worst_point->n_pool, worst_point->n_voices, worst_point->n_frames,
           worst_point->n_commands);
}

/* Keeps the fastest of the rounds so far. */
static void
keep_point (GArray *points, guint i, const Point *point)
{
  if (i == points->len)
    g_array_append_vals (points, point, 1);
  else
    g_array_index (points, Point, i).ns = MIN (g_array_index (points, Point, i).ns, point->ns);
}

/* Returns the number of the point behind these, of which the first is the i-th. */
static guint
measure_points (GArray *points, guint i, guint n_slots, guint n_pool, double rate)
{
  static const guint quanta[] = { 32, 64, 128, 256, 1024, 4096 };
  static const guint commands[] = { 0, 32, MAX_COMMANDS };
  Bench             *bench = g_new0 (Bench, 1);

  open_bench (bench, n_slots, n_pool, 2, FALSE);
  set_rate (bench, rate, FLITZIS_MIXER_INTERPOLATION_SINC);

  for (guint slot = 0; slot < n_slots; slot++)
    bench->mixer->settings.slots[slot].is_looping = true;

  /* one stays free for the commands */
  for (guint sounding = 0; sounding < 4; sounding++)
    {
      guint n_voices = (n_pool - 1) * sounding / 3;

      bench->quantum = quanta[0];

      while (bench->mixer->pool.n_playing < n_voices)
        {
          play (bench, bench->mixer->pool.n_playing % MIN (n_slots, n_pool));
          render (bench);
        }

      for (guint q = 0; q < G_N_ELEMENTS (quanta); q++)
        {
          for (guint c = 0; c < G_N_ELEMENTS (commands); c++)
            {
              Point point = { n_slots, n_pool, n_voices, quanta[q], commands[c], 0.0 };

              measure_point (bench, &point);
              keep_point (points, i++, &point);
            }
        }
    }

  close_bench (bench);
  g_free (bench);

  return i;
}

static void
measure_block (double rate)
{
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (Point));
  g_autofree char *key = g_strdup_printf ("block/%g", rate);

  if (!is_wanted (key))
    return;

  for (guint round = 0; round < 4; round++)
    {
      guint i = measure_points (points, 0, 32, 32, rate);

      i = measure_points (points, i, 32, 1024, rate);
      i = measure_points (points, i, 4096, 32, rate);
      measure_points (points, i, 4096, 1024, rate);
    }

  fit (key, points, 3);
  fit (key, points, 4);
}

static void
measure_period (double rate)
{
  g_autofree Bench *bench = g_new0 (Bench, 1);
  double            reference, ns;
  g_autofree char  *key = g_strdup_printf ("period/%g", rate);

  if (!is_wanted (key))
    return;

  open_bench (bench, 32, 32, 2, FALSE);
  set_rate (bench, rate, FLITZIS_MIXER_INTERPOLATION_SINC);
  bench->quantum = 64;
  ns = measure (bench, &reference) * 32 * 64;
  g_print ("%s/share %.5f\n", key, ns / (64.0 / RATE * 1e9));
  close_bench (bench);
}

static void
measure_mixes (guint n_channels)
{
  static const char *const gains[] = { "steady", "moved", "attack" };
  static const guint       counts[] = { 8, 32, 128, 512 };

  for (guint g = 0; g < G_N_ELEMENTS (gains); g++)
    {
      for (guint streams = 0; streams < 2; streams++)
        {
          for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
            measure_mix (n_channels, streams, gains[g], counts[i]);
        }
    }
}

static void
measure_rates (guint n_channels)
{
  static const double rates[] = { 0.5, 0.99, 1.2345, 2.0 };

  for (guint i = 0; i < G_N_ELEMENTS (rates); i++)
    {
      measure_rate (n_channels, FLITZIS_MIXER_INTERPOLATION_SINC, rates[i]);
      measure_rate (n_channels, FLITZIS_MIXER_INTERPOLATION_LINEAR, rates[i]);
    }
}

int
main (int argc, char **argv)
{
  wanted = argv + 1;
  values = g_aligned_alloc (N_STREAM_VALUES, sizeof *values, 64);

  for (gsize i = 0; i < N_STREAM_VALUES; i++)
    values[i] = (float) g_random_double_range (-1.0, 1.0);

  for (guint n_channels = 2; n_channels > 0; n_channels--)
    {
      measure_mixes (n_channels);
      measure_rates (n_channels);
    }

  measure_block (1.0);
  measure_block (0.99);
  measure_period (1.0);
  measure_period (0.99);
  measure_restarts (10);
  measure_restarts (1000);
  measure_waiting (2000);
  measure_waiting (65536);
  measure_tweens ();
  g_aligned_free (values);

  return 0;
}
