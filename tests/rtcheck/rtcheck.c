/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * Watches the audio callback of the program it is preloaded into, and writes what it saw when that
 * ends. A callback lies between the pw_stream_dequeue_buffer and the pw_stream_queue_buffer of one
 * thread, both included, so the library needs no marks. With PulseAudio it lies between the
 * pa_stream_begin_write and the pa_stream_write, which are left out: they take libpulse's own locks
 * and buffers, in an ordinary thread. In a callback an offence is:
 *
 * - a call of a function that stubs.S stands in for: the allocator, locks, streams, all of GLib;
 * - any system call, also one that the C library makes inside or that an instruction makes in line:
 *   the kernel's Syscall User Dispatch turns each into a signal;
 * - a voluntary context switch, the sign of a wait that took no system call: a fault that has to
 *   read or to wait for a lock of the kernel;
 * - a page fault. The kernel counts them without their addresses, so all that a callback touches
 *   beside the memory of the engine is made present first: the buffer it fills, its stack, the
 *   code. What PipeWire shares with its clients beside the buffers it cannot know: a thread's first
 *   block is not examined for faults. What is left is the engine's own, the mixer or a sample.
 *
 * A fork makes the stack fault, and wait for it: a callback in which the process forks is examined
 * for neither.
 *
 * A callback is not watched any further after its first offence, so that nothing which the offender
 * needs for itself, or which this file does to write it down, is told a second time.
 *
 * FLITZIS_RTCHECK names the file to write: the number of callbacks, of those that were examined for
 * faults, and of offences, and the first of these with the way there.
 */

#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <pipewire/pipewire.h>
#include <pthread.h>
#include <pulse/stream.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#ifndef __x86_64__
#error "stubs.S and the length of the instruction that makes a system call are those of x86-64"
#endif

#define PAGE_SIZE 4096
#define STACK_SIZE (64 * 1024) /* more than a callback may use */
#define CALLERS_SIZE 1024      /* of the frames of the callback and of what it calls first */
#define SYSCALL_SIZE 2         /* of the instruction */

#define MAX_OFFENCES 32 /* that are written in full */
#define MAX_FRAMES 24

typedef struct
{
  bool          is_prepared;
  bool          is_inside;    /* a callback */
  bool          has_offended; /* in this callback */
  bool          is_watched;
  unsigned      n_blocks;
  struct rusage usage; /* when the callback began */
  int           n_fork_steps;

  /* The kernel reads it at each system call of the thread. */
  volatile char selector;
} Thread;

typedef struct
{
  const char *what;
  long        number;
  void       *frames[MAX_FRAMES];
  int         n_frames;
} Offence;

/* stubs.S: the names it stands in for, and the functions behind them, found when first called */
extern const char *const rtcheck_names[];
extern void             *rtcheck_functions[];

void *rtcheck_pass (uint32_t index);
void  rtcheck_fork (void);
void  __libc_free (void *block); /* the C library's, under a name that no stub has */

/* Not allocated at the first use in a thread, as other models of thread-local storage are. */
static _Thread_local Thread self __attribute__ ((tls_model ("initial-exec")));

static Offence         offences[MAX_OFFENCES];
static _Atomic int     n_offences;
static _Atomic int64_t n_callbacks;
static _Atomic int64_t n_examined;   /* callbacks, for page faults */
static _Atomic int     n_fork_steps; /* two each: before it and after it */

static void
watch (void)
{
  self.is_watched = true;
  self.selector = SYSCALL_DISPATCH_FILTER_BLOCK;
}

static void
unwatch (void)
{
  self.selector = SYSCALL_DISPATCH_FILTER_ALLOW;
  self.is_watched = false;
}

static void
offend (const char *what, long number)
{
  int      n;
  Offence *offence;

  unwatch ();
  self.has_offended = true;
  n = atomic_fetch_add (&n_offences, 1);

  if (n >= MAX_OFFENCES)
    return;

  offence = &offences[n];
  offence->what = what;
  offence->number = number;
  offence->n_frames = backtrace (offence->frames, MAX_FRAMES);
}

/* Called by the stubs; returns the function that the caller meant. */
void *
rtcheck_pass (uint32_t index)
{
  if (self.is_watched)
    offend (rtcheck_names[index], 0);

  if (rtcheck_functions[index] != NULL)
    return rtcheck_functions[index];

  /* dlsym allocates only where it finds nothing, but then frees that the next time */
  if (strcmp (rtcheck_names[index], "free") == 0)
    rtcheck_functions[index] = (void *) __libc_free;
  else
    rtcheck_functions[index] = dlsym (RTLD_NEXT, rtcheck_names[index]);

  return rtcheck_functions[index];
}

