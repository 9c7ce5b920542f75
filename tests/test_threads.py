# SPDX-License-Identifier: LGPL-2.1-or-later
"""Threads: any of them may call the verbs, one of them is told, and none waits for another."""

import itertools
import random
import subprocess
import sys
import threading
import time

import pytest

import gi

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, GLib

from pipewire_daemon import poll
from test_playing import (Reason, Steal, constant, counters, drain, fails_with, fill, make_sample,
                          noise, render, watch)

N_THREADS = 8
N_CALLS = 2000

State = Flitzis.State

# looked up here: PyGObject makes an enumeration when it is first asked for, in no thread-safe way
BUSY = Flitzis.EngineError.BUSY
DOMAIN = Flitzis.engine_error_quark()


@pytest.fixture(autouse=True)
def restless():
    """Python changes threads as often as it can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def at_once(*functions):
    """Runs the functions in threads that begin together; what one raises is raised here."""
    barrier, errors = threading.Barrier(len(functions)), []

    def run(function):
        barrier.wait()
        try:
            function()
        except BaseException as error:
            errors.append(error)
    threads = [threading.Thread(target=run, args=(function,)) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), 'a thread hangs'
    if errors:
        raise errors[0]


def play_when_there_is_room(engine, slot, velocity, voices):
    """A trigger that a full queue refuses is counted nowhere, and tried again until a block has
    made room; the ids of others go to `voices`."""
    while True:
        try:
            voice = engine.play_sample(slot, velocity)
        except GLib.Error as error:
            assert error.matches(DOMAIN, BUSY)
            time.sleep(0.001)
            continue
        if voice:
            voices.append(voice)
        return


def call_all_verbs(engine, seed, voices):
    """Calls whatever there is, in a random order; `voices` gets the ids of the triggers."""
    choose = random.Random(seed)
    samples = [make_sample(noise(i, 200)) for i in range(3)]

    def play():
        play_when_there_is_room(engine, choose.randrange(5), choose.random(), voices)

    def check():
        slot = engine.get_slot(choose.randrange(4))
        assert 0.0 <= slot.props.gain <= 16.0
        assert slot.props.playing in (True, False)
        sample = slot.props.sample
        assert sample is None or sample.props.n_frames == 200
        assert engine.props.n_playing <= 6

    others = (lambda: engine.stop_sample(choose.randrange(4)),
              lambda: engine.stop_voice(choose.choice(voices) if voices else 0),
              lambda: engine.set_sample(choose.randrange(4), choose.choice(samples)),
              lambda: engine.set_sample(choose.randrange(4), choose.choice(samples)),
              lambda: engine.unload_sample(choose.randrange(4)),
              lambda: engine.set_gain(choose.random()),
              lambda: engine.get_slot(choose.randrange(4)).set_gain(choose.random()),
              lambda: engine.set_steal(choose.choice((Steal.OLDEST, Steal.QUIETEST,
                                                      Steal.REJECT))),
              engine.stop_all_samples, check)

    def call():
        for _ in range(N_CALLS):
            choose.choice((play, choose.choice(others)))()
    return call


def assert_all_adds_up(engine, voices, ended, n_least):
    """Once all is over: each trigger that got an id was started, rejected, or stopped before it
    could start, and ended once; and each thread got `n_least`."""
    drain()
    ids = [voice for some in voices for voice in some]
    assert len(set(ids)) == len(ids) == engine.props.n_triggered
    assert all(len(some) >= n_least for some in voices)
    assert all(all(a < b for a, b in itertools.pairwise(some)) for some in voices)
    n_unheard = engine.props.n_triggered - engine.props.n_started - engine.props.n_rejected
    assert n_unheard >= 0
    assert engine.props.n_playing == 0
    assert len({voice for voice, *_ in ended}) == len(ended)
    assert {voice for voice, *_ in ended} <= set(ids)
    assert len(ended) + engine.props.n_dropped == engine.props.n_triggered
    if engine.props.n_dropped == 0:
        reasons = [reason for *_voice, reason in ended]
        assert reasons.count(Reason.STOLEN) == engine.props.n_stolen
        assert reasons.count(Reason.REJECTED) == engine.props.n_rejected
        assert n_unheard <= sum(map(reasons.count, (Reason.STOPPED, Reason.UNLOADED,
                                                    Reason.CANCELLED)))
    assert not any(engine.get_slot(slot).props.playing for slot in range(4))


def test_any_thread_may_call_the_verbs(make_engine):
    """While another one renders."""
    engine = make_engine(n_slots=5, n_voices=6)
    ended, voices = watch(engine), [[] for _ in range(N_THREADS)]

    def render_on():
        for _ in range(N_CALLS):
            assert len(render(engine, 37)) == 37
    at_once(render_on, *(call_all_verbs(engine, i, voices[i]) for i in range(N_THREADS)))
    assert engine.props.position == N_CALLS * 37
    render(engine, 300)
    assert_all_adds_up(engine, voices, ended, N_CALLS // 20)


def test_any_thread_may_call_the_verbs_live(pipewire, make_engine):
    engine = make_engine(n_slots=5, n_voices=6)
    ended, voices = watch(engine), [[] for _ in range(N_THREADS)]
    engine.start()
    at_once(*(call_all_verbs(engine, i, voices[i]) for i in range(N_THREADS)))
    engine.stop_all_samples()
    for slot in range(5):
        engine.unload_sample(slot)
    poll(lambda: not any(engine.get_slot(slot).props.playing for slot in range(5)), 'the end')
    engine.stop()
    assert_all_adds_up(engine, voices, ended, N_CALLS // 20)


def test_any_thread_may_start_and_stop(pipewire, make_engine):
    """While others trigger; render and start keep each other out."""
    engine = make_engine()
    ended, voices = watch(engine), []
    fill(engine, 0, noise(1, 300))

    def start_and_stop():
        for _ in range(10):
            assert engine.start()
            engine.stop()

    def play():
        for _ in range(N_CALLS):
            play_when_there_is_room(engine, 0, 0.5, voices)

    def render_some():
        for _ in range(N_CALLS):
            try:
                assert engine.render(64).get_size() == 512
            except GLib.Error as error:
                assert error.matches(DOMAIN, BUSY)
    at_once(start_and_stop, start_and_stop, play, render_some)
    engine.stop()
    render(engine, 1000)
    assert_all_adds_up(engine, [voices], ended, N_CALLS)


def test_two_renders_at_once_are_one_too_many(engine):
    """One of them is told so; no frame is rendered twice."""
    n_frames, n_busy, n_done = 200000, [], []

    def render_one():
        try:
            n_done.append(engine.render(n_frames).get_size() // 8)
        except GLib.Error as error:
            assert error.matches(DOMAIN, BUSY)
            assert 'another thread' in error.message
            n_busy.append(1)

    def both():
        at_once(render_one, render_one)
        return n_busy
    poll(both, 'two renders to meet')
    assert n_done and engine.props.position == sum(n_done)


# Who is told


def test_a_change_made_elsewhere_is_told_in_the_owner_context(engine, iterate):
    """Never in the thread that made it; and in the owner's own, at once."""
    told = []

    def tell(owner, pspec):
        told.append((pspec.name, owner.get_property(pspec.name), threading.get_ident()))
    slot = engine.get_slot(3)
    engine.connect('notify', tell)
    slot.connect('notify', tell)

    def change():
        engine.props.gain = 0.5
        engine.props.client_name = 'elsewhere'
        slot.props.gain = 0.25
    at_once(change)
    assert told == []
    iterate(lambda: len(told) >= 3)
    here = threading.get_ident()
    assert sorted(told) == [('client-name', 'elsewhere', here), ('gain', 0.25, here),
                            ('gain', 0.5, here)]
    del told[:]
    engine.props.gain = 2.0
    assert told == [('gain', 2.0, here)]
    drain()
    assert len(told) == 1


