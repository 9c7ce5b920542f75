/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "realtime.h"
#include "mixer-state.h"

#include <stdbool.h>

/* Who may touch the mixer now. */
typedef enum
{
  FLITZIS_OWNER_NONE,
  FLITZIS_OWNER_CALLBACK,
  FLITZIS_OWNER_OFFLINE,
  FLITZIS_OWNER_CONTROL
} FlitzisOwner;

/* Never waits; false while another owner is at work. */
bool flitzis_mixer_try_own (FlitzisMixer *mixer,
                            FlitzisOwner  owner) FLITZIS_REALTIME;
void flitzis_mixer_disown (FlitzisMixer *mixer) FLITZIS_REALTIME;

/* For the output, which sets a pointer that the callback reads as the owner: while this is true, a
 * block may be under way that still uses the old one. Each block that begins later has the new. */
bool flitzis_mixer_is_in_block (FlitzisMixer *mixer);

bool flitzis_mixer_is_streaming (FlitzisMixer *mixer);
void flitzis_mixer_set_streaming (FlitzisMixer *mixer,
                                  bool          streaming);