/* A system call was made while the selector blocked them. It is made again, unwatched. */
static void
system_call_cb (int signal_number, siginfo_t *info, void *data)
{
  ucontext_t *context = data;

  offend ("system call", info->si_syscall);
  context->uc_mcontext.gregs[REG_RIP] -= SYSCALL_SIZE;
}

/* Makes what is not the engine's present. */

static void
touch (const void *start, size_t size)
{
  const volatile char *bytes = start;

  for (size_t i = 0; i < size; i += PAGE_SIZE)
    (void) bytes[i];

  if (size > 0)
    (void) bytes[size - 1];
}

static void
touch_for_writing (void *start, size_t size)
{
  volatile char *bytes = start;

  for (size_t i = 0; i < size; i += PAGE_SIZE)
    bytes[i] = bytes[i];

  if (size > 0)
    bytes[size - 1] = bytes[size - 1];
}

/* Below here, and above, where the frame of the callback itself is: the process may have forked
 * since that was laid out. */
static void __attribute__ ((noinline))
touch_stack (void)
{
  char stack[STACK_SIZE];

  touch_for_writing (stack, sizeof stack);
  touch_for_writing (__builtin_frame_address (0), CALLERS_SIZE);
}

/* Others than these do not run in a callback, or the stubs tell. */
static int
touch_code (struct dl_phdr_info *info, size_t size, void *data)
{
  static const char *const files[] = { "flitzis", "rtcheck", "pipewire", "libspa",
                                       "libc.so", "libm.so", "ld-linux" };
  bool                     is_called = false;

  for (size_t i = 0; i < SPA_N_ELEMENTS (files); i++)
    is_called = is_called || strstr (info->dlpi_name, files[i]) != NULL;

  for (int i = 0; is_called && i < info->dlpi_phnum; i++)
    {
      const ElfW (Phdr) *header = &info->dlpi_phdr[i];

      if (header->p_type == PT_LOAD && (header->p_flags & PF_R) != 0)
        {
          const void *start = (const void *) (info->dlpi_addr + header->p_vaddr);

          touch (start, header->p_memsz);
          /* the kernel may take pages of files back at any time */
          mlock (start, header->p_memsz);
        }
    }

  return 0;
}

static void
touch_buffer (struct pw_buffer *buffer)
{
  struct spa_buffer *spa_buffer = buffer->buffer;

  for (uint32_t i = 0; i < spa_buffer->n_datas; i++)
    {
      if (spa_buffer->datas[i].data != NULL)
        touch_for_writing (spa_buffer->datas[i].data, spa_buffer->datas[i].maxsize);

      touch_for_writing (spa_buffer->datas[i].chunk, sizeof *spa_buffer->datas[i].chunk);
    }
}

/* The callback. */

static void
prepare_thread (void)
{
  if (self.is_prepared)
    return;

  unwatch ();

  if (prctl (PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, 0, 0, &self.selector) != 0)
    {
      perror ("rtcheck: this kernel has no Syscall User Dispatch");
      _exit (2);
    }

  dl_iterate_phdr (touch_code, NULL);
  self.is_prepared = true;
}

/* Whether the process has forked since the callback began, or is about to. */
static bool
has_forked (void)
{
  return self.n_fork_steps % 2 != 0 || self.n_fork_steps != atomic_load (&n_fork_steps);
}

static void
compare_usage (void)
{
  struct rusage now;
  long          n_faults, n_switches;

  getrusage (RUSAGE_THREAD, &now);
  n_faults = now.ru_minflt + now.ru_majflt - self.usage.ru_minflt - self.usage.ru_majflt;
  n_switches = now.ru_nvcsw - self.usage.ru_nvcsw;

  if (has_forked ())
    return;

  if (n_switches > 0)
    offend ("context switch", n_switches);

  if (self.n_blocks == 1)
    return;

  atomic_fetch_add (&n_examined, 1);

  /* writing an offence down may fault, too */
  if (n_faults > 0 && !self.has_offended)
    offend ("page fault", n_faults);
}

static void
enter (void)
{
  self.has_offended = false;
  self.n_fork_steps = atomic_load (&n_fork_steps);
  touch_stack ();
  self.n_blocks++;
  self.is_inside = true;
  getrusage (RUSAGE_THREAD, &self.usage);
}

