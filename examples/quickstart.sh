#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Installs what is missing, builds Flitzis in _build/quickstart and plays files with it:
#   sh examples/quickstart.sh [FILE ...] [--render OUT.wav]
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/setup.sh"

install_missing
find_python || { say "No python3 here has the module gi."; exit 2; }
log=$root/_build/quickstart.log
mkdir -p "$root/_build"
[ -e "$root/_build/quickstart/setup.stamp" ] || say 'Building in _build/quickstart ...'
build "$root/_build/quickstart" --buildtype=release -Dintrospection=enabled -Dvapi=disabled \
  -Ddocs=disabled -Dexamples=false -Dtests=false >"$log" 2>&1 || {
  cat "$log" >&2
  exit 1
}

GI_TYPELIB_PATH=$root/_build/quickstart/introspection${GI_TYPELIB_PATH:+:$GI_TYPELIB_PATH}
LD_LIBRARY_PATH=$root/_build/quickstart/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export GI_TYPELIB_PATH LD_LIBRARY_PATH
exec "$python" "$root/examples/quickstart.py" "$@"
