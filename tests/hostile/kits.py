# SPDX-License-Identifier: LGPL-2.1-or-later
"""Broken and odd kits of each format. What each must come to stands in expected.txt."""

import json

SFZ = b'<region> key=36 sample=a.wav\n'
XML = (b'<?xml version="1.0"?>\n<drumkit_info><name>a</name><instrumentList>\n'
       b'<instrument><name>b</name><layer><filename>a.wav</filename></layer></instrument>\n'
       b'</instrumentList></drumkit_info>\n')
INSTRUMENT = XML[XML.index(b'<instrument>'):XML.index(b'\n</instrumentList>')]


def pads(*entries, **rest):
    return json.dumps({'format': 'flitzis-kit-1', **rest, 'pads': list(entries)}).encode()


def jsons():
    good = pads({'pad': 0, 'file': 'a.wav'})
    yield 'good', good
    yield 'empty-list', pads()
    yield 'cut', good[:-3]
    yield 'bracket', b'{'
    yield 'brackets', b'{"a": ' + b'[' * 10 ** 6
    yield 'braces', b'{"a":' * 10 ** 5
    yield 'not-utf-8', good.replace(b'a.wav', b'\xff.wav')
    yield 'utf-16', good.decode().encode('utf-16')
    yield 'mark', b'\xef\xbb\xbf' + good
    yield 'nul', good.replace(b'a.wav', b'a\0.wav')
    yield 'nul-escaped', good.replace(b'a.wav', rb'\u0000.wav')
    yield 'half-a-pair', good.replace(b'a.wav', rb'\ud83e.wav')
    yield 'numbers-huge', good.replace(b'"a.wav"', b'"a.wav", "gain": 1e999, "pan": -1e999')
    yield 'number-long', good.replace(b'"a.wav"', b'"a.wav", "gain": ' + b'1' * 100000)
    yield 'not-a-number', good.replace(b'"a.wav"', b'"a.wav", "gain": NaN')
    yield 'index-huge', pads({'pad': 1e300, 'file': 'a.wav'}, {'pad': 4294967295})
    yield 'index-high', pads({'pad': 4294967294, 'file': 'a.wav'})
    yield 'pads-10000', pads(*({'pad': i} for i in range(10000)))
    yield 'same-10000', pads(*({'pad': 1} for i in range(10000)))
    yield 'names-10000', pads({'pad': 0, **{f'a{i}': i for i in range(10000)}})
    yield 'outside', pads(*({'pad': i, 'file': file} for i, file in enumerate((
        '../a.wav', '/etc/passwd', 'file:///etc/passwd', 'a/../../a.wav', '..', '.', '//etc/passwd',
        'resource:///a', 'http://[', 'x' * 10000))))
    yield 'types', pads({'pad': 0, 'file': [], 'layers': 'a', 'name': 3, 'loop': None, 'gain': {}},
                        3, None, [], name=[], gain='a', tempo=None)
    yield 'layers-1000', pads({'pad': 0, 'layers': [{'file': 'a.wav', 'low': 0.1}] * 1000})


def xmls():
    yield 'good', XML
    yield 'cut', XML[:-10]
    yield 'deep', b'<drumkit_info>' + b'<a>' * 10 ** 5
    yield 'entities', (b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]>'
                       + XML.replace(b'<name>a', b'<name>&c;'))
    yield 'entity-outside', (b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
                             + XML.replace(b'<name>a', b'<name>&b;'))
    yield 'other', b'<?xml version="1.0"?><svg/>'
    yield 'nothing', b'<?xml version="1.0"?>'
    yield 'two', XML + XML[21:]
    yield 'instrument-in-instrument', XML.replace(
        INSTRUMENT, INSTRUMENT.replace(b'<layer>', INSTRUMENT + b'<layer>'))
    yield 'instrument-in-layer', XML.replace(
        INSTRUMENT, INSTRUMENT.replace(b'<filename>', INSTRUMENT + b'<filename>'))
    yield 'instrument-in-itself', b'<drumkit_info>' + b'<instrument>' * 1000
    yield 'layer-alone', b'<drumkit_info><layer><min>0</min></layer></drumkit_info>'
    yield 'component-alone', (b'<drumkit_info><instrumentComponent><component_id>1e300'
                              b'</component_id></instrumentComponent></drumkit_info>')
    yield 'instruments-10000', XML.replace(INSTRUMENT, INSTRUMENT * 10000)
    yield 'layers-10000', XML.replace(b'<layer>', b'<layer></layer>' * 10000 + b'<layer>')
    yield 'numbers', XML.replace(
        b'<layer>', b'<volume>1e999</volume><gain>nan</gain><pan>-inf</pan><muteGroup>1e300'
        b'</muteGroup><midiOutNote>-1e300</midiOutNote><Attack>-5</Attack><Release>1e300</Release>'
        b'<pitchOffset>1e5</pitchOffset><pan_L>-1</pan_L><pan_R>0</pan_R><layer>')
    yield 'outside', XML.replace(b'a.wav', b'../../../../etc/passwd')
    yield 'no-name', XML.replace(b'a.wav', b'')
    yield 'not-utf-8', XML.replace(b'<name>a', b'<name>\xe4\x81')
    yield 'name-long', XML.replace(b'a.wav', b'a' * 10 ** 6)


