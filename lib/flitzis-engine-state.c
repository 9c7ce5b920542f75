/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "flitzis-engine-private.h"

/* The state of an engine, its position, and its counters. */

/**
 * flitzis_engine_get_state: (get-property state)
 * @self: an engine
 *
 * Gets the state of the connection to the sound server.
 *
 * Returns: the state
 */
FlitzisState
flitzis_engine_get_state (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), FLITZIS_STATE_STOPPED);

  return flitzis_control_get_state (self->control);
}

/**
 * flitzis_engine_get_position: (get-property position)
 * @self: an engine
 *
 * Gets the number of frames rendered since the engine was built.
 *
 * Returns: the number of frames
 */
guint64
flitzis_engine_get_position (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);

  return flitzis_control_get_position (self->control);
}

/**
 * flitzis_engine_get_n_playing: (get-property n-playing)
 * @self: an engine
 *
 * Gets the number of voices that sound.
 *
 * Returns: the number of voices
 */
guint
flitzis_engine_get_n_playing (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);

  return flitzis_control_get_n_playing (self->control);
}

/**
 * flitzis_engine_get_n_triggered: (get-property n-triggered)
 * @self: an engine
 *
 * Gets the number of triggers.
 *
 * Returns: the number of triggers
 */
guint64
flitzis_engine_get_n_triggered (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);

  return flitzis_control_get_n_triggered (self->control);
}

/**
 * flitzis_engine_get_n_started: (get-property n-started)
 * @self: an engine
 *
 * Gets the number of triggers that started a voice.
 *
 * Returns: the number of triggers
 */
guint64
flitzis_engine_get_n_started (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);

  return flitzis_control_get_n_started (self->control);
}

/**
 * flitzis_engine_get_n_stolen: (get-property n-stolen)
 * @self: an engine
 *
 * Gets the number of voices that made room for a newer one.
 *
 * Returns: the number of voices
 */
guint64
flitzis_engine_get_n_stolen (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);

  return flitzis_control_get_n_stolen (self->control);
}

/**
 * flitzis_engine_get_n_rejected: (get-property n-rejected)
 * @self: an engine
 *
 * Gets the number of triggers that were rejected.
 *
 * Returns: the number of triggers
 */
guint64
flitzis_engine_get_n_rejected (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);

  return flitzis_control_get_n_rejected (self->control);
}

/**
 * flitzis_engine_get_n_late: (get-property n-late)
 * @self: an engine
 *
 * Gets the number of triggers, stops and tweens that came after their frame.
 *
 * Returns: the number of them
 */
guint64
flitzis_engine_get_n_late (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);

  return flitzis_control_get_n_late (self->control);
}

/**
 * flitzis_engine_get_n_underruns: (get-property n-underruns)
 * @self: an engine
 *
 * Gets how many times a streamed voice had to wait for frames of its file.
 *
 * Returns: the number of underruns
 */
guint64
flitzis_engine_get_n_underruns (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);

  return flitzis_control_get_n_underruns (self->control);
}

/**
 * flitzis_engine_get_n_xruns: (get-property n-xruns)
 * @self: an engine
 *
 * Gets the number of times that the sound server's driver went on without a block.
 *
 * Returns: the number of xruns
 */
guint64
flitzis_engine_get_n_xruns (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);

  return flitzis_control_get_n_xruns (self->control);
}

/**
 * flitzis_engine_get_n_dropped: (get-property n-dropped)
 * @self: an engine
 *
 * Gets the number of signals that were dropped, because 4096 waited to be emitted.
 *
 * Returns: the number of signals
 */
guint64
flitzis_engine_get_n_dropped (FlitzisEngine *self)
{
  g_return_val_if_fail (FLITZIS_IS_ENGINE (self), 0);

  return flitzis_notifier_get_n_dropped (self->notifier);
}
