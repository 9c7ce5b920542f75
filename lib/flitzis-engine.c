/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-engine-private.h"

#include "control/fork.h"
#include "flitzis-clock-private.h"
#include "flitzis-load.h"
#include "flitzis-slot-private.h"
#include "output/pipewire.h"

/**
 * FlitzisEngine:
 *
 * Plays short samples, many at once, with the timing of an instrument.
 *
 * An engine has numbered slots. [method@Engine.load_sample] decodes an audio file into one;
 * [method@Engine.play_sample] triggers it. [method@Engine.start] connects to the sound server,
 * [method@Engine.render] computes the same sound without one.
 *
 * ```c
 * g_autoptr (FlitzisEngine) engine = flitzis_engine_new ();
 *
 * if (!flitzis_engine_load_sample (engine, 0, "kick.flac", &error) ||
 *     !flitzis_engine_start (engine, &error))
 *   return FALSE;
 *
 * flitzis_engine_play_sample (engine, 0, 1.0, &error);
 * ```
 *
 * ## Threads
 *
 * Any thread may call any method. Signals, `notify` and the callbacks of loads never come from the
 * audio thread: signals and `notify` fire in the owner context, the thread-default
 * [struct@GLib.MainContext] of the thread that built the engine. A program that never runs a main
 * loop loses only them; loading, playing and freeing work without.
 *
 * A process may fork while an engine plays: it plays on. In the child the threads that load and
 * play are missing, so all that can fail does, with `FLITZIS_ENGINE_ERROR_FORKED`, for engines made
 * there, too; exec makes a new process of it.
 *
 * The engine is a [iface@Gio.ListModel] of its [class@Slot]s.
 */

/**
 * FlitzisEngine::voice-ended:
 * @self: the engine
 * @voice: the number that [method@Engine.play_sample] returned
 * @slot: the slot it played
 * @reason: why it ended
 *
 * A voice has ended; its short fade may still sound.
 *
 * Emitted once for each voice, in the owner context; voices that end within one block come in any
 * order. At most 4096 wait to be emitted; beyond that the oldest are dropped and counted in
 * [property@Engine:n-dropped].
 */

#define MAX_LATENCY_FRAMES 8192

struct _FlitzisEngine
{
  GObject parent_instance;

  /* constant after construction */
  guint           n_slots;
  guint           n_voices;
  guint           n_events;
  guint           sample_rate;
  FlitzisOutput   output;
  FlitzisControl *control;
  FlitzisEvents  *events;
  FlitzisSlot   **slots;
  FlitzisClock   *clock;

  /* any thread, atomic; the strings are interned */
  const char *client_name;
  const char *media_role;
  const char *target;
  guint       latency_frames;
  guint       n_stops;

  /* any thread, under the mutex */
  GMutex           pipewire_mutex;
  FlitzisPipewire *pipewire; /* NULL while stopped */
};

static void flitzis_engine_list_model_init (GListModelInterface *iface);

/* clang-format off */
G_DEFINE_FINAL_TYPE_WITH_CODE (FlitzisEngine, flitzis_engine, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      flitzis_engine_list_model_init))
/* clang-format on */

enum
{
  PROP_0,
  PROP_N_SLOTS,
  PROP_N_VOICES,
  PROP_N_EVENTS,
  PROP_SAMPLE_RATE,
  PROP_OUTPUT,
  PROP_CLIENT_NAME,
  PROP_MEDIA_ROLE,
  PROP_TARGET,
  PROP_LATENCY_FRAMES,
  PROP_GAIN,
  PROP_PAUSED,
  PROP_LIMITER,
  PROP_LEVEL_LEFT,
  PROP_LEVEL_RIGHT,
  PROP_STEAL,
  PROP_MEMORY_LIMIT,
  PROP_STATE,
  PROP_POSITION,
  PROP_CLOCK,
  PROP_TRIGGER_TIMING,
  PROP_TRIGGER_DELAY,
  PROP_LATENCY,
  PROP_N_PLAYING,
  PROP_N_TRIGGERED,
  PROP_N_STARTED,
  PROP_N_STOLEN,
  PROP_N_REJECTED,
  PROP_N_LATE,
  PROP_N_XRUNS,
  PROP_N_DROPPED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

enum
{
  SIGNAL_VOICE_ENDED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static gboolean
wants_ended (gpointer owner)
{
  return g_signal_has_handler_pending (owner, signals[SIGNAL_VOICE_ENDED], 0, FALSE);
}

static void
tell_ended (gpointer owner, const FlitzisEnded *ended)
{
  g_signal_emit (owner, signals[SIGNAL_VOICE_ENDED], 0, ended->voice, ended->slot, ended->reason);
}

static gboolean
wants_beats (gpointer owner)
{
  return flitzis_clock_wants_beats (FLITZIS_ENGINE (owner)->clock);
}

static void
tell_beat (gpointer owner, const FlitzisBeat *beat)
{
  flitzis_clock_tell_beat (FLITZIS_ENGINE (owner)->clock, beat);
}

static void
tell_changed (gpointer owner, guint object, const char *property)
{
  FlitzisEngine *self = FLITZIS_ENGINE (owner);

  if (object == FLITZIS_EVENTS_ENGINE)
    g_object_notify (G_OBJECT (self), property);
  else if (object == FLITZIS_EVENTS_CLOCK)
    g_object_notify (G_OBJECT (self->clock), property);
  else
    g_object_notify (G_OBJECT (self->slots[object - FLITZIS_EVENTS_SLOT (0)]), property);
}

static const FlitzisEventsFuncs events_funcs = {
  .wants_ended = wants_ended,
  .wants_beats = wants_beats,
  .ended = tell_ended,
  .beat = tell_beat,
  .changed = tell_changed,
};

FlitzisControl *
flitzis_engine_get_control (FlitzisEngine *self)
{
  return self->control;
}

static FlitzisSettings *
get_settings (FlitzisEngine *self)
{
  return &flitzis_control_get_mixer (self->control)->settings;
}

static GType
flitzis_engine_get_item_type (GListModel *model)
{
  return FLITZIS_TYPE_SLOT;
}

static guint
flitzis_engine_get_n_items (GListModel *model)
{
  return FLITZIS_ENGINE (model)->n_slots;
}

static gpointer
flitzis_engine_get_item (GListModel *model, guint position)
{
  FlitzisEngine *self = FLITZIS_ENGINE (model);

  return position < self->n_slots ? g_object_ref (self->slots[position]) : NULL;
}

static void
flitzis_engine_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = flitzis_engine_get_item_type;
  iface->get_n_items = flitzis_engine_get_n_items;
  iface->get_item = flitzis_engine_get_item;
}

static void
flitzis_engine_constructed (GObject *object)
{
  FlitzisEngine *self = FLITZIS_ENGINE (object);

  G_OBJECT_CLASS (flitzis_engine_parent_class)->constructed (object);

  self->events = flitzis_events_new (object, &events_funcs, FLITZIS_EVENTS_SLOT (self->n_slots));
  self->control = flitzis_control_new (&(FlitzisMixerSize){
                                           .n_slots = self->n_slots,
                                           .n_voices = self->n_voices,
                                           .n_events = self->n_events,
                                           .sample_rate = self->sample_rate,
                                       },
                                       self->events);
  self->clock = flitzis_clock_new (self->control);
  self->slots = g_new (FlitzisSlot *, self->n_slots);

  for (guint i = 0; i < self->n_slots; i++)
    self->slots[i] = flitzis_slot_new (self->control, i);
}

/* Emits nothing from here on; loads that still run end as cancelled. In the child of a fork there
 * is nothing to end, and nobody to wait for. */
static void
flitzis_engine_dispose (GObject *object)
{
  FlitzisEngine *self = FLITZIS_ENGINE (object);

  if (!flitzis_fork_is_child ())
    {
      flitzis_events_close (self->events);
      flitzis_engine_stop (self);
      flitzis_control_close (self->control);
    }

  G_OBJECT_CLASS (flitzis_engine_parent_class)->dispose (object);
}

static void
flitzis_engine_finalize (GObject *object)
{
  FlitzisEngine *self = FLITZIS_ENGINE (object);

  for (guint i = 0; i < self->n_slots; i++)
    g_object_unref (self->slots[i]);

  g_free (self->slots);
  g_clear_object (&self->clock);
  g_clear_pointer (&self->control, flitzis_control_unref);
  g_clear_pointer (&self->events, flitzis_events_unref);

  /* another thread may have held it when the process forked */
  if (!flitzis_fork_is_child ())
    g_mutex_clear (&self->pipewire_mutex);

  G_OBJECT_CLASS (flitzis_engine_parent_class)->finalize (object);
}

static void
flitzis_engine_dispatch_properties_changed (GObject *object, guint n_pspecs, GParamSpec **pspecs)
{
  FlitzisEngine *self = FLITZIS_ENGINE (object);

  if (!flitzis_events_forward (self->events, FLITZIS_EVENTS_ENGINE, n_pspecs, pspecs))
    G_OBJECT_CLASS (flitzis_engine_parent_class)
        ->dispatch_properties_changed (object, n_pspecs, pspecs);
}

static void
flitzis_engine_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  FlitzisEngine *self = FLITZIS_ENGINE (object);

