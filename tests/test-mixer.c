/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "rt/mixer.h"
#include "rt/owner.h"
#include "rt/xruns.h"
#include "rt/setup.h"
#include "rt/dsp/sinc.h"

#include <glib.h>
#include <math.h>
#include <string.h>

/* The mixer alone, driven as control and an output drive it. */

#define RATE 48000
#define N_FRAMES 1000

typedef struct
{
  FlitzisMixer *mixer;
  float         mono[N_FRAMES];
  float         stereo[2 * N_FRAMES];
  FlitzisHandle mono_handle;
  FlitzisHandle stereo_handle;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  GRand *rand = g_rand_new_with_seed (7);

  for (guint i = 0; i < N_FRAMES; i++)
    {
      fixture->mono[i] = (float) g_rand_double_range (rand, -1.0, 1.0);
      fixture->stereo[2 * i] = (float) g_rand_double_range (rand, -1.0, 1.0);
      fixture->stereo[2 * i + 1] = (float) g_rand_double_range (rand, -1.0, 1.0);
    }

  g_rand_free (rand);
  fixture->mixer = flitzis_mixer_new (&(FlitzisMixerSize){ 2, 3, 16, RATE });
  fixture->mono_handle = (FlitzisHandle){ fixture->mono, N_FRAMES, RATE, 1 };
  fixture->stereo_handle = (FlitzisHandle){ fixture->stereo, N_FRAMES, RATE, 2 };
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  flitzis_mixer_free (fixture->mixer);
}

static void
publish (Fixture *fixture, guint slot, FlitzisHandle *handle)
{
  FlitzisCommand command = {
    .kind = FLITZIS_COMMAND_PUBLISH,
    .slot = slot,
    .publish = { .handle = handle, .range = { 0.0f, 1.0f } },
  };

  g_assert_true (flitzis_queue_push (&fixture->mixer->commands, &command));
}

static void
play (Fixture *fixture, guint slot, guint64 voice, double velocity)
{
  FlitzisCommand command = {
    .kind = FLITZIS_COMMAND_PLAY,
    .slot = slot,
    .play = {
        .voice = voice,
        .velocity = velocity,
        .gain = (float) velocity,
    },
  };

  g_assert_true (flitzis_queue_push (&fixture->mixer->commands, &command));
}

static void
assert_ended (Fixture *fixture, guint64 voice, FlitzisEnd reason)
{
  FlitzisReport report;

  g_assert_true (flitzis_queue_pop (&fixture->mixer->reports, &report));
  g_assert_cmpint (report.kind, ==, FLITZIS_REPORT_ENDED);
  g_assert_cmpuint (report.voice, ==, voice);
  g_assert_cmpint (report.reason, ==, reason);
}

static void
assert_retired (Fixture *fixture, FlitzisHandle *handle)
{
  FlitzisReport report;

  g_assert_true (flitzis_queue_pop (&fixture->mixer->reports, &report));
  g_assert_cmpint (report.kind, ==, FLITZIS_REPORT_RETIRED);
  g_assert_true (report.handle == handle);
}

static void
assert_no_report (Fixture *fixture)
{
  g_assert_cmpuint (flitzis_queue_get_n_waiting (&fixture->mixer->reports), ==, 0);
}

/* The voice reads the frames where control has them. */
static void
test_pointer (Fixture *fixture, gconstpointer data)
{
  float out[2 * 16];

  publish (fixture, 1, &fixture->mono_handle);
  play (fixture, 1, 1, 1.0);
  flitzis_mixer_render (fixture->mixer, out, 16);

  g_assert_true (fixture->mixer->pool.playing.oldest->handle == &fixture->mono_handle);
  fixture->mono[20] = 0.125f;
  flitzis_mixer_render (fixture->mixer, out, 16);
  g_assert_cmpfloat (out[8], ==, 0.125f);
}

