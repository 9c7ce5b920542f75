/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "output/outputs.h"

#include "flitzis-error.h"
#include "output/pipewire.h"
#include "output/pulse.h"

#define TIMEOUT_US G_USEC_PER_SEC

/* The part of the timeout that is left for PulseAudio if PipeWire does not answer. */
#define PULSE_TIMEOUT_US (G_USEC_PER_SEC / 4)

typedef struct
{
  FlitzisControl             *control;
  const FlitzisBackendConfig *config;
  gint64                      deadline_us;
} Attempt;

static FlitzisBackend *
start (Attempt *attempt, FlitzisBackend *backend, GError **error)
{
  if (backend->funcs->start (backend, attempt->deadline_us, error))
    return backend;

  backend->funcs->free (backend);

  return NULL;
}

static FlitzisBackend *
open_pipewire (Attempt *attempt, GError **error)
{
  FlitzisBackend *backend = flitzis_pipewire_connect (attempt->control, attempt->config,
                                                      attempt->deadline_us, error);

  return backend != NULL ? start (attempt, backend, error) : NULL;
}

#ifdef HAVE_PULSE

static FlitzisBackend *
open_pulse (Attempt *attempt, GError **error)
{
  FlitzisBackend *backend = flitzis_pulse_connect (attempt->control, attempt->config,
                                                   attempt->deadline_us, error);

  return backend != NULL ? start (attempt, backend, error) : NULL;
}

/* Opens PulseAudio, unless it is PipeWire under that name. */
static FlitzisBackend *
open_other_pulse (Attempt *attempt)
{
  FlitzisBackend *backend = flitzis_pulse_connect (attempt->control, attempt->config,
                                                   attempt->deadline_us, NULL);

  if (backend == NULL)
    return NULL;

  if (!flitzis_pulse_is_pipewire (backend))
    return start (attempt, backend, NULL);

  backend->funcs->free (backend);

  return NULL;
}

static FlitzisBackend *
open_auto (Attempt *attempt, GError **error)
{
  g_autoptr (GError) pipewire_error = NULL;
  g_autoptr (GError) pulse_error = NULL;
  FlitzisBackend *pipewire, *backend;

  pipewire = flitzis_pipewire_connect (attempt->control, attempt->config,
                                       attempt->deadline_us - PULSE_TIMEOUT_US, &pipewire_error);

  if (pipewire != NULL && !flitzis_pipewire_has_sink (pipewire))
    {
      backend = open_other_pulse (attempt);

      if (backend != NULL)
        {
          pipewire->funcs->free (pipewire);
          return backend;
        }
    }

  backend = pipewire != NULL ? start (attempt, pipewire, &pipewire_error) : NULL;

  if (backend == NULL)
    backend = open_pulse (attempt, &pulse_error);

  if (backend == NULL)
    g_set_error (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_OUTPUT, "%s; %s",
                 pipewire_error->message, pulse_error->message);

  return backend;
}

#else

static FlitzisBackend *
open_pulse (Attempt *attempt, GError **error)
{
  g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_OUTPUT,
                       "PulseAudio: this build of Flitzis has no support for it");

  return NULL;
}

static FlitzisBackend *
open_auto (Attempt *attempt, GError **error)
{
  return open_pipewire (attempt, error);
}

#endif

static FlitzisBackend *
open_output (Attempt *attempt, FlitzisOutput output, GError **error)
{
  switch (output)
    {
    case FLITZIS_OUTPUT_PIPEWIRE:
      return open_pipewire (attempt, error);
    case FLITZIS_OUTPUT_PULSE:
      return open_pulse (attempt, error);
    case FLITZIS_OUTPUT_AUTO:
    default:
      return open_auto (attempt, error);
    }
}

static void
finish (FlitzisControl *control)
{
  flitzis_control_set_active_output (control, FLITZIS_OUTPUT_AUTO);
  flitzis_control_set_state (control, FLITZIS_STATE_STOPPED);
  flitzis_control_set_driven (control, FALSE);
}

FlitzisBackend *
flitzis_outputs_open (FlitzisControl             *control,
                      FlitzisOutput               output,
                      const FlitzisBackendConfig *config,
                      GError                    **error)
{
  Attempt attempt = {
    .control = control,
    .config = config,
    .deadline_us = g_get_monotonic_time () + TIMEOUT_US,
  };
  FlitzisBackend *backend;

  flitzis_control_set_driven (control, TRUE);
  flitzis_control_set_state (control, FLITZIS_STATE_STARTING);
  backend = open_output (&attempt, output, error);

  if (backend != NULL)
    {
      flitzis_control_set_active_output (control, backend->funcs->output);
      return backend;
    }

  g_prefix_error (error, "Could not start the output: ");
  finish (control);

  return NULL;
}

void
flitzis_outputs_close (FlitzisBackend *backend)
{
  g_autoptr (FlitzisControl) control = flitzis_control_ref (backend->control);

  backend->funcs->free (backend);
  finish (control);
}