def sfzs():
    yield 'good', SFZ
    yield 'includes-itself', SFZ + b'#include "sfz-includes-itself"\n'
    yield 'includes-folder', SFZ + b'#include "."\n'
    yield 'includes-outside', SFZ + b'#include "/dev/zero"\n#include "../../etc/passwd"\n'
    yield 'includes-1000', SFZ + b'#include "sfz-good"\n' * 1000
    yield 'includes-none', SFZ + b''.join(b'#include "%d"\n' % i for i in range(5000))
    yield 'include-open', SFZ + b'#include "a\n'
    yield 'define-bomb', SFZ + b'#define $a aaaaaaaa\n' + b'#define $a $a$a$a\n' * 1000
    yield 'defines-10000', SFZ + b''.join(b'#define $a%d 1\n' % i for i in range(10000))
    yield 'dollars', SFZ + b'#define $a a\nsample=' + b'$' * 10 ** 6
    yield 'dollar-long', SFZ + b'#define $a a\nsample=$' + b'b' * 10 ** 6
    yield 'define-open', SFZ + b'#define\n#define $\n#define $a'
    yield 'header-open', SFZ + b'<region'
    yield 'header-long', SFZ + b'<' + b'a' * 10 ** 6 + b'>'
    yield 'comment-open', SFZ + b'/*' + SFZ * 100
    yield 'slashes', SFZ + b'/ ' * 10 ** 6
    yield 'line-long', SFZ + b'a' * 10 ** 6
    yield 'words-long', SFZ + b'a ' * 10 ** 6
    yield 'value-long', SFZ + b'sample=' + b'a ' * 10 ** 6
    yield 'lines-10000', SFZ + b'\n\r\r\n' * 10000 + b'volume=x'
    yield 'regions-40000', b''.join(b'<region>sample=a key=%d\n' % (i % 128) for i in range(40000))
    yield 'regions-apart', b''.join(
        b'<region>sample=a lokey=%d hikey=%d group=%d off_by=%d\n' % (i, j, i, j)
        for i in range(1, 127) for j in range(i, 127))
    yield 'unknown-10000', SFZ + b''.join(b'a%d=1\n' % i for i in range(10000))
    yield 'numbers', SFZ + b''.join(
        b'<region> sample=a key=%d %s=%s\n' % (i, name, value)
        for i, (name, value) in enumerate(
            (name, value) for name in (
                b'volume', b'pan', b'tune', b'transpose', b'offset', b'end', b'seq_position',
                b'seq_length', b'lorand', b'lovel', b'hivel', b'group', b'off_by', b'ampeg_attack',
                b'ampeg_release', b'loop_start', b'pitch_keycenter', b'pitch_keytrack')
            for value in (b'1e999', b'-1e300', b'nan', b'', b'0x', b'1e300')))
    yield 'keys', SFZ + b''.join(b'<region> sample=a key=%s\n' % key for key in (
        b'', b'h', b'c', b'c#', b'cb-1', b'g#9', b'c99999999999999999999', b'128', b'-2', b'c4x',
        b'1e9', b'99999999999999999999'))
    yield 'no-sample', SFZ + b'<region>\n' * 10000
    yield 'rubbish', SFZ + bytes(range(1, 256)) * 100
    yield 'nul', SFZ + b'\0'
    yield 'opcodes-alone', b'sample=a.wav key=3\n' + SFZ
    yield 'signs', SFZ + b'= == =a a= <> <<>> #x #define# $= $a=3 >\n'


def kits():
    for kind, make in {'json': jsons, 'xml': xmls, 'sfz': sfzs}.items():
        for name, data in make():
            yield f'{kind}-{name}', data
