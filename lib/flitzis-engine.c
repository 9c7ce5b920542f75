/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-engine-private.h"

#include "control/fork.h"
#include "flitzis-clock-private.h"
#include "flitzis-sink-list-private.h"
#include "flitzis-slot-private.h"
#include "load/feeder.h"
#include "rt/atomics.h"

#define DEFAULT_STREAM_THRESHOLD 30.0 /* seconds */
#define MAX_STREAM_THRESHOLD 86400.0

/**
 * FlitzisEngine:
 *
 * Plays short samples, many at once, with the timing of an instrument.
 *
 * An engine has numbered slots. [method@Engine.load_sample] decodes an audio file into a slot, and
 * [method@Engine.play_sample] triggers the slot. [method@Engine.start] connects to the sound
 * server. Without one, [method@Engine.render] computes the same sound.
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
 * ```python
 * engine = Flitzis.Engine()
 * engine.load_sample(0, 'kick.flac')
 * engine.start()
 * engine.play_sample(0, 1.0)
 * ```
 *
 * ```js
 * const engine = new Flitzis.Engine();
 * engine.load_sample(0, 'kick.flac');
 * engine.start();
 * engine.play_sample(0, 1.0);
 * ```
 *
 * Slots are numbered from 0. The number of a slot is called `id` in the methods of the engine,
 * `slot` in [struct@Trigger] and [signal@Engine::voice-ended], and [property@Slot:index] in the
 * slot itself. The engine is a [iface@Gio.ListModel] of its [class@Slot]s.
 *
 * ## Threads
 *
 * Any thread may call any method. Signals, `notify` and the callbacks of loads never come from the
 * audio thread. Signals and `notify` are emitted in the owner context: the thread-default
 * [struct@GLib.MainContext] of the thread that built the engine. A program that never runs a main
 * loop does not receive them, but loading, playing and freeing work without one.
 *
 * A process may fork while an engine plays, and the engine plays on in the parent. The child lacks
 * the threads that load and play. So in the child, all methods of engines and kits that report
 * errors fail with `FLITZIS_ENGINE_ERROR_FORKED`, even if the child has made the engine. After
 * exec, all calls work again.
 */

/**
 * FlitzisEngine::voice-ended:
 * @self: the engine
 * @voice: the number that [method@Engine.play_sample] returned
 * @slot: the number of the slot that it played
 * @reason: why it ended
 *
 * A voice has ended; its short fade may still sound.
 *
 * The signal is emitted once for each voice, in the owner context. Voices that end within one block
 * come in any order. At most 4096 signals wait to be emitted. After that the oldest are dropped,
 * and [property@Engine:n-dropped] counts them.
 */

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
  PROP_N_STREAMS,
  PROP_STREAM_THRESHOLD,
  PROP_SAMPLE_RATE,
  PROP_OUTPUT,
  PROP_ACTIVE_OUTPUT,
  PROP_CLIENT_NAME,
  PROP_APPLICATION_ID,
  PROP_ICON_NAME,
  PROP_MEDIA_ROLE,
  PROP_TARGET,
  PROP_SINKS,
  PROP_HAS_SINK,
  PROP_ACTIVE_SINK,
  PROP_LATENCY_FRAMES,
  PROP_IDLE_TIMEOUT,
  PROP_LEAD_IN,
  PROP_REALTIME,
  PROP_GAIN,
  PROP_PAUSED,
  PROP_LIMITER,
  PROP_LEVEL_LEFT,
  PROP_LEVEL_RIGHT,
  PROP_STEAL,
  PROP_SEED,
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
  PROP_N_UNDERRUNS,
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

static gboolean
wants_steps (gpointer owner)
{
  return flitzis_clock_wants_steps (FLITZIS_ENGINE (owner)->clock);
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

  if (object == FLITZIS_NOTIFIER_ENGINE)
    g_object_notify (G_OBJECT (self), property);
  else if (object == FLITZIS_NOTIFIER_CLOCK)
    g_object_notify (G_OBJECT (self->clock), property);
  else if (object == FLITZIS_NOTIFIER_SINKS)
    flitzis_engine_update_sinks (self);
  else
    g_object_notify (G_OBJECT (self->slots[object - FLITZIS_NOTIFIER_SLOT (0)]), property);
}

