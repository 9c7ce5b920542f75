/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-enums.h"

/* clang-format off */
G_DEFINE_ENUM_TYPE (FlitzisTriggerTiming, flitzis_trigger_timing,
                    G_DEFINE_ENUM_VALUE (FLITZIS_TRIGGER_TIMING_SOONEST, "soonest"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_TRIGGER_TIMING_CONSTANT, "constant"))

G_DEFINE_ENUM_TYPE (FlitzisQuantize, flitzis_quantize,
                    G_DEFINE_ENUM_VALUE (FLITZIS_QUANTIZE_NONE, "none"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_QUANTIZE_STEP, "step"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_QUANTIZE_BEAT, "beat"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_QUANTIZE_BAR, "bar"))

G_DEFINE_ENUM_TYPE (FlitzisOutput, flitzis_output,
                    G_DEFINE_ENUM_VALUE (FLITZIS_OUTPUT_AUTO, "auto"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_OUTPUT_PIPEWIRE, "pipewire"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_OUTPUT_PULSE, "pulse"))

G_DEFINE_ENUM_TYPE (FlitzisSteal, flitzis_steal,
                    G_DEFINE_ENUM_VALUE (FLITZIS_STEAL_OLDEST, "oldest"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_STEAL_QUIETEST, "quietest"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_STEAL_REJECT, "reject"))

G_DEFINE_ENUM_TYPE (FlitzisRetrigger, flitzis_retrigger,
                    G_DEFINE_ENUM_VALUE (FLITZIS_RETRIGGER_OVERLAP, "overlap"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_RETRIGGER_RESTART, "restart"))

G_DEFINE_ENUM_TYPE (FlitzisInterpolation, flitzis_interpolation,
                    G_DEFINE_ENUM_VALUE (FLITZIS_INTERPOLATION_LINEAR, "linear"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_INTERPOLATION_SINC, "sinc"))

G_DEFINE_ENUM_TYPE (FlitzisState, flitzis_state,
                    G_DEFINE_ENUM_VALUE (FLITZIS_STATE_STOPPED, "stopped"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_STATE_STARTING, "starting"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_STATE_RUNNING, "running"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_STATE_RECONNECTING, "reconnecting"))

G_DEFINE_ENUM_TYPE (FlitzisEndReason, flitzis_end_reason,
                    G_DEFINE_ENUM_VALUE (FLITZIS_END_REASON_FINISHED, "finished"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_END_REASON_STOPPED, "stopped"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_END_REASON_STOLEN, "stolen"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_END_REASON_CHOKED, "choked"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_END_REASON_UNLOADED, "unloaded"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_END_REASON_REJECTED, "rejected"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_END_REASON_CANCELLED, "cancelled"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_END_REASON_FAILED, "failed"))

G_DEFINE_ENUM_TYPE (FlitzisStorage, flitzis_storage,
                    G_DEFINE_ENUM_VALUE (FLITZIS_STORAGE_MEMORY, "memory"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_STORAGE_STREAM, "stream"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_STORAGE_AUTO, "auto"))

G_DEFINE_ENUM_TYPE (FlitzisVariation, flitzis_variation,
                    G_DEFINE_ENUM_VALUE (FLITZIS_VARIATION_VELOCITY, "velocity"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_VARIATION_ROUND_ROBIN, "round-robin"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_VARIATION_RANDOM, "random"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_VARIATION_RANDOM_NO_REPEAT, "random-no-repeat"))

G_DEFINE_ENUM_TYPE (FlitzisParameter, flitzis_parameter,
                    G_DEFINE_ENUM_VALUE (FLITZIS_PARAMETER_GAIN, "gain"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_PARAMETER_PAN, "pan"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_PARAMETER_RATE, "rate"))

G_DEFINE_ENUM_TYPE (FlitzisCurve, flitzis_curve,
                    G_DEFINE_ENUM_VALUE (FLITZIS_CURVE_LINEAR, "linear"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_CURVE_DECIBEL, "decibel"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_CURVE_SMOOTH, "smooth"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_CURVE_EQUAL_POWER, "equal-power"))

G_DEFINE_FLAGS_TYPE (FlitzisKitFlags, flitzis_kit_flags,
                     G_DEFINE_ENUM_VALUE (FLITZIS_KIT_FLAGS_NONE, "none"),
                     G_DEFINE_ENUM_VALUE (FLITZIS_KIT_FLAGS_ANY_FOLDER, "any-folder"),
                     G_DEFINE_ENUM_VALUE (FLITZIS_KIT_FLAGS_COLLECT, "collect"))

G_DEFINE_ENUM_TYPE (FlitzisBitDepth, flitzis_bit_depth,
                    G_DEFINE_ENUM_VALUE (FLITZIS_BIT_DEPTH_AUTO, "auto"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_BIT_DEPTH_INT16, "int16"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_BIT_DEPTH_INT24, "int24"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_BIT_DEPTH_FLOAT32, "float32"))

G_DEFINE_ENUM_TYPE (FlitzisNormalize, flitzis_normalize,
                    G_DEFINE_ENUM_VALUE (FLITZIS_NORMALIZE_NONE, "none"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_NORMALIZE_PEAK, "peak"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_NORMALIZE_LOUDNESS, "loudness"))
/* clang-format on */