static void
leave (void)
{
  self.is_inside = false;
  atomic_fetch_add (&n_callbacks, 1);
}

struct pw_buffer *
pw_stream_dequeue_buffer (struct pw_stream *stream)
{
  static struct pw_buffer *(*dequeue) (struct pw_stream * stream);
  struct pw_buffer *buffer;

  if (dequeue == NULL)
    dequeue = dlsym (RTLD_NEXT, "pw_stream_dequeue_buffer");

  prepare_thread ();
  watch ();
  buffer = dequeue (stream);
  unwatch ();

  if (buffer == NULL)
    return NULL;

  touch_buffer (buffer);
  enter ();
  watch ();

  return buffer;
}

int
pw_stream_queue_buffer (struct pw_stream *stream, struct pw_buffer *buffer)
{
  static int (*queue) (struct pw_stream * stream, struct pw_buffer * buffer);
  int result;

  unwatch ();

  if (queue == NULL)
    queue = dlsym (RTLD_NEXT, "pw_stream_queue_buffer");

  if (!self.is_inside)
    return queue (stream, buffer);

  compare_usage ();

  if (!self.has_offended)
    watch ();

  result = queue (stream, buffer);
  unwatch ();
  leave ();

  return result;
}

int
pa_stream_begin_write (pa_stream *stream, void **data, size_t *n_bytes)
{
  static int (*begin_write) (pa_stream * stream, void **data, size_t *n_bytes);
  int result;

  if (begin_write == NULL)
    begin_write = dlsym (RTLD_NEXT, "pa_stream_begin_write");

  prepare_thread ();
  result = begin_write (stream, data, n_bytes);

  if (result < 0 || *data == NULL)
    return result;

  touch_for_writing (*data, *n_bytes);
  enter ();
  watch ();

  return result;
}

int
pa_stream_write (pa_stream     *stream,
                 const void    *data,
                 size_t         n_bytes,
                 pa_free_cb_t   free_data,
                 int64_t        offset,
                 pa_seek_mode_t seek)
{
  static int (*write_data) (pa_stream * stream, const void *data, size_t n_bytes,
                            pa_free_cb_t free_data, int64_t offset, pa_seek_mode_t seek);

  unwatch ();

  if (write_data == NULL)
    write_data = dlsym (RTLD_NEXT, "pa_stream_write");

  if (self.is_inside)
    {
      compare_usage ();
      leave ();
    }

  return write_data (stream, data, n_bytes, free_data, offset, seek);
}

/* The program. */

static void
count_fork_step (void)
{
  atomic_fetch_add (&n_fork_steps, 1);
}

/* For hammer.py: forks a child that ends at once. */
void
rtcheck_fork (void)
{
  pid_t pid = fork ();

  if (pid == 0)
    _exit (0);

  if (pid < 0)
    abort ();

  waitpid (pid, NULL, 0);
}

static void __attribute__ ((constructor))
begin (void)
{
  struct sigaction action = { .sa_sigaction = system_call_cb, .sa_flags = SA_SIGINFO };
  void            *frames[1];

  sigaction (SIGSYS, &action, NULL);
  pthread_atfork (count_fork_step, count_fork_step, NULL);
  /* while the kernel makes a huge page of small ones they fault, whoever they belong to */
  prctl (PR_SET_THP_DISABLE, 1, 0, 0, 0);
  backtrace (frames, 1); /* the first call loads a library */
}

static void
write_frame (int file, void *address)
{
  Dl_info info;

  if (dladdr (address, &info) == 0)
    dprintf (file, "  %p\n", address);
  else
    dprintf (file, "  %s+%#lx %s\n", info.dli_fname,
             (unsigned long) ((char *) address - (char *) info.dli_fbase),
             info.dli_sname != NULL ? info.dli_sname : "");
}

static void __attribute__ ((destructor))
end (void)
{
  const char *path = getenv ("FLITZIS_RTCHECK");
  int         n = atomic_load (&n_offences);
  int         file;

  if (path == NULL)
    return;

  file = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  dprintf (file, "callbacks: %ld\nexamined: %ld\noffences: %d\n",
           (long) atomic_load (&n_callbacks), (long) atomic_load (&n_examined), n);

  for (int i = 0; i < SPA_MIN (n, MAX_OFFENCES); i++)
    {
      dprintf (file, "offence: %s %ld\n", offences[i].what, offences[i].number);

      for (int j = 1; j < offences[i].n_frames; j++)
        write_frame (file, offences[i].frames[j]);
    }

  close (file);
}
