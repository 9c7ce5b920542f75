/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/*
 * Settings as kits hold them: a dictionary, of type a{sv}, by the names of the properties of a
 * class. Numbers have the type of the property; values of an enumeration are nicks.
 */

typedef enum
{
  FLITZIS_SETTING_TAKEN,
  FLITZIS_SETTING_LIMITED, /* taken, but brought into the range of the property */
  FLITZIS_SETTING_UNKNOWN, /* the class has no such setting */
  FLITZIS_SETTING_WRONG    /* the setting has another type */
} FlitzisSettingOutcome;

/* Replaces `settings` by a dictionary that also has `value`: d, b or s; consumed if floating. */
FlitzisSettingOutcome flitzis_settings_set (GVariant  **settings,
                                            GType       type,
                                            const char *name,
                                            GVariant   *value);

/* Sets all settings of the object: to these values, or else to the defaults. */
void flitzis_settings_apply (GVariant *settings,
                             GObject  *object);

/* The name of a setting that only one of the two has, or that differs; NULL for none. */
char *flitzis_settings_find_difference (GVariant *settings,
                                        GVariant *others);

G_END_DECLS
