/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-clock.h"
#include "flitzis-enums.h"
#include "flitzis-export.h"
#include "flitzis-error.h"
#include "flitzis-macros.h"
#include "flitzis-sample.h"
#include "flitzis-sink-list.h"
#include "flitzis-slot.h"
#include "flitzis-trigger.h"
#include "flitzis-tween.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * FLITZIS_DEFAULT_N_SLOTS:
 *
 * The default number of slots of an engine.
 */
#define FLITZIS_DEFAULT_N_SLOTS 32

/**
 * FLITZIS_DEFAULT_N_VOICES:
 *
 * The default number of voices of an engine.
 */
#define FLITZIS_DEFAULT_N_VOICES 32

/**
 * FLITZIS_DEFAULT_N_EVENTS:
 *
 * The default number of events that can wait in an engine.
 */
#define FLITZIS_DEFAULT_N_EVENTS 4096

/**
 * FLITZIS_DEFAULT_N_STREAMS:
 *
 * The default of [property@Engine:n-streams].
 */
#define FLITZIS_DEFAULT_N_STREAMS 16

/**
 * FLITZIS_DEFAULT_SAMPLE_RATE:
 *
 * The default rate of an engine, in Hz.
 */
#define FLITZIS_DEFAULT_SAMPLE_RATE 48000

#define FLITZIS_TYPE_ENGINE (flitzis_engine_get_type ())

FLITZIS_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (FlitzisEngine, flitzis_engine, FLITZIS, ENGINE, GObject)

FLITZIS_AVAILABLE_IN_ALL
FlitzisEngine *flitzis_engine_new (void);
FLITZIS_AVAILABLE_IN_ALL
FlitzisEngine *flitzis_engine_new_full (guint n_slots,
                                        guint n_voices,
                                        guint sample_rate);

