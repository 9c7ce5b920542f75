/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <glib.h>

#define FLITZIS_AVAILABLE_IN_ALL __attribute__ ((visibility ("default"))) extern
