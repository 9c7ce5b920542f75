/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "pool.h"

/* Begins a voice whose sample is streamed, at frame `start` of the sample; there must be a free
 * ring. An `end` of 0 is the sample's end. */
void flitzis_pool_begin_stream (FlitzisPool  *pool,
                                FlitzisVoice *voice,
                                uint32_t      start,
                                uint32_t      end) FLITZIS_REALTIME;

/* Moves a streamed voice to a frame of its sample. Returns false if the sound has ended there. */
bool flitzis_pool_seek_stream (FlitzisPool  *pool,
                               FlitzisVoice *voice,
                               uint64_t      frame) FLITZIS_REALTIME;

/*
 * Looks at the rings before the next chunk is rendered, from frame `now` of the mixer on. A voice
 * whose ring runs dry fades out and stands still, and goes on when there is more. Offline, a voice
 * waits instead: false means that nothing may be rendered yet.
 */
bool flitzis_pool_follow_rings (FlitzisPool *pool,
                                bool         is_offline,
                                uint64_t     now) FLITZIS_REALTIME;

/* Gives the frames that were heard back to the feeders. */
void flitzis_pool_release_rings (FlitzisPool *pool) FLITZIS_REALTIME;
