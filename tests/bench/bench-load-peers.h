/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <glib.h>

/*
 * Other libraries' ways from a file to interleaved floats at 48 kHz, all of them in memory. Where
 * the rate is another, each converts with the filter that Flitzis has, as far as it can be set:
 * flat to 20 kHz, 100 dB down from 22.05 kHz on. They return the number of frames.
 */

#ifdef HAVE_SNDFILE
gsize bench_load_sndfile_soxr (const char *path);
gsize bench_load_sndfile_samplerate (const char *path);
#endif

#ifdef HAVE_FFMPEG
gsize bench_load_ffmpeg (const char *path);
#endif
