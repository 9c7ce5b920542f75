# SPDX-License-Identifier: LGPL-2.1-or-later
"""Kits: what the readers of Hydrogen, SFZ and the pad board's JSON make of a file, what is said
about the rest, how a kit comes into an engine, and how it is written."""

import asyncio
import json
import os
import pathlib
import re
import shutil
import threading
import xml.etree.ElementTree

import gi
import numpy
import pytest

gi.require_version('Flitzis', '1')
from gi.repository import Flitzis, Gio, GLib, GObject  # noqa: E402

import kit_files
from sound_files import frames_of
from test_loading import is_under_way, long_file, poll  # noqa: F401

FIXTURES = pathlib.Path(__file__).parent.parent / 'fixtures'
KITS = pathlib.Path('/usr/share/hydrogen/data/drumkits')
Flags = Flitzis.KitFlags


def as_file(path):
    return Gio.File.new_for_path(str(path))


def read(path, flags=Flags.NONE):
    return Flitzis.Kit.new_for_file(as_file(path), flags, None)


def read_text(folder, name, text, flags=Flags.NONE):
    (folder / name).write_text(text)
    return read(folder / name, flags)


def refuse(path, domain, code, *words):
    with pytest.raises(GLib.Error) as caught:
        read(path)
    assert caught.value.matches(domain, code), caught.value.message
    for word in (path.name, *words):
        assert word in caught.value.message


def refuse_text(folder, name, text, code, *words):
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    refuse(folder / name, Flitzis.engine_error_quark(), code, *words)


def describe(kit, folder):
    """As kit_files.py writes what it expects."""
    return [{'note': pad.note, 'low': pad.low_note, 'high': pad.high_note,
             'layers': [(os.path.relpath(layer.file.get_path(), folder), layer.low, layer.high,
                         layer.gain) for layer in pad],
             'settings': pad.settings.unpack()} for pad in kit]


def assert_described(kit, folder, expected):
    described = describe(kit, folder)
    assert len(described) == len(expected)
    for one, other in zip(described, expected):
        assert {**one, 'layers': None, 'settings': None} == {**other, 'layers': None,
                                                             'settings': None}
        assert [layer[0] for layer in one['layers']] == [layer[0] for layer in other['layers']]
        assert [layer[1:] for layer in one['layers']] == [
            pytest.approx(layer[1:] if len({layer[3] for layer in other['layers']}) > 1
                          else (*layer[1:3], 1.0)) for layer in other['layers']]
        assert one['settings'].keys() == other['settings'].keys(), one['note']
        for name, value in one['settings'].items():
            assert value == pytest.approx(other['settings'][name]), (one['note'], name)


def frames_at(engine, path):
    """What the engine makes of a file."""
    other = Flitzis.Engine(n_slots=1, sample_rate=engine.sample_rate)
    other.load_sample(0, str(path))
    return frames_of(other[0].sample)


def make_plain(slot):
    """Takes back what changes the frames of a sample."""
    plain = Flitzis.Engine(n_slots=1)[0]
    for spec in slot.list_properties():
        if spec.flags & GObject.ParamFlags.WRITABLE:
            slot.set_property(spec.name, plain.get_property(spec.name))


def render_layer(engine, slot, layer, n_frames, velocity=1.0):
    engine.play(Flitzis.Trigger(slot=slot, layer=layer, velocity=velocity))
    frames = numpy.frombuffer(engine.render(n_frames).get_data(), '<f4').reshape(-1, 2)
    engine.stop_all_samples()
    engine.render(480)
    return frames


def assert_in_slots(engine, kit, first_slot=0):
    """Each pad's sound is that of its file, to the bit: that of each layer, and that of each range
    of velocities."""
    for pad in kit:
        slot = engine[first_slot + pad.index]
        if not len(pad):
            assert slot.sample is None
            continue
        make_plain(slot)
        for i, layer in enumerate(pad):
            expected = frames_at(engine, layer.file.get_path())
            if layer.gain != 1.0:
                expected = (expected.astype(float) * layer.gain).astype('<f4')
            if i == 0:
                numpy.testing.assert_array_equal(frames_of(slot.sample), expected, pad.name)
            if expected.shape[1] == 1:
                expected = numpy.repeat(expected, 2, axis=1)
            heard = render_layer(engine, slot.index, i, len(expected))
            numpy.testing.assert_array_equal(heard, expected, f'{pad.name} {i}')
            velocity = (layer.low + layer.high) / 2
            if sum(each.low <= velocity <= each.high for each in pad) == 1:
                heard = render_layer(engine, slot.index, -1, 1000, velocity)
                numpy.testing.assert_array_equal(
                    heard[:len(expected)], numpy.float32(velocity) * expected[:1000])


# SFZ


@pytest.fixture
def sfz(tmp_path):
    return kit_files.write(tmp_path)


@pytest.mark.parametrize('name', kit_files.EXPECTED)
def test_what_an_sfz_file_means(name, sfz):
    kit = read(sfz / name)
    assert_described(kit, sfz, kit_files.EXPECTED[name])
    assert kit.name == name.removesuffix('.sfz')
    assert [pad.index for pad in kit] == list(range(len(kit)))
    assert all(pad.file_frames for pad in kit)
    assert [pad.name for pad in kit] == [
        pathlib.Path(each['layers'][0][0]).stem if len({layer[1] for layer in each['layers']}) < 2
        else pad.name for pad, each in zip(kit, kit_files.EXPECTED[name])]
    expected = [each if '.txt' in each else f'{name}:{each}' for each in kit_files.WARNINGS[name]]
    assert len(kit.warnings) == len(expected), kit.warnings
    for text in expected:
        assert [each for each in kit.warnings if each.startswith(text)], (text, kit.warnings)


@pytest.mark.parametrize('name', kit_files.EXPECTED)
def test_an_sfz_kit_sounds_as_its_files(name, sfz, make_engine):
    engine = make_engine(n_slots=20)
    kit = read(sfz / name)
    assert kit.apply(engine, 3) == []
    assert_in_slots(engine, kit, 3)
    assert engine[2].sample is None and engine[3 + len(kit)].sample is None


