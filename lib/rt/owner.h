/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "realtime.h"
#include "mixer-state.h"

#include <stdbool.h>

/* The owner of the mixer, which alone may touch it. */
typedef enum
{
  FLITZIS_OWNER_NONE,
  FLITZIS_OWNER_CALLBACK,
  FLITZIS_OWNER_OFFLINE,
  FLITZIS_OWNER_CONTROL
} FlitzisOwner;

/* Never waits; returns false while the mixer has another owner. */
bool flitzis_mixer_try_own (FlitzisMixer *mixer,
                            FlitzisOwner  owner) FLITZIS_REALTIME;
void flitzis_mixer_disown (FlitzisMixer *mixer) FLITZIS_REALTIME;

/* For the output, which sets a pointer that the callback reads as the owner. While this returns
 * true, a block that uses the old pointer may be under way. Each later block uses the new
 * pointer. */
bool flitzis_mixer_is_in_block (FlitzisMixer *mixer);

bool flitzis_mixer_is_streaming (FlitzisMixer *mixer);
void flitzis_mixer_set_streaming (FlitzisMixer *mixer,
                                  bool          streaming);
