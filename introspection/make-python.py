#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes the type stubs for Python from the gir and the override, and puts into the override what
the gir says of classes, properties, fields, enumerations, and the methods that it defines.

    make-python.py GIR OVERRIDE STUBS OUTPUT"""

import ast
import pathlib
import pprint
import re
import sys
import textwrap
import xml.etree.ElementTree

CORE = '{http://www.gtk.org/introspection/core/1.0}'
C = '{http://www.gtk.org/introspection/c/1.0}'
GLIB = '{http://www.gtk.org/introspection/glib/1.0}'

LICENCE = '# SPDX-License-Identifier: LGPL-2.1-or-later'
TYPES = {
    'none': 'None', 'gboolean': 'bool', 'gdouble': 'float', 'gfloat': 'float', 'utf8': 'str',
    'filename': 'str', 'gpointer': 'object', 'GLib.Quark': 'int', 'GType': 'GObject.GType',
    **{f'g{sign}{kind}': 'int' for sign in ('', 'u')
       for kind in ('int', 'int8', 'int16', 'int32', 'int64', 'long', 'char', 'short')},
    'gsize': 'int', 'gssize': 'int',
}
# What C calls it, and Python; the members of the library's own enumerations come from the gir.
WORDS = {'TRUE': 'True', 'FALSE': 'False', 'NULL': 'None', 'G_IO_ERROR': 'Gio.IOErrorEnum',
         'G_IO_ERROR_CANCELLED': 'Gio.IOErrorEnum.CANCELLED'}


def find(element, name):
    return element.find(CORE + name)


def get_text(element):
    """The documentation of an element, as it reads in Python."""
    doc = find(element, 'doc')
    if doc is None:
        return ''
    text = re.sub(r'^```(?:c|js)\n.*?^```\n?', '', doc.text, flags=re.M | re.S)
    text = re.sub(r'^```python\n(.*?)^```$', lambda match: textwrap.indent(match[1], '    '), text,
                  flags=re.M | re.S)
    text = re.sub(r'\[\w+@([\w.]+):([\w-]+)\]',
                  lambda match: f'`{match[1]}.props.{match[2].replace("-", "_")}`', text)
    text = re.sub(r'\[\w+@([\w.:-]+)\]', r'`\1`', text)
    text = re.sub(r'%?\b([A-Z][A-Z_]{3,})\b', lambda match: WORDS.get(match[1], match[0]), text)
    text = re.sub(r'(?<!\w)@(\w+)', r'`\1`', text)
    return re.sub(r'\n{3,}', '\n\n', text).strip()


def note_words(namespace):
    for element in namespace:
        if element.tag not in (CORE + 'enumeration', CORE + 'bitfield'):
            continue
        name = f'Flitzis.{element.get("name")}'
        for each in element.findall(CORE + 'member'):
            WORDS[each.get(C + 'identifier')] = f'{name}.{each.get("name").upper()}'
        if element.get(GLIB + 'error-domain') is not None:
            domain = re.sub('(?<=[a-z])(?=[A-Z])', '_', element.get(C + 'type')).upper()
            WORDS[domain] = name


def get_type(element):
    """The type of a parameter, a result, a property or a field."""
    kind, array = find(element, 'type'), find(element, 'array')
    if kind is None:
        return 'list[Any]' if array is None else f'list[{get_type(array)}]'
    name = kind.get('name')
    if name.endswith('Callback'):
        name = 'Callable[..., Any]'
    return TYPES.get(name, name)


def get_nullable(element):
    name = get_type(element)
    return f'{name} | None' if element.get('nullable') == '1' else name


def get_property_type(element):
    kind = get_type(element)
    return f'{kind} | None' if kind in ('str', 'Sample') or '.' in kind else kind


def is_settable(element):
    return element.get('writable') == '1' and element.get('construct-only') != '1'


def get_parameters(callable):
    parameters = find(callable, 'parameters')
    return [] if parameters is None else parameters.findall(CORE + 'parameter')


def get_signature(callable):
    """What stands in the brackets and behind them. What may be None at the end may be left out."""
    parameters, words, is_last = get_parameters(callable), [], True
    closures = {parameter.get('closure') for parameter in parameters} - {None}
    for i, parameter in reversed(list(enumerate(parameters))):
        assert parameter.get('direction', 'in') == 'in', 'only results come out'
        name = parameter.get('name')
        if str(i) in closures and parameters[i - 1].get('scope') == 'async':
            words.insert(0, f'*{name}: object')
        elif parameter.get('nullable') == '1' and is_last:
            words.insert(0, f'{name}: {get_type(parameter)} | None = None')
        else:
            words.insert(0, f'{name}: {get_nullable(parameter)}')
            is_last = False
    if callable.tag == CORE + 'method':
        words.insert(0, 'self')
    elif callable.tag == CORE + 'constructor':
        words.insert(0, 'cls')
    return f'({", ".join(words)}) -> {get_nullable(find(callable, "return-value"))}'


def get_docstring(callable):
    lines = [get_text(callable)]
    for parameter in get_parameters(callable):
        lines.append(f'{parameter.get("name")}: {" ".join(get_text(parameter).split())}')
    result = find(callable, 'return-value')
    if get_type(result) != 'None':
        lines.append(f'Returns: {" ".join(get_text(result).split())}')
    return lines[0] + '\n\n' + '\n'.join(lines[1:]) if len(lines) > 1 else lines[0]


def quote(text, indent):
    """A docstring in lines of its own."""
    text = text.replace('\\', '\\\\').replace('"""', "'''")
    lines = f'"""{text}\n"""' if '\n' in text else f'"""{text}"""'
    return textwrap.indent(lines, indent, lambda line: line.strip() != '') + '\n'