  switch (prop_id)
    {
    case PROP_N_SLOTS:
      g_value_set_uint (value, flitzis_engine_get_n_slots (self));
      break;
    case PROP_N_VOICES:
      g_value_set_uint (value, flitzis_engine_get_n_voices (self));
      break;
    case PROP_N_EVENTS:
      g_value_set_uint (value, flitzis_engine_get_n_events (self));
      break;
    case PROP_SAMPLE_RATE:
      g_value_set_uint (value, flitzis_engine_get_sample_rate (self));
      break;
    case PROP_OUTPUT:
      g_value_set_enum (value, flitzis_engine_get_output (self));
      break;
    case PROP_CLIENT_NAME:
      g_value_set_string (value, flitzis_engine_get_client_name (self));
      break;
    case PROP_MEDIA_ROLE:
      g_value_set_string (value, flitzis_engine_get_media_role (self));
      break;
    case PROP_TARGET:
      g_value_set_string (value, flitzis_engine_get_target (self));
      break;
    case PROP_LATENCY_FRAMES:
      g_value_set_uint (value, flitzis_engine_get_latency_frames (self));
      break;
    case PROP_GAIN:
      g_value_set_double (value, flitzis_engine_get_gain (self));
      break;
    case PROP_PAUSED:
      g_value_set_boolean (value, flitzis_engine_get_paused (self));
      break;
    case PROP_LIMITER:
      g_value_set_boolean (value, flitzis_engine_get_limiter (self));
      break;
    case PROP_LEVEL_LEFT:
      g_value_set_double (value, flitzis_engine_get_level_left (self));
      break;
    case PROP_LEVEL_RIGHT:
      g_value_set_double (value, flitzis_engine_get_level_right (self));
      break;
    case PROP_STEAL:
      g_value_set_enum (value, flitzis_engine_get_steal (self));
      break;
    case PROP_MEMORY_LIMIT:
      g_value_set_uint64 (value, flitzis_engine_get_memory_limit (self));
      break;
    case PROP_STATE:
      g_value_set_enum (value, flitzis_engine_get_state (self));
      break;
    case PROP_POSITION:
      g_value_set_uint64 (value, flitzis_engine_get_position (self));
      break;
    case PROP_CLOCK:
      g_value_set_object (value, flitzis_engine_get_clock (self));
      break;
    case PROP_TRIGGER_TIMING:
      g_value_set_enum (value, flitzis_engine_get_trigger_timing (self));
      break;
    case PROP_TRIGGER_DELAY:
      g_value_set_int64 (value, flitzis_engine_get_trigger_delay (self));
      break;
    case PROP_LATENCY:
      g_value_set_int64 (value, flitzis_engine_get_latency (self));
      break;
    case PROP_N_PLAYING:
      g_value_set_uint (value, flitzis_engine_get_n_playing (self));
      break;
    case PROP_N_TRIGGERED:
      g_value_set_uint64 (value, flitzis_engine_get_n_triggered (self));
      break;
    case PROP_N_STARTED:
      g_value_set_uint64 (value, flitzis_engine_get_n_started (self));
      break;
    case PROP_N_STOLEN:
      g_value_set_uint64 (value, flitzis_engine_get_n_stolen (self));
      break;
    case PROP_N_REJECTED:
      g_value_set_uint64 (value, flitzis_engine_get_n_rejected (self));
      break;
    case PROP_N_LATE:
      g_value_set_uint64 (value, flitzis_engine_get_n_late (self));
      break;
    case PROP_N_XRUNS:
      g_value_set_uint64 (value, flitzis_engine_get_n_xruns (self));
      break;
    case PROP_N_DROPPED:
      g_value_set_uint64 (value, flitzis_engine_get_n_dropped (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
flitzis_engine_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  FlitzisEngine *self = FLITZIS_ENGINE (object);

  switch (prop_id)
    {
    case PROP_N_SLOTS:
      self->n_slots = g_value_get_uint (value);
      break;
    case PROP_N_VOICES:
      self->n_voices = g_value_get_uint (value);
      break;
    case PROP_N_EVENTS:
      self->n_events = g_value_get_uint (value);
      break;
    case PROP_SAMPLE_RATE:
      self->sample_rate = g_value_get_uint (value);
      break;
    case PROP_OUTPUT:
      self->output = g_value_get_enum (value);
      break;
    case PROP_CLIENT_NAME:
      flitzis_engine_set_client_name (self, g_value_get_string (value));
      break;
    case PROP_MEDIA_ROLE:
      flitzis_engine_set_media_role (self, g_value_get_string (value));
      break;
    case PROP_TARGET:
      flitzis_engine_set_target (self, g_value_get_string (value));
      break;
    case PROP_LATENCY_FRAMES:
      flitzis_engine_set_latency_frames (self, g_value_get_uint (value));
      break;
    case PROP_GAIN:
      flitzis_engine_set_gain (self, g_value_get_double (value));
      break;
    case PROP_PAUSED:
      flitzis_engine_set_paused (self, g_value_get_boolean (value));
      break;
    case PROP_LIMITER:
      flitzis_engine_set_limiter (self, g_value_get_boolean (value));
      break;
    case PROP_STEAL:
      flitzis_engine_set_steal (self, g_value_get_enum (value));
      break;
    case PROP_TRIGGER_TIMING:
      flitzis_engine_set_trigger_timing (self, g_value_get_enum (value));
      break;
    case PROP_MEMORY_LIMIT:
      flitzis_engine_set_memory_limit (self, g_value_get_uint64 (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
flitzis_engine_class_init (FlitzisEngineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = flitzis_engine_constructed;
  object_class->dispose = flitzis_engine_dispose;
  object_class->finalize = flitzis_engine_finalize;
  object_class->dispatch_properties_changed = flitzis_engine_dispatch_properties_changed;
  object_class->get_property = flitzis_engine_get_property;
  object_class->set_property = flitzis_engine_set_property;

  /**
   * FlitzisEngine:n-slots: (getter get_n_slots)
   *
   * The number of slots, 1 to 4096.
   */
  properties[PROP_N_SLOTS] =
      g_param_spec_uint ("n-slots", NULL, NULL,
                         1, 4096, FLITZIS_DEFAULT_N_SLOTS,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:n-voices: (getter get_n_voices)
   *
   * How many voices can sound at once, 1 to 1024; short fades of voices that were cut off
   * aside.
   */
  properties[PROP_N_VOICES] =
      g_param_spec_uint ("n-voices", NULL, NULL,
                         1, 1024, FLITZIS_DEFAULT_N_VOICES,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:n-events: (getter get_n_events)
   *
   * How many triggers and stops can wait for their frame, 1 to 65536.
   */
  properties[PROP_N_EVENTS] =
      g_param_spec_uint ("n-events", NULL, NULL,
                         1, 65536, FLITZIS_DEFAULT_N_EVENTS,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:sample-rate: (getter get_sample_rate)
   *
   * The rate of all sound inside the engine, 8000 to 192000, in Hz.
   *
   * Files are converted to it when they are loaded. The timing is exact to the frame where the
   * graph of the sound server runs at this rate, too.
   */
  properties[PROP_SAMPLE_RATE] =
      g_param_spec_uint ("sample-rate", NULL, NULL,
                         8000, 192000, FLITZIS_DEFAULT_SAMPLE_RATE,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:output: (getter get_output)
   *
   * Where the sound goes.
   */
  properties[PROP_OUTPUT] =
      g_param_spec_enum ("output", NULL, NULL,
                         FLITZIS_TYPE_OUTPUT, FLITZIS_OUTPUT_AUTO,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:client-name: (getter get_client_name) (setter set_client_name)
   *
   * The name under which the engine shows in the sound server; %NULL for the program's own.
   *
   * Read by [method@Engine.start].
   */
  properties[PROP_CLIENT_NAME] =
      g_param_spec_string ("client-name", NULL, NULL,
                           NULL,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisEngine:media-role: (getter get_media_role) (setter set_media_role)
   *
   * What the sound is for, as the sound server's policy understands it: `Music`, `Game`,
   * `Notification` ...; %NULL for none.
   *
   * Read by [method@Engine.start].
   */
  properties[PROP_MEDIA_ROLE] =
      g_param_spec_string ("media-role", NULL, NULL,
                           "Music",
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisEngine:target: (getter get_target) (setter set_target)
   *
   * The sink to play to: the name or the serial of its node; %NULL for the default one.
   *
   * Read by [method@Engine.start].
   */
  properties[PROP_TARGET] =
      g_param_spec_string ("target", NULL, NULL,
                           NULL,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisEngine:latency-frames: (getter get_latency_frames) (setter set_latency_frames)
   *
   * The quantum to ask the sound server for, in frames at the engine's rate; 0 leaves the
   * graph as it is.
   *
   * A small one makes the whole graph run in small blocks, that of other programs, too. Read
   * by [method@Engine.start].
   */
  properties[PROP_LATENCY_FRAMES] =
      g_param_spec_uint ("latency-frames", NULL, NULL,
                         0, MAX_LATENCY_FRAMES, 0,
                         G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisEngine:gain: (getter get_gain) (setter set_gain)
   *
   * The factor on all voices, linear, 0 to 16.
   *
   * Voices that sound move to a new value within 5 ms, from the next block on. The output is
   * not clipped.
   */
  properties[PROP_GAIN] =
      g_param_spec_double ("gain", NULL, NULL,
                           0.0, 16.0, 1.0,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisEngine:paused: (getter get_paused) (setter set_paused)
   *
   * Whether all stands still: voices, what is scheduled, and [property@Engine:position].
   *
   * From the next block on the sound fades out within 5 ms and freezes. Afterwards it goes on with
   * the very next frame, and fades in within 5 ms. What is triggered meanwhile starts then.
   */
  properties[PROP_PAUSED] =
      g_param_spec_boolean ("paused", NULL, NULL,
                            FALSE,
                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisEngine:limiter: (getter get_limiter) (setter set_limiter)
   *
   * Whether the sound is kept below -0.1 dBFS, however many voices there are.
   *
   * It looks 2 ms ahead, and all comes out so much later. What would be louder is turned down in
   * time, and comes up again: after a tenth of a second 37 % of the way are left. Off, it changes
   * no bit. Once something has been heard, it goes on or off within 7 ms, from the next block on.
   */
  properties[PROP_LIMITER] =
      g_param_spec_boolean ("limiter", NULL, NULL,
                            FALSE,
                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisEngine:level-left: (getter get_level_left)
   *
   * The peak of the left channel over the last thirtieth of a second, linear: 1 is full scale.
   *
   * Told at most 30 times a second, and only where it changes; 0 while nothing is rendered.
   */
  properties[PROP_LEVEL_LEFT] =
      g_param_spec_double ("level-left", NULL, NULL,
                           0.0, G_MAXDOUBLE, 0.0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:level-right: (getter get_level_right)
   *
   * The peak of the right channel, as [property@Engine:level-left] is that of the left one.
   */
  properties[PROP_LEVEL_RIGHT] =
      g_param_spec_double ("level-right", NULL, NULL,
                           0.0, G_MAXDOUBLE, 0.0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:steal: (getter get_steal) (setter set_steal)
   *
   * What happens to a trigger when all voices sound; [property@Slot:priority] goes before it.
   */
  properties[PROP_STEAL] =
      g_param_spec_enum ("steal", NULL, NULL,
                         FLITZIS_TYPE_STEAL, FLITZIS_STEAL_OLDEST,
                         G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisEngine:memory-limit: (getter get_memory_limit) (setter set_memory_limit)
   *
   * How many bytes of decoded audio the engine may hold: in slots, in voices that sound, and
   * in loads under way. A sample in two slots counts once.
   *
   * What would pass it fails with `FLITZIS_ENGINE_ERROR_TOO_LARGE`. A lower limit refuses new
   * loads; it removes nothing.
   */
  properties[PROP_MEMORY_LIMIT] =
      g_param_spec_uint64 ("memory-limit", NULL, NULL,
                           0, G_MAXUINT64, FLITZIS_DEFAULT_MEMORY_LIMIT,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisEngine:state: (getter get_state)
   *
   * What the connection to the sound server is doing.
   */
  properties[PROP_STATE] =
      g_param_spec_enum ("state", NULL, NULL,
                         FLITZIS_TYPE_STATE, FLITZIS_STATE_STOPPED,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:position: (getter get_position)
   *
   * How many frames were rendered since the engine was built.
   *
   * It never goes back, stands still while nothing is rendered, and is not notified.
   */
  properties[PROP_POSITION] =
      g_param_spec_uint64 ("position", NULL, NULL,
                           0, G_MAXUINT64, 0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:clock: (getter get_clock)
   *
   * Where the beats are.
   */
  properties[PROP_CLOCK] =
      g_param_spec_object ("clock", NULL, NULL,
                           FLITZIS_TYPE_CLOCK,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:trigger-timing: (getter get_trigger_timing) (setter set_trigger_timing)
   *
   * When that sounds which is triggered or stopped while blocks are being rendered.
   *
   * Where timing is constant, the time between two calls is that between their sounds, to the frame
   * if the graph runs at [property@Engine:sample-rate]. A call that comes too late for its frame,
   * since the quantum has grown or its thread was held up, is carried out at once and counts as
   * late.
   */
  properties[PROP_TRIGGER_TIMING] =
      g_param_spec_enum ("trigger-timing", NULL, NULL,
                         FLITZIS_TYPE_TRIGGER_TIMING, FLITZIS_TRIGGER_TIMING_SOONEST,
                         G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisEngine:trigger-delay: (getter get_trigger_delay)
   *
   * How long after the call a trigger of constant timing is rendered, in ns: the quantum with which
   * the stream began, and 1 ms. -1 until it has begun.
   */
  properties[PROP_TRIGGER_DELAY] =
      g_param_spec_int64 ("trigger-delay", NULL, NULL,
                          -1, G_MAXINT64, -1,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:latency: (getter get_latency)
   *
   * How long a frame takes from the start of its block to the loudspeaker, in ns, as the sound
   * server reports it: what the graph and the device hold back. -1 while that is unknown.
   */
  properties[PROP_LATENCY] =
      g_param_spec_int64 ("latency", NULL, NULL,
                          -1, G_MAXINT64, -1,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:n-playing: (getter get_n_playing)
   *
   * How many voices sound; short fades of voices that were cut off aside.
   */
  properties[PROP_N_PLAYING] =
      g_param_spec_uint ("n-playing", NULL, NULL,
                         0, 1024, 0,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:n-triggered: (getter get_n_triggered)
   *
   * How many triggers there were: each was, or will with the next block or at its frame be,
   * started, rejected or cancelled.
   *
   * Calls that failed and triggers of empty slots do not count. Not notified, like all
   * counters.
   */
  properties[PROP_N_TRIGGERED] =
      g_param_spec_uint64 ("n-triggered", NULL, NULL,
                           0, G_MAXUINT64, 0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:n-started: (getter get_n_started)
   *
   * How many triggers started a voice.
   */
  properties[PROP_N_STARTED] =
      g_param_spec_uint64 ("n-started", NULL, NULL,
                           0, G_MAXUINT64, 0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:n-stolen: (getter get_n_stolen)
   *
   * How many voices made room for a newer one.
   */
  properties[PROP_N_STOLEN] =
      g_param_spec_uint64 ("n-stolen", NULL, NULL,
                           0, G_MAXUINT64, 0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:n-rejected: (getter get_n_rejected)
   *
   * How many triggers started nothing, because all voices sounded or the server was away.
   */
  properties[PROP_N_REJECTED] =
      g_param_spec_uint64 ("n-rejected", NULL, NULL,
                           0, G_MAXUINT64, 0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:n-late: (getter get_n_late)
   *
   * How many triggers and stops came after their frame had been rendered, and so took effect with
   * the next block.
   */
  properties[PROP_N_LATE] =
      g_param_spec_uint64 ("n-late", NULL, NULL,
                           0, G_MAXUINT64, 0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:n-xruns: (getter get_n_xruns)
   *
   * How many gaps there were in the clock of the sound server's driver.
   */
  properties[PROP_N_XRUNS] =
      g_param_spec_uint64 ("n-xruns", NULL, NULL,
                           0, G_MAXUINT64, 0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:n-dropped: (getter get_n_dropped)
   *
   * How many [signal@Engine::voice-ended] were dropped, because 4096 waited to be emitted.
   */
  properties[PROP_N_DROPPED] =
      g_param_spec_uint64 ("n-dropped", NULL, NULL,
                           0, G_MAXUINT64, 0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[SIGNAL_VOICE_ENDED] =
      g_signal_new ("voice-ended", FLITZIS_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0,
                    NULL, NULL, NULL,
                    G_TYPE_NONE, 3, G_TYPE_UINT64, G_TYPE_UINT, FLITZIS_TYPE_END_REASON);
}

static void
flitzis_engine_init (FlitzisEngine *self)
{
  g_mutex_init (&self->pipewire_mutex);

  /* a construct-only value that is out of range leaves these as they are */
  self->n_slots = FLITZIS_DEFAULT_N_SLOTS;
  self->n_voices = FLITZIS_DEFAULT_N_VOICES;
  self->n_events = FLITZIS_DEFAULT_N_EVENTS;
  self->sample_rate = FLITZIS_DEFAULT_SAMPLE_RATE;
  self->media_role = "Music";
}

/**
 * flitzis_engine_new:
 *
 * Makes an engine of the default size: 32 slots, 32 voices, 48000 Hz.
 *
 * Returns: (transfer full): an engine, stopped
 */
FlitzisEngine *
flitzis_engine_new (void)
{
  return g_object_new (FLITZIS_TYPE_ENGINE, NULL);
}

/**
 * flitzis_engine_new_full:
 * @n_slots: 1 to 4096
 * @n_voices: 1 to 1024
 * @sample_rate: 8000 to 192000, in Hz
 *
 * Makes an engine of a chosen size.
 *
 * A value out of range is replaced by its default, with a warning.
 *
 * Returns: (transfer full): an engine, stopped
 */
FlitzisEngine *
flitzis_engine_new_full (guint n_slots, guint n_voices, guint sample_rate)
{
  return g_object_new (FLITZIS_TYPE_ENGINE,
                       "n-slots", n_slots,
                       "n-voices", n_voices,
                       "sample-rate", sample_rate,
                       NULL);
}

/**
 * flitzis_engine_get_n_slots: (get-property n-slots)
 * @self: an engine
 *
 * Gets the number of slots.
 *
 * Returns: the number of slots
 */
guint
flitzis_engine_get_n_slots (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);

  return self->n_slots;
}

/**
 * flitzis_engine_get_n_voices: (get-property n-voices)
 * @self: an engine
 *
 * Gets how many voices can sound at once.
 *
 * Returns: the number of voices
 */
guint
flitzis_engine_get_n_voices (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);

  return self->n_voices;
}

/**
 * flitzis_engine_get_n_events: (get-property n-events)
 * @self: an engine
 *
 * Gets how many triggers and stops can wait for their frame.
 *
 * Returns: the number of events
 */
guint
flitzis_engine_get_n_events (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);

  return self->n_events;
}

/**
 * flitzis_engine_get_sample_rate: (get-property sample-rate)
 * @self: an engine
 *
 * Gets the rate of all sound inside the engine.
 *
 * Returns: the rate in Hz
 */
guint
flitzis_engine_get_sample_rate (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);

  return self->sample_rate;
}

/**
 * flitzis_engine_get_output: (get-property output)
 * @self: an engine
 *
 * Gets where the sound goes.
 *
 * Returns: the kind of output
 */
FlitzisOutput
flitzis_engine_get_output (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FLITZIS_OUTPUT_AUTO);

  return self->output;
}

/**
 * flitzis_engine_get_slot:
 * @self: an engine
 * @id: the number of a slot, from 0
 *
 * Gets a slot.
 *
 * Returns: (transfer none) (nullable): the slot, or %NULL if @id is not below `n-slots`
 */
FlitzisSlot *
flitzis_engine_get_slot (FlitzisEngine *self, guint id)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), NULL);

  return id < self->n_slots ? self->slots[id] : NULL;
}

/**
 * flitzis_engine_get_clock: (get-property clock)
 * @self: an engine
 *
 * Gets what says where the beats are.
 *
 * Returns: (transfer none): the clock
 */
FlitzisClock *
flitzis_engine_get_clock (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), NULL);

  return self->clock;
}

static void
set_string (FlitzisEngine *self, const char **field, const char *value, guint prop_id)
{
  const char *interned = g_intern_string (value);

  if (g_atomic_pointer_exchange (field, interned) != interned)
    g_object_notify_by_pspec (G_OBJECT (self), properties[prop_id]);
}

/**
 * flitzis_engine_get_client_name: (get-property client-name)
 * @self: an engine
 *
 * Gets the name under which the engine shows in the sound server.
 *
 * Returns: (nullable): the value; %NULL for the program's own
 */
const char *
flitzis_engine_get_client_name (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), NULL);

  return g_atomic_pointer_get (&self->client_name);
}

/**
 * flitzis_engine_set_client_name: (set-property client-name)
 * @self: an engine
 * @client_name: (nullable): the value; %NULL for the program's own
 *
 * Sets the name under which the engine shows in the sound server.
 *
 * The next [method@Engine.start] reads it.
 */
void
flitzis_engine_set_client_name (FlitzisEngine *self, const char *client_name)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  set_string (self, &self->client_name, client_name, PROP_CLIENT_NAME);
}

/**
 * flitzis_engine_get_media_role: (get-property media-role)
 * @self: an engine
 *
 * Gets what the sound is for.
 *
 * Returns: (nullable): the value; %NULL for none
 */
const char *
flitzis_engine_get_media_role (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), NULL);

  return g_atomic_pointer_get (&self->media_role);
}

/**
 * flitzis_engine_set_media_role: (set-property media-role)
 * @self: an engine
 * @media_role: (nullable): the value; %NULL for none
 *
 * Sets what the sound is for.
 *
 * The next [method@Engine.start] reads it.
 */
void
flitzis_engine_set_media_role (FlitzisEngine *self, const char *media_role)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  set_string (self, &self->media_role, media_role, PROP_MEDIA_ROLE);
}

/**
 * flitzis_engine_get_target: (get-property target)
 * @self: an engine
 *
 * Gets the sink to play to.
 *
 * Returns: (nullable): the value; %NULL for the default one
 */
const char *
flitzis_engine_get_target (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), NULL);

  return g_atomic_pointer_get (&self->target);
}

/**
 * flitzis_engine_set_target: (set-property target)
 * @self: an engine
 * @target: (nullable): the value; %NULL for the default one
 *
 * Sets the sink to play to.
 *
 * The next [method@Engine.start] reads it.
 */
void
flitzis_engine_set_target (FlitzisEngine *self, const char *target)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  set_string (self, &self->target, target, PROP_TARGET);
}

/**
 * flitzis_engine_get_latency_frames: (get-property latency-frames)
 * @self: an engine
 *
 * Gets the quantum that the sound server is asked for.
 *
 * Returns: frames; 0 for none
 */
guint
flitzis_engine_get_latency_frames (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);

  return (guint) g_atomic_int_get (&self->latency_frames);
}

/**
 * flitzis_engine_set_latency_frames: (set-property latency-frames)
 * @self: an engine
 * @latency_frames: frames at the engine's rate, 8192 at most; 0 for none
 *
 * Sets the quantum to ask the sound server for.
 *
 * The next [method@Engine.start] reads it.
 */
void
flitzis_engine_set_latency_frames (FlitzisEngine *self, guint latency_frames)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));
  g_return_if_fail (latency_frames <= MAX_LATENCY_FRAMES);

  if ((guint) g_atomic_int_exchange (&self->latency_frames, (int) latency_frames) != latency_frames)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LATENCY_FRAMES]);
}

/**
 * flitzis_engine_get_gain: (get-property gain)
 * @self: an engine
 *
 * Gets the factor on all voices.
 *
 * Returns: the gain, linear
 */
double
flitzis_engine_get_gain (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 1.0);

  return get_settings (self)->gain;
}

/**
 * flitzis_engine_set_gain: (set-property gain)
 * @self: an engine
 * @gain: 0 to 16, linear
 *
 * Sets the factor on all voices.
 *
 * Voices that sound move to it within 5 ms, from the next block on.
 */
void
flitzis_engine_set_gain (FlitzisEngine *self, double gain)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));
  g_return_if_fail (gain >= 0.0 && gain <= 16.0);

  if (atomic_exchange (&get_settings (self)->gain, gain) != gain)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_GAIN]);
}

/**
 * flitzis_engine_get_paused: (get-property paused)
 * @self: an engine
 *
 * Gets whether all stands still.
 *
 * Returns: %TRUE if it does, or will with the next block
 */
gboolean
flitzis_engine_get_paused (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);

  return get_settings (self)->is_paused;
}

/**
 * flitzis_engine_set_paused: (set-property paused)
 * @self: an engine
 * @paused: %TRUE to stand still
 *
 * Sets whether all stands still.
 *
 * From the next block on the sound fades out, or goes on and fades in, within 5 ms.
 */
void
flitzis_engine_set_paused (FlitzisEngine *self, gboolean paused)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  paused = paused != FALSE;

  if (atomic_exchange (&get_settings (self)->is_paused, paused) != paused)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PAUSED]);
}

/**
 * flitzis_engine_get_limiter: (get-property limiter)
 * @self: an engine
 *
 * Gets whether the sound is kept below full scale.
 *
 * Returns: %TRUE if the limiter is on
 */
gboolean
flitzis_engine_get_limiter (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);

  return get_settings (self)->is_limited;
}

/**
 * flitzis_engine_set_limiter: (set-property limiter)
 * @self: an engine
 * @limiter: %TRUE to keep the sound below full scale
 *
 * Sets whether the sound is kept below -0.1 dBFS; it is 2 ms later then.
 */
void
flitzis_engine_set_limiter (FlitzisEngine *self, gboolean limiter)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  limiter = limiter != FALSE;

