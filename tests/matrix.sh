#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Builds and tests the work tree on the Debian releases that the project supports, each in a system
# of its own:
#   sh tests/matrix.sh [--suite SUITE ...] [PYTEST ARGUMENT ...]
# As root. The suites are bookworm, trixie and sid unless others are named. debootstrap makes each
# system once, below ${XDG_CACHE_HOME:-~/.cache}/flitzis, from the mirror that apt uses here; each
# run brings it up to date. A system takes 5 GB.
#
# In each, tests/run.sh runs. Where clang is new enough, it first proves that whatever is marked
# FLITZIS_REALTIME calls nothing else, and must refuse calls that are planted there. The last lines
# count the tests, of each system and of all.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tests/systems.sh"

# Inside a system: the project is a copy, and nothing else is there.

# refuses FILE FUNCTION: whether the build fails when the function calls malloc, and says why.
refuses () {
  cp -p "$1" /tmp/matrix.original
  sed -i -e '1i #include <stdlib.h>' -e "/^$2 (/,/^{/ s/^{/{ free (malloc (1));/" "$1"
  status=1
  grep -q 'free (malloc (1))' "$1" &&
    ! ninja -C _build/proof >/tmp/matrix.refusal 2>&1 &&
    grep "must not call non-'nonblocking' function 'malloc'" /tmp/matrix.refusal && status=0
  [ "$status" = 0 ] || cat /tmp/matrix.refusal
  cp /tmp/matrix.original "$1"
  return "$status"
}

prove_callback () {
  apt_install $packages clang
  CC=clang meson setup -Dwerror=true -Dc_args=-Wfunction-effects -Dintrospection=disabled \
    _build/proof
  count 'clang proves the callback' ninja -C _build/proof
  count 'not with a call in a kernel' refuses lib/rt/dsp/kernels.c mix
  count 'not with a call in a static function' refuses lib/rt/pool.c drop_handle
  count 'not with a call in PipeWire'\''s callback' refuses lib/output/pipewire.c process_cb
  count 'not with a call in PulseAudio'\''s callback' refuses lib/output/pulse.c render
  count 'clang proves the callback again' ninja -C _build/proof
}

if [ "${1-}" = --inside ]; then
  shift
  cd "$root"
  apt-get update -q
  apt-get upgrade -yq
  clang_version=$(apt-cache show clang | sed -n 's/^Version: \(.*:\)\{0,1\}\([0-9]*\).*/\2/p' |
    sort -n | tail -n 1)
  # Older ones do not have -Wfunction-effects.
  [ "${clang_version:?}" -lt 20 ] || prove_callback

  # Built with the network, and tested without: an X server outside would be in reach by it, too.
  # The loopback is there alone.
  sh tests/run.sh "$@" --version
  apt_install iproute2
  unshare --net sh -c 'ip link set lo up; exec sh tests/run.sh "$@"' sh "$@" |
    tee /tmp/count.log || :
  set -- $(get_counts /tmp/count.log)
  echo "$((n_passed + $1)) passed, $((n_failed + $2)) failed"
  exit
fi

# Outside: makes the systems.

suites=
while [ "${1-}" = --suite ]; do
  suites="$suites $2"
  shift 2
done
find_mirror

# run_suite SUITE PYTEST-ARGUMENT...
run_suite () {
  suite=$1
  shift
  make_system "$suite" "$cache/$suite"
  run_inside "$cache/$suite" /flitzis/tests/matrix.sh --inside "$@"
}

: "${suites:= bookworm trixie sid}"
run_suites "$@"
