/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-engine.h"
#include "flitzis-enums.h"
#include "flitzis-macros.h"
#include "flitzis-pad.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define FLITZIS_TYPE_KIT (flitzis_kit_get_type ())

FLITZIS_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (FlitzisKit, flitzis_kit, FLITZIS, KIT, GObject)

FLITZIS_AVAILABLE_IN_ALL
FlitzisKit *flitzis_kit_new_for_file (GFile          *file,
                                      FlitzisKitFlags flags,
                                      GCancellable   *cancellable,
                                      GError        **error);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_kit_new_for_file_async (GFile              *file,
                                     FlitzisKitFlags     flags,
                                     GCancellable       *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer            user_data);
FLITZIS_AVAILABLE_IN_ALL
FlitzisKit *flitzis_kit_new_for_file_finish (GAsyncResult *result,
                                             GError      **error);

FLITZIS_AVAILABLE_IN_ALL
GFile *flitzis_kit_get_file (FlitzisKit *self);
FLITZIS_AVAILABLE_IN_ALL
const char *flitzis_kit_get_name (FlitzisKit *self);
FLITZIS_AVAILABLE_IN_ALL
GVariant *flitzis_kit_get_settings (FlitzisKit *self);
FLITZIS_AVAILABLE_IN_ALL
const char *const *flitzis_kit_get_warnings (FlitzisKit *self);

FLITZIS_AVAILABLE_IN_ALL
char **flitzis_kit_apply (FlitzisKit    *self,
                          FlitzisEngine *engine,
                          guint          first_slot,
                          GCancellable  *cancellable,
                          GError       **error);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_kit_apply_async (FlitzisKit           *self,
                              FlitzisEngine        *engine,
                              guint                 first_slot,
                              GCancellable         *cancellable,
                              GFileProgressCallback progress,
                              gpointer              progress_data,
                              GDestroyNotify        progress_destroy,
                              GAsyncReadyCallback   callback,
                              gpointer              user_data);
FLITZIS_AVAILABLE_IN_ALL
char **flitzis_kit_apply_finish (FlitzisKit   *self,
                                 GAsyncResult *result,
                                 GError      **error);

FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_kit_save (FlitzisKit     *self,
                           GFile          *file,
                           FlitzisKitFlags flags,
                           GCancellable   *cancellable,
                           GError        **error);
FLITZIS_AVAILABLE_IN_ALL
void flitzis_kit_save_async (FlitzisKit         *self,
                             GFile              *file,
                             FlitzisKitFlags     flags,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data);
FLITZIS_AVAILABLE_IN_ALL
gboolean flitzis_kit_save_finish (FlitzisKit   *self,
                                  GAsyncResult *result,
                                  GError      **error);

G_END_DECLS
