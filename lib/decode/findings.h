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
} FlitzisFindings;

/* `header` must stay for as long as the findings do. */
void flitzis_findings_init (FlitzisFindings     *self,
                            const FlitzisHeader *header);
void flitzis_findings_clear (FlitzisFindings *self);

/* Ends the decoding with the first error. Takes it. */
void flitzis_findings_refuse (FlitzisFindings *self,
                              GError          *error);

/* The error, once, or NULL. Elements fail as well then, but do not know why. */
GError *flitzis_findings_steal_error (FlitzisFindings *self);

/* Data is missing: the frames end there. */
void flitzis_findings_set_gap (FlitzisFindings *self);

/* The first audio stream is decoded. */
void flitzis_findings_set_stream (FlitzisFindings *self);

/* A stream of the file or in it, by its caps; `is_missing`: nothing decodes it. */
void flitzis_findings_add_caps (FlitzisFindings *self,
                                GstCaps         *caps,
                                gboolean         is_missing);

/* An element that decodebin has chosen. */
void flitzis_findings_add_element (FlitzisFindings *self,
                                   GstElement      *element);

/* Whether a decoder should get no more data. */
gboolean flitzis_findings_are_over (FlitzisFindings *self);

gboolean flitzis_findings_have_stream (FlitzisFindings *self);
gboolean flitzis_findings_have_gap (FlitzisFindings *self);

/* Sets the error if nothing here decodes such a file; FALSE if it rather is broken. */
gboolean flitzis_findings_explain (FlitzisFindings *self,
                                   GError         **error);

/* An error for a rate that GStreamer had better not see, or NULL. */
GError *flitzis_findings_check_rate (guint32 rate);

G_END_DECLS
