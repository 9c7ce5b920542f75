/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file that recorder.c and pulse-recorder.c record into, mapped, so that the tests read it
 * while they run: this head, and frames of stereo floats from byte 4096 on. */

#pragma once

#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#define N_CHANNELS 2
#define FRAME_SIZE (N_CHANNELS * sizeof (float))
#define MAX_FRAMES (32u << 20)
#define FRAMES_OFFSET 4096

struct head
{
  _Atomic uint64_t n_frames;
  _Atomic uint64_t n_missed;
  _Atomic uint64_t quantum;   /* frames of the graph's last cycle */
  _Atomic int64_t  origin_ns; /* when frame 0 was played, counted back from the newest */
};

/* NULL if it cannot be made. */
static inline struct head *
map_head (const char *path)
{
  size_t size = FRAMES_OFFSET + MAX_FRAMES * FRAME_SIZE;
  int    fd = open (path, O_RDWR | O_CREAT | O_TRUNC, 0600);

  if (fd < 0 || ftruncate (fd, size) != 0)
    return NULL;

  struct head *head = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

  return head != MAP_FAILED ? head : NULL;
}

static inline float *
get_frames (struct head *head)
{
  return (float *) ((char *) head + FRAMES_OFFSET);
}
