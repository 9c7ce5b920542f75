# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the window asks: for files, and whether to save. Debian 12 does not have the dialogs that
GTK 4.10 and libadwaita 1.5 brought; newer systems deprecate those that it has."""

from gi.repository import Adw, Gdk, Gio, GLib, Gtk, Pango

import keys

KIT_SUFFIX = '.kit.json'
KIT_ENDINGS = '.json', '.sfz', 'drumkit.xml'  # of kits that can be opened
N_COLUMNS = 4  # of pads
SHORTCUTS = (
    ('Playing', (('<Shift>1', 'Softly, as with all keys of pads'),
                 ('Return space', 'The pad that is selected'), ('Escape', 'Stop all'))),
    ('Clock', (('<Control>space', 'Run or halt'), ('<Control>t', 'Tap the tempo'))),
    ('Pads', (('<Control>i', 'Open sounds'), ('Delete', 'Unload'),
              ('<Control>z', 'Undo the last unload'),
              ('F9', 'Settings of the pad'))),
    ('Kits', (('<Control>o', 'Open'), ('<Control>s', 'Save'), ('<Control><Shift>s', 'Save as'))),
)


def _choose(window, title, action, filters, done, name=None):
    """Calls `done (files)`, unless the user takes none. To save, a name is proposed."""
    kinds = Gio.ListStore(item_type=Gtk.FileFilter)
    for words, patterns in filters:
        kind = Gtk.FileFilter(name=words)
        for pattern in patterns:
            (kind.add_mime_type if '/' in pattern else kind.add_pattern)(pattern)
        kinds.append(kind)
    if hasattr(Gtk, 'FileDialog'):
        _choose_anew(window, title, action, kinds, done, name)
        return

    chooser = Gtk.FileChooserNative(
        title=title, transient_for=window, modal=True, select_multiple=action == 'open_multiple',
        action=Gtk.FileChooserAction.SAVE if action == 'save' else Gtk.FileChooserAction.OPEN)
    for kind in kinds:
        chooser.add_filter(kind)
    if name:
        chooser.set_current_name(name)

    def respond(chooser, response):
        window.chooser = None
        if response == Gtk.ResponseType.ACCEPT:
            done(list(chooser.get_files()))
    chooser.connect('response', respond)
    # Nobody else holds it while it is shown.
    window.chooser = chooser
    chooser.show()


def _choose_anew(window, title, action, kinds, done, name):
    def finish(dialog, result):
        try:
            files = getattr(dialog, f'{action}_finish')(result)
        except GLib.Error:
            return  # none was taken
        done(list(files) if action == 'open_multiple' else [files])
    dialog = Gtk.FileDialog(title=title, filters=kinds, initial_name=name)
    getattr(dialog, action)(window, None, finish)


def open_sounds(window, done):
    _choose(window, 'Open Sounds', 'open_multiple',
            [('Sounds', ['audio/*']), ('All files', ['*'])], done)


def open_kit(window, done):
    _choose(window, 'Open a Kit', 'open',
            [('Kits', ['*' + KIT_SUFFIX, '*.sfz', 'drumkit.xml']), ('All files', ['*'])],
            lambda files: done(files[0]))


def save_kit(window, done):
    def save(files):
        [file] = files
        if not file.get_basename().endswith('.json'):
            file = file.get_parent().get_child(file.get_basename() + KIT_SUFFIX)
        done(file)
    _choose(window, 'Save the Kit', 'save', [('Kits', ['*' + KIT_SUFFIX])], save,
            'untitled' + KIT_SUFFIX)


def _dialog(heading, body=''):
    kind = getattr(Adw, 'AlertDialog', None) or Adw.MessageDialog
    return kind(heading=heading, body=body)


def _present(dialog, window):
    if hasattr(Adw, 'AlertDialog'):
        dialog.present(window)
    else:
        dialog.set_transient_for(window)
        dialog.set_modal(True)
        dialog.present()


def unless_unsaved(window, then):
    """Goes on at once where nothing would be lost, or else asks first."""
    if window.board.describe() == window.saved:
        then()
        return
    dialog = _dialog('Save the kit?', 'What has been changed would be lost.')
    dialog.props.default_response, dialog.props.close_response = 'save', 'cancel'
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
    _present(dialog, window)


def show_messages(window, sentences):
    dialog = _dialog(f'{len(sentences)} Messages')
    text = Gtk.Label(label='\n\n'.join(sentences), wrap=True, xalign=0.0,
                     wrap_mode=Pango.WrapMode.WORD_CHAR)
    dialog.set_extra_child(Gtk.ScrolledWindow(child=text, propagate_natural_height=True,
                                              max_content_height=300,
                                              hscrollbar_policy=Gtk.PolicyType.NEVER))
    dialog.add_response('close', '_Close')
    _present(dialog, window)


def show_shortcuts(window):
    """GtkShortcutsWindow is built from XML alone."""
    def shortcut(accelerator, title):
        accelerator = accelerator.replace('<', '&lt;').replace('>', '&gt;')
        return (f'<child><object class="GtkShortcutsShortcut"><property name="accelerator">'
                f'{accelerator}'
                f'</property><property name="title">{title}</property></object></child>')

    display = window.get_display()
    keyvals = [Gdk.unicode_to_keyval(ord(keys.name_of(display, pad).lower()))
               for pad in range(len(keys.KEYCODES))]
    rows = tuple((' '.join(map(Gdk.keyval_name, keyvals[first:first + N_COLUMNS])), title)
                 for first, title in zip(range(0, len(keyvals), N_COLUMNS),
                                         ('First row', 'Second row', 'Third row', 'Fourth row')))
    groups = ''.join(
        f'<child><object class="GtkShortcutsGroup"><property name="title">{title}</property>'
        f'{"".join(shortcut(*each) for each in shortcuts)}</object></child>'
        for title, shortcuts in (('Rows of Pads', rows), *SHORTCUTS))
    builder = Gtk.Builder.new_from_string(
        '<interface><object class="GtkShortcutsWindow" id="window"><child>'
        f'<object class="GtkShortcutsSection">{groups}</object></child></object></interface>', -1)
    shortcuts = builder.get_object('window')
    shortcuts.set_transient_for(window)
    shortcuts.set_modal(True)
    shortcuts.present()
