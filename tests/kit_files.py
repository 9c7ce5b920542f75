# SPDX-License-Identifier: LGPL-2.1-or-later
"""Ten SFZ files that cover what is read of the format, and their sounds: `write (folder)` writes
them. SFZ[name] is the text, EXPECTED[name] the pads that it stands for, and WARNINGS[name] what is
said about it."""

import struct

import numpy

RATE = 44100
N_FRAMES = 4410

# The sounds that the files name, each with noise of its own.
SOUNDS = ('kick.wav', 'snare soft.wav', 'snare hard.wav', 'hat.wav', 'open hat.wav',
          'deep/er/tom.wav', 'looped.wav')
LOOP = 1323, 2646, 3  # of looped.wav: its first frame, the frame after it, its rounds

SFZ, EXPECTED, WARNINGS = {}, {}, {}


def sound(name):
    """One channel of 16 bits at 44100 Hz, so that engines at 48000 Hz have to convert it."""
    values = numpy.random.default_rng(SOUNDS.index(name)).integers(-9000, 9000, N_FRAMES, '<i2')
    data = values.tobytes()
    form = struct.pack('<HHIIHH', 1, 1, RATE, 2 * RATE, 2, 16)
    rest = b''
    if name == 'looped.wav':
        start, end, count = LOOP
        rest = b'smpl' + struct.pack('<16I', 60, 0, 0, 0, 60, 0, 0, 0, 1, 0,
                                     0, 0, start, end - 1, 0, count)
    return (b'RIFF' + struct.pack('<I', 36 + len(data) + len(rest)) + b'WAVEfmt '
            + struct.pack('<I', 16) + form + b'data' + struct.pack('<I', len(data)) + data + rest)


def write(folder):
    for name in SOUNDS:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(sound(name))
    for name, text in SFZ.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, newline='')
    return folder


def layer(name, low=0, high=127, db=0.0):
    """As a pad lists it: the velocities of the neighbours meet."""
    return name, low / 128, (high + 1) / 128, 10 ** (db / 20)


def pad(note, *layers, low=None, high=None, **settings):
    """Without a loop_mode, the loop of the sample file counts."""
    settings = {'loop_from_file': True, **settings}
    return {'note': note, 'low': note if low is None else low,
            'high': note if high is None else high, 'layers': list(layers),
            'settings': {name.replace('_', '-'): value for name, value in settings.items()
                         if value is not None}}


def rate(cents):
    return 2 ** (cents / 1200)


def add(name, text, *pads, warnings=()):
    SFZ[name], EXPECTED[name], WARNINGS[name] = text, list(pads), list(warnings)


# Regions, keys by number and by name, comments, and what is not understood.
add('basic.sfz', '''\
// a comment, with <region> sample=none.wav in it
<region> key=36 sample=kick.wav // another
/* one of <region>
   several lines */
<region>
sample=snare soft.wav
key=d2
<region>key=F#2 sample=hat.wav cutoff=200
<region> sample=open hat.wav key=bb2
<region> sample=*sine key=60
<region> key=61
<region> key=h4 sample=kick.wav
<region> key=62 sample=kick.wav volume=loud what?
<region> key=-1 sample=kick.wav
<region> key=63 sample=kick.wav trigger=release
<region> key=64 sample=kick.wav end=-1
<effect> bus=main
<region> sample=kick.wav lokey=50 hikey=40
''',
    pad(36, layer('kick.wav')), pad(38, layer('snare soft.wav')), pad(42, layer('hat.wav')),
    pad(46, layer('open hat.wav')), pad(62, layer('kick.wav')),
    warnings=[
        '8: “cutoff” is not understood', '10: “sample=*sine” is a generator: the region is silent',
        '11: a region has no sample', '12: “key=h4” is not a key',
        '13: “volume=loud what?” is not a number',
        '15: “trigger=release” is not supported: the region is silent',
        '17: the header <effect> is not understood', '17: “bus” is not understood',
        '18: a region needs “lokey” below “hikey”'])

# What regions take over from the headers above them, and when it ends.
add('inherit.sfz', '''\
<global> volume=-6 ampeg_release=0.5
<master> pan=-50
<group> key=36 sample=kick.wav
<region>
<region> key=37 pan=100 volume=0
<group> sample=hat.wav
<region> key=38
<master>
<region> key=39 sample=hat.wav
<global>
<region> key=40 sample=hat.wav
''',
    pad(36, layer('kick.wav'), gain=10 ** (-6 / 20), pan=-0.5, release=0.5),
    pad(37, layer('kick.wav'), pan=1.0, release=0.5),
    pad(38, layer('hat.wav'), gain=10 ** (-6 / 20), pan=-0.5, release=0.5),
    pad(39, layer('hat.wav'), gain=10 ** (-6 / 20), release=0.5),
    pad(40, layer('hat.wav')))

