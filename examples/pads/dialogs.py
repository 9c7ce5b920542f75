# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the window asks: for files, and whether to save. GtkFileChooserNative and not its younger
relatives, which Debian 12 does not have."""

from gi.repository import Adw, Gtk

KIT_SUFFIX = '.kit.json'
SHORTCUTS = (
    ('Playing', (('1 2 3 4', 'First row of pads, and so on below'),
                 ('<Shift>1', 'The same, softly'), ('Return', 'The pad that is selected'),
                 ('Escape', 'Stop all'))),
    ('Clock', (('<Control>space', 'Run or halt'), ('<Control>t', 'Tap the tempo'))),
    ('Pads', (('<Control>i', 'Open sounds'), ('Delete', 'Unload'), ('<Control>z', 'Undo that'),
              ('F9', 'Settings of the pad'))),
    ('Kits', (('<Control>o', 'Open'), ('<Control>s', 'Save'), ('<Control><Shift>s', 'Save as'))),
)


def _choose(window, title, action, filters, done, **properties):
    chooser = Gtk.FileChooserNative(title=title, transient_for=window, modal=True, action=action,
                                    **properties)
    for name, patterns in filters:
        kind = Gtk.FileFilter(name=name)
        for pattern in patterns:
            (kind.add_mime_type if '/' in pattern else kind.add_pattern)(pattern)
        chooser.add_filter(kind)

    def respond(chooser, response):
        window.chooser = None
        if response == Gtk.ResponseType.ACCEPT:
            done(list(chooser.get_files()))
    chooser.connect('response', respond)
    # Nobody else holds it while it is shown.
    window.chooser = chooser
    chooser.show()
    return chooser


def open_sounds(window, done):
    _choose(window, 'Open Sounds', Gtk.FileChooserAction.OPEN,
            [('Sounds', ['audio/*']), ('All files', ['*'])], done, select_multiple=True)


def open_kit(window, done):
    _choose(window, 'Open a Kit', Gtk.FileChooserAction.OPEN,
            [('Kits', ['*' + KIT_SUFFIX]), ('All files', ['*'])], lambda files: done(files[0]))


def save_kit(window, done):
    def save(files):
        [file] = files
        if not file.get_basename().endswith('.json'):
            file = file.get_parent().get_child(file.get_basename() + KIT_SUFFIX)
        done(file)
    chooser = _choose(window, 'Save the Kit', Gtk.FileChooserAction.SAVE,
                      [('Kits', ['*' + KIT_SUFFIX])], save)
    chooser.set_current_name('untitled' + KIT_SUFFIX)


def unless_unsaved(window, then):
    """Goes on at once where nothing would be lost, or else asks first."""
    if window.board.describe() == window.saved:
        then()
        return
    dialog = Adw.MessageDialog(transient_for=window, modal=True, heading='Save the kit?',
                               body='What has been changed would be lost.',
                               default_response='save', close_response='cancel')
    for response, words in (('cancel', '_Cancel'), ('discard', '_Discard'), ('save', '_Save')):
        dialog.add_response(response, words)
    dialog.set_response_appearance('discard', Adw.ResponseAppearance.DESTRUCTIVE)
    dialog.set_response_appearance('save', Adw.ResponseAppearance.SUGGESTED)

    def respond(dialog, response):
        if response == 'discard':
            then()
        elif response == 'save':
            window._save_kit(then)
    dialog.connect('response', respond)
    dialog.present()


def show_shortcuts(window):
    """GtkShortcutsWindow is built from XML alone."""
    def shortcut(keys, title):
        keys = keys.replace('<', '&lt;').replace('>', '&gt;')
        return (f'<child><object class="GtkShortcutsShortcut"><property name="accelerator">{keys}'
                f'</property><property name="title">{title}</property></object></child>')

    groups = ''.join(
        f'<child><object class="GtkShortcutsGroup"><property name="title">{title}</property>'
        f'{"".join(shortcut(*each) for each in shortcuts)}</object></child>'
        for title, shortcuts in SHORTCUTS)
    builder = Gtk.Builder.new_from_string(
        '<interface><object class="GtkShortcutsWindow" id="window"><child>'
        f'<object class="GtkShortcutsSection">{groups}</object></child></object></interface>', -1)
    shortcuts = builder.get_object('window')
    shortcuts.set_transient_for(window)
    shortcuts.set_modal(True)
    shortcuts.present()
