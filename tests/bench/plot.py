# SPDX-License-Identifier: LGPL-2.1-or-later
"""A picture of the table: how far Flitzis, and the fastest peer, are from each goal."""

import html
import math

ROW = 22
LEFT, WIDTH, RIGHT = 390, 400, 70
TOP, BOTTOM = 86, 46
LEAST, MOST = 0.05, 20.0

BACKGROUND, TEXT, FAINT = '#ffffff', '#1f2328', '#d0d7de'
REACHED, MISSED, PEER = '#1a7f5a', '#c2410c', '#57606a'


def get_x(miss):
    """Left is faster; the axis is logarithmic."""
    part = math.log(min(max(miss, LEAST), MOST) / LEAST) / math.log(MOST / LEAST)
    return LEFT + part * WIDTH


def text(x, y, words, anchor='start', colour=TEXT, size=12):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" '
            f'font-size="{size}">{html.escape(words)}</text>\n')


def rectangle(x, y, width, height, colour):
    return (f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
            f'fill="{colour}"/>\n')


def line(x, y1, y2, colour, width):
    return (f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y1}" y2="{y2}" stroke="{colour}" '
            f'stroke-width="{width}"/>\n')


def draw_axis(bottom):
    parts = []
    for mark in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0):
        at_goal = mark == 1.0
        parts.append(line(get_x(mark), TOP - 8, bottom, TEXT if at_goal else FAINT,
                          1.5 if at_goal else 1))
        parts.append(text(get_x(mark), bottom + 16, f'{mark:g}', 'middle', size=11))
    return ''.join(parts)


def draw_row(result, y):
    colour = REACHED if result.is_reached else MISSED
    goal, end = get_x(1.0), get_x(result.miss)
    parts = [text(LEFT - 8, y + 14, result.title, 'end'),
             rectangle(min(goal, end), y + 4, max(abs(end - goal), 2), 12, colour),
             text(LEFT + WIDTH + 8, y + 14, f'{result.miss:.2f}', colour=colour)]
    if result.peer_miss is not None:
        parts.append(rectangle(get_x(result.peer_miss) - 2, y + 1, 4, 18, PEER))
    return ''.join(parts)


def draw_key():
    x, y = LEFT, 50
    parts = []
    for colour, words, width in ((REACHED, 'Flitzis, reached', 14), (MISSED, 'missed', 14),
                                 (PEER, 'the fastest peer', 4)):
        parts.append(rectangle(x, y - 10, width, 12, colour))
        parts.append(text(x + width + 6, y, words))
        x += width + 26 + 6.6 * len(words)
    return ''.join(parts)


def plot(results, machine):
    width, height = LEFT + WIDTH + RIGHT, TOP + ROW * len(results) + BOTTOM
    rows = ''.join(draw_row(result, TOP + ROW * i) for i, result in enumerate(results))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" '
            'font-family="DejaVu Sans, Verdana, sans-serif">\n'
            + rectangle(0, 0, width, height, BACKGROUND)
            + text(16, 26, 'How fast Flitzis is, as a multiple of each goal: 1 or less is reached',
                   size=15)
            + draw_key() + draw_axis(height - BOTTOM) + rows
            + text(width - 16, height - 10, machine, 'end', PEER, 11) + '</svg>\n')