def test_all_properties_may_change_elsewhere_at_once(engine, iterate):
    """However many there are: those of the engine, of its clock, and of a slot."""
    told, expected = [], []
    slot, clock = engine.get_slot(3), engine.props.clock
    for owner in (engine, clock, slot):
        owner.connect('notify', lambda owner, pspec: told.append((id(owner), pspec.name)))
        expected += [(id(owner), pspec.name) for pspec in owner.list_properties()]

    def change():
        for owner in (engine, clock, slot):
            for pspec in owner.list_properties():
                owner.notify(pspec.name)
    at_once(change)
    assert told == []
    iterate(lambda: len(told) == len(expected))
    assert sorted(told) == sorted(expected)
    assert len({name for _owner, name in expected}) > 64


def test_a_builder_that_does_not_own_the_context_is_not_told_itself():
    """An engine that a worker built for the main loop tells the main loop, whoever sets what."""
    told, engines, loop = [], [], GLib.MainLoop()

    def work():
        poll(loop.is_running, 'the main loop')
        engine = Flitzis.Engine()
        engines.append(engine)
        engine.connect('notify::gain', lambda *_: told.append(threading.get_ident()))
        engine.props.gain = 0.5
        GLib.timeout_add(10, lambda: loop.quit() if told else True)
    thread = threading.Thread(target=work)
    thread.start()
    loop.run()
    thread.join(10)
    assert told == [threading.get_ident()]