def test_frames_of_a_file_become_frames_of_its_sample(sfz, make_engine):
    """Through the conversion from 44100 Hz, to the nearest frame."""
    engine = make_engine(n_slots=16)
    read(sfz / 'loop.sfz').apply(engine, 0)
    for slot, settings in ((0, {'start': 441, 'end': 2205}),
                           (1, {'loop_start': 882, 'loop_end': 1764}), (2, {'loop_start': 441})):
        for name, frame in settings.items():
            assert getattr(engine[slot], name) == round(frame * 48000 / 44100), name
    frames = frames_of(engine[0].sample)
    engine.play_sample(0, 1.0)
    heard = numpy.frombuffer(engine.render(2400).get_data(), '<f4').reshape(-1, 2)
    numpy.testing.assert_array_equal(heard[100:1800, 0], frames[580:2280, 0])
    assert not heard[1920:].any()


def test_a_loop_of_the_sample_file(sfz, make_engine):
    """As loop_mode and the points of the region leave it to the file; and what the engine plays."""
    engine = make_engine(n_slots=16)
    assert read(sfz / 'loop.sfz').apply(engine, 0) == []
    start, end, count = kit_files.LOOP
    for slot, expected in ((7, (True, start, end, count)), (8, (True, start, end, count)),
                           (9, (True, start, 1764, count)), (10, (True, 0, 1764, 0)),
                           (11, (False, 0, 0, 0)), (12, (False, 441, 0, 0)),
                           (6, (True, 0, 0, 0))):
        assert (engine[slot].loop, *(round(frame * 44100 / 48000) for frame in (
            engine[slot].loop_start, engine[slot].loop_end)), engine[slot].loops) == expected, slot
    frames = frames_of(engine[7].sample)
    start, end = engine[7].loop_start, engine[7].loop_end
    engine.play_sample(7, 1.0)
    heard = numpy.frombuffer(engine.render(8000).get_data(), '<f4').reshape(-1, 2)
    rounds = [frames[start:end]] * (count - 1)
    expected = numpy.concatenate([frames[:end], *rounds, frames[end:]])
    numpy.testing.assert_array_equal(heard[:len(expected), 0], expected[:, 0])
    assert not heard[len(expected):].any()


def test_a_layer_with_a_gain_keeps_what_its_file_states(sfz, engine):
    kit = read_text(sfz, 'a.sfz', '<group> key=36\n<region> sample=looped.wav hivel=63 volume=6\n'
                    '<region> sample=kick.wav lovel=64\n')
    assert kit[0][0].gain != 1.0 and kit.apply(engine) == []
    assert engine[0].sample.has_loop and engine[0].loop and engine[0].loops == kit_files.LOOP[2]


def test_gain_and_pan_of_a_kit_are_heard(sfz, engine):
    read(sfz / 'inherit.sfz').apply(engine, 0)
    frames = frames_of(engine[3].sample)
    engine.play_sample(3, 1.0)
    heard = numpy.frombuffer(engine.render(len(frames)).get_data(), '<f4').reshape(-1, 2)
    expected = (numpy.float32(10 ** (-6 / 20)) * frames).astype('<f4')
    numpy.testing.assert_array_equal(heard, numpy.repeat(expected, 2, axis=1))


def test_an_sfz_file_of_windows(sfz):
    """Not in UTF-8, and with the lines and paths of that system."""
    (sfz / 'größe.wav').write_bytes(kit_files.sound('kick.wav'))
    text = '// Größe\r\n<region>\r\nsample=.\\größe.wav key=c4\r\n<region>\r\nkey=d4 x=ü'
    (sfz / 'windows.sfz').write_bytes(text.encode('windows-1252'))
    kit = read(sfz / 'windows.sfz')
    assert [pad.name for pad in kit] == ['größe']
    assert kit.warnings == ['windows.sfz:5: “x” is not understood',
                            'windows.sfz:4: a region has no sample']
    assert kit.apply(Flitzis.Engine()) == []


def test_files_that_include_each_other(tmp_path):
    (tmp_path / 'a.sfz').write_text('#include "b.sfz"\n')
    (tmp_path / 'b.sfz').write_text('\n<region> #include "a.sfz"\n')
    refuse(tmp_path / 'a.sfz', Flitzis.engine_error_quark(), Flitzis.EngineError.CORRUPT,
           'include each other in a circle')


def test_variables_that_double(tmp_path):
    lines = ['#define $A 0123456789'] + ['#define $A $A$A'] * 60
    kit = read_text(tmp_path, 'a.sfz', '\n'.join(lines) + '\n<region> sample=$A.wav key=36')
    assert len(kit) == 1
    assert kit.warnings == ['a.sfz:10: a value has more than 4096 bytes']


# Hydrogen


def number(element, name, fallback):
    return float(element.findtext(name, str(fallback)))


def read_drumkit(path):
    """Another reader: the pads, by the rules that docs/files-and-kits.md states."""
    root = xml.etree.ElementTree.fromstring(re.sub(' xmlns="[^"]*"', '', path.read_text()))
    pads = []
    for index, instrument in enumerate(root.find('instrumentList')):
        holder = instrument.find('instrumentComponent')
        layers = (instrument if holder is None else holder).findall('layer')
        gain = number(instrument, 'volume', 1) * number(instrument, 'gain', 1)
        gain *= 1 if holder is None else number(holder, 'gain', 1)
        left, right = number(instrument, 'pan_L', 1), number(instrument, 'pan_R', 1)
        pan = number(instrument, 'pan', right / left - 1 if left >= right else 1 - left / right)
        pitch = number(instrument, 'pitchOffset', 0)
        pitch += number(layers[0], 'pitch', 0) if layers else 0
        listed = [(layer.findtext('filename'), number(layer, 'min', 0), number(layer, 'max', 1),
                   number(layer, 'gain', 1)) for layer in layers]
        if instrument.find('filename') is not None:
            listed = [(instrument.findtext('filename'), 0, 1, 1)]
        if listed and len({layer[3] for layer in listed}) == 1:
            gain *= listed[0][3]
        note = int(number(instrument, 'midiInNote', number(instrument, 'midiOutNote', 36 + index)))
        settings = {'gain': gain, 'pan': pan, 'playback-rate': 2 ** (pitch / 12),
                    'attack': number(instrument, 'Attack', 0) / 44100,
                    'release': number(instrument, 'Release', 0.005 * 44100) / 44100,
                    'choke-group': int(number(instrument, 'muteGroup', -1)) + 1,
                    'mute': instrument.findtext('isMuted') == 'true'}
        pads.append({'name': instrument.findtext('name').strip(), 'note': note, 'layers': listed,
                     'settings': settings})
    return root.findtext('name'), pads