static void
test_bit_exact (Fixture *fixture, gconstpointer data)
{
  float out[2 * N_FRAMES];
  float g = (float) (0.7 * 0.9 * 1.3);
  float h = (float) (1.0 * 0.3 * 1.3);

  fixture->mixer->settings.slots[0].gain = 0.7;
  fixture->mixer->settings.gain = 1.3;
  publish (fixture, 0, &fixture->stereo_handle);
  publish (fixture, 1, &fixture->mono_handle);
  play (fixture, 0, 1, 0.9);
  play (fixture, 1, 2, 0.3);
  flitzis_mixer_render (fixture->mixer, out, N_FRAMES);

  for (guint i = 0; i < 2 * N_FRAMES; i++)
    {
      volatile float first = g * fixture->stereo[i];
      volatile float second = h * fixture->mono[i / 2];

      g_assert_cmpfloat (out[i], ==, first + second);
    }

  assert_ended (fixture, 1, FLITZIS_END_FINISHED);
  assert_ended (fixture, 2, FLITZIS_END_FINISHED);
  assert_no_report (fixture);
  g_assert_cmpuint (fixture->mixer->position, ==, N_FRAMES);
}

/* A voice that is cut off fades for 5 ms, though it has ended and its sample is free. */
static void
test_fade_outlives_sample (Fixture *fixture, gconstpointer data)
{
  float             out[2 * 600];
  guint             n_fade = RATE / 200;
  g_autofree float *frames = g_memdup2 (fixture->mono, sizeof fixture->mono);

  publish (fixture, 0, &fixture->mono_handle);
  play (fixture, 0, 1, 1.0);
  flitzis_mixer_render (fixture->mixer, out, 100);
  publish (fixture, 0, NULL);
  flitzis_mixer_apply (fixture->mixer);

  assert_ended (fixture, 1, FLITZIS_END_UNLOADED);
  assert_retired (fixture, &fixture->mono_handle);
  g_assert_cmpuint (fixture->mixer->pool.n_playing, ==, 0);
  memset (fixture->mono, 0xff, sizeof fixture->mono);

  flitzis_mixer_render (fixture->mixer, out, 600);

  for (guint i = 0; i < 600; i++)
    {
      float gain = i + 1 < n_fade ? 1.0f - (float) (i + 1) / (float) n_fade : 0.0f;

      g_assert_cmpfloat_with_epsilon (out[2 * i], gain * frames[100 + i], 1e-6);
    }
}

/* A handle in the bank and in voices comes back once, after the last of them. */
static void
test_retired_once (Fixture *fixture, gconstpointer data)
{
  float out[2 * N_FRAMES];

  publish (fixture, 0, &fixture->mono_handle);
  play (fixture, 0, 1, 1.0);
  play (fixture, 0, 2, 1.0);
  flitzis_mixer_render (fixture->mixer, out, N_FRAMES);
  assert_ended (fixture, 1, FLITZIS_END_FINISHED);
  assert_ended (fixture, 2, FLITZIS_END_FINISHED);
  assert_no_report (fixture);

  publish (fixture, 0, &fixture->stereo_handle);
  flitzis_mixer_apply (fixture->mixer);
  assert_retired (fixture, &fixture->mono_handle);
  assert_no_report (fixture);
}

static void
test_one_owner (Fixture *fixture, gconstpointer data)
{
  g_assert_true (flitzis_mixer_try_own (fixture->mixer, FLITZIS_OWNER_OFFLINE));
  g_assert_false (flitzis_mixer_try_own (fixture->mixer, FLITZIS_OWNER_CALLBACK));
  g_assert_false (flitzis_mixer_try_own (fixture->mixer, FLITZIS_OWNER_CONTROL));
  flitzis_mixer_disown (fixture->mixer);
  g_assert_true (flitzis_mixer_try_own (fixture->mixer, FLITZIS_OWNER_CALLBACK));
  flitzis_mixer_disown (fixture->mixer);
}

