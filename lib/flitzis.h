/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include "flitzis-clock.h"
#include "flitzis-cue.h"
#include "flitzis-engine.h"
#include "flitzis-enums.h"
#include "flitzis-error.h"
#include "flitzis-export.h"
#include "flitzis-kit.h"
#include "flitzis-loudness.h"
#include "flitzis-macros.h"
#include "flitzis-pad.h"
#include "flitzis-pad-layer.h"
#include "flitzis-sample.h"
#include "flitzis-sink.h"
#include "flitzis-sink-list.h"
#include "flitzis-slot.h"
#include "flitzis-trigger.h"
#include "flitzis-tween.h"
#include "flitzis-version.h"
