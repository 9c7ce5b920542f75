#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs gi-docgen, then finishes the pages that it made: gives links to other libraries their
addresses, which gi-docgen leaves to JavaScript, and puts the introduction on the first page.

    make-docs.py CONFIG OUTPUT COMMAND..."""

import json
import pathlib
import re
import subprocess
import sys
import tomllib

INTRODUCTION = 'introduction.html'


def get_addresses(config):
    """The address of the documentation of each namespace that the configuration names."""
    return {name.partition('-')[0]: each['docs_url']
            for name, each in tomllib.loads(config.read_text())['dependencies'].items()}


def resolve_links(text, addresses):
    def resolve(match):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', match[0]))
        address = addresses[attributes['data-namespace']] + attributes['data-link']
        return f'<a class="external" href="{address}">'

    return re.sub(r'<a\b[^>]*\bdata-namespace="[^>]*>', resolve, text)


def move_introduction(output):
    """gi-docgen has no introduction for the first page, but can make a page of its own of it."""
    page, index = output / INTRODUCTION, output / 'index.html'
    [body] = re.findall(r'<div class="docblock">(.*)</div>\s*</section>\s*</section>',
                        page.read_text(), re.S)
    body = re.sub(r'<h1\b.*?</h1>', '', body, flags=re.S)
    text = re.sub(r'\s*<li><a href="introduction[.]html">.*?</li>', '', index.read_text())
    text = re.sub(r'(?<=<div class="description">).*?(?=</div>)', lambda match: body, text,
                  count=1, flags=re.S)
    index.write_text(text)
    page.unlink()


def finish_search_index(path):
    """Its summaries are plain text, but gi-docgen leaves the marks of links in them."""
    index = json.loads(path.read_text())
    index['symbols'] = [each for each in index['symbols'] if each.get('href') != INTRODUCTION]
    for each in index['symbols']:
        if 'summary' in each:
            each['summary'] = re.sub(r'\[\w+@([^]]+)\]', r'\1', each['summary'])
    path.write_text(json.dumps(index))


def main():
    config, output = map(pathlib.Path, sys.argv[1:3])
    subprocess.run(sys.argv[3:], check=True)
    move_introduction(output)
    addresses = get_addresses(config)
    for page in output.glob('*.html'):
        page.write_text(resolve_links(page.read_text(), addresses))
    finish_search_index(output / 'index.json')


if __name__ == '__main__':
    main()
