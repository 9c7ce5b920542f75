# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the window shows: an engine, the files that its pads hold, and the newest voice of each.
Knows nothing of GTK."""

import os

import gi

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, Gio, GLib, GObject  # noqa: E402

import kit  # noqa: E402

N_PADS = 16
N_VOICES = 64
RETRY_SECONDS = 2
DELAY_MARGIN_NS = 1_000_000  # what the constant delay of triggers adds to a block
PATIENCE_MS = 1500  # that long a connection may take before the user is told


class Board(GObject.Object):
    __gsignals__ = {
        # A pad holds, or is about to hold, another file.
        'file-changed': (GObject.SignalFlags.RUN_FIRST, None, (int,)),
        # A list of sentences for the user.
        'message': (GObject.SignalFlags.RUN_FIRST, None, (object,)),
    }
    # Why nothing can be heard at the moment; empty while all is well.
    trouble = GObject.Property(type=str, default='')

    def __init__(self, application_id):
        super().__init__()
        self.engine = Flitzis.Engine(n_slots=N_PADS, n_voices=N_VOICES, client_name='Flitzis Pads',
                                     application_id=application_id, icon_name=application_id)
        self.files = {}
        self.pads = {}  # those of the kit that was opened, which know their layers
        self.pending = {}
        self.voices = {}
        self._start_error = None
        self._timer = 0
        self.engine.connect('notify::state', lambda *_: self._look_at_state())

    def slot(self, pad):
        return self.engine.get_slot(pad)

    def sound(self, pad):
        """The file of a pad, that being loaded first; and the pad of its kit, if that says more."""
        file = self.pending.get(pad) or self.files.get(pad)
        return file, self.pads.get(pad) if file is self.files.get(pad) else None

    def name(self, pad):
        """What stands on a pad: its name in the kit, or that of its file."""
        file, about = self.sound(pad)
        name = file.get_parse_name().rpartition('/')[2] if file else ''
        return (about and about.props.name or os.path.splitext(name)[0]).replace('_', ' ')

    # The connection

    def start(self):
        self._cancel_timer()
        self.engine.start_async(None, self._started)

    def restart(self):
        """For what the engine reads when it starts: the latency."""
        self.engine.stop()
        self.start()

    def shut_down(self):
        self._cancel_timer()
        self.engine.stop()

    def has_no_sink(self):
        """Whether there is nothing to play to; while the engine connects that is not known."""
        return self.engine.props.state == Flitzis.State.STARTING and \
            self.engine.props.active_output != Flitzis.Output.AUTO and \
            not self.engine.props.has_sink

    def _started(self, engine, result):
        try:
            engine.start_finish(result)
            self._start_error = None
        except GLib.Error as error:
            if error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED):
                return
            self._start_error = error.message
            self._set_timer(RETRY_SECONDS * 1000, self.start)
        self._look_at_state()

    def _look_at_state(self):
        state = self.engine.props.state
        if state == Flitzis.State.STARTING:
            self._set_timer(PATIENCE_MS, self._wait_for_output)
            return
        if state == Flitzis.State.RUNNING:
            self._cancel_timer()
            self.trouble = ''
        elif state == Flitzis.State.RECONNECTING:
            self.trouble = 'The sound server or its output is gone. The sound comes back with it.'
        elif self._start_error:
            self.trouble = self._start_error

    def _wait_for_output(self):
        self.trouble = 'The sound server has no output to play to. The sound comes with one.'

    def _set_timer(self, milliseconds, function):
        def expired():
            self._timer = 0
            function()
        self._cancel_timer()
        self._timer = GLib.timeout_add(milliseconds, expired)

    def _cancel_timer(self):
        if self._timer:
            GLib.source_remove(self._timer)
            self._timer = 0

    # Playing

    def hit(self, pad, velocity=1.0):
        """Plays a pad. One that loops is stopped by the next hit. While nothing can be heard
        nothing is triggered, or it would all sound at once later."""
        slot = self.slot(pad)
        try:
            if slot.props.loop and slot.props.playing:
                self.engine.stop_sample(pad)
            elif self.engine.props.state == Flitzis.State.RUNNING:
                self.voices[pad] = self.engine.play_sample(pad, velocity)
        except GLib.Error as error:
            if error.matches(Flitzis.EngineError.quark(), Flitzis.EngineError.UNSUPPORTED):
                self._load_into_memory(pad)
            self.emit('message', [error.message])

    def _load_into_memory(self, pad):
        """For settings that streamed sounds do not have, which a kit may hold."""
        self.slot(pad).props.storage = Flitzis.Storage.MEMORY
        self._apply(kit.read_description({'pads': [kit.describe_pad(self, pad)]}))

    def playhead(self, pad):
        """How far the newest voice of a pad is, 0 to 1; None while none sounds, and while the
        length of the file is not known."""
        n_frames = self.slot(pad).props.n_frames
        frame = self.engine.get_voice_position(self.voices.get(pad, 0))
        if n_frames < 0 or frame < 0:
            return None
        return min(frame / n_frames, 1.0)  # another layer may be longer

    def latency(self):
        """How long a hit takes at most until it is heard, in ns; None while that is unknown. A hit
        waits for the next block, or for the end of the delay that all have alike."""
        delay, latency = self.engine.props.trigger_delay, self.engine.props.latency
        if delay < 0 or latency < 0:
            return None
        constant = self.engine.props.trigger_timing == Flitzis.TriggerTiming.CONSTANT
        return latency + (delay if constant else delay - DELAY_MARGIN_NS)

    def stop_all(self):
        self.engine.cancel_scheduled()
        self.engine.stop_all_samples()

    # Files

    def load(self, files, whole=False, errors=()):
        """Loads {pad: file}, and says at the end what could not be, after the `errors` that there
        are. `whole`: from the start to the end, as the loop was that of the sample that goes."""
        errors, waiting = [*errors], set(files)

        def loaded(engine, result, pad, file):
            slot = self.slot(pad)
            try:
                engine.load_file_finish(result)
                self.files[pad] = file
                self.pads.pop(pad, None)
                self.engine.clear_layers(pad)
                if whole:
                    slot.props.loop_start = slot.props.loop_end = 0
            except GLib.Error as error:
                if not error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED):
                    errors.append(error.message)
            # Only pads that are streamed say so in the kit.
            if not slot.props.sample or slot.props.sample.get_bytes():
                slot.props.storage = Flitzis.Storage.MEMORY
            if self.pending.get(pad) is file:
                del self.pending[pad]
            self.emit('file-changed', pad)
            waiting.discard(pad)
            if errors and not waiting:
                self.emit('message', errors)

        for pad, file in files.items():
            self.pending[pad] = file
            props = self.slot(pad).props
            props.storage = Flitzis.Storage.MEMORY if props.reverse or props.loop_crossfade > 0 \
                else Flitzis.Storage.AUTO
            self.engine.load_file_async(pad, file, None, lambda engine, result, pad=pad, file=file:
                                        loaded(engine, result, pad, file))
            self.emit('file-changed', pad)

    def load_from(self, pad, files):
        """Loads the first file into this pad, and the others into the empty ones behind it."""
        empty = [other for other in range(pad + 1, N_PADS)
                 if other not in self.files and other not in self.pending]
        chosen = dict(zip([pad, *empty], files))
        n_left = len(files) - len(chosen)
        files = '1 file' if n_left == 1 else f'{n_left} files'
        self.load(chosen, whole=True,
                  errors=[f'There was no empty pad for {files}.'] if n_left else [])

    def unload(self, pad):
        """Empties a pad and returns the function that brings all of it back."""
        slot, description = self.slot(pad), kit.describe_pad(self, pad)
        file, about = self.files.pop(pad, None), self.pads.pop(pad, None)
        sample, settings = slot.props.sample, kit.settings_of(slot)
        self.pending.pop(pad, None)
        self.engine.unload_sample(pad)
        kit.set_settings(slot, {})
        self.emit('file-changed', pad)

        def undo():
            if about and len(about) > 1:
                self._apply(kit.read_description({'pads': [description]}))
                return
            try:
                self.engine.set_sample(pad, sample)
            except GLib.Error as error:
                self.emit('message', [error.message])
                return
            self.files[pad] = file
            if about:
                self.pads[pad] = about
            kit.set_settings(slot, settings)
            self.emit('file-changed', pad)
        return undo if file else None

    # Kits

    def describe(self):
        """The kit as it is now, without what it says about folders."""
        return kit.describe(self)

    def save(self, file):
        kit.write(self.describe(), file)

    def open(self, file, done=lambda: None):
        """Replaces the pads and settings of the board with those of a kit, and returns the kit. A
        pad keeps its name if its file is missing. Calls `done ()` when all is loaded."""
        opened = kit.read(file)
        self.stop_all()
        for pad in range(N_PADS):
            self.unload(pad)
        settings = opened.props.settings.unpack()
        kit.set_settings(self.engine, settings, ('gain',))
        kit.set_settings(self.engine.props.clock, settings, kit.CLOCK)
        n_left = sum(pad.props.index >= N_PADS for pad in opened)
        self._apply(opened, done, [*opened.props.warnings, *(
            [f'The kit has {len(opened)} pads, and the board has {N_PADS}.'] if n_left else [])])
        return opened

    def _apply(self, opened, done=lambda: None, errors=()):
        """Loads the pads of a kit, and says at the end what could not be, after the `errors` that
        there are."""
        pads = {pad.props.index: pad for pad in opened if pad.props.index < N_PADS}
        files = {index: pad[0].props.file for index, pad in pads.items() if len(pad)}
        self.pads.update(pads)
        self.files.update(files)
        self.pending.update(files)
        others = tuple(f'Pad {pad.props.index}{mark}' for pad in opened
                       if pad.props.index >= N_PADS for mark in ' :')

        def applied(opened, result):
            problems = [*errors, *(problem for problem in opened.apply_finish(result)
                                   if not problem.startswith(others))]
            for pad, file in files.items():
                if self.pending.get(pad) is file:
                    del self.pending[pad]
                self.emit('file-changed', pad)
            done()
            if problems:
                self.emit('message', problems)

        opened.apply_async(self.engine, 0, None, callback=applied)
        for pad in files:
            self.emit('file-changed', pad)