DEFAULTS = {'gain': 1.0, 'pan': 0.0, 'playback-rate': 1.0, 'attack': 0.0, 'release': 0.005,
            'choke-group': 0, 'mute': False}


def check_drumkit(path, make_engine):
    """Reads and applies a kit. Returns it, and the names of the files that are missing."""
    kit, (name, expected) = read(path), read_drumkit(path)
    assert kit.name == name and len(kit) == len(expected) > 10
    for pad, other in zip(kit, expected):
        assert (pad.name, pad.note) == (other['name'], other['note'])
        layers = [(os.path.relpath(layer.file.get_path(), path.parent), layer.low, layer.high,
                   layer.gain) for layer in pad]
        shared = len({layer[3] for layer in other['layers']}) == 1
        assert layers == [(*layer[:3], 1.0 if shared else layer[3]) for layer in other['layers']]
        settings = {**DEFAULTS, **pad.settings.unpack()}
        assert settings == pytest.approx(other['settings']), pad.name

    engine = make_engine(n_slots=len(kit), memory_limit=2 ** 32)
    problems = kit.apply(engine, 0)
    missing = {pad.index: [layer.file.get_path() for layer in pad if not layer.file.query_exists()]
               for pad in kit}
    missing = {index: paths for index, paths in missing.items() if paths}
    assert len(problems) == len(missing)
    for problem, (index, paths) in zip(problems, missing.items()):
        assert f'“{kit[index].name}”' in problem and paths[0] in problem
        assert len(paths) == len(kit[index]) and engine[index].sample is None
    for slot, pad in zip(engine, kit):
        for setting, value in {**DEFAULTS, **pad.settings.unpack()}.items():
            assert slot.get_property(setting) == value, setting
    assert_in_slots(engine, [pad for pad in kit if pad.index not in missing])
    return kit, {pathlib.Path(path).name for paths in missing.values() for path in paths}


@pytest.mark.parametrize('name, n_layers', [('GMRockKit', 86), ('TR808EmulationKit', 16)])
def test_the_kits_of_hydrogen(name, n_layers, make_engine):
    kit, missing = check_drumkit(KITS / name / 'drumkit.xml', make_engine)
    assert sum(len(pad) for pad in kit) == n_layers
    assert not missing and kit.warnings == []


MORE_KITS = {
    'Audiophob': 14, 'BJA_Pacific': 86, 'ColomboAcousticDrumkit': 31, 'ElectricEmpireKit': 32,
    'ForzeeStereo': 124, 'Gimme A Hand 1.0': 70, 'HardElectro1': 16, 'Millo-Drums_v.1': 32,
    'Millo_MultiLayered2': 83, 'Millo_MultiLayered3': 40, 'The Black Pearl 1.0': 106,
    'VariBreaks': 16, 'circAfrique v4': 27, 'rumpf_kit_z01_h2': 82,
}
# Debian leaves these out.
MISSING = {'Millo_MultiLayered2': {'misc_Cowbell.flac', 'emptySample.flac'}}


@pytest.mark.slow
@pytest.mark.parametrize('name', MORE_KITS)
def test_more_kits_of_hydrogen(name, make_engine):
    """Those of the package hydrogen-drumkits, from 0.8 on."""
    kit, missing = check_drumkit(KITS / name / 'drumkit.xml', make_engine)
    assert sum(len(pad) for pad in kit) == MORE_KITS[name]
    assert missing == MISSING.get(name, set())
    assert all('is ignored' in warning for warning in kit.warnings), kit.warnings


INSTRUMENT = '''<drumkit_info xmlns="http://www.hydrogen-music.org/drumkit">
 <name>A &amp; B</name>
 <componentList><drumkitComponent><id>3</id><name>Main</name><volume>0.5</volume>
  </drumkitComponent></componentList>
 <instrumentList><instrument>
{}
 </instrument></instrumentList></drumkit_info>
'''


def read_instrument(folder, text):
    kit = read_text(folder, 'drumkit.xml', INSTRUMENT.format(text))
    assert kit.name == 'A & B'
    [pad] = kit
    return pad, pad.settings.unpack(), [warning.partition(':')[2] for warning in kit.warnings]


def test_what_a_drumkit_says_of_an_instrument(tmp_path):
    pad, settings, warnings = read_instrument(tmp_path, '''
        <name>Hat</name><midiInNote>40</midiInNote><midiOutNote>41</midiOutNote>
        <isMuted>true</isMuted><pan>-0.25</pan><muteGroup>2</muteGroup><pitchOffset>12</pitchOffset>
        <Attack>4410</Attack><Release>44100</Release><volume>2</volume>
        <sampleSelectionAlgo>VELOCITY</sampleSelectionAlgo>
        <instrumentComponent><component_id>3</component_id><gain>3</gain>
         <layer><filename>a.wav</filename><min>0</min><max>0.5</max><gain>2</gain><pitch>-7</pitch>
         </layer>
         <layer><filename>b.wav</filename><min>0.5</min><pitch>-7</pitch></layer>
        </instrumentComponent>''')
    assert (pad.name, pad.note, pad.low_note, pad.high_note) == ('Hat', 40, 40, 40)
    assert settings == pytest.approx({
        'mute': True, 'pan': -0.25, 'choke-group': 3, 'playback-rate': 2 ** (5 / 12),
        'attack': 0.1, 'release': 1.0, 'gain': 3.0})
    assert [(layer.file.get_basename(), layer.low, layer.high, layer.gain) for layer in pad] == [
        ('a.wav', 0.0, 0.5, 2.0), ('b.wav', 0.5, 1.0, 1.0)]
    assert warnings == []


