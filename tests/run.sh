#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Installs what the tests need, builds in _build/tests and runs every test, three files at a time:
#   sh tests/run.sh [--slow] [PYTEST ARGUMENT ...]
# The last line is the count. pytest runs it all: tests/test_programs.py collects the C programs.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/scripts/setup.sh"

packages="$packages $pulseaudio_packages valac gjs gi-docgen clang-format ffmpeg pipewire
  gstreamer1.0-tools pipewire-bin wireplumber util-linux python3-numpy python3-pytest
  python3-pytest-xdist python3-mypy python3-pygame gir1.2-adw-1 libgtk-4-dev dbus-daemon xvfb
  xdotool librsvg2-common libclang-rt-19-dev hydrogen-data abigail-tools appstream
  desktop-file-utils rpm rpmlint"
programs="$programs valac gjs gi-docgen clang-format ffmpeg gst-inspect-1.0 pipewire pw-play
  pw-dump pw-cli pw-metadata wireplumber pulseaudio pactl pacat parec setpriv dbus-run-session Xvfb
  xdotool abidw appstreamcli desktop-file-validate rpmlint"
python_modules='gi numpy pytest xdist mypy'
case " $* " in *' --slow '*)
  packages="$packages valgrind clang llvm libclang-rt-dev at-spi2-core git hydrogen-drumkits"
  programs="$programs valgrind clang llvm-symbolizer git"
esac

# Whoever names a file of tests by its path from the root is understood, too.
for argument; do
  shift
  set -- "$@" "${argument#tests/}"
done

install_missing
find_pulseaudio || exit 2
find_python || { say "No python3 here has the modules $python_modules."; exit 2; }
build "$root/_build/tests" -Dwerror=true -Dintrospection=enabled -Dvapi=enabled -Ddocs=enabled \
  -Dexamples=true -Dpads=true -Dtests=true

# What the caller's session says about buses, sound servers and plugins stays outside; so does its
# home, where GStreamer and PipeWire keep state.
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
trap 'exit 130' INT TERM
status=0
cd "$root/tests"
env -i PATH="$PATH" HOME="$home" LANG=C.UTF-8 TERM="${TERM:-dumb}" TMPDIR="$home" \
  FLITZIS_BUILD="$root/_build/tests" \
  GI_TYPELIB_PATH="$root/_build/tests/introspection" LD_LIBRARY_PATH="$root/_build/tests/lib" \
  PYTHONNOUSERSITE=1 PYTHONDONTWRITEBYTECODE=1 PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 \
  "$python" -m pytest -p no:cacheprovider -p xdist --numprocesses=3 --dist=loadfile \
  --rootdir="$root/tests" -q -rf "$@" || status=$?
# A crash takes pytest's report with it: 128 and above are signals.
[ "$status" -lt 128 ] || echo '0 passed, 1 failed'
exit "$status"
