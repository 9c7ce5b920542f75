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

# Inside a system: the project is a copy, and nothing else is there.

n_passed=0
n_failed=0

# count DESCRIPTION COMMAND...: a test that is passed if the command succeeds.
count () {
  description=$1
  shift
  if "$@" >/tmp/matrix.log 2>&1; then
    n_passed=$((n_passed + 1))
    echo "passed: $description"
  else
    n_failed=$((n_failed + 1))
    cat /tmp/matrix.log
    echo "FAILED: $description"
  fi
}

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
  count 'clang proves the callback again' ninja -C _build/proof
}

# get_counts FILE: the two numbers of its last line; a run without them has failed.
get_counts () {
  counts=$(sed -n '$s/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$1")
  echo "${counts:-0 1}"
}

if [ "${1-}" = --inside ]; then
  shift
  cd "$root"
  . scripts/setup.sh
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
    tee /tmp/matrix.log || :
  set -- $(get_counts /tmp/matrix.log)
  echo "$((n_passed + $1)) passed, $((n_failed + $2)) failed"
  exit
fi

# Outside: makes the systems.

. "$root/scripts/setup.sh"
suites=
while [ "${1-}" = --suite ]; do
  suites="$suites $2"
  shift 2
done
[ "$(id -u)" = 0 ] || { say 'Only root can make a system and change into it.'; exit 2; }
command -v debootstrap >/dev/null || apt_install debootstrap

get_mirror () {
  apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' 'Label: Debian' | head -n 1
}
mirror=$(get_mirror)
[ -n "$mirror" ] || { apt-get update -q >&2; mirror=$(get_mirror); }
[ -n "$mirror" ] || { say 'apt has no mirror of Debian here.'; exit 2; }

cache=${XDG_CACHE_HOME:-$HOME/.cache}/flitzis
mkdir -p "$cache"

# run_in SUITE PYTEST-ARGUMENT...
run_in () {
  suite=$1
  system=$cache/$suite
  shift
  [ -d "$system" ] || {
    rm -rf --one-file-system "$system.new"
    debootstrap --variant=minbase --include=ca-certificates "$suite" "$system.new" "$mirror" >&2
    mv "$system.new" "$system"
  }
  cp /etc/resolv.conf "$system/etc/resolv.conf"
  apt-config dump Acquire | grep -v '^Acquire::IndexTargets' \
    >"$system/etc/apt/apt.conf.d/90matrix"

  rm -rf --one-file-system "$system/flitzis"
  mkdir "$system/flitzis"
  tar c -C "$root" --exclude=./.git --exclude='./build*' --exclude='./_build*' . |
    tar x -C "$system/flitzis"

  # What is mounted or still runs ends with the namespaces.
  export system
  unshare --mount --pid --fork --kill-child sh -euc '
    mount -t proc proc "$system/proc"
    mount --bind /dev "$system/dev"
    mount -t tmpfs tmpfs "$system/dev/shm"
    exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM="${TERM:-dumb}" \
      DEBIAN_FRONTEND=noninteractive chroot "$system" sh /flitzis/tests/matrix.sh --inside "$@"
  ' sh "$@" </dev/null
}

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
trap 'exit 130' INT TERM
: "${suites:= bookworm trixie sid}"
for suite in $suites; do
  echo "== $suite"
  # The pipe gives it a shell of its own: one that fails does not end the others.
  run_in "$suite" "$@" | tee "$logs/$suite"
done

for suite in $suites; do
  set -- $(get_counts "$logs/$suite")
  echo "$suite: $1 passed, $2 failed"
  n_passed=$((n_passed + $1))
  n_failed=$((n_failed + $2))
done
echo "$n_passed passed, $n_failed failed"
[ "$n_failed" = 0 ]