@pytest.mark.parametrize('word, nick', [
    ('VELOCITY', None), ('ROUND_ROBIN', 'round-robin'), ('RANDOM', 'random')])
def test_which_layer_of_an_instrument_plays(word, nick, tmp_path):
    _pad, settings, warnings = read_instrument(
        tmp_path, f'<sampleSelectionAlgo>{word}</sampleSelectionAlgo>')
    assert settings.get('variation') == nick and warnings == []


@pytest.mark.parametrize('left, right, pan', [
    (1, 1, None), (1, 0.5, -0.5), (0.2, 0.8, 0.75), (1, 0, -1.0), (0, 1, 1.0), (0, 0, None)])
def test_the_two_sides_of_old_drumkits(left, right, pan, tmp_path):
    _pad, settings, warnings = read_instrument(
        tmp_path, f'<pan_L>{left}</pan_L><pan_R>{right}</pan_R>')
    assert settings.get('pan') == pytest.approx(pan) and warnings == []


@pytest.mark.parametrize('text, line, warning', [
    ('<filterActive>true</filterActive>', 6, '“filterActive” is ignored'),
    ('\n<Sustain>0.5</Sustain>', 7, '“Sustain” is ignored'),
    ('<wobble>1</wobble>', 6, '“wobble” is not understood'),
    ('<volume>loud</volume>', 6, '“volume” is not a number'),
    ('<volume>99</volume>', 6, 'the volume is out of range, and was limited'),
    ('<volume>nan</volume>', 6, '“volume” is not a number'),
    ('<exclude>\n<id>4</id></exclude>', 7, '“exclude” is ignored'),
    ('<sampleSelectionAlgo>TIDE</sampleSelectionAlgo>', 6,
     'the sampleSelectionAlgo “TIDE” is not understood'),
    ('<layer><filename>../a.wav</filename></layer>', 6,
     '“../a.wav” is outside the folder of the kit'),
    ('<layer><filename>/etc/passwd</filename></layer>', 6,
     '“/etc/passwd” is outside the folder of the kit'),
    ('<layer><filename>a.wav</filename><min>1</min></layer>', 6,
     'a layer needs the name of a file, and “min” below “max”'),
    ('<layer></layer>', 6, 'a layer needs the name of a file, and “min” below “max”'),
    ('<layer><filename>a.wav</filename></layer>'
     '<layer><filename>b.wav</filename><pitch>1</pitch></layer>', 6,
     'layers of one pad have different pitches: that of the first one is taken'),
    ('<instrumentComponent/>\n\n<instrumentComponent/>', 8,
     'an instrument has several components: only the first one sounds'),
])
def test_what_is_said_of_a_drumkit(text, line, warning, tmp_path):
    _pad, _settings, warnings = read_instrument(tmp_path, text)
    assert warnings == [f'{line}: {warning}']


def test_only_the_first_component_has_layers(tmp_path):
    pad, _settings, _warnings = read_instrument(tmp_path, '''
        <instrumentComponent><layer><filename>a.wav</filename></layer></instrumentComponent>
        <instrumentComponent><gain>9</gain><layer><filename>b.wav</filename></layer>
        </instrumentComponent>''')
    assert [layer.file.get_basename() for layer in pad] == ['a.wav']


# JSON


def read_json(folder, pads, **rest):
    text = json.dumps({'format': 'flitzis-kit-1', **rest, 'pads': pads})
    return read_text(folder, 'kit.json', text)


def test_a_kit_of_the_pad_board(tmp_path):
    kit = read_json(tmp_path, [
        {'pad': 4, 'file': 'a.wav', 'gain': 0.5, 'loop': True, 'loop-end': 4800,
         'retrigger': 'restart', 'priority': -3, 'choke-group': 2},
        {'pad': 0, 'file': None, 'pan': -1},
        {'pad': 9, 'name': 'Tom', 'note': 60, 'low-note': 58, 'high-note': 62,
         'layers': [{'file': 'b.wav', 'high': 0.5, 'gain': 2}, {'file': 'c.wav', 'low': 0.5}]},
    ], gain=0.25, tempo=90, **{'beats-per-bar': 3, 'steps-per-beat': 4, 'swing': 0.5})
    assert kit.name == 'kit' and kit.warnings == []
    assert kit.settings.unpack() == {'gain': 0.25, 'tempo': 90.0, 'beats-per-bar': 3,
                                     'steps-per-beat': 4, 'swing': 0.5}
    assert [pad.index for pad in kit] == [4, 0, 9]
    assert kit[0].settings.unpack() == {'gain': 0.5, 'loop': True, 'loop-end': 4800,
                                        'retrigger': 'restart', 'priority': -3, 'choke-group': 2}
    assert [len(pad) for pad in kit] == [1, 0, 2] and not kit[0].file_frames
    assert (kit[2].name, kit[2].note, kit[2].low_note, kit[2].high_note) == ('Tom', 60, 58, 62)
    assert [(layer.file.get_basename(), layer.low, layer.high, layer.gain) for layer in kit[2]] == [
        ('b.wav', 0, 0.5, 2), ('c.wav', 0.5, 1, 1)]


