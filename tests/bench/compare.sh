#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Compares how fast files load in the work tree and in another commit:
#   sh tests/bench/compare.sh COMMIT [ROUNDS]
# Builds both below _build and runs them in turns, ROUNDS times (default 3). Prints one line a row:
# the best result of the commit, that of the work tree, and the second divided by the first.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
[ $# -gt 0 ] || { sed -n '4,7s/^# //p' "$0"; exit 2; }
commit=$1
rounds=${2:-3}
before=$root/_build/compare/tree

git -C "$root" worktree prune
[ -d "$before" ] || git -C "$root" worktree add --quiet --detach "$before" "$commit"
git -C "$before" checkout --quiet --detach "$commit"

build () {
  [ -d "$2" ] || meson setup --buildtype=release -Dintrospection=disabled -Dvapi=disabled \
    -Ddocs=disabled -Dexamples=false "$1" "$2"
  ninja -C "$2" tests/bench-load
}
build "$before" "$root/_build/compare/before" >&2
build "$root" "$root/_build/compare/now" >&2

for round in $(seq "$rounds"); do
  for side in before now; do
    "$root/_build/compare/$side/tests/bench-load" | sed -n "s/\.flitzis / /p" | sed "s/^/$side /"
  done
done | awk '
  { more = $2 ~ /per-s/; key = $1 " " $2
    if (!(key in best) || (more ? $3 > best[key] : $3 < best[key])) best[key] = $3
    if (!($2 in seen)) { seen[$2] = 1; rows[n++] = $2 } }
  END { printf "%-32s %10s %10s %7s\n", "row", "before", "now", "ratio"
        for (i = 0; i < n; i++) {
          a = best["before " rows[i]]; b = best["now " rows[i]]
          printf "%-32s %10s %10s %7.2f\n", rows[i], a, b, (a > 0 ? b / a : 0) } }'
