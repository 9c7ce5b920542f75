/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

/*
 * Linked into the tests under ThreadSanitizer, which cannot see into GLib and libpulse: stands
 * before their functions that order what threads do, and tells it of that order.
 */

#include <dlfcn.h>
#include <gio/gio.h>
#include <stdbool.h>
#include <unistd.h>

void __tsan_acquire (void *address);
void __tsan_release (void *address);
int  __interceptor_close (int file);

#define REAL(name) ((__typeof__ (&name)) dlsym (RTLD_NEXT, #name))

/* Nothing that GLib and GIO call is seen, not even that they close a file. Whoever gets its number
 * next, from a call that is not seen either, would seem to close the file of another thread. */
int
close (int file)
{
  return __interceptor_close (file);
}

void
g_mutex_lock (GMutex *mutex)
{
  REAL (g_mutex_lock)
  (mutex);
  __tsan_acquire (mutex);
}

void
g_mutex_unlock (GMutex *mutex)
{
  __tsan_release (mutex);
  REAL (g_mutex_unlock)
  (mutex);
}

/* While it waits the lock is open. */
void
g_cond_wait (GCond *cond, GMutex *mutex)
{
  __tsan_release (mutex);
  REAL (g_cond_wait)
  (cond, mutex);
  __tsan_acquire (mutex);
}

gboolean
g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end_time)
{
  gboolean is_signalled;

  __tsan_release (mutex);
  is_signalled = REAL (g_cond_wait_until) (cond, mutex, end_time);
  __tsan_acquire (mutex);

  return is_signalled;
}

gpointer
g_thread_join (GThread *thread)
{
  gpointer result = REAL (g_thread_join) (thread);

  __tsan_acquire (thread);

  return result;
}

/* What was done before any reference was dropped was done before the last one was. */
gboolean
g_atomic_ref_count_dec (gatomicrefcount *count)
{
  gboolean is_last;

  __tsan_release (count);
  is_last = REAL (g_atomic_ref_count_dec) (count);
  __tsan_acquire (count);

  return is_last;
}

/*
 * Drops a reference that is not the last one, and returns whether it was. Only whoever drops the
 * last one takes over what the others did before: it cannot know that it is the last one until the
 * others are gone, and GLib frees right after that.
 */
static gboolean
drop_unless_last (gpointer address, int *count)
{
  int n = g_atomic_int_get (count);

  __tsan_release (address);

  while (n > 1)
    {
      if (g_atomic_int_compare_and_exchange (count, n, n - 1))
        return TRUE;

      n = g_atomic_int_get (count);
    }

  __tsan_acquire (address);

  return FALSE;
}

/* No object here has a toggle reference, which the last but one would tell. */
void
g_object_unref (gpointer object)
{
  if (!drop_unless_last (object, (int *) &((GObject *) object)->ref_count))
    REAL (g_object_unref)
  (object);
}

/* How the records of GLib begin. */
typedef struct
{
  gconstpointer data;
  gsize         size;
  int           ref_count;
} Bytes;

void
g_bytes_unref (GBytes *bytes)
{
  if (bytes != NULL && !drop_unless_last (bytes, &((Bytes *) bytes)->ref_count))
    REAL (g_bytes_unref)
  (bytes);
}

typedef struct
{
  gpointer *items;
  guint     n_items;
  guint     n_allocated;
  int       ref_count;
} PtrArray;

void
g_ptr_array_unref (GPtrArray *array)
{
  if (!drop_unless_last (array, &((PtrArray *) array)->ref_count))
    REAL (g_ptr_array_unref)
  (array);
}

/* A source carries what its owner prepared to the loop: each of ours is made ready, and put to rest
 * again, under the lock of its context. */
guint
g_source_attach (GSource *source, GMainContext *context)
{
  __tsan_release (source);

  return REAL (g_source_attach) (source, context);
}

void
g_source_set_ready_time (GSource *source, gint64 ready_time)
{
  __tsan_release (source);
  REAL (g_source_set_ready_time)
  (source, ready_time);
  __tsan_acquire (source);
}

typedef struct
{
  GSourceFunc    callback;
  gpointer       data;
  GDestroyNotify destroy;
} IdleCall;

static gboolean
call_idle (gpointer user_data)
{
  IdleCall *self = user_data;

  __tsan_acquire (self);

  return self->callback (self->data);
}

static void
free_idle (gpointer user_data)
{
  IdleCall *self = user_data;

  __tsan_acquire (self);

  if (self->destroy != NULL)
    self->destroy (self->data);
  g_free (self);
}

