# SPDX-License-Identifier: LGPL-2.1-or-later
"""Milliseconds from a call of play_sample to the first frame of its sound, by the clock of the
graph's driver: the least, what 95 of 100 stay below, the most, and the difference of the first two.
What lies beyond was mostly held up between its stamp and the call. Needs a running PipeWire."""

import time

import gi
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, GLib  # noqa: E402

N_CALLS = 200


def measure(engine):
    """The delays in ms of the calls that were not late."""
    found = []
    while len(found) < N_CALLS:
        time.sleep(0.003 + 0.0017 * (len(found) % 7))
        n_late = engine.props.n_late
        called = time.monotonic_ns()
        voice = engine.play_sample(0, 0.0)
        while engine.get_voice_start_frame(voice) < 0:
            time.sleep(0.001)
        due = engine.frame_to_time(engine.get_voice_start_frame(voice))
        engine.stop_voice(voice)
        if engine.props.n_late == n_late:
            found.append((due - called) / 1e6)
    return found


def main():
    engine = Flitzis.Engine()
    engine.set_sample(0, Flitzis.Sample.new(GLib.Bytes.new(bytes(4 * 48000)), 1, 48000))
    try:
        engine.start()
    except GLib.Error as error:
        print(error.message)
        return
    while engine.props.trigger_delay < 0:
        time.sleep(0.01)
    print(f'{"timing":>8} {"least":>7} {"95 %":>7} {"most":>7} {"jitter":>7}   '
          f'trigger-delay {engine.props.trigger_delay / 1e6:.3f}')
    for timing in (Flitzis.TriggerTiming.SOONEST, Flitzis.TriggerTiming.CONSTANT):
        engine.props.trigger_timing = timing
        found = sorted(measure(engine))
        most = found[N_CALLS * 95 // 100]
        print(f'{timing.value_nick:>8} {found[0]:7.3f} {most:7.3f} {found[-1]:7.3f} '
              f'{most - found[0]:7.3f}')
    engine.stop()


if __name__ == '__main__':
    main()
