/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-error.h"

/**
 * flitzis_engine_error_quark:
 *
 * Gets the domain of the errors of engines.
 *
 * Returns: the domain, `FLITZIS_ENGINE_ERROR`
 */
/* clang-format off */
G_DEFINE_QUARK (flitzis-engine-error-quark, flitzis_engine_error)

G_DEFINE_ENUM_TYPE (FlitzisEngineError, flitzis_engine_error,
                    G_DEFINE_ENUM_VALUE (FLITZIS_ENGINE_ERROR_INVALID_SLOT, "invalid-slot"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_ENGINE_ERROR_INVALID_VALUE, "invalid-value"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_ENGINE_ERROR_UNSUPPORTED, "unsupported"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_ENGINE_ERROR_CORRUPT, "corrupt"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_ENGINE_ERROR_TOO_LARGE, "too-large"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_ENGINE_ERROR_OUTPUT, "output"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_ENGINE_ERROR_BUSY, "busy"),
                    G_DEFINE_ENUM_VALUE (FLITZIS_ENGINE_ERROR_FORKED, "forked"))
/* clang-format on */
