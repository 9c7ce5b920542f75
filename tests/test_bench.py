# SPDX-License-Identifier: LGPL-2.1-or-later
"""What tests/bench makes of the numbers that the benchmarks print: the table and the picture."""

import pathlib
import sys
import xml.etree.ElementTree

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent / 'bench'))
import plot  # noqa: E402
import rows  # noqa: E402
import run  # noqa: E402

FOUND = {
    'mix/stereo/cache/steady/32': {'flitzis': 0.2, 'limit': 0.1, 'sdl2_mixer': 3.0, 'openal': 2.0},
    'mix/mono/stream/steady/512': {'flitzis': 0.9, 'limit': 0.3},
    'load-ms.ogg.48000.1': {'flitzis': 2.0, 'bare-pipeline': 0.5, 'ffmpeg': 1.5, 'sndfile': 1.0},
    'load-ms.ogg.48000.10': {'flitzis': 20.0, 'ffmpeg': 10.0, 'sndfile': 12.0},
    'small-files-per-s.wav.44100.0.5': {'flitzis': 500.0, 'ffmpeg': 1000.0},
    'trigger/c': {'flitzis': 50.0},
    'load-ms.mp3.48000.10': {'flitzis': 20.0},
}


@pytest.fixture
def results():
    return [result for row in rows.ROWS for result in row.get_results(FOUND)]


def test_each_line_says_whether_its_goal_is_reached(results):
    lines = {cells[0]: cells[1:] for cells in map(run.write_row, results)}
    assert lines == {
        'mix, 32 stereo voices in cache, ns per voice and frame': [
            'limit 0.1', '0.2', 'openal 2', 'sdl2_mixer 3', '2.00', '≤ 1.3 x the limit',
            'missed by 54 %'],
        'mix, the worst: mono stream 512, ns per voice and frame': [
            'limit 0.3', '0.9', '', '', '3.00', '≤ 1.3 x the limit', 'missed by 131 %'],
        'load 10 s of OGG at its rate, ms': [
            '', '20', 'ffmpeg 10', 'sndfile 12', '2.00', '≤ 1.3 x the fastest', 'missed by 54 %'],
        'load 1 s of OGG at its rate, ms': [
            'bare-pipeline 0.5', '2', 'sndfile 1', 'ffmpeg 1.5', '2.00',
            '≤ the fastest + 2 x the bare pipeline', 'yes'],
        'load 200 files of 0.5 s of WAV, files/s': [
            '', '500', 'ffmpeg 1,000', '', '0.50', '≥ FFmpeg', 'missed by 100 %'],
        'trigger from C, while blocks are played, ns': [
            '', '50', '', '', '', '≤ 60', 'yes'],
    }


def test_what_benchmarks_print_is_read(tmp_path):
    printed = ('mix/stereo/cache/steady/32/ns 0.5\\nmix/stereo/cache/steady/32/ratio 2.0\\n'
               'block/1/a 250.0\\nload-ms.wav.44100.10.sndfile+soxr 1.25\\n'
               'block/1/residual-at 1,2\\nformat rate load ms\\n')
    benchmark = {'name': 'made up', 'cmd': ['printf', printed], 'env': {}}
    assert list(run.run(benchmark, {'PATH': '/usr/bin:/bin'})) == [
        ('mix/stereo/cache/steady/32', 'flitzis', 0.5),
        ('block/1/a', 'flitzis', 250.0),
        ('load-ms.wav.44100.10', 'sndfile+soxr', 1.25)]


def test_the_picture_has_a_bar_for_each_line(results):
    tree = xml.etree.ElementTree.fromstring(plot.plot(results, 'a machine & its system'))
    colours = [element.get('fill') for element in tree if element.tag.endswith('rect')]
    keys = 1  # each colour is explained once
    assert colours.count(plot.REACHED) - keys == 2
    assert colours.count(plot.MISSED) - keys == 4
    assert colours.count(plot.PEER) - keys == 4


ROOT = pathlib.Path(__file__).parent.parent


def rows_of(path, n_columns):
    lines = [line for line in path.read_text().splitlines()
             if line.count('|') == n_columns + 1 and not line.startswith('| ---')]
    return [[cell.strip() for cell in line.strip('|').split(' | ')] for line in lines]


def test_the_page_shows_the_table():
    """With the lines that are there now; `run.sh --docs` puts them in."""
    shown = rows_of(ROOT / 'docs/speed.md', 8)
    assert shown[0] == ['work', 'limit or floor', 'Flitzis', 'fastest peer', 'others', 'ratio',
                        'goal', 'reached']
    for row in rows.ROWS:
        assert any(cells[0].startswith(row.title) and cells[6] == row.goal
                   for cells in shown[1:]), row.title
    picture = xml.etree.ElementTree.parse(ROOT / 'docs/speed.svg').getroot()
    bars = [element for element in picture.iter() if element.get('fill') in (
        plot.REACHED, plot.MISSED) and element.tag.endswith('rect')]
    assert len(bars) - 2 == len(shown) - 1


def test_the_readme_shows_five_rows_of_it():
    head, *shown = rows_of(ROOT / 'README.md', 5)
    assert head == ['work', 'Flitzis', 'fastest peer', 'goal', 'reached']
    table = [[cells[i] for i in (0, 2, 3, 6, 7)] for cells in rows_of(ROOT / 'docs/speed.md', 8)]
    assert len(shown) == len(run.SUMMARY) == 5
    for cells, start in zip(shown, run.SUMMARY):
        assert cells[0].startswith(start) and cells in table


def test_new_numbers_replace_the_old_ones(results, tmp_path):
    """In both texts, and nothing else of them changes."""
    (tmp_path / 'docs').mkdir()
    names = ('README.md', 'docs/speed.md')
    for name in names:
        (tmp_path / name).write_text((ROOT / name).read_text())
    table, summary = f'{run.write_table(results)}\nMeasured on: it.\n', run.write_summary(results)
    run.show_in_docs(tmp_path, table, summary, 'a picture')
    assert (tmp_path / 'docs/speed.svg').read_text() == 'a picture'
    for name, text in zip(names, (summary, table)):
        before, after = ((root / name).read_text() for root in (ROOT, tmp_path))
        start = before.index('| work ')
        n_after = len(after) - start - len(text)
        assert after[:start] == before[:start] and after[start:].startswith(text)
        assert n_after > 100 and before.endswith(after[-n_after:])
        assert after.count('| work ') == 1 and before[:-n_after].endswith(('|\n', '.\n'))
    assert 'mix, 32 stereo voices in cache, ns per voice and frame | 0.2 | openal 2 |' in summary
