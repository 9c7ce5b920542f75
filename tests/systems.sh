# SPDX-License-Identifier: LGPL-2.1-or-later
# What tests/matrix.sh and tests/packages.sh share: Debian systems that debootstrap makes, the
# project in them, and the count of what was tested there. It is sourced, with `root` set to the
# folder of the project.

. "$root/scripts/setup.sh"
n_passed=0
n_failed=0

# count DESCRIPTION COMMAND...: a test that is passed if the command succeeds.
count () {
  description=$1
  shift
  if "$@" >/tmp/count.log 2>&1; then
    n_passed=$((n_passed + 1))
    echo "passed: $description"
  else
    n_failed=$((n_failed + 1))
    cat /tmp/count.log
    echo "FAILED: $description"
  fi
}

# get_counts FILE: the two numbers of its last line; a run without them has failed.
get_counts () {
  counts=$(sed -n '$s/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$1")
  echo "${counts:-0 1}"
}

# Sets `mirror`, the one that apt uses here, and `cache`, the folder for the systems.
find_mirror () {
  [ "$(id -u)" = 0 ] || { say 'Only root can make a system and change into it.'; exit 2; }
  command -v debootstrap >/dev/null || apt_install debootstrap
  mirror=$(get_mirror)
  [ -n "$mirror" ] || { apt-get update -q >&2; mirror=$(get_mirror); }
  [ -n "$mirror" ] || { say 'apt has no mirror of Debian here.'; exit 2; }
  cache=${XDG_CACHE_HOME:-$HOME/.cache}/flitzis
  mkdir -p "$cache"
}

get_mirror () {
  apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' 'Label: Debian' | head -n 1
}

# make_system SUITE FOLDER: once; later runs find it.
make_system () {
  [ -d "$2" ] || {
    rm -rf --one-file-system "$2.new"
    debootstrap --variant=minbase --include=ca-certificates "$1" "$2.new" "$mirror" >&2
    mv "$2.new" "$2"
  }
}

# run_inside SYSTEM SCRIPT ARGUMENT...: a copy of the project is in /flitzis, and nothing that the
# script mounts or leaves running outlives it.
run_inside () {
  system=$1
  shift
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
      DEBIAN_FRONTEND=noninteractive chroot "$system" sh "$@"
  ' sh "$@" </dev/null
}

# run_suites ARGUMENT...: calls `run_suite SUITE ARGUMENT...`, whose last line has two counts, for
# each of `suites`, and ends with a line of counts for each and their sum.
run_suites () {
  logs=$(mktemp -d)
  trap 'rm -rf "$logs"' EXIT
  trap 'exit 130' INT TERM
  for suite in $suites; do
    echo "== $suite"
    # The pipe gives it a shell of its own: one that fails does not end the others.
    run_suite "$suite" "$@" | tee "$logs/$suite"
  done
  for suite in $suites; do
    set -- $(get_counts "$logs/$suite")
    echo "$suite: $1 passed, $2 failed"
    n_passed=$((n_passed + $1))
    n_failed=$((n_failed + $2))
  done
  echo "$n_passed passed, $n_failed failed"
  [ "$n_failed" = 0 ]
}