def test_an_end_made_elsewhere_is_told_in_the_owner_context(engine, iterate):
    told = []
    engine.connect('voice-ended', lambda *_voice: told.append(threading.get_ident()))
    engine.get_slot(0).connect('notify', lambda *_: told.append(threading.get_ident()))
    fill(engine, 0, noise(1, 100))

    def play():
        engine.play_sample(0, 1.0)
        engine.render(200)
    at_once(play)
    assert told == []
    iterate(lambda: len(told) >= 2)
    assert set(told) == {threading.get_ident()}


@pytest.fixture
def owner():
    """A thread with a thread-default context of its own, whose loop runs. `owner (function)` calls
    the function in it; `owner.ident` is its id."""
    context = GLib.MainContext.new()
    loop = GLib.MainLoop.new(context, False)

    def run():
        context.push_thread_default()
        loop.run()
        context.pop_thread_default()
    thread = threading.Thread(target=run)
    thread.start()
    poll(loop.is_running, 'the loop of the thread')

    def call(function):
        results = []
        source = GLib.Idle()
        source.set_callback(lambda *_: results.append(function()))
        source.attach(context)
        return poll(lambda: results, 'the call')[0]
    call.ident = thread.ident
    yield call
    loop.quit()
    thread.join(10)


def test_an_engine_belongs_to_the_context_it_was_built_in(pipewire, owner):
    """Its thread is told what happens to it, and nobody else is."""
    told, engine = [], owner(Flitzis.Engine)
    engine.connect('voice-ended', lambda *_: told.append(('ended', threading.get_ident())))
    engine.connect('notify', lambda _engine, pspec: told.append(
        (pspec.name, threading.get_ident())))
    fill(engine, 0, noise(1, 100))
    engine.set_gain(0.5)
    engine.start()
    engine.play_sample(0, 1.0)
    poll(lambda: {'ended', 'gain', 'state'} <= {what for what, _ in told}, 'what is told')
    engine.stop()
    drain()
    assert {who for _, who in told} == {owner.ident}


def test_a_change_is_not_told_where_it_is_made_however_quick_the_owner_is(owner):
    """Also when the owner wakes up while the setter is still at it."""
    told, engine = [], owner(Flitzis.Engine)
    engine.connect('notify::gain', lambda *_: told.append(threading.get_ident()))
    for i in range(300):
        engine.props.gain = 0.5 + i % 2
        poll(lambda: len(told) == i + 1, 'the change to be told')
    assert set(told) == {owner.ident}


# A full queue


