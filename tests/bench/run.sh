#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Installs what the benchmarks need, and the peers; builds in _build/bench and runs them:
#   sh tests/bench/run.sh [--docs]
# Prints one table, which stays in _build/bench as speed.md, with the same in a picture, speed.svg;
# --docs puts both into docs/, and five rows of the table into the README.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/scripts/setup.sh"

packages="$packages $pulseaudio_packages ffmpeg pipewire wireplumber util-linux python3-numpy
  libsdl2-mixer-dev libopenal-dev libsndfile1-dev libsamplerate0-dev libsoxr-dev libavformat-dev
  libavcodec-dev libswresample-dev libavutil-dev python3-pygame"
programs="$programs ffmpeg pipewire pw-dump pw-metadata wireplumber pactl chrt setpriv"
modules="$modules SDL2_mixer openal sndfile samplerate soxr libavformat libavcodec libswresample
  libavutil"
python_modules='gi numpy pygame'

export PYGAME_HIDE_SUPPORT_PROMPT=1
install_missing
find_pulseaudio || :
find_python || { say "No python3 here has the modules $python_modules."; exit 2; }
{
  build "$root/_build/bench" --buildtype=release -Dintrospection=enabled -Dvapi=disabled \
    -Ddocs=disabled -Dexamples=false -Dtests=true &&
  env -i PATH="$PATH" HOME="$HOME" LANG=C.UTF-8 \
    ninja -C "$root/_build/bench" meson-benchmark-prereq
} >&2

home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
trap 'exit 130' INT TERM
env -i PATH="$PATH" HOME="$home" LANG=C.UTF-8 TMPDIR="$home" XDG_CACHE_HOME="$home" \
  PYTHONNOUSERSITE=1 PYTHONDONTWRITEBYTECODE=1 \
  "$python" "$root/tests/bench/run.py" "$root/_build/bench" "$@"
