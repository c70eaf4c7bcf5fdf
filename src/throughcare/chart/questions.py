"""A form's rows as the fields that pages draw: one way of asking for every room."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from throughcare.chart import forms
from throughcare.ui.shapes import FieldError, FieldShape, Option, Section

NUMBERS = {"integer", "decimal", "quantity"}
WIDTH = {"integer": "xs", "decimal": "xs", "quantity": "xs", "date": "s", "time": "xs", "dateTime": "m", "string": "m"}
WORDS = {
    "en": {
        "yes": "Yes",
        "no": "No",
        "date": "date",
        "time": "time",
        "other": "in own words",
        "unable": "Can't be asked",
    },
    "es": {
        "yes": "Sí",
        "no": "No",
        "date": "fecha",
        "time": "hora",
        "other": "en sus palabras",
        "unable": "No se pudo",
    },
}
STATES = {"empty": "open", "started": "current", "done": "done", "unable": "done", "faulty": "attention"}


@dataclass(frozen=True, slots=True)
class Question:
    """One visible line of a form: a heading, or a question with its fields."""

    heading: str
    level: int
    fields: tuple[FieldShape, ...]
    unable: FieldShape | None = None
    positive: bool = False
    add_row: str = ""


def questions(section: forms.SectionView, lang: str) -> list[Question]:
    """Give a section's lines in order."""
    return [_question(row, lang) for row in section.rows]


def shown(section: forms.SectionView) -> str:
    """Name the questions that a page shows, so that a save can tell which ones its answers have called up since."""
    return " ".join(row.field for row in section.rows if row.kind not in ("group", "display"))


def fields_hidden(section: forms.SectionView) -> list[str]:
    """Name the tick-box fields of a section: a browser posts nothing for an empty one, so the page posts a blank."""
    return [row.field for row in section.rows if row.options and row.repeats]


def steps(view: forms.FormView, current: str, address: str) -> list[Section]:
    """Give the list of sections with their ticks; the address of each ends with its name."""
    found = []
    for section in view.sections:
        state = "current" if section.link_id == current else STATES[section.state.value]
        state = "open" if state == "current" and section.link_id != current else state
        note = f"{section.positive} +" if section.positive else ""
        found.append(
            Section(title=section.title.said(view.lang), href=f"{address}{section.link_id}", state=state, note=note)  # type: ignore[arg-type]
        )
    return found


def whole(view: forms.FormView) -> dict[str, Any]:
    """Give a page all of a form at once: its faults, its lines, and the tick-box fields that need a blank."""
    return {
        "view": view,
        "errors": faults(view),
        "lines": [line for s in view.sections for line in questions(s, view.lang)],
        "hidden": [name for s in view.sections for name in fields_hidden(s)],
    }


def faults(view: forms.FormView) -> list[FieldError]:
    """Give the lines of the error summary."""
    return [
        FieldError(f.field, f"{f.question.said(view.lang)} {f.sentence.said(view.lang)}".strip()) for f in view.faults
    ]


def _question(row: forms.Row, lang: str) -> Question:
    text = row.text.said(lang)
    if row.kind in ("group", "display"):
        return Question(text, row.level, (), add_row=row.field if row.next_row is not None else "")
    label = f"{row.prefix} {text}".strip()
    return Question("", row.level, tuple(_fields(row, label, lang)), _unable(row, lang), row.positive)


def _fields(row: forms.Row, label: str, lang: str) -> list[FieldShape]:
    words = WORDS["es" if lang == "es" else "en"]
    common = {
        "label": label,
        "hint": row.help.said(lang) if row.help else "",
        "error": row.error.said(lang) if row.error else "",
        "required": row.required,
    }
    value = row.typed[0] if row.typed else ""
    if row.kind == "boolean":
        options = (Option("yes", words["yes"]), Option("no", words["no"]))
        chosen = {"true": "yes", "false": "no"}.get(value.lower(), value)
        return [FieldShape(row.field, kind="radio", value=chosen, options=options, inline=True, **common)]  # type: ignore[arg-type]
    if row.options:
        choices = tuple(Option(o.code, o.text.said(lang)) for o in row.options)
        picked = [o.code for o in row.options if o.chosen]
        kind = "checks" if row.repeats else "radio"
        fields = [FieldShape(row.field, kind=kind, value=picked, options=choices, inline=True, **common)]  # type: ignore[arg-type]
        if row.kind == "open-choice":
            own = row.typed_parts.get("other", "")
            fields.append(FieldShape(f"{row.field}~other", label=f"{label}, {words['other']}", value=own, width="m"))
        return fields
    if row.kind == "dateTime":
        return _moment(row, label, words, common)
    kind = (
        "number" if row.kind in NUMBERS else {"text": "textarea", "date": "date", "time": "time"}.get(row.kind, "text")
    )
    return [
        FieldShape(
            row.field,
            kind=kind,  # type: ignore[arg-type]
            value=value,
            unit=row.unit,
            width=WIDTH.get(row.kind, ""),  # type: ignore[arg-type]
            max_length=row.max_length,
            rows=2,
            **common,  # type: ignore[arg-type]
        )
    ]


def _moment(row: forms.Row, label: str, words: Mapping[str, str], common: Mapping[str, object]) -> list[FieldShape]:
    day = FieldShape(
        f"{row.field}~date",
        kind="date",
        value=row.typed_parts.get("date", ""),
        width="s",
        **{**common, "label": f"{label} ({words['date']})"},  # type: ignore[arg-type]
    )
    hour = FieldShape(
        f"{row.field}~time",
        label=f"{label} ({words['time']})",
        kind="time",
        value=row.typed_parts.get("time", ""),
        width="xs",
    )
    return [day, hour]


def _unable(row: forms.Row, lang: str) -> FieldShape | None:
    if not row.unable_allowed:
        return None
    words = WORDS["es" if lang == "es" else "en"]
    options = [Option("", "—"), *(Option(r.value, t.said(lang)) for r, t in forms.UNABLE_TEXT.items())]
    return FieldShape(
        f"{row.field}~unable",
        label=words["unable"],
        kind="select",
        value=row.unable_reason,
        options=options,
        width="s",
    )
