# SPDX-License-Identifier: LGPL-2.1-or-later
"""Which sound server an engine plays to, and that what the server's sink hears is what `render`
computes, whichever it is."""

import time

import numpy
import pytest

import gi

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis

from pipewire_daemon import SINK, poll
from test_live import go_on, one_of_many, run_out, same, state_is
from test_playing import counters, drain, fails_with, fill, make_sample, noise, render, watch

State, Output = Flitzis.State, Flitzis.Output
SERVERS = {'pipewire': Output.PIPEWIRE, 'pulseaudio': Output.PULSE, 'pipewire_pulse': Output.PULSE}


@pytest.fixture(params=SERVERS)
def server(request):
    """Each of the servers in turn; `output` is what AUTO makes of it."""
    server = request.getfixturevalue(request.param)
    server.output = SERVERS[request.param]
    return server


def test_each_server_is_found(server, engine):
    began = time.monotonic()
    engine.start()
    assert time.monotonic() - began < 1.0
    assert engine.props.active_output == server.output
    assert engine.props.has_sink
    state_is(engine, State.RUNNING)
    poll(lambda: engine.props.active_sink == SINK, 'the sink')
    assert [(sink.props.name, sink.props.is_default) for sink in engine.get_sinks()] == [
        (SINK, True)]
    engine.stop()
    assert engine.props.active_output == Output.AUTO
    assert not engine.props.has_sink and engine.props.active_sink is None
    assert not list(engine.get_sinks())


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