/* An idle source carries to its callback what was done before it was attached. */
void
g_source_set_callback (GSource       *source,
                       GSourceFunc    callback,
                       gpointer       data,
                       GDestroyNotify destroy)
{
  if (source->source_funcs == &g_idle_funcs)
    {
      IdleCall *call = g_new (IdleCall, 1);

      *call = (IdleCall){ callback, data, destroy };
      __tsan_release (call);
      callback = call_idle;
      data = call;
      destroy = free_idle;
    }

  REAL (g_source_set_callback)
  (source, callback, data, destroy);
}

/* Whoever finds that a value is there also finds what was done to make it. */
gboolean (g_once_init_enter) (volatile void *location)
{
  gboolean is_first = REAL (g_once_init_enter) (location);

  __tsan_acquire ((void *) location);

  return is_first;
}

void (g_once_init_leave) (volatile void *location, gsize result)
{
  __tsan_release ((void *) location);
  REAL (g_once_init_leave)
  (location, result);
}

/* GLib locks its table of types for writing after it has run the code of a class, and before other
 * threads can find the class. */
static char classes;

void
g_rw_lock_writer_lock (GRWLock *lock)
{
  REAL (g_rw_lock_writer_lock)
  (lock);
  __tsan_release (&classes);
}

gpointer
g_object_new (GType type, const char *first_property, ...)
{
  gpointer class = g_type_class_ref (type);
  va_list  properties;
  gpointer object;

  __tsan_acquire (&classes);
  va_start (properties, first_property);
  object = g_object_new_valist (type, first_property, properties);
  va_end (properties);
  g_type_class_unref (class);

  return object;
}

/* A task carries its data to the worker, and its result back. */
void
g_task_set_task_data (GTask *task, gpointer data, GDestroyNotify destroy)
{
  REAL (g_task_set_task_data)
  (task, data, destroy);
  __tsan_release (task);
}

gpointer
g_task_get_task_data (GTask *task)
{
  __tsan_acquire (task);

  return REAL (g_task_get_task_data) (task);
}

void
g_task_return_boolean (GTask *task, gboolean result)
{
  __tsan_release (task);
  REAL (g_task_return_boolean)
  (task, result);
}

void
g_task_return_error (GTask *task, GError *error)
{
  __tsan_release (task);
  REAL (g_task_return_error)
  (task, error);
}

gboolean
g_task_propagate_boolean (GTask *task, GError **error)
{
  __tsan_acquire (task);

  return REAL (g_task_propagate_boolean) (task, error);
}

/* A pool carries the data to its function. Pools live as long as the program. */
typedef struct
{
  GFunc    func;
  gpointer user_data;
} PoolCall;

static void
acquire_and_call (gpointer data, gpointer user_data)
{
  PoolCall *call = user_data;

  __tsan_acquire (call);
  __tsan_acquire (data);
  call->func (data, call->user_data);
}

GThreadPool *
g_thread_pool_new (GFunc    func,
                   gpointer user_data,
                   int      max_threads,
                   gboolean exclusive,
                   GError **error)
{
  PoolCall *call = g_new (PoolCall, 1);

  *call = (PoolCall){ func, user_data };
  __tsan_release (call);

  return REAL (g_thread_pool_new) (acquire_and_call, call, max_threads, exclusive, error);
}

gboolean
g_thread_pool_push (GThreadPool *pool, gpointer data, GError **error)
{
  __tsan_release (data);

  return REAL (g_thread_pool_push) (pool, data, error);
}

/*
 * libpulse makes the mutex of a static variable when it is first used, and publishes it with an
 * atomic exchange. A new main loop's thread and the thread that starts it use the same one at the
 * same time. Applications do not call these functions, but libpulse finds them here all the same.
 */
typedef struct _PaMutex PaMutex;

PaMutex *pa_mutex_new (bool is_recursive, bool inherits_priority);
PaMutex *pa_static_mutex_get (void *variable, bool is_recursive, bool inherits_priority);

PaMutex *
pa_mutex_new (bool is_recursive, bool inherits_priority)
{
  PaMutex *mutex = REAL (pa_mutex_new) (is_recursive, inherits_priority);

  __tsan_release (mutex);

  return mutex;
}

PaMutex *
pa_static_mutex_get (void *variable, bool is_recursive, bool inherits_priority)
{
  PaMutex *mutex = REAL (pa_static_mutex_get) (variable, is_recursive, inherits_priority);

  __tsan_acquire (mutex);

  return mutex;
}
