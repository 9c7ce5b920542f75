/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright 2026 the Flitzis authors */

#include "config.h"

#include "kit/reader.h"

#include "flitzis-error.h"
#include "kit/hydrogen.h"
#include "kit/pads-json.h"
#include "kit/sfz.h"
#include "kit/text.h"

#include <string.h>

static const char *
skip_mark (const char *text)
{
  return g_str_has_prefix (text, "\xef\xbb\xbf") ? text + 3 : text;
}

/* An SFZ file may begin with anything, and its regions may be in files that it includes. */
static gboolean
is_sfz (FlitzisKitDraft *draft, const char *text)
{
  g_autofree char *name = g_ascii_strdown (draft->shown_name, -1);

  return g_str_has_suffix (name, ".sfz") || strstr (text, "<region>") != NULL;
}

static gboolean
read_format (FlitzisKitDraft *draft, const char *text, GCancellable *cancellable, GError **error)
{
  const char *begin = text + strspn (text, " \t\r\n");

  if (*begin == '{')
    return flitzis_pads_json_read (draft, text, error);

  if (g_str_has_prefix (begin, "<?xml") || g_str_has_prefix (begin, "<!") ||
      g_str_has_prefix (begin, "<drumkit_info"))
    return flitzis_hydrogen_read (draft, text, error);

  if (is_sfz (draft, text))
    return flitzis_sfz_read (draft, text, cancellable, error);

  g_set_error_literal (error, FLITZIS_ENGINE_ERROR, FLITZIS_ENGINE_ERROR_UNSUPPORTED,
                       "it is no kit: neither a drumkit.xml of Hydrogen, nor SFZ, nor JSON");

  return FALSE;
}

FlitzisKitDraft *
flitzis_kit_read (GFile *file, gboolean may_leave, GCancellable *cancellable, GError **error)
{
  g_autofree char *text =
      flitzis_kit_read_text (file, FLITZIS_KIT_MAX_BYTES, cancellable, error);
  g_autoptr (FlitzisKitDraft) draft = NULL;
  GError *failure = NULL;

  if (text == NULL)
    return NULL;

  draft = flitzis_kit_draft_new (file, may_leave);

  if (read_format (draft, skip_mark (text), cancellable, &failure))
    return g_steal_pointer (&draft);

  if (!g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_prefix_error (&failure, "Could not read “%s”: ", draft->shown_name);
  g_propagate_error (error, failure);

  return NULL;
}