/* A mark overtakes the trigger of its voice. */
static void
test_stop_marks (Fixture *fixture, gconstpointer data)
{
  float out[2 * 64];

  publish (fixture, 0, &fixture->mono_handle);
  publish (fixture, 1, &fixture->mono_handle);
  play (fixture, 0, 1, 1.0);
  play (fixture, 1, 2, 1.0);
  flitzis_settings_mark_stop (&fixture->mixer->settings, 1, 240);
  play (fixture, 0, 3, 1.0);
  flitzis_mixer_render (fixture->mixer, out, 64);

  assert_ended (fixture, 1, FLITZIS_END_STOPPED);
  assert_no_report (fixture);
  g_assert_cmpuint (fixture->mixer->pool.n_playing, ==, 2);
  g_assert_cmpuint (fixture->mixer->pool.n_started, ==, 2);

  flitzis_settings_mark_stop (&fixture->mixer->settings, 2, 240);
  flitzis_mixer_render (fixture->mixer, out, 64);
  assert_ended (fixture, 2, FLITZIS_END_STOPPED);
  assert_no_report (fixture);
  g_assert_cmpuint (fixture->mixer->pool.n_playing, ==, 1);
}

/* A voice counts as one that plays from its first block on, and as one that has started from there,
 * or from its end if that comes first. Among those that wait the order holds, too. */
static void
test_waiting (Fixture *fixture, gconstpointer data)
{
  FlitzisPool         *pool = &fixture->mixer->pool;
  const FlitzisCommand commands[] = {
    { .slot = 0 },
    { .slot = 1, .play.choke_group = 3 },
    { .slot = 0 },
    { .slot = 0, .restarts = true, .play.choke_group = 3 },
  };
  float out[2 * 16];

  publish (fixture, 0, &fixture->mono_handle);
  publish (fixture, 1, &fixture->stereo_handle);

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      FlitzisCommand command = commands[i];

      command.kind = FLITZIS_COMMAND_PLAY;
      command.play.voice = i + 1;
      g_assert_true (flitzis_queue_push (&fixture->mixer->commands, &command));
      assert_no_report (fixture);
      flitzis_mixer_apply (fixture->mixer);
      g_assert_cmpuint (pool->n_playing, ==, 0);
      g_assert_cmpuint (pool->n_started, ==, i < 3 ? 0 : 3);
    }

  for (guint voice = 1; voice <= 3; voice++)
    assert_ended (fixture, voice, FLITZIS_END_CHOKED);

  flitzis_mixer_render (fixture->mixer, out, 16);
  g_assert_cmpuint (pool->n_playing, ==, 1);
  g_assert_cmpuint (pool->n_started, ==, 4);
}

/* In a block of the callback, what was called long before the newest is rejected; two blocks are
 * not long. */
static void
test_old_calls (Fixture *fixture, gconstpointer data)
{
  const uint64_t second = 1000000000;
  FlitzisPool   *pool = &fixture->mixer->pool;
  static float   out[RATE];
  FlitzisCommand command = {
    .kind = FLITZIS_COMMAND_PLAY,
    .slot = 0,
    .called_ns = second,
    .play = { .velocity = 1.0, .gain = 1.0f },
  };

  publish (fixture, 0, &fixture->mono_handle);
  fixture->mixer->settings.newest_call_ns = 2 * second;

  for (guint voice = 1; voice <= 3; voice++)
    {
      command.play.voice = voice;
      g_assert_true (flitzis_queue_push (&fixture->mixer->commands, &command));

      if (voice > 1)
        g_assert_true (flitzis_mixer_try_own (fixture->mixer, FLITZIS_OWNER_CALLBACK));

      flitzis_mixer_render (fixture->mixer, out, voice < 3 ? 16 : RATE / 2);
      flitzis_mixer_disown (fixture->mixer);
      g_assert_cmpuint (pool->n_rejected, ==, voice > 1);
      g_assert_cmpuint (pool->n_started, ==, voice == 3 ? 2 : 1);

      if (voice == 2)
        assert_ended (fixture, 2, FLITZIS_END_REJECTED);
    }
}