  if (atomic_exchange (&get_settings (self)->is_limited, limiter) == limiter)
    return;

  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LIMITER]);

  /* known, it is longer or shorter now */
  if (flitzis_engine_get_latency (self) >= 0)
    g_object_notify (G_OBJECT (self), "latency");
}

/**
 * flitzis_engine_get_level_left: (get-property level-left)
 * @self: an engine
 *
 * Gets the peak of the left channel over the last thirtieth of a second.
 *
 * Returns: the level, linear
 */
double
flitzis_engine_get_level_left (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0.0);

  return flitzis_control_get_level_left (self->control);
}

/**
 * flitzis_engine_get_level_right: (get-property level-right)
 * @self: an engine
 *
 * Gets the peak of the right channel over the last thirtieth of a second.
 *
 * Returns: the level, linear
 */
double
flitzis_engine_get_level_right (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0.0);

  return flitzis_control_get_level_right (self->control);
}

/**
 * flitzis_engine_get_steal: (get-property steal)
 * @self: an engine
 *
 * Gets what happens to a trigger when all voices sound.
 *
 * Returns: the way to make room
 */
FlitzisSteal
flitzis_engine_get_steal (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FLITZIS_STEAL_OLDEST);

  return flitzis_control_get_steal (self->control);
}

/**
 * flitzis_engine_set_steal: (set-property steal)
 * @self: an engine
 * @steal: the way to make room
 *
 * Sets what happens to a trigger when all voices sound.
 */