static const FlitzisNotifierFuncs notifier_funcs = {
  .wants_ended = wants_ended,
  .wants_beats = wants_beats,
  .wants_steps = wants_steps,
  .ended = tell_ended,
  .beat = tell_beat,
  .changed = tell_changed,
};

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

  self->notifier = flitzis_notifier_new (object, &notifier_funcs,
                                         FLITZIS_NOTIFIER_SLOT (self->n_slots));
  self->control = flitzis_control_new (&(FlitzisMixerSize){
                                           .n_slots = self->n_slots,
                                           .n_voices = self->n_voices,
                                           .n_events = self->n_events,
                                           .sample_rate = self->sample_rate,
                                           .n_streams = self->n_streams,
                                       },
                                       self->notifier);
  flitzis_control_set_feeder (self->control, flitzis_feeder_start);
  flitzis_set (flitzis_control_get_settings (self->control)->stream_threshold,
               DEFAULT_STREAM_THRESHOLD);
  self->clock = flitzis_clock_new (self->control);
  self->sinks = flitzis_sink_list_new ();
  self->slots = g_new (FlitzisSlot *, self->n_slots);

  for (guint i = 0; i < self->n_slots; i++)
    self->slots[i] = flitzis_slot_new (self->control, i);
}

/* The engine emits nothing from here on, and loads that still run end as cancelled. In the child of
 * a fork no thread runs, so there is nothing to end and nothing to wait for. */
