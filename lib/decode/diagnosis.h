/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "decode/header.h"

#include <gst/gst.h>

G_BEGIN_DECLS

/* The findings of GStreamer's threads about a file while it is decoded. */
typedef struct
{
  /* constant */
  const FlitzisHeader *header;

  /* any thread, under the lock */
  GMutex   lock;
  GError  *error;
  gboolean is_refused; /* there was an error */
  gboolean has_gap;
  gboolean has_stream;  /* an audio stream that is decoded */
  gboolean has_audio;   /* an audio stream, decoded or not */
  gboolean has_element; /* an element that demuxes or decodes the file */
  char    *missing_decoder;
  char    *other_decoder; /* for a stream that is not audio */
} FlitzisDiagnosis;

/* `header` must outlive the diagnosis. */
void flitzis_diagnosis_init (FlitzisDiagnosis    *self,
                             const FlitzisHeader *header);
void flitzis_diagnosis_clear (FlitzisDiagnosis *self);

/* Ends the decoding with the first error. Takes the error. */
void flitzis_diagnosis_refuse (FlitzisDiagnosis *self,
                               GError           *error);

/* Returns the error, once, or NULL. Elements fail as well then, but do not know the cause. */
GError *flitzis_diagnosis_steal_error (FlitzisDiagnosis *self);

/* Called if data is missing: the frames end there. */
void flitzis_diagnosis_set_gap (FlitzisDiagnosis *self);

/* Called when the first audio stream is decoded. */
void flitzis_diagnosis_set_stream (FlitzisDiagnosis *self);

/* Notes a stream of the file, with its caps; `is_missing`: there is no decoder for it. */
void flitzis_diagnosis_add_caps (FlitzisDiagnosis *self,
                                 GstCaps          *caps,
                                 gboolean          is_missing);

/* Notes an element that decodebin has chosen. */
void flitzis_diagnosis_add_element (FlitzisDiagnosis *self,
                                    GstElement       *element);

/* Returns whether a decoder should get no more data. */
gboolean flitzis_diagnosis_is_over (FlitzisDiagnosis *self);

gboolean flitzis_diagnosis_has_stream (FlitzisDiagnosis *self);
gboolean flitzis_diagnosis_has_gap (FlitzisDiagnosis *self);

/* Sets the error if no decoder here takes such a file. Returns FALSE if the file is broken
 * instead. */
gboolean flitzis_diagnosis_explain (FlitzisDiagnosis *self,
                                    GError          **error);

/* Returns an error for a rate that GStreamer must not see, or NULL. */
GError *flitzis_diagnosis_check_rate (guint32 rate);

G_END_DECLS