void
flitzis_engine_set_steal (FlitzisEngine *self, FlitzisSteal steal)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));
  g_return_if_fail (steal <= FLITZIS_STEAL_REJECT);

  if (flitzis_control_set_steal (self->control, steal))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STEAL]);
}

/**
 * flitzis_engine_get_memory_limit: (get-property memory-limit)
 * @self: an engine
 *
 * Gets how many bytes of decoded audio the engine may hold.
 *
 * Returns: the limit in bytes
 */
guint64
flitzis_engine_get_memory_limit (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);

  return flitzis_control_get_memory_limit (self->control);
}

/**
 * flitzis_engine_set_memory_limit: (set-property memory-limit)
 * @self: an engine
 * @memory_limit: the limit in bytes
 *
 * Sets how many bytes of decoded audio the engine may hold.
 */
void
flitzis_engine_set_memory_limit (FlitzisEngine *self, guint64 memory_limit)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  if (flitzis_control_set_memory_limit (self->control, memory_limit))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MEMORY_LIMIT]);
}

/**
 * flitzis_engine_get_state: (get-property state)
 * @self: an engine
 *
 * Gets what the connection to the sound server is doing.
 *
 * Returns: the state
 */
FlitzisState
flitzis_engine_get_state (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FLITZIS_STATE_STOPPED);

  return flitzis_control_get_state (self->control);
}

