# SPDX-License-Identifier: LGPL-2.1-or-later
"""Kits: Flitzis reads those of Hydrogen, SFZ and this program. The program writes JSON with the
settings that differ from their defaults, and the names of the files: relative for those below the
kit's folder, so that it can be moved as a whole, and absolute for others, so that the kit can be
moved away from them."""

import json

from gi.repository import Flitzis, Gio, GObject

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


def _sounds_of(board, pad):
    """What a pad holds: a file, or the layers of the kit that was opened, with their names."""
    file, about = board.sound(pad)
    entry = {'file': file.get_uri() if file else None}
    if not about:
        return entry
    layers = [{'file': layer.props.file.get_uri(), 'low': layer.props.low,
               'high': layer.props.high, 'gain': layer.props.gain} for layer in about]
    if layers != [{**entry, 'low': 0.0, 'high': 1.0, 'gain': 1.0}]:
        entry = {'layers': layers}
    names = {name: about.get_property(name) for name in ('name', 'note', 'low-note', 'high-note')}
    return {**entry, **{name: value for name, value in names.items() if value not in (None, -1)}}


def describe_pad(board, pad):
    return {'pad': pad, **_sounds_of(board, pad), **settings_of(board.slot(pad))}


def describe(board):
    pads = (describe_pad(board, pad) for pad in range(board.engine.props.n_slots))
    clock = board.engine.props.clock
    return {'format': FORMAT, 'gain': board.engine.props.gain,
            **{name: clock.get_property(name) for name in CLOCK},
            'pads': [pad for pad in pads if pad != {'pad': pad['pad'], 'file': None}]}


def write(description, file):
    """Writes a kit. What has no path is named by its URI."""
    folder = file.get_parent()

    def named(entry):
        uri = entry.get('file')
        sound = uri and Gio.File.new_for_uri(uri)
        name = sound and (folder.get_relative_path(sound) or sound.get_path() or uri)
        return {**entry, 'file': name} if 'file' in entry else \
            {**entry, 'layers': [named(layer) for layer in entry['layers']]}
    pads = [named(pad) for pad in description['pads']]
    text = json.dumps({**description, 'pads': pads}, indent=2) + '\n'
    file.replace_contents(text.encode(), None, False, Gio.FileCreateFlags.NONE, None)


def read(file):
    """A kit of any format, with sounds of any folder: the user has chosen it."""
    return Flitzis.Kit.new_for_file(file, Flitzis.KitFlags.ANY_FOLDER, None)


def read_description(description):
    """The kit that a description would be, without a file of it."""
    file, _ = Gio.File.new_tmp(None)
    write({'format': FORMAT, **description}, file)
    opened = read(file)
    file.delete(None)
    return opened