/* Denormals neither slow the loops down nor come out, and the caller's mode is left as it was. */
static void
test_denormals (Fixture *fixture, gconstpointer data)
{
  volatile float smallest = 0x1p-126f;
  float          out[2 * 64];

  for (guint i = 0; i < N_FRAMES; i++)
    fixture->mono[i] = 0x1p-125f;

  fixture->mixer->settings.gain = 0.01;
  publish (fixture, 0, &fixture->mono_handle);
  play (fixture, 0, 1, 1.0);
  flitzis_mixer_render (fixture->mixer, out, 64);

  for (guint i = 0; i < 2 * 64; i++)
    g_assert_true (out[i] == 0.0f || isnormal (out[i]));

  g_assert_cmpfloat (smallest / 2.0f, >, 0.0f);
}

/* Half the rate of the engine, on straight lines: twice the frames, every other one as it stands in
 * the sample. */
static void
test_foreign_rate (Fixture *fixture, gconstpointer data)
{
  float out[2 * 2 * N_FRAMES];

  fixture->mixer->settings.slots[0].interpolation = FLITZIS_MIXER_INTERPOLATION_LINEAR;
  fixture->mono_handle.sample_rate = RATE / 2;
  publish (fixture, 0, &fixture->mono_handle);
  play (fixture, 0, 1, 1.0);
  flitzis_mixer_render (fixture->mixer, out, 2 * N_FRAMES - 1);
  assert_no_report (fixture);
  flitzis_mixer_render (fixture->mixer, out + 2 * (2 * N_FRAMES - 1), 1);
  assert_ended (fixture, 1, FLITZIS_END_FINISHED);

  for (guint i = 0; i < N_FRAMES; i++)
    g_assert_cmpfloat (out[4 * i], ==, fixture->mono[i]);

  for (guint i = 0; i + 1 < N_FRAMES; i++)
    g_assert_cmpfloat_with_epsilon (out[4 * i + 2],
                                    (fixture->mono[i] + fixture->mono[i + 1]) / 2, 1e-6);
}

static void
follow (Fixture *fixture, guint driver_id, guint64 position, guint64 duration, guint n_xruns)
{
  flitzis_mixer_follow_clock (fixture->mixer, &(FlitzisCycle){
                                                  .driver_id = driver_id,
                                                  .position = position,
                                                  .duration = duration,
                                                  .rate = RATE,
                                                  .true_rate = RATE,
                                              });
  g_assert_cmpuint (fixture->mixer->n_xruns, ==, n_xruns);
}

/* A gap in a driver's clock is one xrun, however long it is. */
static void
test_xruns (Fixture *fixture, gconstpointer data)
{
  flitzis_mixer_set_streaming (fixture->mixer, true);
  follow (fixture, 7, 1000000, 1024, 0);
  follow (fixture, 7, 1001024, 1024, 0);
  follow (fixture, 7, 1002048, 16, 0); /* the quantum changes */
  follow (fixture, 7, 1002064, 8192, 0);
  follow (fixture, 7, 1010257, 1024, 1); /* one frame too late */
  follow (fixture, 7, 1011281, 1024, 1);
  follow (fixture, 7, 9000000, 1024, 2);
  follow (fixture, 7, 9001024, 1024, 2);
  follow (fixture, 7, 9001024, 1024, 2); /* once more the same, or back, is no gap */
  follow (fixture, 7, 1024, 1024, 2);
  follow (fixture, 7, 4096, 1024, 3);
}

