# SPDX-License-Identifier: LGPL-2.1-or-later
"""A kit on disk: JSON with the settings that differ from their defaults, and the names of the
files: relative for those below the kit's folder, so that it can be moved as a whole, and absolute
for others, so that the kit can be moved away from them."""

import json

from gi.repository import Gio, GLib, GObject

FORMAT = 'flitzis-kit-1'
CLOCK = ('tempo', 'beats-per-bar', 'steps-per-beat', 'swing')


def _writable(thing):
    return [spec for spec in thing.list_properties() if spec.flags & GObject.ParamFlags.WRITABLE
            and not spec.flags & GObject.ParamFlags.CONSTRUCT_ONLY]


def _value(thing, spec):
    value = thing.get_property(spec.name)
    return getattr(value, 'value_nick', value)


def _default(thing, spec):
    """An enumeration's, too, of which newer PyGObjects give but the number."""
    value = thing.get_property(spec.name)
    return type(value)(spec.default_value) if hasattr(value, 'value_nick') else spec.default_value


def settings_of(slot):
    """The settings of a slot that are not the defaults."""
    return {spec.name: _value(slot, spec) for spec in _writable(slot)
            if slot.get_property(spec.name) != _default(slot, spec)}


def set_settings(thing, settings, names=None):
    """Sets what is named to these values, or else to the defaults. A value that cannot be is left
    out: kits are written by hand, too."""
    for spec in _writable(thing):
        if names and spec.name not in names:
            continue
        default = _default(thing, spec)
        value = settings.get(spec.name, default)
        if hasattr(default, 'value_nick'):
            value = getattr(type(default), str(value).upper(), default)
        elif hasattr(spec, 'minimum'):
            value = value if isinstance(value, (int, float)) else default
            value = type(default)(min(max(spec.minimum, value), spec.maximum))
        elif default is not None and not isinstance(value, type(default)):
            value = default
        thing.set_property(spec.name, value)


def describe(board):
    pads = []
    for pad in range(board.engine.props.n_slots):
        file = board.pending.get(pad) or board.files.get(pad)
        settings = settings_of(board.slot(pad))
        if file or settings:
            pads.append({'pad': pad, 'file': file.get_uri() if file else None, **settings})
    clock = board.engine.props.clock
    return {'format': FORMAT, 'gain': board.engine.props.gain,
            **{name: clock.get_property(name) for name in CLOCK}, 'pads': pads}


def write(description, file):
    """Writes a kit. What has no path is named by its URI."""
    folder = file.get_parent()

    def name(uri):
        sound = uri and Gio.File.new_for_uri(uri)
        return sound and (folder.get_relative_path(sound) or sound.get_path() or uri)
    pads = [{**pad, 'file': name(pad['file'])} for pad in description['pads']]
    text = json.dumps({**description, 'pads': pads}, indent=2) + '\n'
    file.replace_contents(text.encode(), None, False, Gio.FileCreateFlags.NONE, None)


def read(file):
    """The kit in a file. Raises GLib.Error or ValueError with a message for the user."""
    data, name = file.load_contents(None)[1], file.get_parse_name()
    try:
        description = json.loads(data)
        its_format = description['format']
    except json.JSONDecodeError as error:
        raise ValueError(f'“{name}” is not a kit: line {error.lineno} is not JSON.') from error
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(f'“{name}” is not a kit.') from error
    if its_format != FORMAT:
        raise ValueError(f'“{name}” cannot be opened: its format is “{its_format}”, '
                         f'and not “{FORMAT}”.')
    pads = description.get('pads')
    if not isinstance(pads, list):
        raise ValueError(f'“{name}” cannot be opened: it has no list of “pads”.')
    for number, pad in enumerate(pads, 1):
        try:
            pad['pad'] = int(pad['pad'])
            if pad.get('file'):
                pad['file'] = _file(file.get_parent(), pad['file']).get_uri()
        except (KeyError, OverflowError, TypeError, ValueError) as error:
            raise ValueError(f'“{name}” cannot be opened: entry {number} of its “pads” needs the '
                             'number of a pad and the name of a file.') from error
    return description


def _file(folder, name):
    """A name in a kit: relative to its folder, absolute, or a URI. A file that is not there may
    lie beside the kit."""
    file = Gio.File.new_for_uri(name) if GLib.uri_parse_scheme(name) else \
        folder.resolve_relative_path(name)
    beside = folder.get_child(file.get_basename() or name)
    return beside if not file.query_exists() and beside.query_exists() else file


def apply(description, board):
    """Sets what a kit says about pads, clock and gain, and returns {pad: file}."""
    set_settings(board.engine, description, ('gain',))
    set_settings(board.engine.props.clock, description, CLOCK)
    files = {}
    for pad in description['pads']:
        if 0 <= pad['pad'] < board.engine.props.n_slots:
            set_settings(board.slot(pad['pad']), pad)
            if pad.get('file'):
                files[pad['pad']] = Gio.File.new_for_uri(pad['file'])
    return files
