/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "decode/elements.h"

G_BEGIN_DECLS

/* What decodebin finds in a file. Zero-initialised is nothing. */
typedef struct
{
  /* any thread, once each */
  gpointer has_element;
  gpointer has_audio;
  gpointer missing_decoder; /* its description */
  gpointer other_decoder;   /* of what is no audio */
} FlitzisFindings;

/* Before it starts. The findings must stay for as long as the elements run. */
void flitzis_findings_watch (FlitzisFindings *self,
                             FlitzisElements *elements);

/* Sets the error where nothing here decodes such a file; FALSE where it rather is broken. */
gboolean flitzis_findings_refuse (FlitzisFindings     *self,
                                  const FlitzisHeader *header,
                                  GError             **error);

void flitzis_findings_clear (FlitzisFindings *self);

G_END_DECLS