def write_function(name, signature, docstring, indent, *decorators):
    lines = [f'{indent}@{decorator}\n' for decorator in decorators]
    return (''.join(lines) + f'{indent}def {name}{signature}:\n' + quote(docstring, indent + '    ')
            + f'{indent}    ...\n')


class Override:
    """The methods that the override adds or takes the place of, by class. Those without types are
    as their class has them anyway."""

    def __init__(self, path):
        self.classes = {node.name: {child.name: child for child in node.body
                                    if isinstance(child, ast.FunctionDef)}
                        for node in ast.parse(path.read_text()).body
                        if isinstance(node, ast.ClassDef)}

    def get_signature(self, owner, name):
        node = self.classes.get(owner, {}).get(name)
        if node is None or node.returns is None:
            return None
        return f'({ast.unparse(node.args)}) -> {ast.unparse(node.returns)}'

    def get_additions(self, owner, known):
        for name, node in self.classes.get(owner, {}).items():
            if name not in known and node.returns is not None:
                yield (name, self.get_signature(owner, name), ast.get_docstring(node),
                       *(ast.unparse(each) for each in node.decorator_list))


# What the list models hold.
ITEMS = {'Engine': 'Slot', 'Kit': 'Pad', 'Pad': 'PadLayer', 'SinkList': 'Sink'}


