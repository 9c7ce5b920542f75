/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <stdatomic.h>

/*
 * The rule for atomics. A setting or a counter stands for itself alone, so it is read and written
 * relaxed, with these. Whatever announces other memory - a queue's index, a record's sequence, the
 * mixer's owner, a voice's place, the count of changes - is released by its writer and acquired by
 * its reader, in full words at its place.
 */
#define flitzis_get(field) atomic_load_explicit (&(field), memory_order_relaxed)
#define flitzis_set(field, value) atomic_store_explicit (&(field), value, memory_order_relaxed)