/**
 * flitzis_engine_get_position: (get-property position)
 * @self: an engine
 *
 * Gets how many frames were rendered since the engine was built.
 *
 * Returns: the number of frames
 */
guint64
flitzis_engine_get_position (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);

  return flitzis_control_get_mixer (self->control)->position;
}

/**
 * flitzis_engine_get_n_playing: (get-property n-playing)
 * @self: an engine
 *
 * Gets how many voices sound.
 *
 * Returns: the number of voices
 */
guint
flitzis_engine_get_n_playing (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);

  return flitzis_control_get_mixer (self->control)->bank.n_playing;
}

/**
 * flitzis_engine_get_n_triggered: (get-property n-triggered)
 * @self: an engine
 *
 * Gets how many triggers there were.
 *
 * Returns: the number of triggers
 */
guint64
flitzis_engine_get_n_triggered (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);

  return flitzis_control_get_n_triggered (self->control);
}

/**
 * flitzis_engine_get_n_started: (get-property n-started)
 * @self: an engine
 *
 * Gets how many triggers started a voice.
 *
 * Returns: the number of triggers
 */
guint64
flitzis_engine_get_n_started (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);

  return flitzis_control_get_mixer (self->control)->bank.n_started;
}

/**
 * flitzis_engine_get_n_stolen: (get-property n-stolen)
 * @self: an engine
 *
 * Gets how many voices made room for a newer one.
 *
 * Returns: the number of voices
 */
guint64
flitzis_engine_get_n_stolen (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);

  return flitzis_control_get_mixer (self->control)->bank.n_stolen;
}

/**
 * flitzis_engine_get_n_rejected: (get-property n-rejected)
 * @self: an engine
 *
 * Gets how many triggers started nothing.
 *
 * Returns: the number of triggers
 */
guint64
flitzis_engine_get_n_rejected (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);

  return flitzis_control_get_n_rejected (self->control);
}

/**
 * flitzis_engine_get_n_late: (get-property n-late)
 * @self: an engine
 *
 * Gets how many triggers and stops came after their frame.
 *
 * Returns: the number of them
 */
guint64
flitzis_engine_get_n_late (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);

  return flitzis_control_get_mixer (self->control)->n_late;
}

/**
 * flitzis_engine_get_n_xruns: (get-property n-xruns)
 * @self: an engine
 *
 * Gets how many gaps there were in the clock of the sound server's driver.
 *
 * Returns: the number of gaps
 */
guint64
flitzis_engine_get_n_xruns (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);

  return flitzis_control_get_mixer (self->control)->n_xruns;
}

/**
 * flitzis_engine_get_n_dropped: (get-property n-dropped)
 * @self: an engine
 *
 * Gets how many [signal@Engine::voice-ended] were dropped.
 *
 * Returns: the number of signals
 */
guint64
flitzis_engine_get_n_dropped (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);

  return flitzis_events_get_n_dropped (self->events);
}

static FlitzisPipewire *
connect_pipewire (FlitzisEngine *self, GError **error)
{
  const char           *client_name = flitzis_engine_get_client_name (self);
  FlitzisPipewireConfig config = {
    .client_name = client_name != NULL ? client_name : g_get_prgname (),
    .media_role = flitzis_engine_get_media_role (self),
    .target = flitzis_engine_get_target (self),
    .latency_frames = flitzis_engine_get_latency_frames (self),
  };

  if (config.client_name == NULL)
    config.client_name = "Flitzis";

  return flitzis_pipewire_new (self->control, &config, error);
}

/* Under the mutex. */
static gboolean
start (FlitzisEngine *self, GError **error)
{
  if (self->pipewire == NULL)
    self->pipewire = connect_pipewire (self, error);

  return self->pipewire != NULL;
}

/**
 * flitzis_engine_start:
 * @self: an engine
 * @error: return location for an error
 *
 * Connects to the sound server, and goes on where the engine stood.
 *
 * Returns when the server has accepted the engine's node, whether it is linked to a sink yet or
 * not, or after one second at most. What was triggered before sounds with the first block. Does
 * nothing where the engine is started already.
 *
 * Fails with `FLITZIS_ENGINE_ERROR_OUTPUT` when there is no server or it refuses; the engine stays
 * stopped, and [method@Engine.render] works.
 *
 * Returns: %TRUE if the engine is started
 */
gboolean
flitzis_engine_start (FlitzisEngine *self, GError **error)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);

  if (!flitzis_fork_check (error))
    return FALSE;

  locker = g_mutex_locker_new (&self->pipewire_mutex);

  return start (self, error);
}