/* A block that is handed over in a later cycle is one xrun, with the gap that it leaves. */
static void
test_late_blocks (Fixture *fixture, gconstpointer data)
{
  FlitzisMixer *mixer = fixture->mixer;

  flitzis_mixer_set_streaming (mixer, true);
  flitzis_mixer_check_deadline (mixer, 7, 1000000); /* no cycle has begun */
  follow (fixture, 7, 1000000, 1024, 0);
  flitzis_mixer_check_deadline (mixer, 7, 1000000);
  follow (fixture, 7, 1001024, 1024, 0);
  flitzis_mixer_check_deadline (mixer, 7, 1002047); /* the clock was set within its cycle */
  follow (fixture, 7, 1002048, 1024, 0);
  flitzis_mixer_check_deadline (mixer, 7, 1003072); /* the next cycle */
  follow (fixture, 7, 1003072, 1024, 1);
  flitzis_mixer_check_deadline (mixer, 7, 1009216); /* some cycles later */
  follow (fixture, 7, 1009216, 1024, 2);
  flitzis_mixer_check_deadline (mixer, 8, 2000000); /* another driver's */
  follow (fixture, 7, 1010240, 1024, 2);
  flitzis_mixer_check_deadline (mixer, 7, 1011264);
  follow (fixture, 7, 1013312, 1024, 3);      /* the gap behind it is the same loss */
  flitzis_mixer_check_deadline (mixer, 7, 0); /* back */
  follow (fixture, 7, 1014337, 1024, 4);
}

/* The clocks of two drivers say nothing about each other, nor do those before and after a pause,
 * though the last block before it comes after its beginning. */
static void
test_no_xruns (Fixture *fixture, gconstpointer data)
{
  flitzis_mixer_set_streaming (fixture->mixer, true);
  follow (fixture, 7, 0, 1024, 0);
  follow (fixture, 8, 50000, 1024, 0);
  follow (fixture, 7, 70000, 1024, 0);
  flitzis_mixer_set_streaming (fixture->mixer, false);
  follow (fixture, 7, 71024, 1024, 0);
  flitzis_mixer_set_streaming (fixture->mixer, true);
  follow (fixture, 7, 90000, 1024, 0);
  follow (fixture, 7, 91024, 1024, 0);
  follow (fixture, 7, 92049, 1024, 1);
}

static void
test_in_block (Fixture *fixture, gconstpointer data)
{
  g_assert_false (flitzis_mixer_is_in_block (fixture->mixer));
  g_assert_true (flitzis_mixer_try_own (fixture->mixer, FLITZIS_OWNER_CONTROL));
  g_assert_false (flitzis_mixer_is_in_block (fixture->mixer));
  g_assert_false (flitzis_mixer_try_own (fixture->mixer, FLITZIS_OWNER_CALLBACK));
  flitzis_mixer_disown (fixture->mixer);
  g_assert_true (flitzis_mixer_try_own (fixture->mixer, FLITZIS_OWNER_CALLBACK));
  g_assert_true (flitzis_mixer_is_in_block (fixture->mixer));
  g_assert_false (flitzis_mixer_try_own (fixture->mixer, FLITZIS_OWNER_CONTROL));
  flitzis_mixer_disown (fixture->mixer);
  g_assert_false (flitzis_mixer_is_in_block (fixture->mixer));
}

#define ADD(name, function) \
  g_test_add ("/mixer/" name, Fixture, NULL, set_up, function, tear_down)

#define DELAY 96
#define CEILING 0.98855309f /* -0.1 dBFS */

/* In blocks of any size: quiet sound comes out as it went in, only later; loud sound never over the
 * ceiling, and it comes out at full level again when it is quiet. */
