/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-enums.h"
#include "flitzis-sample.h"
#include "flitzis-trigger.h"
#include "flitzis-tween.h"

#include "control/load-table.h"
#include "control/notifier.h"
#include "control/sink-table.h"
#include "control/tempo.h"
#include "rt/mixer-state.h"
#include "rt/setup.h"

#include <glib.h>

G_BEGIN_DECLS

/*
 * The control side of one mixer: the functions that any thread may call, under one short mutex.
 *
 * The engine, its slots, its loads and its output each hold a reference to control. Control holds
 * a reference to none of them.
 */
typedef struct _FlitzisControl FlitzisControl;

#define FLITZIS_DEFAULT_MEMORY_LIMIT (G_GUINT64_CONSTANT (1) << 30) /* bytes */
#define FLITZIS_DEFAULT_IDLE_TIMEOUT 5.0                            /* seconds */

/*
 * The frames that a streamed voice asks for. A feeder writes them into the ring of the voice, on a
 * thread of its own that may wait for the disk.
 */
typedef struct
{
  FlitzisControl    *control;
  FlitzisRing       *ring;
  FlitzisRingRequest request;
  FlitzisSample     *sample;
} FlitzisFeed;

/* Takes `feed`. Called under the mutex: it must not wait. */
typedef void (*FlitzisFeedFunc) (FlitzisFeed *feed);

FlitzisControl *flitzis_control_new (const FlitzisMixerSize *size,
                                     FlitzisNotifier        *notifier);
FlitzisControl *flitzis_control_ref (FlitzisControl *self);
void            flitzis_control_unref (FlitzisControl *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlitzisControl, flitzis_control_unref)

/* The owner goes away: retires all samples of the mixer and refuses later loads. Call it after the
 * output has gone. */
void flitzis_control_close (FlitzisControl *self);

/* Constant. Any thread may read and store settings; call flitzis_settings_tell () after a
 * change. */
FlitzisNotifier *flitzis_control_get_notifier (FlitzisControl *self);
FlitzisSettings *flitzis_control_get_settings (FlitzisControl *self);
guint            flitzis_control_get_sample_rate (FlitzisControl *self);

/* The counters of the mixer (control-state.c). */
guint64 flitzis_control_get_position (FlitzisControl *self);
guint   flitzis_control_get_n_playing (FlitzisControl *self);
guint64 flitzis_control_get_n_started (FlitzisControl *self);
guint64 flitzis_control_get_n_stolen (FlitzisControl *self);
guint64 flitzis_control_get_n_late (FlitzisControl *self);
guint64 flitzis_control_get_n_xruns (FlitzisControl *self);

/* The state of the engine and of a slot (control-state.c, control-samples.c). */
FlitzisState   flitzis_control_get_state (FlitzisControl *self);
guint64        flitzis_control_get_n_triggered (FlitzisControl *self);
guint64        flitzis_control_get_n_rejected (FlitzisControl *self);
FlitzisSteal   flitzis_control_get_steal (FlitzisControl *self);
gboolean       flitzis_control_set_steal (FlitzisControl *self,
                                          FlitzisSteal    steal);
guint64        flitzis_control_get_memory_limit (FlitzisControl *self);
gboolean       flitzis_control_set_memory_limit (FlitzisControl *self,
                                                 guint64         memory_limit);
FlitzisSample *flitzis_control_dup_sample (FlitzisControl *self,
                                           guint           slot);
gboolean       flitzis_control_get_loading (FlitzisControl *self,
                                            guint           slot);
double         flitzis_control_get_load_progress (FlitzisControl *self,
                                                  guint           slot);
gboolean       flitzis_control_get_playing (FlitzisControl *self,
                                            guint           slot);
double         flitzis_control_get_level (FlitzisControl *self,
                                          guint           slot);
double         flitzis_control_get_level_left (FlitzisControl *self);
double         flitzis_control_get_level_right (FlitzisControl *self);