class Writer:
    def __init__(self, namespace, override):
        self.namespace = namespace
        self.override = override

    def write_callables(self, element):
        owner, text, known = element.get('name'), '', set()
        for callable in element:
            kind = callable.tag.removeprefix(CORE)
            if kind not in ('method', 'constructor', 'function'):
                continue
            name, docstring = callable.get('name'), get_docstring(callable)
            known.add(name)
            signature = self.override.get_signature(owner, name) or get_signature(callable)
            decorator = {'constructor': ['classmethod'], 'function': ['staticmethod']}.get(kind, [])
            text += write_function(name, signature, docstring, '    ', *decorator)
        for name, signature, docstring, *decorators in self.override.get_additions(owner, known):
            text += write_function(name, signature, docstring, '    ', *decorators)
        return text

    def write_property(self, element, indent):
        name, kind = element.get('name').replace('-', '_'), get_property_type(element)
        if is_settable(element):
            return f'{indent}{name}: {kind}\n' + quote(get_text(element), indent)
        return write_function(name, f'(self) -> {kind}', get_text(element), indent, 'property')

    def write_properties(self, element):
        """Attributes, `props`, and the arguments of the class."""
        properties = element.findall(CORE + 'property')
        arguments = [f'{each.get("name").replace("-", "_")}: {get_property_type(each)} = ...'
                     for each in properties if each.get('writable') == '1']
        text = ''.join(self.write_property(each, '    ') for each in properties)
        text += '    class Props:\n' + quote('The properties.', '        ')
        text += ''.join(self.write_property(each, '        ') for each in properties)
        words = ', '.join(['self', '*', *arguments] if arguments else ['self'])
        return (text + '    @property\n    def props(self) -> Props: ...\n'
                f'    def __init__({words}) -> None: ...\n')

    def write_class(self, element):
        name = element.get('name')
        bases = [element.get('parent'), *(each.get('name') for each in
                                          element.findall(CORE + 'implements'))]
        bases = [f'Gio.ListModel[{ITEMS[name]}]' if base == 'Gio.ListModel' else base
                 for base in bases]
        return (f'class {name}({", ".join(bases)}):\n' + quote(get_text(element), '    ')
                + self.write_properties(element) + self.write_callables(element))

    def write_record(self, element):
        text = f'class {element.get("name")}:\n' + quote(get_text(element), '    ')
        fields = [each for each in element.findall(CORE + 'field') if each.get('private') != '1']
        for field in fields:
            text += f'    {field.get("name")}: {get_type(field)}\n' + quote(get_text(field), '    ')
        if element.get(GLIB + 'is-gtype-struct-for') is not None:
            return text
        arguments = ', '.join(f'{each.get("name")}: {get_type(each)} = ...' for each in fields)
        return (text + f'    def __init__(self, *, {arguments}) -> None: ...\n'
                + self.write_callables(element))

    def write_enumeration(self, element, base='GEnum'):
        name = element.get('name')
        text = f'class {name}(GObject.{base}):\n' + quote(get_text(element), '    ')
        for member in element.findall(CORE + 'member'):
            text += f'    {member.get("name").upper()}: {name}\n' + quote(get_text(member), '    ')
        return text + self.write_callables(element)

    def write_bitfield(self, element):
        return self.write_enumeration(element, 'GFlags')

    def write_constant(self, element):
        return f'{element.get("name")}: {get_type(element)}\n' + quote(get_text(element), '')

    def write_function(self, element):
        name, docstring = element.get('name'), get_docstring(element)
        return write_function(name, get_signature(element), docstring, '')

    def get_docs(self):
        """By name, as `help ()` is to show it."""
        docs = {}
        for element in self.namespace:
            kind, owner = element.tag.removeprefix(CORE), element.get('name')
            if kind in ('enumeration', 'bitfield'):
                members = [f'{each.get("name").upper()}: {get_text(each)}'
                           for each in element.findall(CORE + 'member')]
                docs[owner] = '\n'.join([get_text(element), '', *members])
            elif kind == 'class' or owner in self.override.classes:
                if kind == 'class':  # PyGObject lets nobody document a record
                    docs[owner] = get_text(element)
                for each in element:
                    name, kind = (each.get('name') or '').replace('-', '_'), each.tag
                    if kind == CORE + 'property' or (kind == CORE + 'field'
                                                     and each.get('private') != '1'):
                        docs[f'{owner}.{name}'] = get_text(each)
                    elif kind == CORE + 'method' and self.override.get_signature(owner, name):
                        docs[f'{owner}.{name}'] = get_docstring(each)
        return {name: text for name, text in docs.items() if text}

    def write(self):
        texts = []
        for element in self.namespace:
            kind = element.tag.removeprefix(CORE)
            write = getattr(self, f'write_{kind}', None)
            if write is not None and element.get('introspectable') != '0':
                texts.append(write(element))
        return '\n\n'.join(texts)


def main():
    gir, override, stubs, output = map(pathlib.Path, sys.argv[1:])
    namespace = find(xml.etree.ElementTree.parse(gir).getroot(), 'namespace')
    note_words(namespace)
    writer = Writer(namespace, Override(override))
    text = writer.write()
    stubs.write_text(f'{LICENCE}\n"""The types of Flitzis {namespace.get("version")}."""\n\n'
                     'import asyncio\nimport os\nfrom typing import Any, Callable\n\n'
                     'import numpy\nimport numpy.typing\n'
                     'from gi.repository import Gio, GLib, GObject\n\n' + text)
    before, mark, after = override.read_text().partition('_DOCS = {}')
    assert mark, 'the override has a place for what the gir says'
    output.write_text(f'{before}_DOCS = {pprint.pformat(writer.get_docs(), width=100)}{after}')


if __name__ == '__main__':
    main()