FLITZIS_AVAILABLE_IN_ALL
guint flitzis_engine_get_n_slots (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
guint flitzis_engine_get_n_voices (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
guint flitzis_engine_get_n_events (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
guint flitzis_engine_get_n_streams (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
double flitzis_engine_get_stream_threshold (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_engine_set_stream_threshold (FlitzisEngine *self,
                                          double         stream_threshold);
FLITZIS_AVAILABLE_IN_ALL
guint flitzis_engine_get_sample_rate (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
FlitzisOutput flitzis_engine_get_output (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
FlitzisSlot *flitzis_engine_get_slot (FlitzisEngine *self,
                                      guint          id);

FLITZIS_AVAILABLE_IN_ALL
const char *flitzis_engine_get_client_name (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_engine_set_client_name (FlitzisEngine *self,
                                     const char    *client_name);
FLITZIS_AVAILABLE_IN_ALL
const char *flitzis_engine_get_application_id (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_engine_set_application_id (FlitzisEngine *self,
                                        const char    *application_id);
FLITZIS_AVAILABLE_IN_ALL
const char *flitzis_engine_get_icon_name (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_engine_set_icon_name (FlitzisEngine *self,
                                   const char    *icon_name);
FLITZIS_AVAILABLE_IN_ALL
const char *flitzis_engine_get_media_role (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_engine_set_media_role (FlitzisEngine *self,
                                    const char    *media_role);
FLITZIS_AVAILABLE_IN_ALL
const char *flitzis_engine_get_target (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_engine_set_target (FlitzisEngine *self,
                                const char    *target);
FLITZIS_AVAILABLE_IN_ALL
guint flitzis_engine_get_latency_frames (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_engine_set_latency_frames (FlitzisEngine *self,
                                        guint          latency_frames);
FLITZIS_AVAILABLE_IN_ALL
double flitzis_engine_get_idle_timeout (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_engine_set_idle_timeout (FlitzisEngine *self,
                                      double         idle_timeout);
FLITZIS_AVAILABLE_IN_ALL
guint flitzis_engine_get_lead_in (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_engine_set_lead_in (FlitzisEngine *self,
                                 guint          lead_in);
FLITZIS_AVAILABLE_IN_ALL
double flitzis_engine_get_gain (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_engine_set_gain (FlitzisEngine *self,
                              double         gain);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_engine_get_paused (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_engine_set_paused (FlitzisEngine *self,
                                gboolean       paused);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_engine_get_limiter (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_engine_set_limiter (FlitzisEngine *self,
                                 gboolean       limiter);
FLITZIS_AVAILABLE_IN_ALL
double flitzis_engine_get_level_left (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
double flitzis_engine_get_level_right (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
FlitzisSteal flitzis_engine_get_steal (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_engine_set_steal (FlitzisEngine *self,
                               FlitzisSteal   steal);
FLITZIS_AVAILABLE_IN_ALL
guint64 flitzis_engine_get_seed (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_engine_set_seed (FlitzisEngine *self,
                              guint64        seed);
FLITZIS_AVAILABLE_IN_ALL
guint64 flitzis_engine_get_memory_limit (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_engine_set_memory_limit (FlitzisEngine *self,
                                      guint64        memory_limit);

FLITZIS_AVAILABLE_IN_ALL
FlitzisState flitzis_engine_get_state (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
guint64 flitzis_engine_get_position (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
guint flitzis_engine_get_n_playing (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
guint64 flitzis_engine_get_n_triggered (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
guint64 flitzis_engine_get_n_started (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
guint64 flitzis_engine_get_n_stolen (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
guint64 flitzis_engine_get_n_rejected (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
guint64 flitzis_engine_get_n_late (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
guint64 flitzis_engine_get_n_xruns (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
guint64 flitzis_engine_get_n_underruns (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
guint64 flitzis_engine_get_n_dropped (FlitzisEngine *self);

FLITZIS_AVAILABLE_IN_ALL
FlitzisOutput flitzis_engine_get_active_output (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
FlitzisSinkList *flitzis_engine_get_sinks (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_engine_get_has_sink (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
char *flitzis_engine_dup_active_sink (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_engine_get_realtime (FlitzisEngine *self);

FLITZIS_AVAILABLE_IN_ALL
FlitzisClock *flitzis_engine_get_clock (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
FlitzisTriggerTiming flitzis_engine_get_trigger_timing (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_engine_set_trigger_timing (FlitzisEngine       *self,
                                        FlitzisTriggerTiming trigger_timing);
FLITZIS_AVAILABLE_IN_ALL
gint64 flitzis_engine_get_trigger_delay (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
gint64 flitzis_engine_get_latency (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
gint64 flitzis_engine_frame_to_time (FlitzisEngine *self,
                                     guint64        frame);
FLITZIS_AVAILABLE_IN_ALL
guint64 flitzis_engine_time_to_frame (FlitzisEngine *self,
                                      gint64         time_ns);

FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_engine_start (FlitzisEngine *self,
                               GError       **error);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_engine_start_async (FlitzisEngine      *self,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_engine_start_finish (FlitzisEngine *self,
                                      GAsyncResult  *result,
                                      GError       **error);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_engine_stop (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_engine_wake (FlitzisEngine *self);

FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_engine_load_sample (FlitzisEngine *self,
                                     guint          id,
                                     const char    *path,
                                     GError       **error);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_engine_load_sample_async (FlitzisEngine      *self,
                                       guint               id,
                                       const char         *path,
                                       GCancellable       *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer            user_data);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_engine_load_sample_finish (FlitzisEngine *self,
                                            GAsyncResult  *result,
                                            GError       **error);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_engine_load_file (FlitzisEngine *self,
                                   guint          id,
                                   GFile         *file,
                                   GCancellable  *cancellable,
                                   GError       **error);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_engine_load_file_async (FlitzisEngine      *self,
                                     guint               id,
                                     GFile              *file,
                                     GCancellable       *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer            user_data);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_engine_load_file_finish (FlitzisEngine *self,
                                          GAsyncResult  *result,
                                          GError       **error);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_engine_load_bytes (FlitzisEngine *self,
                                    guint          id,
                                    GBytes        *bytes,
                                    GCancellable  *cancellable,
                                    GError       **error);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_engine_load_bytes_async (FlitzisEngine      *self,
                                      guint               id,
                                      GBytes             *bytes,
                                      GCancellable       *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer            user_data);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_engine_load_bytes_finish (FlitzisEngine *self,
                                           GAsyncResult  *result,
                                           GError       **error);
FLITZIS_AVAILABLE_IN_ALL
guint flitzis_engine_add_sample (FlitzisEngine *self,
                                 const char    *path,
                                 GError       **error);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_engine_add_sample_async (FlitzisEngine      *self,
                                      const char         *path,
                                      GCancellable       *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer            user_data);
FLITZIS_AVAILABLE_IN_ALL
guint flitzis_engine_add_sample_finish (FlitzisEngine *self,
                                        GAsyncResult  *result,
                                        GError       **error);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_engine_set_sample (FlitzisEngine *self,
                                    guint          id,
                                    FlitzisSample *sample,
                                    GError       **error);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_engine_unload_sample (FlitzisEngine *self,
                                       guint          id,
                                       GError       **error);

FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_engine_add_layer (FlitzisEngine *self,
                                   guint          id,
                                   FlitzisSample *sample,
                                   double         low,
                                   double         high,
                                   GError       **error);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_engine_load_layer (FlitzisEngine *self,
                                    guint          id,
                                    const char    *path,
                                    double         low,
                                    double         high,
                                    GError       **error);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_engine_load_layer_async (FlitzisEngine      *self,
                                      guint               id,
                                      const char         *path,
                                      double              low,
                                      double              high,
                                      GCancellable       *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer            user_data);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_engine_load_layer_finish (FlitzisEngine *self,
                                           GAsyncResult  *result,
                                           GError       **error);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_engine_clear_layers (FlitzisEngine *self,
                                      guint          id,
                                      GError       **error);

FLITZIS_AVAILABLE_IN_ALL
guint64 flitzis_engine_play_sample (FlitzisEngine *self,
                                    guint          id,
                                    double         velocity,
                                    GError       **error);
FLITZIS_AVAILABLE_IN_ALL
guint64 flitzis_engine_play_sample_at (FlitzisEngine *self,
                                       guint          id,
                                       double         velocity,
                                       guint64        frame,
                                       GError       **error);
FLITZIS_AVAILABLE_IN_ALL
guint64 flitzis_engine_play_sample_at_beat (FlitzisEngine *self,
                                            guint          id,
                                            double         velocity,
                                            double         beat,
                                            GError       **error);
FLITZIS_AVAILABLE_IN_ALL
guint64 flitzis_engine_play (FlitzisEngine        *self,
                             const FlitzisTrigger *trigger,
                             GError              **error);
FLITZIS_AVAILABLE_IN_ALL
guint64 flitzis_engine_play_after (FlitzisEngine        *self,
                                   guint64               voice,
                                   const FlitzisTrigger *trigger,
                                   GError              **error);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_engine_stop_sample (FlitzisEngine *self,
                                     guint          id,
                                     GError       **error);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_engine_stop_sample_at (FlitzisEngine *self,
                                        guint          id,
                                        guint64        frame,
                                        GError       **error);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_engine_stop_all_samples (FlitzisEngine *self);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_engine_cancel_scheduled (FlitzisEngine *self);

FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_engine_tween_engine (FlitzisEngine      *self,
                                      double              value,
                                      const FlitzisTween *tween,
                                      GError            **error);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_engine_tween_slot (FlitzisEngine      *self,
                                    guint               id,
                                    FlitzisParameter    parameter,
                                    double              value,
                                    const FlitzisTween *tween,
                                    GError            **error);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_engine_tween_voice (FlitzisEngine      *self,
                                     guint64             voice,
                                     FlitzisParameter    parameter,
                                     double              value,
                                     const FlitzisTween *tween,
                                     GError            **error);

FLITZIS_AVAILABLE_IN_ALL
void flitzis_engine_stop_voice (FlitzisEngine *self,
                                guint64        voice);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_engine_stop_voice_with_fade (FlitzisEngine *self,
                                              guint64        voice,
                                              double         seconds,
                                              GError       **error);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_engine_set_voice_gain (FlitzisEngine *self,
                                        guint64        voice,
                                        double         gain,
                                        GError       **error);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_engine_set_voice_pan (FlitzisEngine *self,
                                       guint64        voice,
                                       double         pan,
                                       GError       **error);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_engine_set_voice_rate (FlitzisEngine *self,
                                        guint64        voice,
                                        double         rate,
                                        GError       **error);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_engine_seek_voice (FlitzisEngine *self,
                                    guint64        voice,
                                    guint64        frame,
                                    GError       **error);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_engine_pause_voice (FlitzisEngine *self,
                                 guint64        voice);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_engine_resume_voice (FlitzisEngine *self,
                                  guint64        voice);
FLITZIS_AVAILABLE_IN_ALL
gint64 flitzis_engine_get_voice_position (FlitzisEngine *self,
                                          guint64        voice);
FLITZIS_AVAILABLE_IN_ALL
gint64 flitzis_engine_get_voice_start_frame (FlitzisEngine *self,
                                             guint64        voice);

FLITZIS_AVAILABLE_IN_ALL
GBytes *flitzis_engine_render (FlitzisEngine *self,
                               guint          n_frames,
                               GError       **error);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_engine_render_to_file (FlitzisEngine *self,
                                        const char    *path,
                                        guint          n_frames,
                                        GError       **error);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_engine_render_to_file_async (FlitzisEngine        *self,
                                          const char           *path,
                                          guint                 n_frames,
                                          GCancellable         *cancellable,
                                          GFileProgressCallback progress,
                                          gpointer              progress_data,
                                          GDestroyNotify        progress_destroy,
                                          GAsyncReadyCallback   callback,
                                          gpointer              user_data);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_engine_render_to_file_finish (FlitzisEngine *self,
                                               GAsyncResult  *result,
                                               GError       **error);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_engine_export (FlitzisEngine *self,
                                GFile         *file,
                                guint          n_frames,
                                FlitzisExport *options,
                                GCancellable  *cancellable,
                                GError       **error);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_engine_export_async (FlitzisEngine        *self,
                                  GFile                *file,
                                  guint                 n_frames,
                                  FlitzisExport        *options,
                                  GCancellable         *cancellable,
                                  GFileProgressCallback progress,
                                  gpointer              progress_data,
                                  GDestroyNotify        progress_destroy,
                                  GAsyncReadyCallback   callback,
                                  gpointer              user_data);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_engine_export_finish (FlitzisEngine *self,
                                       GAsyncResult  *result,
                                       GError       **error);

G_END_DECLS
