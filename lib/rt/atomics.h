/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <stdatomic.h>

/*
 * The rule for atomics. A setting or a counter does not depend on other memory, so it is read and
 * written relaxed, with these functions. An atomic that announces other memory is released by its
 * writer and acquired by its reader, with the full C functions: a queue's index, a record's
 * sequence, the mixer's owner, a voice's place, and the count of changes.
 */
#define flitzis_get(field) atomic_load_explicit (&(field), memory_order_relaxed)
#define flitzis_set(field, value) atomic_store_explicit (&(field), value, memory_order_relaxed)
#define flitzis_exchange(field, value) \
  atomic_exchange_explicit (&(field), value, memory_order_relaxed)