static void
test_limiter (Fixture *fixture, gconstpointer data)
{
  enum
  {
    N = 48000
  };
  g_autofree float *in = g_new (float, 2 * N), *out = g_new (float, 2 * N);
  float             delayed[2 * DELAY], gains[DELAY];
  FlitzisLimit      limits[DELAY + 2];
  FlitzisLimiter    limiter = { 0 };
  GRand            *rand = g_rand_new_with_seed (11);
  float             loudest = 0.0f;
  guint64           n_counted;

  for (guint i = 0; i < 2 * N; i++)
    {
      double scale = i < N / 2 || i > 3 * N / 2 ? 0.9 : 64.0;

      in[i] = (float) (scale * g_rand_double_range (rand, -1.0, 1.0));
    }

  flitzis_limiter_init (&limiter, RATE, DELAY, delayed, gains, limits);
  memcpy (out, in, 2 * N * sizeof (float));
  flitzis_limiter_process (&limiter, out, N);
  g_assert_cmpmem (out, 2 * N * sizeof (float), in, 2 * N * sizeof (float));

  flitzis_limiter_set_on (&limiter, true, 0);

  for (guint done = 0, n; done < N; done += n)
    {
      n = MIN ((guint) g_rand_int_range (rand, 1, 300), N - done);
      flitzis_limiter_process (&limiter, out + 2 * done, n);
    }

  for (guint i = 0; i < 2 * N; i++)
    loudest = MAX (loudest, ABS (out[i]));

  g_assert_cmpfloat (loudest, <=, CEILING);
  g_assert_cmpfloat (loudest, >, 0.5f);

  for (guint i = 2 * DELAY; i < N / 2 - 4 * DELAY; i++)
    g_assert_cmpfloat (out[i], ==, in[i - 2 * DELAY]);

  /* 0.1 s later 1 / e of it is missing, at the end of a quarter of a second less than a tenth */
  for (guint i = 2 * N - 100; i < 2 * N; i++)
    g_assert_cmpfloat_with_epsilon (out[i], in[i - 2 * DELAY], 0.09);

  /* off again it does not even count */
  flitzis_limiter_set_on (&limiter, false, 240);
  flitzis_limiter_process (&limiter, out, 240);
  n_counted = limiter.frame;
  memcpy (out, in, 2 * N * sizeof (float));
  flitzis_limiter_process (&limiter, out, N);
  g_assert_cmpmem (out, 2 * N * sizeof (float), in, 2 * N * sizeof (float));
  g_assert_cmpuint (limiter.frame, ==, n_counted);

  g_rand_free (rand);
}

/* Told every 1600 frames, whatever the blocks are; 0 when it is over. */
static void
test_levels (Fixture *fixture, gconstpointer data)
{
  FlitzisLevels *levels = &fixture->mixer->pool.levels;
  float          out[2 * N_FRAMES], peak = 0.0f;

  for (guint i = 0; i < N_FRAMES; i++)
    peak = MAX (peak, ABS (fixture->mono[i]));

  publish (fixture, 1, &fixture->mono_handle);
  play (fixture, 1, 1, 0.5);
  flitzis_mixer_render (fixture->mixer, out, N_FRAMES);
  g_assert_cmpuint (levels->n_told, ==, 0);
  flitzis_mixer_render (fixture->mixer, out, 599);
  g_assert_cmpuint (levels->n_told, ==, 0);
  flitzis_mixer_render (fixture->mixer, out, 1);
  g_assert_cmpuint (levels->n_told, ==, 1);
  g_assert_cmpfloat (levels->slot_levels[1], ==, 0.5f * peak);
  g_assert_cmpfloat (levels->slot_levels[0], ==, 0.0f);
  g_assert_cmpfloat (levels->left_level, ==, 0.5f * peak);
  g_assert_cmpfloat (levels->right_level, ==, 0.5f * peak);

  for (guint i = 0; i < 2; i++)
    flitzis_mixer_render (fixture->mixer, out, 800);

  g_assert_cmpuint (levels->n_told, ==, 2);
  g_assert_cmpfloat (levels->slot_levels[1], ==, 0.0f);
  g_assert_cmpfloat (levels->left_level, ==, 0.0f);
}