def test_a_full_queue_refuses_triggers_and_nothing_else(pipewire, engine):
    """More triggers than the queue has room for, in one long block: an error that changes nothing.
    Stops, settings and samples still get through, and so do triggers afterwards."""
    pipewire.force(quantum=8192)
    ended = watch(engine)
    fill(engine, 0, constant(10 * 48000))
    fill(engine, 1, noise(1, 100))
    engine.start()
    poll(lambda: engine.props.state == State.RUNNING, 'the first block')
    n = 0
    with fails_with(BUSY, 0):
        while n < 20000:
            assert engine.play_sample(0, 0.1) > 0
            n += 1
    assert n >= 1024
    assert engine.props.n_triggered == n
    assert engine.props.n_rejected == 0
    assert fill(engine, 1, noise(2, 100)) is not None
    assert engine.unload_sample(2)
    engine.get_slot(0).props.gain = 0.5
    engine.stop_all_samples()
    poll(lambda: not engine.get_slot(0).props.playing, 'the ends')
    assert engine.props.n_playing == 0
    drain()
    assert sorted(voice for voice, *_ in ended) == list(range(1, n + 1))
    voice = engine.play_sample(1, 1.0)
    poll(lambda: not engine.get_slot(1).props.playing, 'the end')
    drain()
    assert ended[-1] == (voice, 1, Reason.FINISHED) and voice > n
    assert (engine.props.n_started, engine.props.n_triggered) == (1, n + 1)


def test_without_a_stream_no_queue_fills(engine):
    """Nobody waits for a block there, so any number of triggers is carried out at once."""
    fill(engine, 0, constant(1000))
    for _ in range(5000):
        assert engine.play_sample(0, 0.1) > 0
    assert (engine.props.n_triggered, engine.props.n_stolen) == (5000, 4968)


# The end


def test_an_engine_that_plays_can_go(pipewire):
    """Its node goes with it, and its samples; nothing is told any more."""
    for i in range(5):
        gone = []
        engine = Flitzis.Engine(client_name='mayfly')
        ended = watch(engine)
        engine.weak_ref(lambda: gone.append('engine'))
        sample = make_sample(constant(48000))
        sample.weak_ref(lambda: gone.append('sample'))
        engine.set_sample(0, sample)
        del sample
        engine.start()
        for _ in range(40):
            engine.play_sample(0, 0.5)
        if i % 2:
            poll(lambda: engine.props.state == State.RUNNING, 'the first block')
        del engine
        assert sorted(gone) == ['engine', 'sample']
        drain()
        assert ended == []
    poll(lambda: not pipewire.node('mayfly'), 'the node to go')


def test_an_engine_can_go_in_another_thread(pipewire):
    gone, engines = [], [Flitzis.Engine()]
    engines[0].weak_ref(lambda: gone.append(threading.get_ident()))
    ended = watch(engines[0])
    fill(engines[0], 0, constant(48000))
    engines[0].start()
    engines[0].play_sample(0, 1.0)
    poll(lambda: engines[0].props.state == State.RUNNING, 'the first block')
    at_once(engines.clear)
    assert gone
    drain()
    assert ended == []


DISPOSE = '''
import gi, sys, threading
gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, GLib
sample = Flitzis.Sample.new(GLib.Bytes.new(bytes(4 * 4800)), 1, 48000)
for i in range(20):
    engine = Flitzis.Engine()
    engine.set_sample(0, sample)
    if sys.argv[1] == 'live':
        engine.start()
    done = threading.Event()
    def work():
        while not done.is_set():
            try:
                engine.play_sample(0, 1.0)
                engine.stop_voice(1)
                if sys.argv[1] != 'live':
                    engine.render(20000)
            except GLib.Error:
                pass
    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        engine.run_dispose()
    done.set()
    for thread in threads:
        thread.join()
    engine.stop_all_samples()
    assert engine.get_slot(0).props.sample is None
    assert engine.props.state == Flitzis.State.STOPPED
    del engine, work
gone = []
sample.weak_ref(lambda: gone.append(True))
del sample
print('gone' if gone else 'held')
'''


@pytest.mark.parametrize('how', ('live', 'render'))
def test_dispose_takes_everything_back_while_others_are_at_work(pipewire, how):
    """Whatever runs at that moment; verbs that come later find an empty engine."""
    result = subprocess.run([sys.executable, '-c', DISPOSE, how], capture_output=True, text=True,
                            timeout=60)
    assert (result.returncode, result.stdout, result.stderr) == (0, 'gone\n', '')