def test_what_is_said_of_json(tmp_path):
    """With the line, and the rest is taken."""
    kit = read_text(tmp_path, 'kit.json', '''{"format": "flitzis-kit-1",
        "author": "somebody",
        "tempo": "fast",
        "swing": 7,
        "pads": [
          {"pad": 0, "gain": 99, "pan": "left",
           "colour": "red", "retrigger": "sometimes", "note": 200},
          {"file": "a.wav"},
          {"pad": 0, "file": "a.wav"},
          {"pad": -1}, 7,
          {"pad": 1.5},
          {"pad": 1, "file": "../a.wav"},
          {"pad": 2, "file": "/etc/passwd"},
          {"pad": 3, "file": "file:///etc/passwd"},
          {"pad": 4, "file": 3,
           "layers": {}, "loop": []},
          {"pad": 5, "layers": [{"file": "a.wav", "low": 2},
                                {"file": "a.wav", "low": 0.5, "high": 0.5, "velocity": 1}]},
          {"pad": 6, "file": ""},
          {"pad": 7, "file": "a.wav", "mute": true}
        ]}''')
    assert [pad.index for pad in kit] == [0, 1, 2, 3, 4, 5, 6, 7]
    assert [len(pad) for pad in kit] == [0, 0, 0, 0, 0, 1, 0, 1]
    assert kit[0].settings.unpack() == {'gain': 16.0} and kit[7].settings.unpack() == {'mute': True}
    assert [warning.removeprefix('kit.json:') for warning in kit.warnings] == [
        '2: “author” is not understood', '3: “tempo” is not understood',
        '4: the swing is out of range, and was limited',
        '6: the gain is out of range, and was limited',
        '6: “pan” has a value that it cannot have', '7: “colour” is not understood',
        '7: “retrigger” has a value that it cannot have', '7: “note” is not understood',
        '8: an entry of “pads” needs the number of a pad', '9: pad 0 has an entry already',
        '12: “../a.wav” is outside the folder of the kit',
        '13: “/etc/passwd” is outside the folder of the kit',
        '14: “file:///etc/passwd” is outside the folder of the kit',
        '15: a layer needs the name of a file, and “low” below “high”',
        '16: “layers” is not understood', '16: “loop” is not understood',
        '17: “low” is not understood', '18: “velocity” is not understood',
        '19: a file has no name']


@pytest.mark.parametrize('text, line', [
    ('{"a": nope}', 1), ('{\n"a" 1}', 2), ('{\n\n"a": 01}', 3), ('{"a": 1,}', 1), ('{"a": .5}', 1),
    ('{"a": 1.}', 1), ('{"a": 1e}', 1), ('{"a": -}', 1), ('{"a": "b}', 1), ('{"a": "\n"}', 1),
    (r'{"a": "\x"}', 1), (r'{"a": "\u12"}', 1), (r'{"a": "\u0000"}', 1), ('{"a": [1 2]}', 1),
    ('{} {}', 1), ('{', 1), ('{"a": ' + '[' * 100 + ']' * 100 + '}', 1),
    ('{"a": ' + '[' * 10 ** 6, 1),
])
def test_what_is_not_json(text, line, tmp_path):
    refuse_text(tmp_path, 'a.json', text, Flitzis.EngineError.CORRUPT, f'line {line} is not JSON')


def test_strings_and_numbers_of_json(tmp_path):
    text = json.dumps({'format': 'flitzis-kit-1', 'pads': [
        {'pad': 0, 'name': 'ü "\\/\b\f\n\r\t 🥁', 'gain': 1e-3, 'priority': -12}]})
    kit = read_text(tmp_path, 'a.json', text)
    assert kit[0].name == 'ü "\\/\b\f\n\r\t 🥁'
    assert kit[0].settings.unpack() == {'gain': 0.001, 'priority': -12}
    kit = read_text(tmp_path, 'a.json', '\ufeff' + text.replace(r'\ud83e', ''))
    assert kit[0].name.endswith('\ufffd')
    kit.save(as_file(tmp_path / 'b.json'), 0, None)
    assert json.loads((tmp_path / 'b.json').read_text())['pads'][0]['name'] == kit[0].name


def test_a_file_that_was_moved_is_looked_for_beside_the_kit(tmp_path):
    (tmp_path / 'a.wav').touch()
    kit = read_json(tmp_path, [{'pad': 0, 'file': '/nowhere/a.wav'},
                               {'pad': 1, 'file': 'deep/a.wav'},
                               {'pad': 2, 'file': 'file:///nowhere/a.wav'}])
    assert [pad[0].file.get_path() for pad in kit] == [str(tmp_path / 'a.wav')] * 3


# Any format


@pytest.mark.parametrize('text, code, words', [
    (b'', 'UNSUPPORTED', 'it is no kit'), (b'hello', 'UNSUPPORTED', 'it is no kit'),
    (b'RIFF\0\0\0\0WAVE', 'UNSUPPORTED', 'it is not a text'),
    (b'{"format": "other-1", "pads": []}', 'UNSUPPORTED', 'its “format” is not'),
    (b'{"format": "flitzis-kit-1"}', 'CORRUPT', 'it has no list of “pads”'),
    (b'{"format": "flitzis-kit-1", "pads": {}}', 'CORRUPT', 'it has no list of “pads”'),
    (b'<?xml version="1.0"?>\n<html></html>', 'UNSUPPORTED', 'no drumkit of Hydrogen'),
    (b'<drumkit_info>\n<name></drumkit_info>', 'CORRUPT', 'line 2'),
    (b'<drumkit_info>\n<name>', 'CORRUPT', 'line 2'),
    (b'<drumkit_info>' + b'<a>' * 1000, 'CORRUPT', 'line 1'),
    (b'<!DOCTYPE a [<!ENTITY b "&c;&c;">]><drumkit_info>&b;</drumkit_info>', 'CORRUPT', 'line 1'),
    (b'<region>' + b' ' * 2 ** 24, 'UNSUPPORTED', 'at most 16777216 bytes'),
])
def test_what_is_no_kit(text, code, words, tmp_path):
    refuse_text(tmp_path, 'a.kit', text, getattr(Flitzis.EngineError, code), words)


def test_what_cannot_be_opened(tmp_path):
    refuse(tmp_path / 'none.sfz', Gio.io_error_quark(), Gio.IOErrorEnum.NOT_FOUND)
    refuse(tmp_path, Gio.io_error_quark(), Gio.IOErrorEnum.IS_DIRECTORY)
    os.mkfifo(tmp_path / 'pipe.sfz')
    refuse(tmp_path / 'pipe.sfz', Gio.io_error_quark(), Gio.IOErrorEnum.NOT_REGULAR_FILE)


