"""From a Django form to the shapes that components draw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from throughcare.ui.shapes import FieldError, FieldKind, FieldShape, Option

_KINDS: tuple[tuple[type[forms.Widget], FieldKind], ...] = (
    (forms.HiddenInput, "hidden"),
    (forms.PasswordInput, "password"),
    (forms.CheckboxSelectMultiple, "checks"),
    (forms.RadioSelect, "radio"),
    (forms.CheckboxInput, "check"),
    (forms.Select, "select"),
    (forms.Textarea, "textarea"),
    (forms.DateTimeInput, "datetime"),
    (forms.DateInput, "date"),
    (forms.TimeInput, "time"),
    (forms.NumberInput, "number"),
)


def _kind(widget: forms.Widget) -> FieldKind:
    return next((kind for type_, kind in _KINDS if isinstance(widget, type_)), "text")


def _value(bound: BoundField, kind: FieldKind) -> str | list[str]:
    value = bound.value()
    if kind == "check":
        return "on" if value else ""
    if isinstance(value, (list, tuple)):
        return [str(v) for v in value]
    if value is None:
        return ""
    formats = {"date": "%Y-%m-%d", "time": "%H:%M", "datetime": "%Y-%m-%dT%H:%M"}
    if kind in formats and hasattr(value, "strftime"):
        return str(value.strftime(formats[kind]))
    return str(value)


def _options(bound: BoundField) -> list[Option]:
    flat: list[Option] = []
    for value, label in getattr(bound.field, "choices", ()):
        groups = label if isinstance(label, (list, tuple)) else [(value, label)]
        flat += [Option(str(v if v is not None else ""), str(text)) for v, text in groups]
    return flat


def field_of(bound: BoundField, **over: Any) -> FieldShape:
    """Return the shape of one field of a form: its value as typed, its hint, its error."""
    kind: FieldKind = over.get("kind") or _kind(bound.field.widget)
    attrs = bound.field.widget.attrs
    shape: dict[str, Any] = {
        "name": bound.html_name,
        "label": str(bound.label),
        "kind": kind,
        "value": _value(bound, kind),
        "hint": str(bound.help_text or ""),
        "error": " ".join(str(e) for e in bound.errors),
        "options": _options(bound) if kind in ("radio", "checks", "select") else (),
        "required": bound.field.required,
        "minimum": str(attrs.get("min", "")),
        "maximum": str(attrs.get("max", "")),
        "step": str(attrs.get("step", "")),
        "max_length": getattr(bound.field, "max_length", None),
        "autocomplete": str(attrs.get("autocomplete", "off")),
        "inputmode": str(attrs.get("inputmode", "")),
    }
    return FieldShape(**(shape | over))


def fields_of(form: forms.BaseForm) -> Sequence[FieldShape]:
    """Return the shapes of all fields of a form, in order."""
    return [field_of(form[name]) for name in form.fields]


def errors_of(form: forms.BaseForm) -> Sequence[FieldError]:
    """Return the lines of the error summary: the form's own first, then field by field."""
    lines = [FieldError("", str(e)) for e in form.non_field_errors()]
    for name in form.fields:
        lines += [FieldError(form[name].html_name, str(e)) for e in form[name].errors]
    return lines
