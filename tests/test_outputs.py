# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which sound server an engine plays to, and that what the server's sink hears is what `render`
computes, whichever it is."""

import signal
import time

import numpy
import pytest

import gi

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, GLib

from pipewire_daemon import SINK, poll
from test_live import find_places, go_on, numbered, one_of_many, run_out, same, state_is
from test_playing import counters, fails_with, fill, noise, render

State, Output = Flitzis.State, Flitzis.Output
BACKENDS = {'pipewire': Output.PIPEWIRE, 'pulseaudio': Output.PULSE,
            'pipewire_pulse': Output.PULSE}


def test_each_server_is_found(server, engine, iterate):
    told, began = [], time.monotonic()
    engine.connect('notify::active-output', lambda *_: told.append(engine.props.active_output))
    engine.start()
    assert time.monotonic() - began < 1.0
    assert engine.props.active_output == BACKENDS[server.kind]
    assert engine.props.has_sink
    state_is(engine, State.RUNNING)
    iterate(lambda: told)
    assert told == [BACKENDS[server.kind]]
    poll(lambda: engine.props.active_sink == SINK, 'the sink')
    assert [(sink.props.name, sink.props.is_default) for sink in engine.get_sinks()] == [
        (SINK, True)]
    engine.stop()
    assert engine.props.active_output == Output.AUTO
    assert not engine.props.has_sink and engine.props.active_sink is None
    assert not list(engine.get_sinks())
    iterate(lambda: told and told[-1] == Output.AUTO)


def test_what_is_heard_is_what_render_computes(server, make_engine):
    frames = noise(1, 6000)

    def take():
        engine = make_engine()
        fill(engine, 0, frames)
        engine.play_sample(0, 1.0)
        engine.start()
        run_out(engine)
        engine.stop()
    one_of_many(server, take, lambda heard: same(heard, frames))


# The buffer of PulseAudio


def test_pulseaudio_is_asked_for_a_buffer_of_20_ms(pulseaudio, make_engine):
    """What the stream and the sink hold together; `latency_frames` asks for another."""
    def find_buffer(**properties):
        engine = make_engine(client_name='buffered', idle_timeout=0, **properties)
        engine.start()
        go_on(engine, 4800)
        [stream] = pulseaudio.streams(application_name='buffered')
        [sink] = pulseaudio.list('sinks')
        engine.stop()
        return stream['buffer_latency_usec'], sink['latency']['configured']
    for properties, asked_us in (({}, 20000), ({'latency_frames': 256}, 256e6 / 48000),
                                 ({'latency_frames': 4096}, 4096e6 / 48000)):
        in_stream, in_sink = find_buffer(**properties)
        assert in_sink > asked_us / 8
        assert in_stream + in_sink < asked_us + 500  # the server's own rounding


def test_pipewires_pulseaudio_server_runs_the_graph_at_a_part_of_it(pipewire_pulse, make_engine):
    """A quarter or, in some releases, an eighth, and a power of two."""
    def find_quantum(**properties):
        engine = make_engine(**properties)
        engine.start()
        go_on(engine, 9600)
        return recording.get_quantum()
    for properties, quanta in (({}, (128, 256)), ({'latency_frames': 4096}, (1024,))):
        with pipewire_pulse.record() as recording:
            recording.wait_quantum(1024)
            assert find_quantum(**properties) in quanta


# Which output AUTO chooses


def test_pulseaudio_is_chosen_where_pipewire_has_no_sink(pulse_beside_pipewire, make_engine):
    """Desktops that play through PulseAudio run PipeWire for screen sharing alone."""
    def take():
        engine = make_engine()
        fill(engine, 0, noise(1, 3000))
        engine.play_sample(0, 1.0)
        engine.start()
        assert engine.props.active_output == Output.PULSE
        run_out(engine)
        engine.stop()
    one_of_many(pulse_beside_pipewire, take, lambda heard: same(heard, noise(1, 3000)))


def test_pipewire_is_chosen_where_both_have_a_sink(pulse_beside_pipewire, engine):
    pulse_beside_pipewire.pipewire.add_sink('speakers')
    engine.start()
    assert engine.props.active_output == Output.PIPEWIRE
    state_is(engine, State.RUNNING)


def test_a_sink_that_comes_later_to_the_active_output_is_used(pulse_beside_pipewire, engine):
    """And not one of the other output, which only another start finds."""
    engine.start()
    state_is(engine, State.RUNNING)
    pulse_beside_pipewire.pipewire.add_sink('speakers')
    pulse_beside_pipewire.remove_sink()
    state_is(engine, State.RECONNECTING)
    assert not engine.props.has_sink
    pulse_beside_pipewire.add_sink('headset')
    state_is(engine, State.RUNNING)
    assert (engine.props.active_output, engine.props.active_sink) == (Output.PULSE, 'headset')
    engine.stop()
    engine.start()
    assert engine.props.active_output == Output.PIPEWIRE


def test_pipewires_own_pulseaudio_server_is_no_reason_to_leave_it(pipewire_pulse, monkeypatch,
                                                                 engine):
    """Without a sink, PipeWire is what is waited for, though a PulseAudio server answers."""
    pipewire_pulse.pipewire.remove_sink()
    runtime_dir = pipewire_pulse.pipewire.runtime_dir
    monkeypatch.setenv('XDG_RUNTIME_DIR', str(runtime_dir))
    monkeypatch.setenv('PULSE_SERVER', f'unix:{pipewire_pulse.runtime_dir}/pulse/native')
    engine.start()
    assert engine.props.active_output == Output.PIPEWIRE
    assert (engine.props.state, engine.props.has_sink) == (State.STARTING, False)


def test_a_pipewire_that_is_left_again_goes_on_telling_of_its_default_sink(pulse_beside_pipewire,
                                                                           engine):
    """It would not do so any more after a client that had left before the session manager answered
    which one that is."""
    pipewire = pulse_beside_pipewire.pipewire
    pipewire.processes[1].send_signal(signal.SIGSTOP)
    engine.start()
    assert engine.props.active_output == Output.PULSE
    pipewire.processes[1].send_signal(signal.SIGCONT)
    for name in ('one', 'two'):
        pipewire.add_sink(name)
    for name in ('two', 'one', 'two'):
        pipewire.choose_sink(name)


def test_the_invented_sink_does_not_count(pulse_beside_pipewire, engine):
    """Nobody hears what is played to “auto_null”."""
    pulse_beside_pipewire.pipewire.add_sink('auto_null')
    engine.start()
    assert engine.props.active_output == Output.PULSE
    engine.stop()
    pulse_beside_pipewire.always_sink()
    pulse_beside_pipewire.remove_sink()
    engine.start()
    assert not engine.props.has_sink


@pytest.mark.parametrize('output, clauses', (
    (Output.AUTO, ('PipeWire: no server is running here', 'PulseAudio: Connection refused')),
    (Output.PIPEWIRE, ('PipeWire: no server is running here',)),
    (Output.PULSE, ('PulseAudio: Connection refused',))))
def test_without_a_server_the_error_names_what_was_tried(no_server, make_engine, output, clauses):
    engine = make_engine(output=output)
    message = f'Could not start the output: {"; ".join(clauses)}'
    with fails_with(Flitzis.EngineError.OUTPUT, message):
        engine.start()
    assert (engine.props.state, engine.props.active_output) == (State.STOPPED, Output.AUTO)
    fill(engine, 0, noise(1, 100))
    engine.play_sample(0, 1.0)
    assert same(render(engine, 100), noise(1, 100))


WITHOUT_PULSE = """
import gi
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, GLib