def test_any_folder_if_it_is_asked_for(sfz, tmp_path_factory):
    folder = tmp_path_factory.mktemp('other')
    path = os.path.relpath(sfz / 'kick.wav', folder)
    for name, text in (
            ('a.sfz', f'<region> sample={path}\n<region> key=1 sample={sfz}/kick.wav\n'
             f'#include "{os.path.relpath(sfz)}/basic.sfz"'),
            ('a.json', json.dumps({'format': 'flitzis-kit-1', 'pads': [
                {'pad': 0, 'file': path}, {'pad': 1, 'file': str(sfz / 'kick.wav')}]}))):
        assert sum(len(pad) for pad in read_text(folder, name, text)) == 0
        kit = read_text(folder, name, text, Flags.ANY_FOLDER)
        assert kit[0][0].file.get_path() == kit[1][0].file.get_path() == str(sfz / 'kick.wav')
        assert kit.apply(Flitzis.Engine(n_slots=2)) == []


def test_a_kit_is_read_in_the_background(sfz, iterate):
    results = []
    Flitzis.Kit.new_for_file_async(as_file(sfz / 'basic.sfz'), 0, None,
                                   lambda _source, result: results.append(result))
    iterate(lambda: results)
    kit = Flitzis.Kit.new_for_file_finish(results.pop())
    assert len(kit) == 5 and kit.file.equal(as_file(sfz / 'basic.sfz'))

    cancellable = Gio.Cancellable()
    cancellable.cancel()
    Flitzis.Kit.new_for_file_async(as_file(sfz / 'basic.sfz'), 0, cancellable,
                                   lambda _source, result: results.append(result))
    iterate(lambda: results)
    with pytest.raises(GLib.Error) as caught:
        Flitzis.Kit.new_for_file_finish(results.pop())
    assert caught.value.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED)


def test_what_no_reader_has_made():
    kit, pad, layer = Flitzis.Kit(), Flitzis.Pad(), Flitzis.PadLayer()
    assert len(kit) == len(pad) == 0 and kit.file is kit.name is layer.file is None
    assert kit.settings.unpack() == pad.settings.unpack() == {} and kit.warnings == []
    assert (pad.note, pad.low_note, pad.high_note) == (-1, -1, -1)
    assert kit.apply(Flitzis.Engine()) == []


# Into an engine


@pytest.fixture
def three(tmp_path, write_wav):
    """A kit of three pads, of 4800 frames each, on the numbers 0, 1 and 4."""
    for i, name in enumerate(('a.wav', 'b.wav', 'c.wav')):
        write_wav(tmp_path / name, numpy.full((4800, 1), 0.1 * (i + 1)))
    return read_json(tmp_path, [{'pad': 0, 'name': 'A', 'file': 'a.wav', 'gain': 0.5},
                                {'pad': 1, 'file': 'b.wav'},
                                {'pad': 4, 'name': 'C', 'file': 'c.wav', 'release': 0.25}])


def test_a_missing_file_is_told_and_the_rest_loads(three, tmp_path, make_engine):
    engine = make_engine(n_slots=8)
    three.apply(engine, 1)
    (tmp_path / 'b.wav').unlink()
    (tmp_path / 'c.wav').write_bytes(b'no sound')
    [one, other] = three.apply(engine, 1)
    assert one.startswith(f'Pad 1: Could not open “{tmp_path}/b.wav”')
    assert other.startswith('Pad 4 “C”: Could not decode “c.wav”')
    assert [slot.sample is not None for slot in engine] == [False, True] + [False] * 6
    assert engine[1].gain == 0.5 and engine[5].release == 0.25


def test_a_pad_may_be_streamed(tmp_path, make_wav, make_engine):
    """As its settings say. A layer that has another gain than the next is in memory."""
    engine = make_engine(n_slots=3)
    rate = engine.sample_rate
    make_wav('long.wav', numpy.random.default_rng(1).uniform(-0.5, 0.5, (rate, 2)), rate)
    pads = [{'pad': 0, 'file': 'long.wav'}, {'pad': 1, 'file': 'long.wav', 'storage': 'stream'},
            {'pad': 2, 'storage': 'stream', 'layers': [
                {'file': 'long.wav', 'high': 0.5, 'gain': 0.5}, {'file': 'long.wav', 'low': 0.5}]}]
    (tmp_path / 'a.json').write_text(json.dumps({'format': 'flitzis-kit-1', 'pads': pads}))
    kit = read(tmp_path / 'a.json')
    assert kit.apply(engine) == []
    assert [slot.sample.get_bytes() is None for slot in engine] == [False, True, False]
    heard = [render_layer(engine, i, 0, rate) for i in range(3)]
    assert heard[0].any()
    numpy.testing.assert_array_equal(heard[1], heard[0])
    numpy.testing.assert_array_equal(heard[2], heard[0] / 2)
    numpy.testing.assert_array_equal(render_layer(engine, 2, 1, rate), heard[0])


def test_a_kit_takes_its_slots_and_no_other(three, make_engine):
    engine = make_engine(n_slots=8)
    for slot in engine:
        slot.gain, slot.loop, slot.choke_group = 0.125, True, 7
        engine.load_sample(slot.index, str(FIXTURES / 'mono.ogg'))
    samples = [slot.sample for slot in engine]
    assert three.apply(engine, 2) == []
    for slot in engine:
        changed = slot.index in (2, 3, 6)
        assert (slot.sample is not samples[slot.index]) == changed
        assert (slot.loop, slot.choke_group) == ((False, 0) if changed else (True, 7))
    assert [engine[i].gain for i in (2, 3, 6)] == [0.5, 1.0, 1.0]


