#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Builds the packages of the work tree in a bare Debian, installs them in another one, and runs
# there the README's programs and the pad board:
#   sh tests/packages.sh [--suite SUITE ...]
# As root. The suites are bookworm and sid unless others are named. debootstrap makes each bare
# system once, below ${XDG_CACHE_HOME:-~/.cache}/flitzis, from the mirror that apt uses here; the
# two copies that a run makes of it, of 4 GB at most, go with the run.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tests/systems.sh"

# The first system: what the packages need to be built, and nothing else.

if [ "${1-}" = --build ]; then
  cd "$root"
  apt-get update -q >&2
  apt-get upgrade -yq >&2
  apt_install build-essential
  apt-get build-dep -yq --no-install-recommends ./ >&2
  count 'the packages are built without documentation' \
    env DEB_BUILD_PROFILES='nodoc nocheck' DEB_BUILD_OPTIONS='nodoc nocheck' \
    dpkg-buildpackage -us -uc -b
  count 'and without that package' sh -c '! ls ../libflitzis-doc_*'
  debian/rules clean >&2
  rm ../*.deb ../*.changes ../*.buildinfo
  count 'the packages are built' dpkg-buildpackage -us -uc -b
  # It listens to the programs in the second system, which has no headers of PipeWire.
  cc -O2 -w -o ../recorder tests/recorder.c $(pkg-config --cflags --libs libpipewire-0.3)
  apt_install lintian
  count 'lintian finds no errors' sh -c \
    'lintian --allow-root --fail-on error --display-info ../*.changes | tee /dev/stderr'
  echo "$n_passed passed, $n_failed failed"
  exit
fi

# The second one: the packages, a sound server and an X server to try them with, and compilers.

if [ "${1-}" = --install ]; then
  cd "$root"
  apt-get update -q >&2
  apt-get upgrade -yq >&2
  packages=$(ls ../*.deb | grep -v dbgsym)
  # The decoders are recommended: they are there unless somebody does not want them.
  decoders=$(dpkg-deb -f ../libflitzis-1-0_*.deb Recommends | tr , ' ')
  apt_install $packages $decoders
  apt_install gcc libc6-dev pkgconf gjs valac pipewire pipewire-bin wireplumber util-linux xvfb \
    xdotool python3-numpy sound-theme-freedesktop
  for what in python js vala c pads; do
    count "$what" python3 tests/installed.py "$what"
  done
  echo "$n_passed passed, $n_failed failed"
  exit
fi

# Outside.

suites=
while [ "${1-}" = --suite ]; do
  suites="$suites $2"
  shift 2
done
find_mirror

# run_suite SUITE
run_suite () {
  bare=$cache/$1-bare
  built=$cache/$1-built
  installed=$cache/$1-installed
  make_system "$1" "$bare"
  rm -rf --one-file-system "$built" "$installed"
  cp -a "$bare" "$built"
  run_inside "$built" /flitzis/tests/packages.sh --build | tee "$logs/built"
  cp -a "$bare" "$installed"
  cp "$built"/*.deb "$built/recorder" "$installed"
  run_inside "$installed" /flitzis/tests/packages.sh --install | tee "$logs/installed"
  rm -rf --one-file-system "$built" "$installed"
  set -- $(get_counts "$logs/built") $(get_counts "$logs/installed")
  echo "$(($1 + $3)) passed, $(($2 + $4)) failed"
}

: "${suites:= bookworm sid}"
run_suites