/* A stop that came after the call has the last word, though there was nothing yet to stop. */
static void
start_worker (GTask *task, gpointer source_object, gpointer task_data, GCancellable *cancellable)
{
  FlitzisEngine *self = source_object;
  guint          n_stops = GPOINTER_TO_UINT (task_data);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->pipewire_mutex);
  GError *error = NULL;

  if (g_task_return_error_if_cancelled (task))
    return;

  if ((guint) g_atomic_int_get (&self->n_stops) != n_stops)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                             "The engine was stopped before it had started");
  else if (start (self, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * flitzis_engine_start_async:
 * @self: an engine
 * @cancellable: (nullable): a cancellable; it counts until the connecting begins
 * @callback: (scope async) (nullable): called when the engine is started or could not be
 * @user_data: data for @callback
 *
 * Does what [method@Engine.start] does, without blocking the caller.
 *
 * Fails also with `G_IO_ERROR_CANCELLED`, when it was cancelled or [method@Engine.stop] was called
 * before the connecting began.
 */
void
flitzis_engine_start_async (FlitzisEngine      *self,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;

  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, flitzis_engine_start_async);

  if (g_task_return_error_if_cancelled (task))
    return;

  if (!flitzis_fork_check (&error))
    {
      g_task_return_error (task, error);
      return;
    }

  g_task_set_task_data (task, GUINT_TO_POINTER (g_atomic_int_get (&self->n_stops)), NULL);
  g_task_set_check_cancellable (task, FALSE);
  g_task_run_in_thread (task, start_worker);
}

static gboolean
finish (FlitzisEngine *self, GAsyncResult *result, gpointer source_tag, GError **error)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, source_tag), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * flitzis_engine_start_finish:
 * @self: an engine
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Engine.start_async].
 *
 * Returns: %TRUE if the engine is started
 */
gboolean
flitzis_engine_start_finish (FlitzisEngine *self, GAsyncResult *result, GError **error)
{
  return finish (self, result, flitzis_engine_start_async, error);
}

/**
 * flitzis_engine_stop:
 * @self: an engine
 *
 * Disconnects from the sound server.
 *
 * Slots, voices and position freeze where they are: [method@Engine.start] and
 * [method@Engine.render] go on from there. Does nothing where the engine is stopped already.
 */
void
flitzis_engine_stop (FlitzisEngine *self)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  if (flitzis_fork_is_child ())
    return;

  g_atomic_int_inc (&self->n_stops);
  locker = g_mutex_locker_new (&self->pipewire_mutex);
  g_clear_pointer (&self->pipewire, flitzis_pipewire_free);
}

/* A load of exactly one of `file` and `bytes`, or NULL with an error. */
static FlitzisLoad *
new_load (FlitzisEngine *self,
          guint          id,
          GFile         *file,
          GBytes        *bytes,
          GCancellable  *cancellable,
          GError       **error)
{
  if (!flitzis_control_check_slot (self->control, id, error))
    return NULL;

  if (file == NULL && bytes == NULL)
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_INVALID_VALUE,
                   "Could not load slot %u: nothing to load was given", id);
      return NULL;
    }

  return flitzis_load_new (self->control, id, file, bytes, cancellable);
}

static gboolean
load (FlitzisEngine *self,
      guint          id,
      GFile         *file,
      GBytes        *bytes,
      GCancellable  *cancellable,
      GError       **error)
{
  FlitzisLoad *new = new_load (self, id, file, bytes, cancellable, error);

  return new != NULL &&flitzis_load_run (new, error);
}

static void
load_async (FlitzisEngine      *self,
            guint               id,
            GFile              *file,
            GBytes             *bytes,
            GCancellable       *cancellable,
            gpointer            source_tag,
            GAsyncReadyCallback callback,
            gpointer            user_data)
{
  g_autoptr (GError) error = NULL;
  FlitzisLoad *new = new_load (self, id, file, bytes, cancellable, &error);
  g_autoptr (GTask) task = NULL;

  /* a task keeps the engine until its callback has run; without one nothing does */
  if (callback != NULL)
    {
      task = g_task_new (self, cancellable, callback, user_data);
      g_task_set_source_tag (task, source_tag);
    }

  if (new != NULL)
    flitzis_load_run_async (new, task);
  else if (task != NULL)
    g_task_return_error (task, g_steal_pointer (&error));
}

static GFile *
file_for_path (const char *path)
{
  return path != NULL && *path != '\0' ? g_file_new_for_path (path) : NULL;
}

/**
 * flitzis_engine_load_sample:
 * @self: an engine
 * @id: the number of a slot, from 0
 * @path: (type filename): the name of an audio file
 * @error: return location for an error
 *
 * Decodes an audio file into a slot.
 *
 * Blocks the caller, nobody else: a worker thread decodes, converts to the engine's rate and
 * publishes. Voices that still play what was in the slot fade out within 5 ms and end as
 * `FLITZIS_END_REASON_UNLOADED`. The newest load, unload or [method@Engine.set_sample] of a slot
 * wins: an older one that is still decoding ends with `G_IO_ERROR_CANCELLED`.
 *
 * Whatever the installed GStreamer plugins decode can be loaded. Mono stays mono and stereo stays
 * stereo; more channels are mixed down to stereo by their positions. Lossy formats lose the delay
 * that their encoder added.
 *
 * Errors: `FLITZIS_ENGINE_ERROR_INVALID_SLOT` for a slot that does not exist,
 * `FLITZIS_ENGINE_ERROR_INVALID_VALUE` for an empty path, `G_IO_ERROR` for what the file system
 * says (not found, a directory, no permission), `FLITZIS_ENGINE_ERROR_UNSUPPORTED` for what is not
 * audio or has no decoder, `FLITZIS_ENGINE_ERROR_CORRUPT` for what cannot be decoded or is empty,
 * `FLITZIS_ENGINE_ERROR_TOO_LARGE` for what would pass [property@Engine:memory-limit]. A load that
 * failed leaves the slot as it was.
 *
 * Returns: %TRUE if the slot holds the file
 */
gboolean
flitzis_engine_load_sample (FlitzisEngine *self, guint id, const char *path, GError **error)
{
  g_autoptr (GFile) file = NULL;

  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);

  /* objects are beyond the child of a fork: another thread may have held a lock of GObject's */
  if (!flitzis_fork_check (error))
    return FALSE;

  file = file_for_path (path);

  return load (self, id, file, NULL, NULL, error);
}

/**
 * flitzis_engine_load_sample_async:
 * @self: an engine
 * @id: the number of a slot, from 0
 * @path: (type filename): the name of an audio file
 * @cancellable: (nullable): a cancellable, heeded at the next buffer
 * @callback: (scope async) (nullable): called when the load is over
 * @user_data: data for @callback
 *
 * Does what [method@Engine.load_sample] does, without blocking the caller.
 *
 * As many loads run side by side as the processor has cores. [property@Slot:loading] and
 * [property@Slot:load-progress] tell how far it is. The sample is in its slot as soon as it is
 * decoded, whether or not a main loop runs to call @callback.
 *
 * A load with a callback keeps the engine until the callback has been called. Without one it does
 * not: when the engine goes, the load ends.
 */
void
flitzis_engine_load_sample_async (FlitzisEngine      *self,
                                  guint               id,
                                  const char         *path,
                                  GCancellable       *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer            user_data)
{
  g_autoptr (GFile) file = file_for_path (path);

  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  load_async (self, id, file, NULL, cancellable, flitzis_engine_load_sample_async, callback,
              user_data);
}

/**
 * flitzis_engine_load_sample_finish:
 * @self: an engine
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Engine.load_sample_async].
 *
 * Returns: %TRUE if the slot held the file when the load ended
 */
gboolean
flitzis_engine_load_sample_finish (FlitzisEngine *self, GAsyncResult *result, GError **error)
{
  return finish (self, result, flitzis_engine_load_sample_async, error);
}

/**
 * flitzis_engine_load_file:
 * @self: an engine
 * @id: the number of a slot, from 0
 * @file: an audio file, a resource, or what else GIO can read
 * @cancellable: (nullable): a cancellable, heeded at the next buffer
 * @error: return location for an error
 *
 * Decodes an audio file into a slot, as [method@Engine.load_sample] does.
 *
 * Returns: %TRUE if the slot holds the file
 */
gboolean
flitzis_engine_load_file (FlitzisEngine *self,
                          guint          id,
                          GFile         *file,
                          GCancellable  *cancellable,
                          GError       **error)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);

  return load (self, id, file, NULL, cancellable, error);
}

/**
 * flitzis_engine_load_file_async:
 * @self: an engine
 * @id: the number of a slot, from 0
 * @file: an audio file, a resource, or what else GIO can read
 * @cancellable: (nullable): a cancellable, heeded at the next buffer
 * @callback: (scope async) (nullable): called when the load is over
 * @user_data: data for @callback
 *
 * Does what [method@Engine.load_file] does, without blocking the caller.
 */