/*
 * Loads (control-samples.c). `load` belongs to the code that runs the load, from begin to end. A
 * later load, unload or set_sample of the slot supersedes this load, and so does the end of the
 * engine: advance and publish then fail with CANCELLED. Both may also fail with TOO_LARGE.
 *
 * The caller has checked `*slot` and `range`. Without a slot, the load takes the free slot with the
 * lowest number. A free slot holds no sample and loads none, in any layer. With a range, the load
 * takes the free layer with the lowest number, for these velocities. The place is found and taken
 * in one step, so layers are numbered in the order of the calls. Begin fails with FORKED, with BUSY
 * if no slot is free, and with TOO_LARGE if no layer is free.
 */
gboolean flitzis_control_begin_load (FlitzisControl             *self,
                                     FlitzisLoadEntry           *load,
                                     const guint                *slot,
                                     const FlitzisVelocityRange *range,
                                     GError                    **error);
gboolean flitzis_control_advance_load (FlitzisControl   *self,
                                       FlitzisLoadEntry *load,
                                       guint64           n_bytes,
                                       double            progress,
                                       GError          **error);
gboolean flitzis_control_publish_load (FlitzisControl   *self,
                                       FlitzisLoadEntry *load,
                                       FlitzisSample    *sample,
                                       GError          **error);
void     flitzis_control_end_load (FlitzisControl   *self,
                                   FlitzisLoadEntry *load);

/* Gives the mixer the slot's newest target loudness and peak (control-loudness.c). */
void flitzis_control_update_targets (FlitzisControl *self,
                                     guint           slot);

/* Methods of the engine. */
gboolean flitzis_control_check_slot (FlitzisControl *self,
                                     guint           slot,
                                     GError        **error);
gboolean flitzis_control_set_sample (FlitzisControl *self,
                                     guint           slot,
                                     FlitzisSample  *sample,
                                     GError        **error);
gboolean flitzis_control_check_range (FlitzisControl *self,
                                      guint           slot,
                                      double          low,
                                      double          high,
                                      GError        **error);
gboolean flitzis_control_add_layer (FlitzisControl *self,
                                    guint           slot,
                                    FlitzisSample  *sample,
                                    double          low,
                                    double          high,
                                    GError        **error);
gboolean flitzis_control_clear_layers (FlitzisControl *self,
                                       guint           slot,
                                       GError        **error);
gboolean flitzis_control_render (FlitzisControl *self,
                                 float          *out,
                                 guint           n_frames,
                                 GError        **error);

/*
 * Methods on voices (control-voices.c). A trigger with a frame waits for that frame, even for frame
 * 0, and a trigger with a beat waits for its beat. At least one of them is NULL, and `more` may be
 * NULL. Calls on a voice that has ended, or that never existed, do nothing.
 */
guint64  flitzis_control_play (FlitzisControl       *self,
                               guint                 slot,
                               double                velocity,
                               const guint64        *frame,
                               const double         *beat,
                               const FlitzisTrigger *more,
                               GError              **error);
guint64  flitzis_control_play_after (FlitzisControl       *self,
                                     guint64               voice,
                                     const FlitzisTrigger *trigger,
                                     GError              **error);
void     flitzis_control_stop_slot (FlitzisControl *self,
                                    guint           slot);
gboolean flitzis_control_stop_slot_at (FlitzisControl *self,
                                       guint           slot,
                                       guint64         frame,
                                       GError        **error);
void     flitzis_control_stop_all (FlitzisControl *self);
void     flitzis_control_cancel_scheduled (FlitzisControl *self);
void     flitzis_control_stop_voice (FlitzisControl *self,
                                     guint64         voice);
gboolean flitzis_control_stop_voice_with_fade (FlitzisControl *self,
                                               guint64         voice,
                                               double          seconds,
                                               GError        **error);
gboolean flitzis_control_set_voice_gain (FlitzisControl *self,
                                         guint64         voice,
                                         double          gain,
                                         GError        **error);
gboolean flitzis_control_set_voice_pan (FlitzisControl *self,
                                        guint64         voice,
                                        double          pan,
                                        GError        **error);
