#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Runs the tests N times beside one busy loop a core, and prints how often which test failed:
#   sh tests/again.sh N [--slow] [PYTEST ARGUMENT ...]
# The output of each run is kept in _build/again/.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
[ "${1:-0}" -gt 0 ] 2>/dev/null || { echo 'How often? sh tests/again.sh N' >&2; exit 2; }
n=$1
shift

rm -rf "$root/_build/again"
mkdir -p "$root/_build/again"
cd "$root/_build/again"
loops=
trap 'kill $loops' EXIT
trap 'exit 130' INT TERM
for core in $(seq "$(nproc)"); do
  while :; do :; done &
  loops="$loops $!"
done

for run in $(seq "$n"); do
  sh "$root/tests/run.sh" "$@" >"$run.log" 2>&1 || echo "run $run" >>failed
  echo "run $run: $(tail -n 1 "$run.log")"
done

sed -n '/^\(FAILED\|ERROR\) /{s/^[A-Z]* //;s/ - .*//;p}' ./*.log | sort | uniq -c | sort -rn
[ ! -e failed ] || { echo "$(wc -l <failed) of $n runs failed"; exit 1; }
echo "all of $n runs passed"