def test_pads_that_have_no_slot(three, make_engine):
    engine = make_engine(n_slots=5)
    assert three.apply(engine, 1) == ['Pad 4 “C”: There is no slot 5: the engine has 5']
    assert engine[1].sample and engine[2].sample
    for first_slot in (5, 2 ** 32 - 1):
        with pytest.raises(GLib.Error) as caught:
            three.apply(engine, first_slot)
        assert caught.value.matches(Flitzis.engine_error_quark(), Flitzis.EngineError.INVALID_SLOT)


def n_layers(engine, slot):
    """How many layers of a slot have a sound that is not silent."""
    make_plain(engine[slot])
    return sum(bool(render_layer(engine, slot, layer, 100).any()) for layer in range(16))


def test_a_slot_holds_sixteen_layers(three, tmp_path, engine):
    ranges = [(i / 17, (i + 1) / 17) for i in range(17)]
    kit = read_json(tmp_path, [{'pad': 2, 'layers': [
        {'file': 'a.wav', 'low': low, 'high': high} for low, high in ranges]}])
    [problem] = kit.apply(engine)
    assert problem.startswith('Pad 2: ') and '16' in problem
    assert n_layers(engine, 2) == 16


def test_a_kit_leaves_no_layers_of_another(three, tmp_path, engine, iterate):
    """Also none that still loads."""
    layered = read_json(tmp_path, [{'pad': pad, 'layers': [
        {'file': 'c.wav', 'high': 0.5}, {'file': 'c.wav', 'low': 0.5}]} for pad in range(5)])
    for _ in range(20):
        assert layered.apply(engine) == [] and n_layers(engine, 0) == 2
        _told, results = apply_async(layered, engine)
        assert three.apply(engine) == []
        iterate(lambda: results)
        assert layered.apply_finish(results[0]) == []
        assert [n_layers(engine, slot) for slot in range(5)] == [1, 1, 2, 2, 1]


def test_a_kit_that_is_larger_than_the_memory_limit(three, make_engine):
    engine = make_engine(n_slots=8, memory_limit=2 * 4800 * 4)
    [problem] = three.apply(engine, 0)
    assert 'memory' in problem
    assert sum(slot.sample is not None for slot in engine) == 2


def apply_async(kit, engine, cancellable=None):
    told, results = [], []
    kit.apply_async(engine, 0, cancellable, progress=lambda *told_now: told.append(told_now[:2]),
                    callback=lambda _source, result: results.append(result))
    return told, results


def test_the_sounds_of_a_kit_load_side_by_side(tmp_path, long_file, engine, iterate):
    (tmp_path / 'long.wav').symlink_to(long_file)
    kit = read_json(tmp_path, [{'pad': pad, 'file': 'long.wav'} for pad in (0, 1, 4)])
    engine.props.memory_limit = 2 ** 33
    cancellable = Gio.Cancellable()
    _told, results = apply_async(kit, engine, cancellable)
    poll(lambda: all(is_under_way(engine, i) for i in (0, 1, 4)))
    assert not engine[2].loading
    cancellable.cancel()
    iterate(lambda: results)


def test_the_progress_of_a_kit(three, engine, iterate):
    told, results = apply_async(three, engine)
    iterate(lambda: results)
    assert three.apply_finish(results[0]) == []
    assert told[-1] == (3, 3) and told == sorted(told) and len(told) <= 3
    assert_in_slots(engine, three)
    assert not any(slot.loading for slot in engine)


def test_an_empty_kit_is_applied(engine, iterate, tmp_path):
    _told, results = apply_async(read_json(tmp_path, []), engine)
    iterate(lambda: results)
    assert results[0].get_source_object().apply_finish(results[0]) == []


def test_a_kit_is_cancelled(three, engine, iterate):
    cancellable = Gio.Cancellable()
    cancellable.cancel()
    _told, results = apply_async(three, engine, cancellable)
    iterate(lambda: results)
    with pytest.raises(GLib.Error) as caught:
        three.apply_finish(results[0])
    assert caught.value.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED)
    assert not any(slot.sample or slot.loading for slot in engine)
    with pytest.raises(GLib.Error):
        three.apply(engine, 0, cancellable)


def test_a_later_load_wins(three, engine, iterate, tmp_path):
    """As loads of slots do: what was superseded is no problem, and nothing is done to the slot."""
    for _ in range(20):
        _told, results = apply_async(three, engine)
        engine[1].gain = 0.75
        engine.load_sample(1, str(tmp_path / 'a.wav'))
        iterate(lambda: results)
        assert three.apply_finish(results[0]) == []
        assert frames_of(engine[1].sample)[0] == numpy.float32(0.1)
        assert engine[1].gain == 0.75
        assert frames_of(engine[4].sample)[0] == numpy.float32(0.3)


def test_an_engine_that_goes_while_a_kit_loads(three):
    gone = threading.Event()
    engine = Flitzis.Engine()
    engine.weak_ref(gone.set)
    three.apply_async(engine)
    del engine
    assert gone.wait(30)