static void
flitzis_engine_dispose (GObject *object)
{
  FlitzisEngine *self = FLITZIS_ENGINE (object);

  if (!flitzis_fork_is_child ())
    {
      flitzis_notifier_close (self->notifier);
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
  g_clear_object (&self->sinks);
  g_clear_pointer (&self->control, flitzis_control_unref);
  g_clear_pointer (&self->notifier, flitzis_notifier_unref);

  /* another thread may have held the mutex when the process forked */
  if (!flitzis_fork_is_child ())
    g_mutex_clear (&self->backend_mutex);

  G_OBJECT_CLASS (flitzis_engine_parent_class)->finalize (object);
}

static void
flitzis_engine_dispatch_properties_changed (GObject *object, guint n_pspecs, GParamSpec **pspecs)
{
  FlitzisEngine *self = FLITZIS_ENGINE (object);

  if (!flitzis_notifier_forward (self->notifier, FLITZIS_NOTIFIER_ENGINE, n_pspecs, pspecs))
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
    case PROP_N_STREAMS:
      g_value_set_uint (value, flitzis_engine_get_n_streams (self));
      break;
    case PROP_STREAM_THRESHOLD:
      g_value_set_double (value, flitzis_engine_get_stream_threshold (self));
      break;
    case PROP_SAMPLE_RATE:
      g_value_set_uint (value, flitzis_engine_get_sample_rate (self));
      break;
    case PROP_OUTPUT:
      g_value_set_enum (value, flitzis_engine_get_output (self));
      break;
    case PROP_ACTIVE_OUTPUT:
      g_value_set_enum (value, flitzis_engine_get_active_output (self));
      break;
    case PROP_CLIENT_NAME:
      g_value_set_string (value, flitzis_engine_get_client_name (self));
      break;
    case PROP_APPLICATION_ID:
      g_value_set_string (value, flitzis_engine_get_application_id (self));
      break;
    case PROP_ICON_NAME:
      g_value_set_string (value, flitzis_engine_get_icon_name (self));
      break;
    case PROP_MEDIA_ROLE:
      g_value_set_string (value, flitzis_engine_get_media_role (self));
      break;
    case PROP_TARGET:
      g_value_set_string (value, flitzis_engine_get_target (self));
      break;
    case PROP_SINKS:
      g_value_set_object (value, flitzis_engine_get_sinks (self));
      break;
    case PROP_HAS_SINK:
      g_value_set_boolean (value, flitzis_engine_get_has_sink (self));
      break;
    case PROP_ACTIVE_SINK:
      g_value_take_string (value, flitzis_engine_dup_active_sink (self));
      break;
    case PROP_IDLE_TIMEOUT:
      g_value_set_double (value, flitzis_engine_get_idle_timeout (self));
      break;
    case PROP_LEAD_IN:
      g_value_set_uint (value, flitzis_engine_get_lead_in (self));
      break;
    case PROP_REALTIME:
      g_value_set_boolean (value, flitzis_engine_get_realtime (self));
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
    case PROP_SEED:
      g_value_set_uint64 (value, flitzis_engine_get_seed (self));
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
    case PROP_N_UNDERRUNS:
      g_value_set_uint64 (value, flitzis_engine_get_n_underruns (self));
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
    case PROP_N_STREAMS:
      self->n_streams = g_value_get_uint (value);
      break;
    case PROP_STREAM_THRESHOLD:
      flitzis_engine_set_stream_threshold (self, g_value_get_double (value));
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
    case PROP_APPLICATION_ID:
      flitzis_engine_set_application_id (self, g_value_get_string (value));
      break;
    case PROP_ICON_NAME:
      flitzis_engine_set_icon_name (self, g_value_get_string (value));
      break;
    case PROP_MEDIA_ROLE:
      flitzis_engine_set_media_role (self, g_value_get_string (value));
      break;
    case PROP_TARGET:
      flitzis_engine_set_target (self, g_value_get_string (value));
      break;
    case PROP_IDLE_TIMEOUT:
      flitzis_engine_set_idle_timeout (self, g_value_get_double (value));
      break;
    case PROP_LEAD_IN:
      flitzis_engine_set_lead_in (self, g_value_get_uint (value));
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
    case PROP_SEED:
      flitzis_engine_set_seed (self, g_value_get_uint64 (value));
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
   * The number of voices that can sound at once, 1 to 1024. Short fades of voices that were cut off
   * do not count.
   */
  properties[PROP_N_VOICES] =
      g_param_spec_uint ("n-voices", NULL, NULL,
                         1, 1024, FLITZIS_DEFAULT_N_VOICES,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:n-events: (getter get_n_events)
   *
   * The number of triggers, stops and tweens that can wait for their frame, their beat or the end
   * of a voice, 1 to 65536. Tweens count until they have ended.
   *
   * A trigger that waits takes no voice yet, so this may be more than [property@Engine:n-voices].
   */
  properties[PROP_N_EVENTS] =
      g_param_spec_uint ("n-events", NULL, NULL,
                         1, 65536, FLITZIS_DEFAULT_N_EVENTS,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:n-streams: (getter get_n_streams)
   *
   * The number of streamed voices that can play at once, 0 to 1024.
   *
   * A trigger of a streamed sample ([property@Slot:storage]) is rejected while all of them play.
   * Each stream that is in use takes about 1.5 MiB at 48 kHz, plus the memory of its decoder.
   */
  properties[PROP_N_STREAMS] =
      g_param_spec_uint ("n-streams", NULL, NULL,
                         0, 1024, FLITZIS_DEFAULT_N_STREAMS,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:stream-threshold: (getter get_stream_threshold) (setter set_stream_threshold)
   *
   * The length above which files are streamed in slots with `FLITZIS_STORAGE_AUTO`, in seconds.
   *
   * Takes effect with the next load.
   */
  properties[PROP_STREAM_THRESHOLD] =
      g_param_spec_double ("stream-threshold", NULL, NULL,
                           0.0, MAX_STREAM_THRESHOLD, DEFAULT_STREAM_THRESHOLD,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisEngine:sample-rate: (getter get_sample_rate)
   *
   * The rate of all sound inside the engine, 8000 to 192000, in Hz.
   *
   * Files are converted to this rate when they are loaded. The timing is exact to the frame if the
   * graph of the sound server runs at the same rate.
   */
  properties[PROP_SAMPLE_RATE] =
      g_param_spec_uint ("sample-rate", NULL, NULL,
                         8000, 192000, FLITZIS_DEFAULT_SAMPLE_RATE,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:output: (getter get_output)
   *
   * The kind of sound server to play through.
   */
  properties[PROP_OUTPUT] =
      g_param_spec_enum ("output", NULL, NULL,
                         FLITZIS_TYPE_OUTPUT, FLITZIS_OUTPUT_AUTO,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:active-output: (getter get_active_output)
   *
   * The output that [method@Engine.start] has chosen; %FLITZIS_OUTPUT_AUTO while the engine is
   * stopped.
   *
   * The output stays the same until the engine is stopped. If its server goes away, the engine
   * waits for the server.
   */
  properties[PROP_ACTIVE_OUTPUT] =
      g_param_spec_enum ("active-output", NULL, NULL,
                         FLITZIS_TYPE_OUTPUT, FLITZIS_OUTPUT_AUTO,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:client-name: (getter get_client_name) (setter set_client_name)
   *
   * The name that the sound server shows for the engine; %NULL for the program's own.
   *
   * [method@Engine.start] reads it.
   */
  properties[PROP_CLIENT_NAME] =
      g_param_spec_string ("client-name", NULL, NULL,
                           NULL,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisEngine:application-id: (getter get_application_id) (setter set_application_id)
   *
   * The identifier of the program, such as `org.example.Drums`; %NULL for none. The desktop uses it
   * to find the program's name and icon.
   *
   * [method@Engine.start] reads it.
   */
  properties[PROP_APPLICATION_ID] =
      g_param_spec_string ("application-id", NULL, NULL,
                           NULL,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisEngine:icon-name: (getter get_icon_name) (setter set_icon_name)
   *
   * The name of the icon that the desktop shows beside the volume of the program; %NULL for none.
   *
   * [method@Engine.start] reads it.
   */
  properties[PROP_ICON_NAME] =
      g_param_spec_string ("icon-name", NULL, NULL,
                           NULL,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisEngine:media-role: (getter get_media_role) (setter set_media_role)
   *
   * The purpose of the sound, in the words of the sound server's policy: `Music`, `Game`,
   * `Notification` ...; %NULL for none.
   *
   * [method@Engine.start] reads it.
   */
  properties[PROP_MEDIA_ROLE] =
      g_param_spec_string ("media-role", NULL, NULL,
                           "Music",
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisEngine:target: (getter get_target) (setter set_target)
   *
   * The [property@Sink:name] of the sink to play to; %NULL for the default sink.
   *
   * You may set it while the engine plays. The sound goes on in the new sink, after a gap of a few
   * hundredths of a second in which [property@Engine:position] stands still. If the sink goes away,
   * the sound moves to the default sink until it is back. This property keeps its value, and
   * [property@Engine:active-sink] has the name of the other sink.
   */
  properties[PROP_TARGET] =
      g_param_spec_string ("target", NULL, NULL,
                           NULL,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisEngine:sinks: (getter get_sinks)
   *
   * The sinks of [property@Engine:active-output]; none while the engine is stopped.
   */
  properties[PROP_SINKS] =
      g_param_spec_object ("sinks", NULL, NULL,
                           FLITZIS_TYPE_SINK_LIST,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:has-sink: (getter get_has_sink)
   *
   * Whether there is a sink to play to; %FALSE while the engine is stopped.
   *
   * Without a sink the engine is silent. Its state stays %FLITZIS_STATE_STARTING if no
   * sink has come since [method@Engine.start], and becomes %FLITZIS_STATE_RECONNECTING if the last
   * one went away. The sink `auto_null`, which PulseAudio and pipewire-pulse make up if there is no
   * other, does not count. But the engine plays into it, so its state is %FLITZIS_STATE_RUNNING and
   * triggers are not rejected.
   */
  properties[PROP_HAS_SINK] =
      g_param_spec_boolean ("has-sink", NULL, NULL,
                            FALSE,
                            G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:active-sink: (getter dup_active_sink)
   *
   * The [property@Sink:name] of the sink that the engine plays to; %NULL for none.
   */
  properties[PROP_ACTIVE_SINK] =
      g_param_spec_string ("active-sink", NULL, NULL,
                           NULL,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:idle-timeout: (getter get_idle_timeout) (setter set_idle_timeout)
   *
   * The time without a sound after which the stream pauses, in seconds; 0 for never. A paused
   * stream lets the device and the computer save power.
   *
   * The time counts while no voice sounds, nothing waits for its frame and the clock stands still,
   * and also while the engine is [property@Engine:paused]. The stream pauses some tenths of a
   * second after that time has passed, so that the device has played everything. The engine then
   * uses no processor time, [property@Engine:state] stays %FLITZIS_STATE_RUNNING, and
   * [property@Engine:position] stands still. A trigger, a scheduled event, the clock, the end of a
   * pause and [method@Engine.wake] let the stream go on. Nothing is lost, but the first sound is
   * late by the time that the device needs to start.
   */
  properties[PROP_IDLE_TIMEOUT] =
      g_param_spec_double ("idle-timeout", NULL, NULL,
                           0.0, FLITZIS_ENGINE_MAX_IDLE_TIMEOUT, FLITZIS_DEFAULT_IDLE_TIMEOUT,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisEngine:lead-in: (getter get_lead_in) (setter set_lead_in)
   *
   * The silence at the beginning of a stream, and after each of its pauses, in ms, 0 to 5000.
   *
   * Set it for devices that swallow the first part of a sound, as some Bluetooth headsets do. The
   * sound waits until the silence is over, so all of it is heard.
   */
  properties[PROP_LEAD_IN] =
      g_param_spec_uint ("lead-in", NULL, NULL,
                         0, FLITZIS_ENGINE_MAX_LEAD_IN, 0,
                         G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisEngine:realtime: (getter get_realtime)
   *
   * Whether the thread that renders has real-time priority. Without that priority a busy machine
   * may cause gaps in the sound.
   */
  properties[PROP_REALTIME] =
      g_param_spec_boolean ("realtime", NULL, NULL,
                            FALSE,
                            G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:latency-frames: (getter get_latency_frames) (setter set_latency_frames)
   *
   * The quantum to ask the sound server for, in frames at the engine's rate.
   *
   * With PipeWire, 0 leaves the graph as it is, and a small quantum makes the whole graph run in
   * small blocks, other programs included. With PulseAudio, this is the size of the buffer, and 0
   * asks for 20 ms.
   *
   * [method@Engine.start] reads it.
   */
  properties[PROP_LATENCY_FRAMES] =
      g_param_spec_uint ("latency-frames", NULL, NULL,
                         0, FLITZIS_ENGINE_MAX_LATENCY_FRAMES, 0,
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
   * Whether voices, scheduled events and [property@Engine:position] stand still.
   *
   * From the next block on the sound fades out within 5 ms and freezes. When the pause ends, the
   * sound goes on with the very next frame, and fades in within 5 ms. Triggers that came during the
   * pause start at its end.
   */
  properties[PROP_PAUSED] =
      g_param_spec_boolean ("paused", NULL, NULL,
                            FALSE,
                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisEngine:limiter: (getter get_limiter) (setter set_limiter)
   *
   * Whether a limiter keeps the sound below -0.1 dBFS, however many voices there are.
   *
   * The limiter looks 2 ms ahead, so all sound comes 2 ms later. It turns the sound down before a
   * peak that would be too loud. After the peak the sound rises again: after a tenth of a second,
   * 37 % of the way are left. While the limiter is off, it changes no bit. If you switch the
   * limiter after something has been heard, the change takes effect within 7 ms, from the next
   * block on.
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
   * `notify` is emitted at most 30 times a second, and only for changes. The level is 0 while
   * nothing is rendered.
   */
  properties[PROP_LEVEL_LEFT] =
      g_param_spec_double ("level-left", NULL, NULL,
                           0.0, G_MAXDOUBLE, 0.0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:level-right: (getter get_level_right)
   *
   * The peak of the right channel; see [property@Engine:level-left].
   */
  properties[PROP_LEVEL_RIGHT] =
      g_param_spec_double ("level-right", NULL, NULL,
                           0.0, G_MAXDOUBLE, 0.0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:steal: (getter get_steal) (setter set_steal)
   *
   * The way to make room for a trigger when all voices sound.
   *
   * [property@Slot:priority] decides first which voices may be stolen.
   */
  properties[PROP_STEAL] =
      g_param_spec_enum ("steal", NULL, NULL,
                         FLITZIS_TYPE_STEAL, FLITZIS_STEAL_OLDEST,
                         G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisEngine:seed: (getter get_seed) (setter set_seed)
   *
   * The number from which all random numbers follow: those of [property@Slot:variation],
   * [property@Slot:random-gain], [property@Slot:random-rate] and [property@Slot:random-start].
   *
   * The same triggers on the same frames get the same random numbers, whatever the size of the
   * blocks. To render the same once more, set the seed again: whenever you set it, even to the same
   * value, the random numbers and the turns of all layers start again with the next block.
   */
  properties[PROP_SEED] =
      g_param_spec_uint64 ("seed", NULL, NULL,
                           0, G_MAXUINT64, 0,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisEngine:memory-limit: (getter get_memory_limit) (setter set_memory_limit)
   *
   * The number of bytes of decoded audio that the engine may hold: in slots and their layers, in
   * voices that sound, and in loads under way. A sample in two slots counts once.
   *
   * A load that would exceed the limit fails with `FLITZIS_ENGINE_ERROR_TOO_LARGE`. Lowering the
   * limit refuses new loads, but removes no sample.
   */
  properties[PROP_MEMORY_LIMIT] =
      g_param_spec_uint64 ("memory-limit", NULL, NULL,
                           0, G_MAXUINT64, FLITZIS_DEFAULT_MEMORY_LIMIT,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisEngine:state: (getter get_state)
   *
   * The state of the connection to the sound server.
   */
  properties[PROP_STATE] =
      g_param_spec_enum ("state", NULL, NULL,
                         FLITZIS_TYPE_STATE, FLITZIS_STATE_STOPPED,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:position: (getter get_position)
   *
   * The number of frames rendered since the engine was built.
   *
   * The position never goes back, and stands still while nothing is rendered. It is not notified.
   */
  properties[PROP_POSITION] =
      g_param_spec_uint64 ("position", NULL, NULL,
                           0, G_MAXUINT64, 0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:clock: (getter get_clock)
   *
   * The clock of the engine: its tempo and its beats.
   */
  properties[PROP_CLOCK] =
      g_param_spec_object ("clock", NULL, NULL,
                           FLITZIS_TYPE_CLOCK,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:trigger-timing: (getter get_trigger_timing) (setter set_trigger_timing)
   *
   * The time at which triggers and stops take effect while blocks are being rendered.
   *
   * With constant timing, two sounds are as far apart as the two calls were: to the frame if the
   * graph runs at [property@Engine:sample-rate]. A call may come too late for its frame, because
   * the quantum has grown or because its thread was held up. It then takes effect at once and
   * counts as late.
   */
  properties[PROP_TRIGGER_TIMING] =
      g_param_spec_enum ("trigger-timing", NULL, NULL,
                         FLITZIS_TYPE_TRIGGER_TIMING, FLITZIS_TRIGGER_TIMING_SOONEST,
                         G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * FlitzisEngine:trigger-delay: (getter get_trigger_delay)
   *
   * The time from a call with constant timing until its frame, in ns; -1 until the stream has
   * begun.
   *
   * It is the quantum with which the stream began, plus 1 ms.
   */
  properties[PROP_TRIGGER_DELAY] =
      g_param_spec_int64 ("trigger-delay", NULL, NULL,
                          -1, G_MAXINT64, -1,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:latency: (getter get_latency)
   *
   * The time from the start of a block until its first frame is heard, in ns; -1 while unknown.
   *
   * It is the delay of the graph and of the device, as the sound server reports it, plus the 2 ms
   * of [property@Engine:limiter] while that is on.
   */
  properties[PROP_LATENCY] =
      g_param_spec_int64 ("latency", NULL, NULL,
                          -1, G_MAXINT64, -1,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:n-playing: (getter get_n_playing)
   *
   * The number of voices that sound.
   *
   * A voice counts from its first block until it ends, also while it fades out, is paused or stands
   * still after [method@Engine.stop]. Fades of 5 ms or less do not count, because they end the
   * voice at once.
   */
  properties[PROP_N_PLAYING] =
      g_param_spec_uint ("n-playing", NULL, NULL,
                         0, 1024, 0,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:n-triggered: (getter get_n_triggered)
   *
   * The number of triggers.
   *
   * Each of them starts a voice, with the next block or at its frame, or ends without a sound:
   * rejected, cancelled, stopped or unloaded. A call that fails does not count, nor does one that
   * returns 0 because the slot has no sample for it. Like all counters, this one is not notified.
   */
  properties[PROP_N_TRIGGERED] =
      g_param_spec_uint64 ("n-triggered", NULL, NULL,
                           0, G_MAXUINT64, 0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:n-started: (getter get_n_started)
   *
   * The number of triggers that started a voice.
   *
   * A trigger counts when its first block begins. A voice that is stopped, choked, stolen or
   * unloaded while it waits for the engine to start counts from that moment. A trigger that was
   * stopped before it had a voice, or that found its slot empty, does not count.
   */
  properties[PROP_N_STARTED] =
      g_param_spec_uint64 ("n-started", NULL, NULL,
                           0, G_MAXUINT64, 0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:n-stolen: (getter get_n_stolen)
   *
   * The number of voices that made room for a newer one.
   */
  properties[PROP_N_STOLEN] =
      g_param_spec_uint64 ("n-stolen", NULL, NULL,
                           0, G_MAXUINT64, 0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:n-rejected: (getter get_n_rejected)
   *
   * The number of triggers that were rejected, because all voices sounded, because the server or
   * the sink was away, or because no block came in time. [method@Engine.play_sample] has the
   * details.
   */
  properties[PROP_N_REJECTED] =
      g_param_spec_uint64 ("n-rejected", NULL, NULL,
                           0, G_MAXUINT64, 0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:n-late: (getter get_n_late)
   *
   * The number of triggers, stops and tweens that came after their frame had been rendered, and so
   * took effect with the next block.
   */
  properties[PROP_N_LATE] =
      g_param_spec_uint64 ("n-late", NULL, NULL,
                           0, G_MAXUINT64, 0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:n-underruns: (getter get_n_underruns)
   *
   * How many times a streamed voice had to wait for frames of its file.
   *
   * The voice fades out and stands still meanwhile, and goes on where it was. The disk is too slow
   * or too busy, or the machine is. The wait before a voice begins, and after
   * [method@Engine.seek_voice], does not count.
   */
  properties[PROP_N_UNDERRUNS] =
      g_param_spec_uint64 ("n-underruns", NULL, NULL,
                           0, G_MAXUINT64, 0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:n-xruns: (getter get_n_xruns)
   *
   * The number of times that the sound server's driver went on without a block.
   *
   * A gap in the driver's clock counts as one. A block that was handed over after the next cycle
   * had begun also counts as one, together with the gap that it may leave.
   */
  properties[PROP_N_XRUNS] =
      g_param_spec_uint64 ("n-xruns", NULL, NULL,
                           0, G_MAXUINT64, 0,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * FlitzisEngine:n-dropped: (getter get_n_dropped)
   *
   * The number of [signal@Engine::voice-ended], [signal@Clock::beat] and [signal@Clock::step]
   * signals that were dropped, because 4096 waited to be emitted.
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
  g_mutex_init (&self->backend_mutex);

  /* GObject does not set a construct-only property to a value that is out of range */
  self->n_slots = FLITZIS_DEFAULT_N_SLOTS;
  self->n_voices = FLITZIS_DEFAULT_N_VOICES;
  self->n_events = FLITZIS_DEFAULT_N_EVENTS;
  self->n_streams = FLITZIS_DEFAULT_N_STREAMS;
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
 * Gets the number of voices that can sound at once.
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
 * flitzis_engine_get_n_streams: (get-property n-streams)
 * @self: an engine
 *
 * Gets the number of streamed voices that can play at once.
 *
 * Returns: the number of streams
 */
guint
flitzis_engine_get_n_streams (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);

  return self->n_streams;
}

/**
 * flitzis_engine_get_stream_threshold: (get-property stream-threshold)
 * @self: an engine
 *
 * Gets the length from which files are streamed in slots with `FLITZIS_STORAGE_AUTO`.
 *
 * Returns: the length in seconds
 */
double
flitzis_engine_get_stream_threshold (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0.0);

  return flitzis_get (flitzis_control_get_settings (self->control)->stream_threshold);
}

/**
 * flitzis_engine_set_stream_threshold: (set-property stream-threshold)
 * @self: an engine
 * @stream_threshold: seconds, 0 to 86400
 *
 * Sets the length from which files are streamed in slots with `FLITZIS_STORAGE_AUTO`.
 */
void
flitzis_engine_set_stream_threshold (FlitzisEngine *self, double stream_threshold)
{
  FlitzisSettings *settings;

  g_return_if_fail (FLITZIS_IS_ENGINE (self));
  g_return_if_fail (stream_threshold >= 0.0 && stream_threshold <= MAX_STREAM_THRESHOLD);

  settings = flitzis_control_get_settings (self->control);

  if (flitzis_exchange (settings->stream_threshold, stream_threshold) != stream_threshold)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STREAM_THRESHOLD]);
}

/**
 * flitzis_engine_get_n_events: (get-property n-events)
 * @self: an engine
 *
 * Gets the number of triggers, stops and tweens that can wait for their frame.
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
 * Gets the kind of sound server to play through.
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
 * Returns: (transfer none) (nullable): the slot, or %NULL if there is no slot of that number
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
 * Gets the clock of the engine.
 *
 * Returns: (transfer none): the clock
 */
FlitzisClock *
flitzis_engine_get_clock (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), NULL);

  return self->clock;
}
