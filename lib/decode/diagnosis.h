/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "decode/header.h"

#include <gst/gst.h>

G_BEGIN_DECLS

/* What GStreamer's threads find out about a file while it is decoded. */
typedef struct
{
  /* constant */
  const FlitzisHeader *header;

  /* any thread, under the lock */
  GMutex   lock;
  GError  *error;
  gboolean is_refused; /* there was an error */
  gboolean has_gap;
  gboolean has_stream;  /* of audio that is decoded */
  gboolean has_audio;   /* of any kind */
  gboolean has_element; /* that takes the file apart or decodes it */
  char    *missing_decoder;
  char    *other_decoder; /* of something that is not audio */
} FlitzisDiagnosis;

/* `header` must stay for as long as the diagnosis does. */
void flitzis_diagnosis_init (FlitzisDiagnosis    *self,
                             const FlitzisHeader *header);
void flitzis_diagnosis_clear (FlitzisDiagnosis *self);

/* Ends the decoding with the first error. Takes it. */
void flitzis_diagnosis_refuse (FlitzisDiagnosis *self,
                               GError           *error);

/* The error, once, or NULL. Elements fail as well then, but do not know why. */
GError *flitzis_diagnosis_steal_error (FlitzisDiagnosis *self);

/* Data is missing: the frames end there. */
void flitzis_diagnosis_set_gap (FlitzisDiagnosis *self);

/* The first audio stream is decoded. */
void flitzis_diagnosis_set_stream (FlitzisDiagnosis *self);

/* A stream of the file or in it, by its caps; `is_missing`: nothing decodes it. */
void flitzis_diagnosis_add_caps (FlitzisDiagnosis *self,
                                 GstCaps          *caps,
                                 gboolean          is_missing);

/* An element that decodebin has chosen. */
void flitzis_diagnosis_add_element (FlitzisDiagnosis *self,
                                    GstElement       *element);

/* Whether a decoder should get no more data. */
gboolean flitzis_diagnosis_is_over (FlitzisDiagnosis *self);

gboolean flitzis_diagnosis_has_stream (FlitzisDiagnosis *self);
gboolean flitzis_diagnosis_has_gap (FlitzisDiagnosis *self);

/* Sets the error if nothing here decodes such a file; FALSE if it rather is broken. */
gboolean flitzis_diagnosis_explain (FlitzisDiagnosis *self,
                                    GError          **error);

/* An error for a rate that GStreamer had better not see, or NULL. */
GError *flitzis_diagnosis_check_rate (guint32 rate);

G_END_DECLS