# #include and #define: the longest name counts, and an include has what was defined before it.
add('include.sfz', '''\
#define $K 36 #define $KIT kick
#define $DB 12
#define $VOL -$DB
<group> volume=$VOL
#include "parts/one.sfz"
<region> key=38 sample=snare $SNARE.wav #include "parts\\two.txt"
#include "parts/none.sfz"
#include "../outside.sfz"
#include parts
#define K 1
''',
    pad(36, layer('kick.wav'), gain=10 ** (-12 / 20)),
    pad(38, layer('snare hard.wav'), gain=10 ** (-12 / 20), pan=0.25),
    warnings=[
        '7: Could not read “none.sfz”: ', '8: “../outside.sfz” is outside the folder of the kit',
        '9: an #include needs the name of a file in quotes',
        '10: a #define needs a name that begins with “$”, and a value',
        'two.txt:2: “width” is not understood'])
SFZ['parts/one.sfz'] = '<region> sample=$KIT.wav key=$K\n#define $SNARE hard\n'
SFZ['parts/two.txt'] = 'pan=25\r\nwidth=0'

# Layers by velocity, in any order, each with its volume.
add('velocity.sfz', '''\
<group> key=38
<region> sample=snare hard.wav lovel=64 volume=6
<region> sample=snare soft.wav hivel=63
<region> sample=snare soft.wav lovel=100 hivel=20
<group> key=36 volume=-3
<region> sample=kick.wav lovel=1 hivel=99
<region> sample=hat.wav lovel=100 hivel=127
<region> sample=hat.wav lovel=0 hivel=300
''',
    pad(38, layer('snare soft.wav', 0, 63), layer('snare hard.wav', 64, 127, 6)),
    pad(36, layer('hat.wav'), layer('kick.wav', 1, 99), layer('hat.wav', 100, 127),
        gain=10 ** (-3 / 20)),
    warnings=['4: a region needs “lovel” below “hivel”',
              '8: “hivel=300” is out of range, and was limited',
              '6: regions that would sound together take turns'])

# Regions that take turns, in the order of their positions.
add('sequence.sfz', '''\
<group> key=42 seq_length=3
<region> seq_position=2 sample=kick.wav
<region> seq_position=3 sample=open hat.wav
<region> seq_position=1 sample=hat.wav
<group> key=38 seq_length=2
<region> seq_position=1 sample=snare soft.wav hivel=79
<region> seq_position=2 sample=hat.wav hivel=79
<region> seq_position=1 sample=snare hard.wav lovel=80
<region> seq_position=2 sample=kick.wav lovel=80
''',
    pad(42, layer('hat.wav'), layer('kick.wav'), layer('open hat.wav')),
    pad(38, layer('snare soft.wav', 0, 79), layer('hat.wav', 0, 79),
        layer('snare hard.wav', 80), layer('kick.wav', 80)))

# Regions that chance chooses from.
add('random.sfz', '''\
<group> key=42
<region> lorand=0.0 hirand=0.3 sample=hat.wav
<region> lorand=0.6 sample=kick.wav
<region> lorand=0.3 hirand=0.6 sample=open hat.wav
''',
    pad(42, layer('hat.wav'), layer('open hat.wav'), layer('kick.wav'), variation='random'))

# Ranges of keys, and what they are tuned to.
add('keys.sfz', '''\
<region> sample=deep/er/tom.wav lokey=c4 hikey=b4 pitch_keycenter=e4
<region> sample=deep/er/tom.wav lokey=72 hikey=83 pitch_keycenter=60
<region> sample=kick.wav lokey=36 hikey=36 pitch_keycenter=36 tune=50 transpose=-1
<region> sample=kick.wav lokey=37 hikey=37 pitch_keytrack=0
<region> sample=kick.wav key=38 pitch_keycenter=40
<region> sample=kick.wav lokey=c-1 hikey=c#-1 pitch_keycenter=c0
<region> sample=kick.wav key=100 pitch_keycenter=40
''',
    pad(64, layer('deep/er/tom.wav'), low=60, high=71),
    pad(72, layer('deep/er/tom.wav'), low=72, high=83, playback_rate=rate(1200)),
    pad(36, layer('kick.wav'), playback_rate=rate(-50)),
    pad(37, layer('kick.wav')),
    pad(38, layer('kick.wav'), playback_rate=rate(-200)),
    pad(1, layer('kick.wav'), low=0, high=1, playback_rate=rate(-1100)),
    pad(100, layer('kick.wav'), playback_rate=4.0),
    warnings=['7: a sample is transposed by more than two octaves, and was limited'])

