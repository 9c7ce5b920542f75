/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-pad-private.h"
#include "kit/settings.h"

G_BEGIN_DECLS

/* What a reader makes of a kit's file, for FlitzisKit to take over. One thread. */
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

  GHashTable *warned;  /* messages without their place */
  GPtrArray  *sources; /* names of included files, for those who warn later */
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

/* The file that a kit names by a path relative to its folder, an absolute path or a URI, which is
 * not empty. */
GFile *flitzis_kit_draft_locate (FlitzisKitDraft *self,
                                 const char      *path);

/* The same, or NULL and a warning if it is not below the folder and may not be elsewhere. */
GFile *flitzis_kit_draft_resolve (FlitzisKitDraft *self,
                                  const char      *source,
                                  guint            line,
                                  const char      *path);

/* Sets a setting of a pad, and warns if it is out of range or no setting. */
void flitzis_kit_draft_set (FlitzisKitDraft *self,
                            const char      *source,
                            guint            line,
                            FlitzisPad      *pad,
                            const char      *setting,
                            GVariant        *value);

/* The pad is complete. If its layers share a gain, it becomes one of the pad. */
void flitzis_kit_draft_add_pad (FlitzisKitDraft *self,
                                guint            line,
                                FlitzisPad      *pad);

G_END_DECLS
