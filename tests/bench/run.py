# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the benchmarks of a build, in a PipeWire of their own, and makes a table and a picture of
what they print: lines of a key and a number. A key is WHAT/WHO or WHAT.WHO, as the head of each
benchmark says. Started by run.sh."""

import json
import os
import pathlib
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from pipewire_daemon import PipeWire  # noqa: E402

from plot import plot  # noqa: E402
from rows import FLOORS, ROWS  # noqa: E402

# These do not take turns with what they are compared to, so their processes do.
N_ROUNDS = 3
IN_ROUNDS = ('openal', 'sdl', 'trigger', 'python-trigger')

LINE = re.compile(r'(\S+)[/.]([^\s/.]+) (-?[\d.]+(?:e[-+]?\d+)?)')
PARTS = ('a', 'b', 'c', 'residual', 'share', 'tempo', 'restart', 'cancel')  # of what Flitzis takes
NAMES = {'ns': 'flitzis', 'reference': 'limit'}
# The rows that the README shows, by how their titles begin.
SUMMARY = ('mix, 32 stereo voices in cache', 'load 10 s of WAV from 44.1 kHz',
           'load 10 s of OGG at its rate', 'trigger from Python',
           'trigger to its sound in the sink')


def run(benchmark, environment):
    """The numbers that a benchmark prints, by what they are of and by whose they are."""
    say(benchmark['name'])
    result = subprocess.run(benchmark['cmd'], env={**environment, **benchmark['env']}, text=True,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, timeout=600)
    if result.returncode != 0:
        say(f'{benchmark["name"]} failed:\n{result.stderr}')
    for line in result.stdout.splitlines():
        match = LINE.fullmatch(line)
        if match and match[2] != 'ratio':
            what, who, number = match.groups()
            if who in PARTS:
                what, who = f'{what}/{who}', 'flitzis'
            yield what, NAMES.get(who, who), float(number)


def say(text):
    print(f'{time.strftime("%H:%M:%S")} {text}', file=sys.stderr, flush=True)


def measure(build, folder):
    """{what: {who: number}}; of several rounds the medians."""
    benchmarks = json.loads(subprocess.run(['meson', 'introspect', '--benchmarks', build],
                                           check=True, stdout=subprocess.PIPE).stdout)
    found = {}
    daemon = PipeWire(folder)
    daemon.start()
    try:
        for i in range(N_ROUNDS):
            for benchmark in benchmarks:
                if i == 0 or benchmark['name'] in IN_ROUNDS:
                    for what, who, number in run(benchmark, daemon.environment):
                        found.setdefault(what, {}).setdefault(who, []).append(number)
    finally:
        daemon.stop()
    return {what: {who: statistics.median(numbers) for who, numbers in whose.items()}
            for what, whose in found.items()}


def describe_machine():
    cpu = re.search(r'^model name\s*: (.*)$', pathlib.Path('/proc/cpuinfo').read_text(), re.M)
    system = platform.freedesktop_os_release().get('PRETTY_NAME', platform.system())
    # The benchmarks alone make a load of 1 to 2: what is above that took time from them.
    return (f'{cpu.group(1) if cpu else platform.machine()}, {os.cpu_count()} processors, '
            f'a load of {os.getloadavg()[2]:.0f}, {system}, {time.strftime("%Y-%m-%d")}')


def write_number(value):
    return f'{value:.3g}' if value < 100 else f'{value:,.0f}'


def write_whose(numbers):
    return ', '.join(f'{who} {write_number(number)}' for who, number in numbers)


def write_row(result):
    """A line of the table. The ratio is to the limit or floor, without one to the fastest peer."""
    numbers = dict(result.numbers)
    floors = [(who, numbers.pop(who)) for who in FLOORS if who in numbers]
    ours = numbers.pop('flitzis')
    peers = sorted(numbers.items(), key=lambda peer: peer[1], reverse=result.row.is_rate)
    least = [result.numbers[who] for who in ('limit', 'floor') if who in result.numbers]
    against = (least or [number for _, number in peers[:1]] or [None])[0]
    reached = 'yes' if result.is_reached else f'missed by {100 * (result.miss - 1):.0f} %'
    return [f'{result.title}, {result.row.unit}', write_whose(floors), write_number(ours),
            write_whose(peers[:1]), write_whose(peers[1:]),
            f'{ours / against:.2f}' if against else '', result.row.goal, reached]


def write_table(results):
    head = ['work', 'limit or floor', 'Flitzis', 'fastest peer', 'others', 'ratio', 'goal',
            'reached']
    return write_lines(head, map(write_row, results))


def write_summary(results):
    rows = [write_row(result) for start in SUMMARY for result in results
            if result.title.startswith(start)]
    return write_lines(['work', 'Flitzis', 'fastest peer', 'goal', 'reached'],
                       ([row[i] for i in (0, 2, 3, 6, 7)] for row in rows))


def write_lines(head, rows):
    lines = [head, ['---'] * len(head), *rows]
    return ''.join(f'| {" | ".join(cells)} |\n' for cells in lines)


def show_in_docs(root, table, summary, picture):
    """Puts all three where a reader of the project finds them."""
    for name, pattern, text in (
            ('docs/speed.md', r'^\| work .*?\nMeasured on:[^\n]*\n', table),
            ('README.md', r'^\| work .*?\n(?!\|)', summary)):
        words, n_found = re.subn(pattern, lambda match: text, (root / name).read_text(),
                                 flags=re.M | re.S)
        assert n_found == 1, name
        (root / name).write_text(words)
    (root / 'docs/speed.svg').write_text(picture)


def main():
    build = pathlib.Path(sys.argv[1])
    folder = pathlib.Path(tempfile.mkdtemp())
    try:
        found = measure(build, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    (build / 'speed.json').write_text(json.dumps(found, indent=1))
    results = [result for row in ROWS for result in row.get_results(found)]
    machine = describe_machine()
    text, picture = f'{write_table(results)}\nMeasured on: {machine}.\n', plot(results, machine)
    (build / 'speed.md').write_text(text)
    (build / 'speed.svg').write_text(picture)
    if '--docs' in sys.argv[2:]:
        root = pathlib.Path(__file__).parent.parent.parent
        show_in_docs(root, text, write_summary(results), picture)
    print(text, end='')


if __name__ == '__main__':
    main()
