#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Builds and tests the work tree on a newer Debian, in a system of its own:
#   sh tests/newest.sh [--suite SUITE] [PYTEST ARGUMENT ...]
# As root. The suite is sid unless another is named. debootstrap makes the system once, below
# ${XDG_CACHE_HOME:-~/.cache}/flitzis, from the mirror that apt uses here; each run brings it up to
# date. It takes 5 GB.
#
# In it clang proves that whatever is marked FLITZIS_REALTIME calls nothing else, and must refuse
# calls that are planted there; then tests/run.sh runs. The last line counts both.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)

# Inside: the project is a copy, and nothing else is there.

n_passed=0
n_failed=0

# count DESCRIPTION COMMAND...: a test that is passed if the command succeeds.
count () {
  description=$1
  shift
  if "$@" >/tmp/newest.log 2>&1; then
    n_passed=$((n_passed + 1))
    echo "passed: $description"
  else
    n_failed=$((n_failed + 1))
    cat /tmp/newest.log
    echo "FAILED: $description"
  fi
}

# refuses FILE FUNCTION: whether the build fails when the function calls malloc, and says why.
refuses () {
  cp -p "$1" /tmp/newest.original
  sed -i -e '1i #include <stdlib.h>' -e "/^$2 (/,/^{/ s/^{/{ free (malloc (1));/" "$1"
  status=1
  grep -q 'free (malloc (1))' "$1" &&
    ! ninja -C _build/newest >/tmp/newest.refusal 2>&1 &&
    grep "must not call non-'nonblocking' function 'malloc'" /tmp/newest.refusal && status=0
  [ "$status" = 0 ] || cat /tmp/newest.refusal
  cp "/tmp/newest.original" "$1"
  return "$status"
}

if [ "${1-}" = --inside ]; then
  shift
  cd "$root"
  . scripts/setup.sh
  apt-get update -q
  apt-get upgrade -yq
  apt_install $packages clang
  CC=clang meson setup -Dwerror=true -Dc_args=-Wfunction-effects -Dintrospection=disabled \
    _build/newest
  count 'clang proves the callback' ninja -C _build/newest
  count 'not with a call in a kernel' refuses lib/rt/kernels.c mix
  count 'not with a call in a static function' refuses lib/rt/bank.c begin_sound
  count 'not with a call in PipeWire'\''s callback' refuses lib/output/pipewire.c process_cb
  count 'clang proves the callback again' ninja -C _build/newest

  sh tests/run.sh "$@" | tee /tmp/newest.log || :
  counted=$(sed -n '$s/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' /tmp/newest.log)
  set -- ${counted:-0 1}
  echo "$((n_passed + $1)) passed, $((n_failed + $2)) failed"
  [ $((n_failed + $2)) = 0 ]
  exit
fi

# Outside: makes the system.

. "$root/scripts/setup.sh"
suite=sid
if [ "${1-}" = --suite ]; then
  suite=$2
  shift 2
fi
[ "$(id -u)" = 0 ] || { say 'Only root can make a system and change into it.'; exit 2; }
command -v debootstrap >/dev/null || apt_install debootstrap

get_mirror () {
  apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' 'Label: Debian' | head -n 1
}
mirror=$(get_mirror)
[ -n "$mirror" ] || { apt-get update -q >&2; mirror=$(get_mirror); }
[ -n "$mirror" ] || { say 'apt has no mirror of Debian here.'; exit 2; }

cache=${XDG_CACHE_HOME:-$HOME/.cache}/flitzis
system=$cache/$suite
mkdir -p "$cache"
[ -d "$system" ] || {
  rm -rf --one-file-system "$system.new"
  debootstrap --variant=minbase --include=ca-certificates "$suite" "$system.new" "$mirror" >&2
  mv "$system.new" "$system"
}
cp /etc/resolv.conf "$system/etc/resolv.conf"
apt-config dump Acquire | grep -v '^Acquire::IndexTargets' \
  >"$system/etc/apt/apt.conf.d/90newest"

rm -rf --one-file-system "$system/flitzis"
mkdir "$system/flitzis"
tar c -C "$root" --exclude=./.git --exclude='./build*' --exclude='./_build*' . |
  tar x -C "$system/flitzis"

# What is mounted or still runs ends with the namespaces.
export system
exec unshare --mount --pid --fork --kill-child sh -euc '
  mount -t proc proc "$system/proc"
  mount --bind /dev "$system/dev"
  mount -t tmpfs tmpfs "$system/dev/shm"
  exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM="${TERM:-dumb}" \
    DEBIAN_FRONTEND=noninteractive chroot "$system" sh /flitzis/tests/newest.sh --inside "$@"
' sh "$@" </dev/null