/* What each kernel makes of these frames, from the next of `rand`, into `results`. */
static void
run_kernels (const FlitzisKernels *kernels, GRand *rand, GArray *results)
{
  enum
  {
    N = 300
  };
  float        in[4][2 * N + 400], out[2 * N], made[2 * N], peaks[2];
  guint64      places[N];
  guint8       filters[N];
  guint        n = g_rand_int_range (rand, 0, N), n_channels = g_rand_int_range (rand, 1, 3);
  guint        shift = g_rand_int_range (rand, 0, 8);
  FlitzisInput inputs[4];
  FlitzisMove  move = { .n_factors = g_rand_int_range (rand, 0, 3) };
  float        peak;

  memset (made, 0, sizeof made);

  for (guint i = 0; i < G_N_ELEMENTS (in[0]); i++)
    {
      for (guint k = 0; k < 4; k++)
        in[k][i] = (float) g_rand_double_range (rand, -1.0, 1.0);
    }

  for (guint i = 0; i < 2 * N; i++)
    out[i] = (float) g_rand_double_range (rand, -1.0, 1.0);

  for (guint k = 0; k < 4; k++)
    inputs[k] = (FlitzisInput){ in[k] + shift, (float) g_rand_double (rand), 0.7f, 0.0f };

  for (guint i = 0; i < N; i++)
    {
      places[i] = ((guint64) (130 + i / 4) << 32) + g_rand_int (rand);
      filters[i] = (guint8) (i % 3 == 0 ? 0 : g_rand_int_range (rand, 0, 48));
    }

  move.has_sides = g_rand_boolean (rand);
  move.left = (FlitzisSlope){ 0.25f, 0.00123f, 17.0f, move.has_sides ? 240.0f : 0.0f, 0.6f };
  move.right = (FlitzisSlope){ 0.75f, -0.00101f, 3.0f, move.has_sides ? 1e6f : 0.0f, 0.1f };
  move.factors[0] = (FlitzisSlope){ 1.0f, -0.00077f, 1.0f, 200.0f, 0.7f };

  /* the sides may be alike, or one of them may have arrived */
  if (g_rand_boolean (rand))
    move.right = move.left;

  if (g_rand_boolean (rand))
    move.right.end = 0.0f;

  move.factors[1] = (FlitzisSlope){ 0.5f, 0.00033f, 100.0f, 1e6f, 0.9f };

  kernels->mix (out, inputs, g_rand_int_range (rand, 0, 5), g_rand_boolean (rand), n_channels, n);
  peak = kernels->mix_moving (out, in[0] + shift, &move, n_channels, n);
  kernels->get_peaks (out, peaks, n);
  g_array_append_vals (results, out, 2 * N);
  g_array_append_val (results, peak);
  g_array_append_vals (results, peaks, 2);

  for (guint k = 0; k < 4; k++)
    g_array_append_val (results, inputs[k].peak);

  kernels->interpolate_linear (made, in[1], n_channels, places, n);
  g_array_append_vals (results, made, 2 * N);
  kernels->interpolate_sinc (made, in[2], n_channels, places, filters, n);
  g_array_append_vals (results, made, 2 * N);
}

/* All that this processor runs give the same bits, at every length and alignment. */
static void
test_kernels (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GArray) first = g_array_new (FALSE, FALSE, sizeof (float));

  g_assert_true (fixture->mixer->pool.scratch->kernels == flitzis_kernels_get (0));

  for (guint i = 0; flitzis_kernels_get (i) != NULL; i++)
    {
      g_autoptr (GArray) results = g_array_new (FALSE, FALSE, sizeof (float));
      g_autoptr (GRand) rand = g_rand_new_with_seed (5);

      g_test_message ("%s", flitzis_kernels_get (i)->name);

      for (guint run = 0; run < 400; run++)
        run_kernels (flitzis_kernels_get (i), rand, i == 0 ? first : results);

      if (i > 0)
        g_assert_cmpmem (results->data, results->len * sizeof (float),
                         first->data, first->len * sizeof (float));
    }
}

/* The plain kernels, too, are what the sound is said to be. */
static void
test_bit_exact_plain (Fixture *fixture, gconstpointer data)
{
  fixture->mixer->pool.scratch->kernels = &flitzis_kernels_plain;
  test_bit_exact (fixture, data);
}

/* The integral that defines the Bessel function (Abramowitz and Stegun, Handbook of Mathematical
 * Functions, 9.6.16). The integrand is periodic, so that 64 places give all digits of it. */
static double
bessel_i0 (double x)
{
  double sum = 0.0;

  for (guint i = 0; i < 64; i++)
    sum += exp (x * cos (G_PI * i / 32)) / 64;

  return sum;
}

/* The values follow the definition: for the filter of the voices, for those of the resampler, and
 * for the largest beta. */
