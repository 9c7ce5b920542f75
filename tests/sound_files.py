# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of loading share: FFmpeg's program, and ways to look at frames."""

import subprocess

import numpy


def ffmpeg(*arguments, data=None):
    command = ['ffmpeg', '-v', 'error', '-y', *map(str, arguments)]
    result = subprocess.run(command, input=data, capture_output=True, timeout=60)
    assert result.returncode == 0, result.stderr.decode()
    return result.stdout


def frames_of(sample):
    frames = numpy.frombuffer(sample.get_bytes().get_data(), '<f4')
    return frames.reshape(-1, sample.props.n_channels)


def lag(late, early):
    """By how many frames `late` is late: where the two, of one channel, have most in common."""
    size = 2 ** (len(late) + len(early)).bit_length()
    product = numpy.fft.rfft(late, size) * numpy.fft.rfft(early, size).conj()
    best = int(numpy.argmax(numpy.fft.irfft(product, size)))
    return best if best < size // 2 else best - size
