/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "control/notifier.h"

#include <string.h>

typedef struct
{
  gboolean is_beat;
  union
  {
    FlitzisEnded ended;
    FlitzisBeat  beat;
  };
} News;

struct _FlitzisNotifier
{
  gatomicrefcount ref_count;

  /* constant */
  const FlitzisNotifierFuncs *funcs;
  GMainContext               *context;
  GThread                    *thread; /* which constructed the owner */
  GSource                    *source;
  guint                       n_objects;
  GWeakRef                    owner; /* for the owner context, which may keep it alive */

  GMutex mutex;

  /* any thread, under the mutex */
  gpointer    listener; /* the owner, NULL once closed; no reference */
  News       *news;
  guint       first_news;
  guint       n_news;
  guint64     n_dropped;
  GPtrArray **changed; /* for each object, the names of its changed properties; NULL: none */
};

static gboolean
dispatch_source (GSource *source, GSourceFunc callback, gpointer user_data)
{
  g_source_set_ready_time (source, -1);

  return callback (user_data);
}

static GSourceFuncs source_funcs = { .dispatch = dispatch_source };

static gboolean
pop_news (FlitzisNotifier *self, News *news)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->n_news == 0)
    return FALSE;

  *news = self->news[self->first_news];
  self->first_news = (self->first_news + 1) % FLITZIS_MAX_NEWS;
  self->n_news--;

  return TRUE;
}

/* Returns the changed properties of the next changed object, from `*object` on; NULL if there is
 * none. */
static GPtrArray *
pop_changed (FlitzisNotifier *self, guint *object)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  GPtrArray *properties = NULL;

  for (; properties == NULL && *object < self->n_objects; ++*object)
    properties = g_steal_pointer (&self->changed[*object]);

  return properties;
}

static void
tell_changed (FlitzisNotifier *self, gpointer owner, guint object, GPtrArray *properties)
{
  for (guint i = 0; i < properties->len; i++)
    self->funcs->changed (owner, object, g_ptr_array_index (properties, i));

  g_ptr_array_unref (properties);
}

static void
tell_news (FlitzisNotifier *self, gpointer owner, const News *news)
{
  if (news->is_beat)
    self->funcs->beat (owner, &news->beat);
  else
    self->funcs->ended (owner, &news->ended);
}

static gboolean
tell_cb (gpointer user_data)
{
  FlitzisNotifier *self = user_data;
  g_autoptr (GObject) owner = g_weak_ref_get (&self->owner);
  GPtrArray *properties;
  guint      object = 0; /* after the one that is reported */
  News       news;

  if (owner == NULL)
    return G_SOURCE_REMOVE;

  while ((properties = pop_changed (self, &object)) != NULL)
    tell_changed (self, owner, object - 1, properties);

  /* a handler may trigger voices that end at once: news that come from here on wait for the next
   * turn */
  for (guint i = 0; i < FLITZIS_MAX_NEWS && pop_news (self, &news); i++)
    tell_news (self, owner, &news);

  return G_SOURCE_CONTINUE;
}