gboolean flitzis_control_set_voice_rate (FlitzisControl *self,
                                         guint64         voice,
                                         double          rate,
                                         GError        **error);
gboolean flitzis_control_seek_voice (FlitzisControl *self,
                                     guint64         voice,
                                     guint64         frame,
                                     GError        **error);
void     flitzis_control_set_voice_paused (FlitzisControl *self,
                                           guint64         voice,
                                           gboolean        is_paused);

/* Tweens. One of a voice that has ended does nothing. */
gboolean flitzis_control_tween_engine (FlitzisControl     *self,
                                       double              value,
                                       const FlitzisTween *tween,
                                       GError            **error);
gboolean flitzis_control_tween_slot (FlitzisControl     *self,
                                     guint               slot,
                                     FlitzisParameter    parameter,
                                     double              value,
                                     const FlitzisTween *tween,
                                     GError            **error);
gboolean flitzis_control_tween_voice (FlitzisControl     *self,
                                      guint64             voice,
                                      FlitzisParameter    parameter,
                                      double              value,
                                      const FlitzisTween *tween,
                                      GError            **error);

/* -1 unless the voice sounds */
gint64 flitzis_control_get_voice_position (FlitzisControl *self,
                                           guint64         voice);
gint64 flitzis_control_get_voice_start_frame (FlitzisControl *self,
                                              guint64         voice);

/* Methods on time (control-time.c), as FlitzisEngine documents them. An unknown time is -1. */
gint64               flitzis_control_frame_to_time (FlitzisControl *self,
                                                    guint64         frame);
guint64              flitzis_control_time_to_frame (FlitzisControl *self,
                                                    gint64          time_ns);
FlitzisTriggerTiming flitzis_control_get_trigger_timing (FlitzisControl *self);
gboolean             flitzis_control_set_trigger_timing (FlitzisControl      *self,
                                                         FlitzisTriggerTiming timing);
gint64               flitzis_control_get_trigger_delay (FlitzisControl *self);
gint64               flitzis_control_get_latency (FlitzisControl *self);

/* Methods on the tempo grid (control-time.c). */
guint64  flitzis_control_get_beats (FlitzisControl   *self,
                                    FlitzisBeatsField field);
gboolean flitzis_control_set_beats (FlitzisControl   *self,
                                    FlitzisBeatsField field,
                                    guint64           value);

/* Puts beat 0 at this frame and lets the clock run. Returns FALSE if the clock ran already. */
gboolean flitzis_control_restart_beats (FlitzisControl *self,
                                        guint64         frame);
guint64  flitzis_control_beat_to_frame (FlitzisControl *self,
                                        double          beat);
double   flitzis_control_frame_to_beat (FlitzisControl *self,
                                        guint64         frame);

/*
 * Rendering without an output (control-render.c), one block after another, from begin to end. Begin
 * fails while the engine is started or another thread renders, and waits until the samples of all
 * slots with a target loudness are measured; a cancel ends only this wait. Reports are read after
 * each block.
 */
#define FLITZIS_RENDER_FRAMES 1024 /* the largest block */

gboolean flitzis_control_begin_render (FlitzisControl *self,
                                       GCancellable   *cancellable,
                                       GError        **error);
void     flitzis_control_render_block (FlitzisControl *self,
                                       float          *out,
                                       guint           n_frames);
void     flitzis_control_end_render (FlitzisControl *self);

/*
 * Streamed voices (control-feeds.c). `start_feed` is called for each voice that asks for frames.
 * The feeder calls begin, which waits until an older feeder has left the ring, and returns FALSE if
 * nobody wants the frames any more. Then it writes to the ring and publishes, again and again, and
 * calls end. Before it publishes the end of the sound, it notes the length of the sample, or 0, and
 * the error, so that whoever hears of the end of the voice finds them.
 *
 * wait_for_room waits until there is room for frames after place `end`. It returns FALSE as soon as
 * the frames are not wanted any more.
 */
void     flitzis_control_set_feeder (FlitzisControl *self,
                                     FlitzisFeedFunc start_feed);