void
flitzis_engine_load_file_async (FlitzisEngine      *self,
                                guint               id,
                                GFile              *file,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  load_async (self, id, file, NULL, cancellable, flitzis_engine_load_file_async, callback,
              user_data);
}

/**
 * flitzis_engine_load_file_finish:
 * @self: an engine
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Engine.load_file_async].
 *
 * Returns: %TRUE if the slot held the file when the load ended
 */
gboolean
flitzis_engine_load_file_finish (FlitzisEngine *self, GAsyncResult *result, GError **error)
{
  return finish (self, result, flitzis_engine_load_file_async, error);
}

/**
 * flitzis_engine_load_bytes:
 * @self: an engine
 * @id: the number of a slot, from 0
 * @bytes: an encoded audio file in memory
 * @cancellable: (nullable): a cancellable, heeded at the next buffer
 * @error: return location for an error
 *
 * Decodes an audio file in memory into a slot, as [method@Engine.load_sample] does.
 *
 * Returns: %TRUE if the slot holds the audio
 */
gboolean
flitzis_engine_load_bytes (FlitzisEngine *self,
                           guint          id,
                           GBytes        *bytes,
                           GCancellable  *cancellable,
                           GError       **error)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);

  return load (self, id, NULL, bytes, cancellable, error);
}

/**
 * flitzis_engine_load_bytes_async:
 * @self: an engine
 * @id: the number of a slot, from 0
 * @bytes: an encoded audio file in memory
 * @cancellable: (nullable): a cancellable, heeded at the next buffer
 * @callback: (scope async) (nullable): called when the load is over
 * @user_data: data for @callback
 *
 * Does what [method@Engine.load_bytes] does, without blocking the caller.
 */
void
flitzis_engine_load_bytes_async (FlitzisEngine      *self,
                                 guint               id,
                                 GBytes             *bytes,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  load_async (self, id, NULL, bytes, cancellable, flitzis_engine_load_bytes_async, callback,
              user_data);
}

/**
 * flitzis_engine_load_bytes_finish:
 * @self: an engine
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Finishes [method@Engine.load_bytes_async].
 *
 * Returns: %TRUE if the slot held the audio when the load ended
 */
gboolean
flitzis_engine_load_bytes_finish (FlitzisEngine *self, GAsyncResult *result, GError **error)
{
  return finish (self, result, flitzis_engine_load_bytes_async, error);
}

/**
 * flitzis_engine_set_sample:
 * @self: an engine
 * @id: the number of a slot, from 0
 * @sample: (nullable): a sample; %NULL empties the slot
 * @error: return location for an error
 *
 * Puts a sample that is decoded already into a slot.
 *
 * No copy is made of its data. Voices that still play what was in the slot fade out within 5 ms,
 * and a load of the slot that is under way ends with `G_IO_ERROR_CANCELLED`.
 *
 * Fails with `FLITZIS_ENGINE_ERROR_INVALID_SLOT`, with `FLITZIS_ENGINE_ERROR_INVALID_VALUE` for a
 * sample without frames, and with `FLITZIS_ENGINE_ERROR_TOO_LARGE` when
 * [property@Engine:memory-limit] would be passed.
 *
 * Returns: %TRUE if the slot holds the sample
 */
gboolean
flitzis_engine_set_sample (FlitzisEngine *self, guint id, FlitzisSample *sample, GError **error)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);
  g_return_val_if_fail (sample == NULL || FLITZIS_IS_SAMPLE (sample), FALSE);

  return flitzis_control_set_sample (self->control, id, sample, error);
}

/**
 * flitzis_engine_unload_sample:
 * @self: an engine
 * @id: the number of a slot, from 0
 * @error: return location for an error
 *
 * Empties a slot, as [method@Engine.set_sample] with %NULL does; an empty one is no error.
 *
 * The memory is freed when the last voice that plays it has ended, with or without a main loop.
 *
 * Fails with `FLITZIS_ENGINE_ERROR_INVALID_SLOT`.
 *
 * Returns: %TRUE if the slot is empty
 */
gboolean
flitzis_engine_unload_sample (FlitzisEngine *self, guint id, GError **error)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);

  return flitzis_control_set_sample (self->control, id, NULL, error);
}

static guint64
play (FlitzisEngine *self,
      guint          id,
      double         velocity,
      guint64        frame,
      gboolean       is_timed,
      GError       **error)
{
  FlitzisTrigger trigger = {
    .slot = id,
    .velocity = velocity,
    .frame = frame,
    .gain = 1.0,
    .rate = 1.0,
    .fade_in = -1.0,
  };

  return flitzis_control_play (self->control, &trigger, is_timed, error);
}

/**
 * flitzis_engine_play_sample:
 * @self: an engine
 * @id: the number of a slot, from 0
 * @velocity: 0 to 1, linear: a factor on the gain of this voice
 * @error: return location for an error
 *
 * Triggers a slot: a new voice starts with the next block.
 *
 * Before [method@Engine.start], and while the first block has not been rendered, it waits for the
 * first one; each waiting voice counts as one that sounds. While the sound server is away nothing
 * starts, so that nothing old sounds later: the trigger is counted as rejected and 0 is returned.
 *
 * Fails with `FLITZIS_ENGINE_ERROR_INVALID_SLOT`, with `FLITZIS_ENGINE_ERROR_INVALID_VALUE` for a
 * velocity that is out of range or not a number, and with `FLITZIS_ENGINE_ERROR_BUSY` when more
 * triggers wait for the next block than the queue can hold (1024).
 *
 * Returns: the number of the voice, from 1 and never used again; 0 without an error when the slot
 *   is empty or the server away
 */
guint64
flitzis_engine_play_sample (FlitzisEngine *self, guint id, double velocity, GError **error)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);

  return play (self, id, velocity, 0, FALSE, error);
}

/**
 * flitzis_engine_play_sample_at:
 * @self: an engine
 * @id: the number of a slot, from 0
 * @velocity: 0 to 1, linear: a factor on the gain of this voice
 * @frame: a frame of [property@Engine:position]
 * @error: return location for an error
 *
 * Schedules a trigger of a slot: a new voice starts exactly on a frame, also inside a block.
 *
 * It plays what is in the slot when its frame comes, and ends as `FLITZIS_END_REASON_UNLOADED` if
 * that is nothing. Triggers and stops of one frame keep the order of the calls. One whose frame has
 * been rendered already starts with the next block and is counted in [property@Engine:n-late].
 * While the sound server is away it is rejected, as by [method@Engine.play_sample].
 *
 * Fails as [method@Engine.play_sample] does, and with `FLITZIS_ENGINE_ERROR_BUSY` also when
 * [property@Engine:n-events] wait already.
 *
 * Returns: the number of the voice, from 1 and never used again; 0 without an error when the server
 *   is away
 */
guint64
flitzis_engine_play_sample_at (FlitzisEngine *self,
                               guint          id,
                               double         velocity,
                               guint64        frame,
                               GError       **error)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);

  return play (self, id, velocity, frame, TRUE, error);
}

/**
 * flitzis_engine_play:
 * @self: an engine
 * @trigger: what to play, and how
 * @error: return location for an error
 *
 * Triggers a slot with all that can be said about it.
 *
 * Without a [struct@Trigger] frame this is [method@Engine.play_sample], with one
 * [method@Engine.play_sample_at]; the stop frame, if any, is a second event that waits.
 *
 * Fails as they do, with `FLITZIS_ENGINE_ERROR_INVALID_VALUE` for each field that is out of range
 * or not a number, and for a stop that does not come after the start.
 *
 * Returns: the number of the voice, from 1 and never used again; 0 without an error when nothing
 *   was
 *   started
 */
guint64
flitzis_engine_play (FlitzisEngine *self, const FlitzisTrigger *trigger, GError **error)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);
  g_return_val_if_fail (trigger != NULL, 0);

  return flitzis_control_play (self->control, trigger, trigger->frame > 0, error);
}

/**
 * flitzis_engine_stop_sample:
 * @self: an engine
 * @id: the number of a slot, from 0
 * @error: return location for an error
 *
 * Stops all voices of a slot: they fade out within [property@Slot:release], from the next block on.
 *
 * What was triggered before and has not started yet will not sound, but for what waits for its
 * frame: that is scheduled still.
 *
 * Fails with `FLITZIS_ENGINE_ERROR_INVALID_SLOT`.
 *
 * Returns: %TRUE if the slot exists
 */
gboolean
flitzis_engine_stop_sample (FlitzisEngine *self, guint id, GError **error)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);

  if (!flitzis_control_check_slot (self->control, id, error))
    return FALSE;

  flitzis_control_stop_slot (self->control, id);

  return TRUE;
}