static void
test_sinc (void)
{
  static const struct
  {
    int    n;
    double first, step, half, cutoff, beta;
  } shapes[] = {
    { 8192, 0.0, 1.0 / 512, 16.0, 1.0, 10.06 },
    { 136, -67.0, 1.0, 68.0, 0.945, 11.7 },
    { 136, -67.3, 1.0, 68.0, 0.945, 11.7 },
    { 136, -68.0, 1.0, 68.0, 0.945, 11.7 },
    { 816, -407.5, 1.0, 408.0, 0.1575, 12.0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_autofree double *values = g_new (double, shapes[i].n);

      flitzis_sinc_fill (values, shapes[i].n, shapes[i].first, shapes[i].step, shapes[i].half,
                         shapes[i].cutoff, shapes[i].beta);

      for (int k = 0; k < shapes[i].n; k++)
        {
          double x = shapes[i].first + k * shapes[i].step, part = x / shapes[i].half;
          double turns = G_PI * shapes[i].cutoff * x;
          double sinc = x == 0.0 ? 1.0 : sin (turns) / turns;
          double window = bessel_i0 (shapes[i].beta * sqrt (1.0 - part * part));

          g_assert_cmpfloat_with_epsilon (values[k], window * sinc, 1e-13 * window);
        }
    }
}

/* While a voice plays the head, the ring keeps all frames after it. What an old feeder publishes is
 * not read. */
static void
test_ring (void)
{
  FlitzisRing        ring = { .n_frames = 100 };
  FlitzisRingRequest request = { .place = 50 };
  guint64            generation, place;

  flitzis_ring_begin (&ring, &request);
  generation = ring.generation;
  flitzis_ring_release (&ring, 10);
  g_assert_true (flitzis_ring_is_wanted (&ring, generation, &place));
  g_assert_cmpuint (place, ==, 50);
  g_assert_cmpuint (flitzis_ring_look (&ring).end, ==, 50);

  flitzis_ring_publish (&ring, generation, &(FlitzisRingContent){ .end = 120, .is_cut = true });
  g_assert_cmpuint (flitzis_ring_look (&ring).end, ==, 120);
  g_assert_true (flitzis_ring_look (&ring).is_cut);
  g_assert_false (flitzis_ring_look (&ring).is_complete);
  flitzis_ring_release (&ring, 70);
  g_assert_true (flitzis_ring_is_wanted (&ring, generation, &place));
  g_assert_cmpuint (place, ==, 70);

  flitzis_ring_begin (&ring, &request);
  g_assert_false (flitzis_ring_is_wanted (&ring, generation, &place));
  flitzis_ring_publish (&ring, generation, &(FlitzisRingContent){ .end = 150 });
  g_assert_cmpuint (flitzis_ring_look (&ring).end, ==, 50);

  generation = ring.generation;
  flitzis_ring_end (&ring);
  g_assert_false (flitzis_ring_is_wanted (&ring, generation, &place));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("pointer", test_pointer);
  ADD ("bit-exact", test_bit_exact);
  ADD ("bit-exact-plain", test_bit_exact_plain);
  ADD ("kernels", test_kernels);
  ADD ("fade-outlives-sample", test_fade_outlives_sample);
  ADD ("retired-once", test_retired_once);
  ADD ("one-owner", test_one_owner);
  ADD ("stop-marks", test_stop_marks);
  ADD ("waiting", test_waiting);
  ADD ("old-calls", test_old_calls);
  ADD ("denormals", test_denormals);
  ADD ("foreign-rate", test_foreign_rate);
  ADD ("limiter", test_limiter);
  ADD ("levels", test_levels);
  ADD ("xruns", test_xruns);
  ADD ("no-xruns", test_no_xruns);
  ADD ("late-blocks", test_late_blocks);
  ADD ("in-block", test_in_block);
  g_test_add_func ("/mixer/ring", test_ring);
  g_test_add_func ("/mixer/sinc", test_sinc);

  return g_test_run ();
}