for output in Flitzis.Output.AUTO, Flitzis.Output.PULSE:
    engine = Flitzis.Engine(output=output)
    try:
        engine.start()
    except GLib.Error as error:
        assert error.matches(Flitzis.EngineError.quark(), Flitzis.EngineError.OUTPUT)
        print(error.message)
"""


@pytest.mark.slow
def test_without_libpulse(no_server, without_libraries):
    of_auto, of_pulse = without_libraries(WITHOUT_PULSE).splitlines()
    assert 'PipeWire' in of_auto and 'PulseAudio' not in of_auto
    assert of_pulse == ('Could not start the output: '
                        'PulseAudio: this build of Flitzis has no support for it')


@pytest.mark.slow
def test_pipewire_is_used_without_libpulse(pipewire, without_libraries):
    assert without_libraries(WITHOUT_PULSE).splitlines() == [
        'Could not start the output: PulseAudio: this build of Flitzis has no support for it']


def test_the_program_may_choose(pulse_beside_pipewire, make_engine):
    for output in (Output.PULSE, Output.PIPEWIRE):
        engine = make_engine(output=output)
        engine.start()
        assert engine.props.active_output == output
        engine.stop()


@pytest.mark.parametrize('stopped', ('pipewire', 'pulse', 'both'))
def test_a_server_that_does_not_answer_is_given_up(pulse_beside_pipewire, make_engine, stopped):
    """Within a second; the other one is used if there is another."""
    pulse_beside_pipewire.pipewire.add_sink('speakers')
    processes = {'pipewire': pulse_beside_pipewire.pipewire.processes[:1],
                 'pulse': [pulse_beside_pipewire.process]}
    hanging = sum((processes[name] for name in processes if stopped in (name, 'both')), [])
    for process in hanging:
        process.send_signal(signal.SIGSTOP)
    try:
        engine, began = make_engine(), time.monotonic()
        try:
            engine.start()
        except GLib.Error as error:
            assert 'PipeWire: the server did not answer' in error.message
            assert 'PulseAudio: the server did not answer' in error.message
        took = time.monotonic() - began
        assert engine.props.active_output == {'pipewire': Output.PULSE, 'pulse': Output.PIPEWIRE,
                                              'both': Output.AUTO}[stopped]
        assert took < 10.0  # asked for: 1 s
        engine.stop()
    finally:
        for process in hanging:
            process.send_signal(signal.SIGCONT)


# Without a sink


def test_without_a_sink_has_sink_says_why_nothing_is_heard(server, make_engine, iterate):
    server.remove_sink()
    engine, told = make_engine(), []
    engine.connect('notify::has-sink', lambda engine, _pspec: told.append(engine.props.has_sink))
    fill(engine, 0, noise(1, 3000))
    engine.start()
    assert (engine.props.state, engine.props.has_sink) == (State.STARTING, False)
    assert not list(engine.get_sinks())
    server.add_sink('late')
    iterate(lambda: told)
    state_is(engine, State.RUNNING)
    poll(lambda: engine.props.active_sink == 'late', 'the sink')
    assert told == [True]
    server.remove_sink('late')
    state_is(engine, State.RECONNECTING)
    iterate(lambda: len(told) == 2)
    assert told == [True, False]


# Which sinks there are


def test_the_list_of_sinks_follows_what_comes_and_goes(server, engine, iterate):
    changes = []
    sinks = engine.get_sinks()
    sinks.connect('items-changed', lambda _list, *change: changes.append(change))
    engine.start()
    iterate(lambda: sinks.get_n_items() == 1)
    [first] = sinks
    assert (first.props.name, first.props.icon_name) == (SINK, 'audio-card')
    assert first.props.description
    server.add_sink('headset')
    iterate(lambda: sinks.get_n_items() == 2)
    assert [sink.props.name for sink in sinks] == ['headset', SINK]
    assert sinks[1] is first
    told = []
    first.connect('notify::is-default', lambda sink, _pspec: told.append(sink.props.is_default))
    server.choose_sink('headset')
    iterate(lambda: [sink.props.is_default for sink in sinks] == [True, False])
    server.remove_sink('headset')
    iterate(lambda: [*sinks] == [first] and first.props.is_default)
    assert {True, False} <= set(told)
    engine.stop()
    iterate(lambda: sinks.get_n_items() == 0)
    assert changes == [(0, 0, 1), (0, 0, 1), (0, 1, 0), (0, 1, 0)]


def test_a_target_may_be_set_while_it_plays(server, make_engine):
    """The sound moves there and goes on with the next frame."""
    server.add_sink('phones')
    engine = make_engine(target=SINK)
    frames = fill(engine, 0, numbered(480000))
    engine.start()
    engine.play_sample(0, 1.0)
    state_is(engine, State.RUNNING)
    go_on(engine, 4800)
    with server.record('phones') as recording:
        engine.props.target = 'phones'
        poll(lambda: engine.props.active_sink == 'phones', 'the other sink')
        go_on(engine, 9600)
        recording.wait(9600)
        engine.stop_all_samples()
    assert engine.props.state == State.RUNNING
    places = find_places(recording.frames[:, 0], frames[:, 0])
    assert places[0] >= 4800 // 2 and numpy.all(numpy.diff(places) > 0)
    engine.props.target = None
    poll(lambda: engine.props.active_sink == SINK, 'the default sink')


def test_while_a_target_is_away_the_default_sink_has_the_sound(server, make_engine, iterate):
    server.add_sink('phones')
    engine, told = make_engine(target='phones'), []
    engine.connect('notify::active-sink', lambda *_: told.append(engine.props.active_sink))
    engine.start()
    state_is(engine, State.RUNNING)
    iterate(lambda: engine.props.active_sink == 'phones')
    server.remove_sink('phones')
    poll(lambda: engine.props.active_sink == SINK, 'the default sink')
    state_is(engine, State.RUNNING)
    go_on(engine, 4800)
    iterate(lambda: told and told[-1] == SINK)
    assert engine.props.target == 'phones'
    server.add_sink('phones')
    poll(lambda: engine.props.active_sink == 'phones', 'the target again')
    state_is(engine, State.RUNNING)
    go_on(engine, 4800)


def test_a_target_that_is_not_there_leaves_the_sound_to_the_default_sink(server, make_engine):
    engine = make_engine(target='phones')
    engine.start()
    state_is(engine, State.RUNNING)
    poll(lambda: engine.props.active_sink == SINK, 'the default sink')


# Servers that go


@pytest.mark.parametrize('n_kills', (3, pytest.param(50, marks=pytest.mark.slow)))
def test_servers_may_be_killed_again_and_again(server, make_engine, n_kills):
    engine = make_engine(idle_timeout=0.0)
    fill(engine, 0, noise(1, 480))
    engine.start()
    for _ in range(n_kills):
        state_is(engine, State.RUNNING)
        go_on(engine, 480)
        assert engine.play_sample(0, 1.0) > 0
        server.kill()
        state_is(engine, State.RECONNECTING)
        assert not engine.props.has_sink and engine.props.active_sink is None
        assert engine.play_sample(0, 1.0) == 0
        server.start()
    state_is(engine, State.RUNNING)
    run_out(engine)
    numbers = counters(engine)
    assert numbers['triggered'] == numbers['started'] + numbers['rejected']


def test_a_hanging_server_leaves_the_latency_as_it_was(server, make_engine):
    """Once it answers again."""
    engine = make_engine()
    fill(engine, 0, noise(1, 480))
    engine.start()
    state_is(engine, State.RUNNING)
    poll(lambda: engine.props.latency >= 0, 'the latency')
    go_on(engine, 24000)
    before = engine.props.latency
    process = server.process if hasattr(server, 'process') else server.processes[0]
    process.send_signal(signal.SIGSTOP)
    time.sleep(0.3)
    process.send_signal(signal.SIGCONT)
    go_on(engine, 24000)
    poll(lambda: abs(engine.props.latency - before) < 10e6, 'the latency of before')
