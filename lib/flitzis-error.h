/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-macros.h"

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * FlitzisEngineError:
 * @FLITZIS_ENGINE_ERROR_INVALID_SLOT: the engine has no slot of this number
 * @FLITZIS_ENGINE_ERROR_INVALID_VALUE: an argument or a field is out of range, is missing, or does
 *   not go with another one
 * @FLITZIS_ENGINE_ERROR_UNSUPPORTED: the data are not audio, or not a kit; or their channels cannot
 *   be mixed down; or a decoder, an encoder or a library is not installed; or a sample or a file
 *   cannot be streamed in this way
 * @FLITZIS_ENGINE_ERROR_CORRUPT: the decoder gave up, or nothing could be decoded, or a kit is
 *   broken
 * @FLITZIS_ENGINE_ERROR_TOO_LARGE: the engine would exceed its `memory-limit`, or the slot has as
 *   many layers as it can have
 * @FLITZIS_ENGINE_ERROR_OUTPUT: no sound server can be reached, or the server refused
 * @FLITZIS_ENGINE_ERROR_BUSY: the command queue is full, too many voices or events wait, no slot is
 *   free, or the call needs a stopped engine and the engine is running
 * @FLITZIS_ENGINE_ERROR_FORKED: the process is a fork of one that had made an engine
 *
 * The errors of calls to an engine.
 *
 * Errors of the file system (not found, no permission, a directory) and cancelled calls have the
 * domain `G_IO_ERROR` instead. A call that fails changes nothing, unless its description says
 * otherwise.
 */
typedef enum
{
  FLITZIS_ENGINE_ERROR_INVALID_SLOT,
  FLITZIS_ENGINE_ERROR_INVALID_VALUE,
  FLITZIS_ENGINE_ERROR_UNSUPPORTED,
  FLITZIS_ENGINE_ERROR_CORRUPT,
  FLITZIS_ENGINE_ERROR_TOO_LARGE,
  FLITZIS_ENGINE_ERROR_OUTPUT,
  FLITZIS_ENGINE_ERROR_BUSY,
  FLITZIS_ENGINE_ERROR_FORKED
} FlitzisEngineError;

#define FLITZIS_ENGINE_ERROR (flitzis_engine_error_quark ())
#define FLITZIS_TYPE_ENGINE_ERROR (flitzis_engine_error_get_type ())

FLITZIS_AVAILABLE_IN_ALL
GQuark flitzis_engine_error_quark (void);
FLITZIS_AVAILABLE_IN_ALL
GType flitzis_engine_error_get_type (void);

G_END_DECLS
