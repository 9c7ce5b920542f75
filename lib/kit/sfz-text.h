/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "kit/draft.h"

G_BEGIN_DECLS

/*
 * Reads the text of an SFZ file: removes comments, follows #include, replaces variables of #define,
 * and calls these functions for headers and opcodes. Both get the place for warnings; `source` is
 * NULL or lives as long as the draft.
 */
typedef struct
{
  void (*header) (const char *name, const char *source, guint line, gpointer user_data);
  void (*opcode) (
      const char *name,
      const char *value,
      const char *source,
      guint       line,
      gpointer    user_data);
} FlitzisSfzFuncs;

gboolean flitzis_sfz_text_read (FlitzisKitDraft       *draft,
                                const char            *text,
                                const FlitzisSfzFuncs *funcs,
                                gpointer               user_data,
                                GCancellable          *cancellable,
                                GError               **error);

G_END_DECLS
