/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "kit/settings.h"

#include <math.h>

/* 2^64, the first double that is too large. */
#define END_OF_UINT64 18446744073709551616.0

static gboolean
is_setting (GParamSpec *pspec)
{
  return (pspec->flags & G_PARAM_WRITABLE) != 0 && (pspec->flags & G_PARAM_CONSTRUCT_ONLY) == 0;
}

static GVariant *
make_number (GParamSpec *pspec, double number, gboolean *is_limited)
{
  double   minimum, maximum, limited;
  gboolean is_whole = TRUE;

  if (G_IS_PARAM_SPEC_DOUBLE (pspec))
    {
      minimum = G_PARAM_SPEC_DOUBLE (pspec)->minimum;
      maximum = G_PARAM_SPEC_DOUBLE (pspec)->maximum;
      is_whole = FALSE;
    }
  else if (G_IS_PARAM_SPEC_UINT64 (pspec))
    {
      minimum = (double) G_PARAM_SPEC_UINT64 (pspec)->minimum;
      maximum = (double) G_PARAM_SPEC_UINT64 (pspec)->maximum;
    }
  else if (G_IS_PARAM_SPEC_UINT (pspec))
    {
      minimum = G_PARAM_SPEC_UINT (pspec)->minimum;
      maximum = G_PARAM_SPEC_UINT (pspec)->maximum;
    }
  else if (G_IS_PARAM_SPEC_INT (pspec))
    {
      minimum = G_PARAM_SPEC_INT (pspec)->minimum;
      maximum = G_PARAM_SPEC_INT (pspec)->maximum;
    }
  else
    {
      return NULL;
    }

  if (isnan (number))
    return NULL;

  limited = CLAMP (is_whole ? rint (number) : number, minimum, maximum);
  *is_limited = number < minimum || number > maximum;

  if (G_IS_PARAM_SPEC_DOUBLE (pspec))
    return g_variant_new_double (limited);
  if (G_IS_PARAM_SPEC_UINT64 (pspec))
    return g_variant_new_uint64 (limited < END_OF_UINT64 ? (guint64) limited : G_MAXUINT64);
  if (G_IS_PARAM_SPEC_UINT (pspec))
    return g_variant_new_uint32 ((guint32) limited);

  return g_variant_new_int32 ((gint32) limited);
}

/* Returns NULL if the property takes no such value. */
static GVariant *
make_value (GParamSpec *pspec, GVariant *given, gboolean *is_limited)
{
  *is_limited = FALSE;

  if (g_variant_is_of_type (given, G_VARIANT_TYPE_DOUBLE))
    {
      GVariant *number = make_number (pspec, g_variant_get_double (given), is_limited);

      return number != NULL ? g_variant_ref_sink (number) : NULL;
    }

  if (G_IS_PARAM_SPEC_BOOLEAN (pspec) && g_variant_is_of_type (given, G_VARIANT_TYPE_BOOLEAN))
    return g_variant_ref (given);

  if (G_IS_PARAM_SPEC_ENUM (pspec) && g_variant_is_of_type (given, G_VARIANT_TYPE_STRING) &&
      g_enum_get_value_by_nick (G_PARAM_SPEC_ENUM (pspec)->enum_class,
                                g_variant_get_string (given, NULL)) != NULL)
    return g_variant_ref (given);

  return NULL;
}

FlitzisSettingOutcome
flitzis_settings_set (GVariant **settings, GType type, const char *name, GVariant *value)
{
  g_autoptr (GTypeClass) klass = g_type_class_ref (type);
  g_autoptr (GVariant) given = g_variant_ref_sink (value);
  g_autoptr (GVariant) made = NULL;
  GParamSpec  *pspec = g_object_class_find_property (G_OBJECT_CLASS (klass), name);
  gboolean     is_limited;
  GVariantDict dict;

  if (pspec == NULL || !is_setting (pspec))
    return FLITZIS_SETTING_UNKNOWN;

  made = make_value (pspec, given, &is_limited);

  if (made == NULL)
    return FLITZIS_SETTING_WRONG;

  g_variant_dict_init (&dict, *settings);
  g_variant_dict_insert_value (&dict, pspec->name, made);
  g_variant_unref (*settings);
  *settings = g_variant_ref_sink (g_variant_dict_end (&dict));

  return is_limited ? FLITZIS_SETTING_LIMITED : FLITZIS_SETTING_TAKEN;
}

/* Returns FALSE if kits cannot store a property of this type. */
static gboolean
get_value (GParamSpec *pspec, GVariant *settings, GValue *value)
{
  g_autoptr (GVariant) given = g_variant_lookup_value (settings, pspec->name, NULL);

  g_value_init (value, pspec->value_type);
  g_param_value_set_default (pspec, value);

  if (G_IS_PARAM_SPEC_DOUBLE (pspec))
    {
      if (given != NULL)
        g_value_set_double (value, g_variant_get_double (given));
    }
  else if (G_IS_PARAM_SPEC_UINT64 (pspec))
    {
      if (given != NULL)
        g_value_set_uint64 (value, g_variant_get_uint64 (given));
    }
  else if (G_IS_PARAM_SPEC_UINT (pspec))
    {
      if (given != NULL)
        g_value_set_uint (value, g_variant_get_uint32 (given));
    }
  else if (G_IS_PARAM_SPEC_INT (pspec))
    {
      if (given != NULL)
        g_value_set_int (value, g_variant_get_int32 (given));
    }
  else if (G_IS_PARAM_SPEC_BOOLEAN (pspec))
    {
      if (given != NULL)
        g_value_set_boolean (value, g_variant_get_boolean (given));
    }
  else if (G_IS_PARAM_SPEC_ENUM (pspec))
    {
      GEnumClass *klass = G_PARAM_SPEC_ENUM (pspec)->enum_class;

      if (given != NULL)
        g_value_set_enum (
            value, g_enum_get_value_by_nick (klass, g_variant_get_string (given, NULL))->value);
    }
  else
    {
      return FALSE;
    }

  return TRUE;
}

void
flitzis_settings_apply (GVariant *settings, GObject *object)
{
  guint                   n_pspecs;
  g_autofree GParamSpec **pspecs =
      g_object_class_list_properties (G_OBJECT_GET_CLASS (object), &n_pspecs);

  for (guint i = 0; i < n_pspecs; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;

      if (is_setting (pspecs[i]) && get_value (pspecs[i], settings, &value))
        g_object_set_property (object, pspecs[i]->name, &value);
    }
}

static char *
find_missing (GVariant *settings, GVariant *others)
{
  GVariantIter iter;
  const char  *name;
  GVariant    *value;

  g_variant_iter_init (&iter, settings);

  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    {
      g_autoptr (GVariant) other = g_variant_lookup_value (others, name, NULL);

      if (other == NULL || !g_variant_equal (value, other))
        {
          char *found = g_strdup (name);

          g_variant_unref (value);
          return found;
        }
    }

  return NULL;
}

char *
flitzis_settings_find_difference (GVariant *settings, GVariant *others)
{
  char *name = find_missing (settings, others);

  return name != NULL ? name : find_missing (others, settings);
}
