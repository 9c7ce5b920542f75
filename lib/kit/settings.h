/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/*
 * The settings of a kit are a dictionary of type a{sv}. Its keys are the names of properties of a
 * class. Numbers have the type of the property, and the value of an enumeration is its nick.
 */

typedef enum
{
  FLITZIS_SETTING_TAKEN,
  FLITZIS_SETTING_LIMITED, /* taken, but brought into the range of the property */
  FLITZIS_SETTING_UNKNOWN, /* the class has no such setting */
  FLITZIS_SETTING_WRONG    /* the setting has another type */
} FlitzisSettingOutcome;

/* Replaces `settings` with a dictionary that also has `value`. The value is of type d, b or s, and
 * is consumed if it is floating. */
FlitzisSettingOutcome flitzis_settings_set (GVariant  **settings,
                                            GType       type,
                                            const char *name,
                                            GVariant   *value);

/* Sets all settings of the object: those that `settings` lacks get their defaults. */
void flitzis_settings_apply (GVariant *settings,
                             GObject  *object);

/* Returns the name of a setting that differs, or that only one of the two has. NULL if they are
 * equal. */
char *flitzis_settings_find_difference (GVariant *settings,
                                        GVariant *others);

G_END_DECLS