# Groups that end each other.
add('choke.sfz', '''\
<group> group=1 off_by=1
<region> key=42 sample=hat.wav
<region> key=46 sample=open hat.wav off_mode=normal ampeg_release=0.25
<group> group=7 off_by=8 off_mode=time off_time=0.1
<region> key=47 sample=kick.wav
<group> group=8 off_by=7
<region> key=48 sample=kick.wav
<group> group=9
<region> key=49 sample=kick.wav
<group> group=10
<region> key=50 sample=kick.wav
<group> off_by=10
<region> key=51 sample=kick.wav off_mode=slow
''',
    pad(42, layer('hat.wav'), choke_group=1),
    pad(46, layer('open hat.wav'), choke_group=1, choke_release=0.25, release=0.25),
    pad(47, layer('kick.wav'), choke_group=2, choke_release=0.1),
    pad(48, layer('kick.wav'), choke_group=2), pad(49, layer('kick.wav')),
    pad(50, layer('kick.wav'), choke_group=3), pad(51, layer('kick.wav'), choke_group=3),
    warnings=['13: “off_mode=slow” is not understood', '13: “off_by” works both ways in a slot'])

# Parts and loops, whose last frame is the last to sound. Points that are not stated are those of
# the sample file.
add('loop.sfz', '''\
<region> key=36 sample=kick.wav offset=441 end=2204
<region> key=37 sample=kick.wav loop_mode=loop_continuous loop_start=882 loop_end=1763
<region> key=38 sample=kick.wav loop_mode=loop_sustain loopstart=441
<region> key=39 sample=kick.wav loop_mode=one_shot loop_start=441
<region> key=40 sample=kick.wav loopmode=no_loop
<region> key=41 sample=kick.wav loop_mode=forwards
<region> key=42 sample=kick.wav loop_mode=loop_continuous
<region> key=43 sample=looped.wav
<region> key=44 sample=looped.wav loop_mode=loop_continuous
<region> key=45 sample=looped.wav loop_end=1763
<region> key=46 sample=looped.wav loop_mode=loop_continuous loop_start=0 loop_end=1763
<region> key=47 sample=looped.wav loop_mode=no_loop
<region> key=48 sample=kick.wav loop_start=441
''',
    pad(36, layer('kick.wav'), start=441, end=2205),
    pad(37, layer('kick.wav'), loop=True, loop_start=882, loop_end=1764, loop_from_file=None),
    pad(38, layer('kick.wav'), loop=True, loop_start=441),
    *(pad(note, layer('kick.wav'), loop_from_file=None) for note in (39, 40, 41)),
    pad(42, layer('kick.wav'), loop=True),
    pad(43, layer('looped.wav')), pad(44, layer('looped.wav'), loop=True),
    pad(45, layer('looped.wav'), loop_end=1764),
    pad(46, layer('looped.wav'), loop=True, loop_start=0, loop_end=1764, loop_from_file=None),
    pad(47, layer('looped.wav'), loop_from_file=None),
    pad(48, layer('kick.wav'), loop_start=441),
    warnings=['3: “loop_mode=loop_sustain” plays as loop_continuous',
              '6: “loop_mode=forwards” is not understood'])

# Envelopes, gain and pan, and paths as Windows writes them.
add('sound.sfz', '''\
<control> default_path=deep\\er/ hint=none
<region> key=36 sample=tom.wav ampeg_attack=0.01 ampeg_release=0.02 volume=-6 pan=-100
<region> key=36 sample=tom.wav lovel=64 ampeg_attack=0.01 ampeg_release=0.3 pan=-100 group=3
<control> default_path=
<region> key=37 sample=.\\deep\\er\\tom.wav volume=30 pan=200
<region> key=38 sample=..\\outside.wav
<region> key=39 sample=/etc/passwd
<region> key=40 sample=deep/../deep/er/tom.wav
'''.replace('\n', '\r\n'),
    pad(36, layer('deep/er/tom.wav', 0, 127, -6), layer('deep/er/tom.wav', 64), attack=0.01,
        release=0.02, pan=-1.0),
    pad(37, layer('deep/er/tom.wav'), gain=16.0, pan=1.0),
    pad(40, layer('deep/er/tom.wav')),
    warnings=['1: “hint” is not understood',
              '3: regions of one key differ in their release: that of the first one is taken',
              '3: regions of one key differ in their group: that of the first one is taken',
              '5: the pan is out of range, and was limited',
              '5: “volume=30” is out of range, and was limited',
              '6: “../outside.wav” is outside the folder of the kit',
              '7: “/etc/passwd” is outside the folder of the kit',
              '3: regions that would sound together take turns'])