FlitzisNotifier *
flitzis_notifier_new (GObject *owner, const FlitzisNotifierFuncs *funcs, guint n_objects)
{
  FlitzisNotifier *self = g_new0 (FlitzisNotifier, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->funcs = funcs;
  self->context = g_main_context_ref_thread_default ();
  self->thread = g_thread_self ();
  self->n_objects = n_objects;
  self->changed = g_new0 (GPtrArray *, n_objects);
  self->listener = owner;
  g_weak_ref_init (&self->owner, owner);
  g_mutex_init (&self->mutex);

  self->source = g_source_new (&source_funcs, sizeof (GSource));
  g_source_set_static_name (self->source, "Flitzis events");
  g_source_set_callback (self->source, tell_cb, flitzis_notifier_ref (self),
                         (GDestroyNotify) flitzis_notifier_unref);
  g_source_attach (self->source, self->context);

  return self;
}

FlitzisNotifier *
flitzis_notifier_ref (FlitzisNotifier *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
flitzis_notifier_unref (FlitzisNotifier *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_source_unref (self->source);
  g_main_context_unref (self->context);
  g_weak_ref_clear (&self->owner);
  g_mutex_clear (&self->mutex);

  for (guint i = 0; i < self->n_objects; i++)
    g_clear_pointer (&self->changed[i], g_ptr_array_unref);

  g_free (self->changed);
  g_free (self->news);
  g_free (self);
}

void
flitzis_notifier_close (FlitzisNotifier *self)
{
  g_mutex_lock (&self->mutex);
  self->listener = NULL;
  self->n_news = 0;
  g_mutex_unlock (&self->mutex);

  g_source_destroy (self->source);
}

void
flitzis_notifier_lock (FlitzisNotifier *self)
{
  g_mutex_lock (&self->mutex);
}

void
flitzis_notifier_unlock (FlitzisNotifier *self)
{
  g_mutex_unlock (&self->mutex);
}

void
flitzis_notifier_abandon (FlitzisNotifier *self)
{
  self->listener = NULL;
  self->n_news = 0;
}

/* Under the mutex, while a handler is connected. */
static void
push_news (FlitzisNotifier *self, const News *news)
{
  if (self->news == NULL)
    self->news = g_new (News, FLITZIS_MAX_NEWS);

  if (self->n_news == FLITZIS_MAX_NEWS)
    {
      self->first_news = (self->first_news + 1) % FLITZIS_MAX_NEWS;
      self->n_news--;
      self->n_dropped++;
    }

  self->news[(self->first_news + self->n_news) % FLITZIS_MAX_NEWS] = *news;
  self->n_news++;
  g_source_set_ready_time (self->source, 0);
}

gboolean
flitzis_notifier_wants_ended (FlitzisNotifier *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->listener != NULL && self->funcs->wants_ended (self->listener);
}

void
flitzis_notifier_push_ended (FlitzisNotifier *self, const FlitzisEnded *ended)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->listener != NULL)
    push_news (self, &(News){ .ended = *ended });
}

gboolean
flitzis_notifier_wants_beats (FlitzisNotifier *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->listener != NULL && self->funcs->wants_beats (self->listener);
}

gboolean
flitzis_notifier_wants_steps (FlitzisNotifier *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->listener != NULL && self->funcs->wants_steps (self->listener);
}

void
flitzis_notifier_push_beat (FlitzisNotifier *self, const FlitzisBeat *beat)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->listener != NULL && (beat->is_step ? self->funcs->wants_steps (self->listener)
                                               : self->funcs->wants_beats (self->listener)))
    push_news (self, &(News){ .is_beat = TRUE, .beat = *beat });
}

void
flitzis_notifier_push_changed (FlitzisNotifier *self, guint object, const char *property)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  GPtrArray **properties = &self->changed[object];

  if (self->listener == NULL)
    return;

  if (*properties == NULL)
    *properties = g_ptr_array_new ();

  if (!g_ptr_array_find_with_equal_func (*properties, property, g_str_equal, NULL))
    g_ptr_array_add (*properties, (gpointer) property);

  g_source_set_ready_time (self->source, 0);
}

/* A program without a main loop owns its context, too, unless another thread iterates it. */
gboolean
flitzis_notifier_is_in_owner_context (FlitzisNotifier *self)
{
  if (g_main_context_is_owner (self->context))
    return TRUE;

  if (g_thread_self () != self->thread || !g_main_context_acquire (self->context))
    return FALSE;

  g_main_context_release (self->context);

  return TRUE;
}

gboolean
flitzis_notifier_forward (FlitzisNotifier *self,
                          guint            object,
                          guint            n_properties,
                          GParamSpec     **properties)
{
  if (flitzis_notifier_is_in_owner_context (self))
    return FALSE;

  for (guint i = 0; i < n_properties; i++)
    flitzis_notifier_push_changed (self, object, properties[i]->name);

  return TRUE;
}

guint64
flitzis_notifier_get_n_dropped (FlitzisNotifier *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->n_dropped;
}
