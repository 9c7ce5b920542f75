# SPDX-License-Identifier: LGPL-2.1-or-later
"""Rows of the side panel. Each shows one property of a slot and follows it: a change from
elsewhere is seen at once, and `follow (slot)` turns to another slot."""

from gi.repository import Adw, Gtk


def without_wheel(widget):
    """Leaves the wheel to what scrolls: the user does not mean the value below the pointer. Takes
    it from a widget and from all below it."""
    for controller in widget.observe_controllers():
        if isinstance(controller, Gtk.EventControllerScroll):
            controller.set_propagation_phase(Gtk.PropagationPhase.NONE)
    child = widget.get_first_child()
    while child:
        without_wheel(child)
        child = child.get_next_sibling()


class Follower:
    """What all rows share. They say how a value of the property is shown, and call `store`."""
    slot = None
    handler = 0
    quiet = False

    def follow(self, slot):
        if self.slot:
            self.slot.disconnect(self.handler)
        self.slot = slot
        self.handler = slot.connect(f'notify::{self.property_name}', lambda *_: self._show())
        self._show()

    def _show(self):
        self.quiet = True
        self.show_value(self.slot.get_property(self.property_name))
        self.quiet = False

    def store(self, value):
        if self.slot and not self.quiet:
            self.slot.set_property(self.property_name, value)


class SliderRow(Adw.PreferencesRow, Follower):
    """A name, the value as it is said, and below them a slider over all the width.
    `to_slider` and `to_property` convert; `say` words the slider's value."""
    __gtype_name__ = 'PadsSliderRow'

    def __init__(self, title, property_name, lower, upper, step, to_slider, to_property, say):
        super().__init__(title=title, activatable=False, focusable=False)
        self.property_name = property_name
        self.to_slider, self.to_property, self.say = to_slider, to_property, say
        self.value = Gtk.Label(css_classes=['dim-label', 'numeric'])
        name = Gtk.Label(label=title, xalign=0.0, hexpand=True)
        self.scale = Gtk.Scale(adjustment=Gtk.Adjustment(
            lower=lower, upper=upper, step_increment=step, page_increment=step * 6),
            has_origin=lower != -upper)
        self.scale.update_property([Gtk.AccessibleProperty.LABEL], [title])
        self.scale.connect('value-changed', self._moved)
        without_wheel(self.scale)
        head = Gtk.Box(css_classes=['slider-head'])
        head.append(name)
        head.append(self.value)
        box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, css_classes=['slider-row'])
        box.append(head)
        box.append(self.scale)
        self.set_child(box)

    def _moved(self, scale):
        self.value.set_label(self.say(scale.get_value()))
        self.store(self.to_property(scale.get_value()))

    def show_value(self, value):
        self.scale.set_value(self.to_slider(value))
        self.value.set_label(self.say(self.scale.get_value()))


class SwitchRow(Adw.ActionRow, Follower):
    __gtype_name__ = 'PadsSwitchRow'

    def __init__(self, title, property_name):
        super().__init__(title=title)
        self.property_name = property_name
        self.switch = Gtk.Switch(valign=Gtk.Align.CENTER)
        self.switch.connect('notify::active', lambda *_: self.store(self.switch.get_active()))
        self.add_suffix(self.switch)
        self.set_activatable_widget(self.switch)

    def show_value(self, value):
        self.switch.set_active(value)


class NumberRow(Adw.ActionRow, Follower):
    """A number in a unit of its own: the property's value is that many times `scale`."""
    __gtype_name__ = 'PadsNumberRow'

    def __init__(self, title, property_name, upper, step, digits=0, scale=1, subtitle=''):
        super().__init__(title=title, subtitle=subtitle)
        self.property_name = property_name
        self.scale = scale
        self.spin = Gtk.SpinButton(valign=Gtk.Align.CENTER, digits=digits, width_chars=5,
                                   adjustment=Gtk.Adjustment(upper=upper, step_increment=step,
                                                             page_increment=10 * step))
        self.spin.update_property([Gtk.AccessibleProperty.LABEL],
                                  [f'{title}, {subtitle}' if subtitle else title])
        self.spin.connect('value-changed', self._moved)
        without_wheel(self.spin)
        self.add_suffix(self.spin)

    def _moved(self, spin):
        value = spin.get_value() * self.scale
        kind = type(self.slot.get_property(self.property_name)) if self.slot else float
        self.store(round(value) if kind is int else value)

    def show_value(self, value):
        self.spin.set_value(value / self.scale)


class ChoiceRow(Adw.ComboRow, Follower):
    """One of the values of an enumeration; `choices` are (value, words)."""
    __gtype_name__ = 'PadsChoiceRow'

    def __init__(self, title, property_name, choices):
        super().__init__(title=title, model=Gtk.StringList.new([words for _, words in choices]))
        self.property_name = property_name
        self.values = [value for value, _ in choices]
        self.connect('notify::selected', lambda *_: self.store(self.values[self.get_selected()]))

    def show_value(self, value):
        self.set_selected(self.values.index(value))