/**
 * flitzis_engine_stop_sample_at:
 * @self: an engine
 * @id: the number of a slot, from 0
 * @frame: a frame of [property@Engine:position]
 * @error: return location for an error
 *
 * Schedules a stop of what then sounds of a slot: the fade begins exactly on a frame.
 *
 * One whose frame has been rendered already stops with the next block and is counted in
 * [property@Engine:n-late].
 *
 * Fails with `FLITZIS_ENGINE_ERROR_INVALID_SLOT`, and with `FLITZIS_ENGINE_ERROR_BUSY` when
 * [property@Engine:n-events] wait already or the queue is full (1024).
 *
 * Returns: %TRUE if the stop is scheduled
 */
gboolean
flitzis_engine_stop_sample_at (FlitzisEngine *self, guint id, guint64 frame, GError **error)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);

  return flitzis_control_stop_slot_at (self->control, id, frame, error);
}

/**
 * flitzis_engine_stop_all_samples:
 * @self: an engine
 *
 * Stops all voices, as [method@Engine.stop_sample] does; it never fails.
 */
void
flitzis_engine_stop_all_samples (FlitzisEngine *self)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  flitzis_control_stop_all (self->control);
}

/**
 * flitzis_engine_cancel_scheduled:
 * @self: an engine
 *
 * Cancels all triggers and stops that wait for their frame; it never fails.
 *
 * The triggers end as `FLITZIS_END_REASON_CANCELLED`, with the next block. What sounds already
 * sounds on, also where a stop of it is cancelled.
 */
void
flitzis_engine_cancel_scheduled (FlitzisEngine *self)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  flitzis_control_cancel_scheduled (self->control);
}

/**
 * flitzis_engine_stop_voice:
 * @self: an engine
 * @voice: the number that [method@Engine.play_sample] returned
 *
 * Stops one voice, as [method@Engine.stop_sample] does; also one that waits for its frame, which
 * ends then without a sound.
 *
 * Does nothing to a voice that has ended, and nothing for a number that never was one.
 */
void
flitzis_engine_stop_voice (FlitzisEngine *self, guint64 voice)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  flitzis_control_stop_voice (self->control, voice);
}

/**
 * flitzis_engine_stop_voice_with_fade:
 * @self: an engine
 * @voice: the number that [method@Engine.play_sample] returned
 * @seconds: how long it fades out, 0 to 60
 * @error: return location for an error
 *
 * Stops one voice, as [method@Engine.stop_voice] does, with a fade of its own.
 *
 * A voice that fades out already does so in the shorter time.
 *
 * Fails with `FLITZIS_ENGINE_ERROR_INVALID_VALUE` for a time that is out of range or not a number.
 *
 * Returns: %TRUE if the time is one
 */
gboolean
flitzis_engine_stop_voice_with_fade (FlitzisEngine *self,
                                     guint64        voice,
                                     double         seconds,
                                     GError       **error)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);

  return flitzis_control_stop_voice_with_fade (self->control, voice, seconds, error);
}

/**
 * flitzis_engine_set_voice_gain:
 * @self: an engine
 * @voice: the number that [method@Engine.play_sample] returned
 * @gain: 0 to 16, linear
 * @error: return location for an error
 *
 * Sets the factor on one voice, in place of the gain of its trigger.
 *
 * A voice that sounds moves to it within 5 ms, from the next block on; one that has not started yet
 * starts with it. Does nothing to a voice that has ended.
 *
 * Fails with `FLITZIS_ENGINE_ERROR_INVALID_VALUE` for a gain that is out of range or not a number.
 *
 * Returns: %TRUE if the gain is one
 */
gboolean
flitzis_engine_set_voice_gain (FlitzisEngine *self, guint64 voice, double gain, GError **error)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);

  return flitzis_control_set_voice_gain (self->control, voice, gain, error);
}

/**
 * flitzis_engine_set_voice_pan:
 * @self: an engine
 * @voice: the number that [method@Engine.play_sample] returned
 * @pan: -1 to 1, added to [property@Slot:pan]
 * @error: return location for an error
 *
 * Sets where one voice is, in place of the pan of its trigger.
 *
 * A voice that sounds moves to it within 5 ms, from the next block on; one that has not started yet
 * starts there. Does nothing to a voice that has ended.
 *
 * Fails with `FLITZIS_ENGINE_ERROR_INVALID_VALUE` for a pan that is out of range or not a number.
 *
 * Returns: %TRUE if the pan is one
 */
gboolean
flitzis_engine_set_voice_pan (FlitzisEngine *self, guint64 voice, double pan, GError **error)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);

  return flitzis_control_set_voice_pan (self->control, voice, pan, error);
}

/**
 * flitzis_engine_set_voice_rate:
 * @self: an engine
 * @voice: the number that [method@Engine.play_sample] returned
 * @rate: 0.25 to 4, times [property@Slot:playback-rate]
 * @error: return location for an error
 *
 * Sets how fast one voice sounds, in place of the rate of its trigger.
 *
 * A voice that sounds glides to it within 5 ms, from the next block on; one that has not started
 * yet starts so. Does nothing to a voice that has ended.
 *
 * Fails with `FLITZIS_ENGINE_ERROR_INVALID_VALUE` for a rate that is out of range or not a number.
 *
 * Returns: %TRUE if the rate is one
 */
gboolean
flitzis_engine_set_voice_rate (FlitzisEngine *self, guint64 voice, double rate, GError **error)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FALSE);

  return flitzis_control_set_voice_rate (self->control, voice, rate, error);
}

/**
 * flitzis_engine_pause_voice:
 * @self: an engine
 * @voice: the number that [method@Engine.play_sample] returned
 *
 * Has one voice fade out within 5 ms, from the next block on, and stand still.
 *
 * It remains one of those that sound, and may be stolen or stopped. Does nothing to a voice that
 * has ended.
 */
void
flitzis_engine_pause_voice (FlitzisEngine *self, guint64 voice)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  flitzis_control_set_voice_paused (self->control, voice, TRUE);
}

/**
 * flitzis_engine_resume_voice:
 * @self: an engine
 * @voice: the number that [method@Engine.play_sample] returned
 *
 * Has one voice go on where it stands still, from the next block on, and fade in within 5 ms.
 *
 * Does nothing to a voice that has ended, or is not paused.
 */
void
flitzis_engine_resume_voice (FlitzisEngine *self, guint64 voice)
{
  g_return_if_fail (FLITZIS_IS_ENGINE (self));

  flitzis_control_set_voice_paused (self->control, voice, FALSE);
}

/**
 * flitzis_engine_get_voice_position:
 * @self: an engine
 * @voice: the number that [method@Engine.play_sample] returned
 *
 * Gets where one voice is in its sample, as it was at the end of the last block.
 *
 * Returns: the frame of the decoded sample that sounds next; -1 if the voice does not sound
 */
gint64
flitzis_engine_get_voice_position (FlitzisEngine *self, guint64 voice)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), -1);

  return flitzis_control_get_voice_position (self->control, voice);
}

/**
 * flitzis_engine_get_voice_start_frame:
 * @self: an engine
 * @voice: the number that [method@Engine.play_sample] returned
 *
 * Gets the frame of [property@Engine:position] at which one voice started.
 *
 * Returns: the frame; -1 if the voice does not sound
 */
gint64
flitzis_engine_get_voice_start_frame (FlitzisEngine *self, guint64 voice)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), -1);

  return flitzis_control_get_voice_start_frame (self->control, voice);
}

/**
 * flitzis_engine_render:
 * @self: an engine
 * @n_frames: how many frames
 * @error: return location for an error
 *
 * Computes the next frames without a sound server.
 *
 * Interleaved stereo 32-bit floats in native byte order at the engine's rate, `n_frames` x 2
 * values. The same triggers on the same frames give the same bits however the frames are split into
 * calls, and the same as the sound server gets. The output is not clipped.
 *
 * Fails with `FLITZIS_ENGINE_ERROR_BUSY` while the engine is started or another thread renders, and
 * with `FLITZIS_ENGINE_ERROR_TOO_LARGE` when there is no memory for the frames.
 *
 * Returns: (transfer full): the audio data
 */
GBytes *
flitzis_engine_render (FlitzisEngine *self, guint n_frames, GError **error)
{
  gsize             size = (gsize) n_frames * 2 * sizeof (float);
  g_autofree float *frames = NULL;

  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), NULL);

  frames = g_try_malloc (size);

  if (frames == NULL && size > 0)
    {
      g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_TOO_LARGE,
                   "Could not render %u frames: there is no memory for them", n_frames);
      return NULL;
    }

  if (!flitzis_control_render (self->control, frames, n_frames, error))
    return NULL;

  return g_bytes_new_take (g_steal_pointer (&frames), size);
}
