/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-pad-private.h"
#include "kit/settings.h"

G_BEGIN_DECLS

/* The contents of a kit's file. A reader collects them, and FlitzisKit takes them over. One thread
 * uses a draft. */
typedef struct
{
  GFile     *file;
  GFile     *folder;
  gboolean   may_leave; /* whether files may be outside the folder */
  char      *shown_name;
  char      *name;
  GVariant  *settings; /* a{sv}, of the engine and its clock */
  GPtrArray *pads;     /* of FlitzisPad */
  GPtrArray *warnings; /* of strings */

  GHashTable *warned;  /* the messages so far, without file and line */
  GPtrArray  *sources; /* names of included files, which later warnings use */
} FlitzisKitDraft;

FlitzisKitDraft *flitzis_kit_draft_new (GFile   *file,
                                        gboolean may_leave);
void             flitzis_kit_draft_free (FlitzisKitDraft *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FlitzisKitDraft, flitzis_kit_draft_free)

/* Adds “FILE:LINE: message”, the first time that the message comes. `source` is the name of an
 * included file, or NULL. */
void flitzis_kit_draft_warn (FlitzisKitDraft *self,
                             const char      *source,
                             guint            line,
                             const char      *format,
                             ...) G_GNUC_PRINTF (4, 5);

/* Returns the file that a kit names: by a path relative to the kit's folder, an absolute path, or a
 * URI. `path` is not empty. */
GFile *flitzis_kit_draft_locate (FlitzisKitDraft *self,
                                 const char      *path);

/* Does the same, but warns and returns NULL if the path is empty, or if the file is outside the
 * folder and may not be there. */
GFile *flitzis_kit_draft_resolve (FlitzisKitDraft *self,
                                  const char      *source,
                                  guint            line,
                                  const char      *path);

/* Sets a setting of a pad. Warns if the value is out of range, or if there is no such setting. */
void flitzis_kit_draft_set (FlitzisKitDraft *self,
                            const char      *source,
                            guint            line,
                            FlitzisPad      *pad,
                            const char      *setting,
                            GVariant        *value);

/* Adds a complete pad. If all its layers have the same gain, that becomes the gain of the pad. */
void flitzis_kit_draft_add_pad (FlitzisKitDraft *self,
                                guint            line,
                                FlitzisPad      *pad);

G_END_DECLS
