/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "owner.h"

#include "atomics.h"

bool
flitzis_mixer_try_own (FlitzisMixer *mixer, FlitzisOwner owner) FLITZIS_REALTIME
{
  uint32_t none = FLITZIS_OWNER_NONE;

  return atomic_compare_exchange_strong_explicit (&mixer->owner, &none, owner,
                                                  memory_order_acquire, memory_order_relaxed);
}

void
flitzis_mixer_disown (FlitzisMixer *mixer) FLITZIS_REALTIME
{
  atomic_store_explicit (&mixer->owner, FLITZIS_OWNER_NONE, memory_order_release);
}

bool
flitzis_mixer_is_in_block (FlitzisMixer *mixer)
{
  /* writes the value back, so that every later block sees all that was written before this */
  return atomic_fetch_or_explicit (&mixer->owner, 0, memory_order_acq_rel) ==
         FLITZIS_OWNER_CALLBACK;
}

bool
flitzis_mixer_is_streaming (FlitzisMixer *mixer)
{
  return flitzis_get (mixer->streaming);
}

void
flitzis_mixer_set_streaming (FlitzisMixer *mixer, bool streaming)
{
  flitzis_set (mixer->streaming, streaming);
  atomic_fetch_add_explicit (&mixer->run, 1, memory_order_relaxed);
}