gboolean flitzis_control_begin_feed (FlitzisFeed *feed);
gboolean flitzis_control_wait_for_room (FlitzisFeed *feed,
                                        guint64      end,
                                        guint       *n_frames);
void     flitzis_control_publish_feed (FlitzisFeed              *feed,
                                       const FlitzisRingContent *content);
void     flitzis_control_note_feed (FlitzisFeed  *feed,
                                    guint64       n_frames,
                                    const GError *error);
void     flitzis_control_end_feed (FlitzisFeed *feed);
void     flitzis_feed_free (FlitzisFeed *feed);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlitzisFeed, flitzis_feed_free)

/* Returns the length of the slot's sample in frames: -1 while it is not known, and without a
 * sample. */
gint64  flitzis_control_get_n_frames (FlitzisControl *self,
                                      guint           slot);
GError *flitzis_control_dup_stream_error (FlitzisControl *self,
                                          guint           slot);
guint64 flitzis_control_get_n_underruns (FlitzisControl *self);

/* Reports of the outputs (control-output.c). The caller owns the strings and the list. */
FlitzisOutput flitzis_control_get_active_output (FlitzisControl *self);
gboolean      flitzis_control_get_has_sink (FlitzisControl *self);
char         *flitzis_control_dup_active_sink (FlitzisControl *self);
GPtrArray    *flitzis_control_dup_sinks (FlitzisControl *self);
gboolean      flitzis_control_get_realtime (FlitzisControl *self);

/* Settings of a stream's pauses (control-output.c). Setters return TRUE if the value has
 * changed. */
double   flitzis_control_get_idle_timeout (FlitzisControl *self);
gboolean flitzis_control_set_idle_timeout (FlitzisControl *self,
                                           double          seconds);
guint    flitzis_control_get_lead_in (FlitzisControl *self);
gboolean flitzis_control_set_lead_in (FlitzisControl *self,
                                      guint           ms);

/* Wakes a stream that sleeps, as if something sounded now. */
void flitzis_control_rouse (FlitzisControl *self);

/*
 * Only for the output, which drives the mixer from its callback. It calls set_driven at its
 * beginning and at its end. In between, samples are released in a thread of their own. `wake` asks
 * the output to call `collect` until that returns FALSE. `wake` is called under the mutex, so it
 * may only signal.
 *
 * While the output sleeps, its stream is paused, and `wake` is called when something is to sound.
 */
FlitzisMixer *flitzis_control_get_output_mixer (FlitzisControl *self);

void     flitzis_control_set_driven (FlitzisControl *self,
                                     gboolean        is_driven);
void     flitzis_control_set_wake (FlitzisControl *self,
                                   void (*wake) (gpointer data),
                                   gpointer data);
void     flitzis_control_set_state (FlitzisControl *self,
                                    FlitzisState    state);
void     flitzis_control_set_streaming (FlitzisControl *self,
                                        gboolean        streaming);
gboolean flitzis_control_collect (FlitzisControl *self);

/* Returns whether nothing sounds, nothing waits to sound, the clock stands still, and nobody has
 * roused the stream since the last call. */
gboolean flitzis_control_is_quiet (FlitzisControl *self);

/* Called before the stream is paused. Returns FALSE if it is no longer quiet. */
gboolean flitzis_control_fall_asleep (FlitzisControl *self);

/* Called before the stream goes on. */
void flitzis_control_set_awake (FlitzisControl *self);

void flitzis_control_set_active_output (FlitzisControl *self,
                                        FlitzisOutput   output);
void flitzis_control_set_sinks (FlitzisControl *self,
                                GPtrArray      *sinks);
void flitzis_control_set_active_sink (FlitzisControl *self,
                                      const char     *name);
void flitzis_control_set_realtime (FlitzisControl *self,
                                   gboolean        is_realtime);

/* The time of a block from here to the loudspeaker, in ns; -1 while unknown. */
void flitzis_control_set_latency (FlitzisControl *self,
                                  gint64          latency_ns);

G_END_DECLS