def test_many_threads_use_one_kit(three, make_engine):
    engines = [make_engine() for _ in range(4)]
    problems = []
    threads = [threading.Thread(target=lambda engine: problems.extend(three.apply(engine)),
                                args=(engine,)) for engine in engines for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    for engine in engines:
        assert_in_slots(engine, three)


def test_await(three, engine, tmp_path):
    """In a loop of asyncio, as in C."""
    told = []

    async def main():
        kit = await Flitzis.Kit.new_for_file_async(three.file)
        assert await kit.apply_async(engine, progress=lambda *told_now: told.append(told_now)) == []
        assert await kit.save_async(as_file(tmp_path / 'copy.json'))
        return kit

    kit = asyncio.run(main())
    assert_in_slots(engine, kit)
    assert told[-1] == (3, 3, None)
    assert len(read(tmp_path / 'copy.json')) == 3


# Out of an engine


def same(kit, other):
    return [(pad.index, pad.name, pad.note, pad.low_note, pad.high_note, pad.file_frames,
             pad.settings.unpack(), [(layer.low, layer.high, layer.gain) for layer in pad])
            for pad in kit] == [
        (pad.index, pad.name, pad.note, pad.low_note, pad.high_note, pad.file_frames,
         pad.settings.unpack(), [(layer.low, layer.high, layer.gain) for layer in pad])
        for pad in other]


@pytest.mark.parametrize('name', kit_files.EXPECTED)
def test_what_is_written_is_what_was_read(name, sfz, tmp_path):
    kit = read(sfz / name)
    assert kit.save(as_file(sfz / 'saved.json'), Flags.NONE, None)
    other = read(sfz / 'saved.json')
    assert same(kit, other) and other.name == kit.name and other.warnings == []
    assert [[layer.file.get_path() for layer in pad] for pad in kit] == [
        [layer.file.get_path() for layer in pad] for pad in other]
    text = (sfz / 'saved.json').read_text()
    assert str(sfz) not in text and '..' not in text
    other.save(as_file(sfz / 'saved.json'))
    assert (sfz / 'saved.json').read_text() == text


def test_settings_of_the_engine_are_written(tmp_path):
    settings = {'gain': 0.25, 'tempo': 133.7, 'beats-per-bar': 3}
    kit = read_json(tmp_path, [], **settings)
    kit.save(as_file(tmp_path / 'b.json'))
    assert read(tmp_path / 'b.json').settings.unpack() == settings


def test_a_kit_is_collected(tmp_path, make_engine):
    """The whole kit of Hydrogen, which can be moved then."""
    kit = read(KITS / 'GMRockKit/drumkit.xml')
    (tmp_path / 'here').mkdir()
    kit.save(as_file(tmp_path / 'here/kit.json'), Flags.COLLECT)
    shutil.move(tmp_path / 'here', tmp_path / 'there')
    other = read(tmp_path / 'there/kit.json')
    assert same(kit, other) and other.warnings == []
    assert '/' not in re.sub(r'.*"name".*', '', (tmp_path / 'there/kit.json').read_text())
    for pad, copied in zip(kit, other):
        for layer, copy in zip(pad, copied):
            assert copy.file.get_path() == str(tmp_path / 'there' / layer.file.get_basename())
            assert copy.file.load_contents(None)[1] == layer.file.load_contents(None)[1]
    assert other.apply(make_engine()) == []


def test_a_copy_replaces_no_other_file(sfz, tmp_path_factory):
    """Neither one that was there nor another of the kit; and what is there already is not copied
    again."""
    folder = tmp_path_factory.mktemp('target')
    (sfz / 'other').mkdir()
    (sfz / 'other/kick.wav').write_bytes(kit_files.sound('hat.wav'))
    (sfz / 'noending').write_bytes(b'one')
    kit = read_text(sfz, 'a.sfz', '<region> key=1 sample=kick.wav\n<region> key=2 sample=noending\n'
                    '<region> key=3 sample=other/kick.wav\n<region> key=4 sample=kick.wav\n')
    (folder / 'kick.wav').write_bytes(b'mine')
    (folder / 'noending').mkdir()
    for _ in range(2):
        kit.save(as_file(folder / 'kick-3.wav'), Flags.COLLECT)
        assert [pad[0].file.get_basename() for pad in read(folder / 'kick-3.wav')] == [
            'kick-2.wav', 'noending-2', 'kick-4.wav', 'kick-2.wav']
        assert (folder / 'kick.wav').read_bytes() == b'mine'
        assert (folder / 'kick-2.wav').read_bytes() == kit_files.sound('kick.wav')
        assert (folder / 'kick-4.wav').read_bytes() == kit_files.sound('hat.wav')
        assert len(list(folder.iterdir())) == 6
    # and a kit that is collected where it is stays as it is
    read(folder / 'kick-3.wav').save(as_file(folder / 'kick-3.wav'), Flags.COLLECT)
    assert len(list(folder.iterdir())) == 6


def test_a_save_that_fails_leaves_nothing(sfz, tmp_path_factory):
    folder = tmp_path_factory.mktemp('target')
    kit = read_text(sfz, 'a.sfz',
                    '<region> key=1 sample=kick.wav\n<region> key=2 sample=none.wav\n')

    def refuse_to_save(path, code, words, flags=Flags.COLLECT, cancellable=None):
        with pytest.raises(GLib.Error) as caught:
            kit.save(as_file(path), flags, cancellable)
        assert caught.value.matches(Gio.io_error_quark(), code), caught.value.message
        assert words in caught.value.message

    refuse_to_save(folder / 'a.json', Gio.IOErrorEnum.NOT_FOUND, 'none.wav')
    assert not list(folder.iterdir())
    os.mkfifo(sfz / 'none.wav')
    refuse_to_save(folder / 'a.json', Gio.IOErrorEnum.NOT_REGULAR_FILE, 'none.wav')
    assert not list(folder.iterdir())
    (sfz / 'none.wav').unlink()
    (sfz / 'none.wav').write_bytes(b'')
    (folder / 'sub').mkdir()
    refuse_to_save(folder / 'sub', Gio.IOErrorEnum.IS_DIRECTORY, '')
    assert [path.name for path in folder.iterdir()] == ['sub']
    refuse_to_save(folder / 'no/a.json', Gio.IOErrorEnum.NOT_FOUND, '')
    cancellable = Gio.Cancellable()
    cancellable.cancel()
    refuse_to_save(folder / 'a.json', Gio.IOErrorEnum.CANCELLED, '', Flags.NONE, cancellable)
    assert [path.name for path in folder.iterdir()] == ['sub']


def test_names_that_are_not_utf_8(tmp_path):
    """JSON cannot hold them, but URIs can."""
    path = os.fsencode(tmp_path) + b'/gr\xf6\xdfe.wav'
    with open(path, 'wb') as file:
        file.write(kit_files.sound('kick.wav'))
    kit = read_json(tmp_path, [{'pad': 0, 'file': 'file://' + str(tmp_path) + '/gr%F6%DFe.wav'}])
    assert len(kit[0]) == 1
    kit.save(as_file(tmp_path / 'b.json'))
    other = read(tmp_path / 'b.json')
    assert other.apply(Flitzis.Engine()) == []
