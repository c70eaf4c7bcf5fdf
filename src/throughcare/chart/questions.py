"""A form's rows as the fields that pages draw: one way of asking for every room."""

import json
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
        "unable_of": "Can't be asked: {question}",
    },
    "es": {
        "yes": "Sí",
        "no": "No",
        "date": "fecha",
        "time": "hora",
        "other": "en sus palabras",
        "unable": "No se pudo",
        "unable_of": "No se pudo: {question}",
    },
}
# One key answers a question: digits and letters in order; y, n and u have one meaning everywhere, j and k move.
KEYS = "123456789abcdefgilmopqrtvwxz"
STATES = {"empty": "open", "started": "current", "done": "done", "unable": "done", "faulty": "attention"}


@dataclass(frozen=True, slots=True)
class Question:
    """One line of a form: a heading, or a question with its fields; not yet asked if an answer may call it up."""

    heading: str
    level: int
    fields: tuple[FieldShape, ...]
    unable: FieldShape | None = None
    positive: bool = False
    add_row: str = ""
    told: bool = False
    field: str = ""
    asked: bool = True
    when: str = ""
    required: bool = False


def questions(section: forms.SectionView, lang: str) -> list[Question]:
    """Give a section's lines in order."""
    return [_question(row, lang) for row in section.rows]


def shown(section: forms.SectionView) -> str:
    """Name the questions that a page shows, so that a save can tell which ones its answers have called up since."""
    return " ".join(row.field for row in section.rows if row.asked and row.kind not in ("group", "display"))


def fields_hidden(section: forms.SectionView) -> list[str]:
    """Name the tick-box fields of a section: a browser posts nothing for an empty one, so the page posts a blank."""
    return [row.field for row in section.rows if row.options and row.repeats and row.asked]


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
    return [FieldError(f.field, _both(f.question.said(view.lang), f.sentence.said(view.lang))) for f in view.faults]


def _question(row: forms.Row, lang: str) -> Question:
    text = row.text.said(lang)
    if row.kind in ("group", "display"):
        add = row.field if row.next_row is not None else ""
        return Question(
            heading=text,
            level=row.level,
            fields=(),
            add_row=add,
            told=row.kind == "display",
            field=row.field,
            asked=row.asked,
            when=_when(row),
        )
    label = f"{row.prefix} {text}".strip()
    return Question(
        heading="",
        level=row.level,
        fields=tuple(_fields(row, label, lang)),
        unable=_unable(row, label, lang),
        positive=row.positive,
        field=row.field,
        asked=row.asked,
        when=_when(row),
        required=row.required,
    )


def _when(row: forms.Row) -> str:
    """Write the conditions for the script: every clause must hold; of a clause all, or any."""
    clauses = [{"any": c.any, "tests": [[k.field, k.operator, k.value, k.holds] for k in c.tests]} for c in row.when]
    return json.dumps(clauses, separators=(",", ":")) if clauses else ""


def _choices(row: forms.Row, lang: str) -> tuple[Option, ...]:
    plain = {"Yes": "y", "No": "n"}
    return tuple(
        Option(
            value=o.code,
            label=o.text.said(lang),
            key="n" if o.exclusive else plain.get(o.text.en) or KEYS[at : at + 1],
            exclusive=o.exclusive,
        )
        for at, o in enumerate(row.options)
    )


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
        plain = (Option("yes", words["yes"], key="y"), Option("no", words["no"], key="n"))
        chosen = {"true": "yes", "false": "no"}.get(value.lower(), value)
        return [FieldShape(row.field, kind="radio", value=chosen, options=plain, inline=True, **common)]  # type: ignore[arg-type]
    if row.options:
        picked = [o.code for o in row.options if o.chosen]
        kind = "checks" if row.repeats else "radio"
        options = _choices(row, lang)
        fields = [FieldShape(row.field, kind=kind, value=picked, options=options, inline=True, **common)]  # type: ignore[arg-type]
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
            maximum="" if row.maximum is None else str(row.maximum),
            places=row.places,
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


def _unable(row: forms.Row, question: str, lang: str) -> FieldShape | None:
    if not row.unable_allowed:
        return None
    words = WORDS["es" if lang == "es" else "en"]
    options = [Option("", "—"), *(Option(r.value, t.said(lang)) for r, t in forms.UNABLE_TEXT.items())]
    return FieldShape(
        f"{row.field}~unable",
        label=words["unable_of"].format(question=question),
        kind="select",
        value=row.unable_reason,
        options=options,
        width="s",
    )


def _both(question: str, sentence: str) -> str:
    """Say the question and what it needs as two sentences."""
    ends = not question or question[-1] in ".?!:)"
    return f"{question} {sentence}".strip() if ends else f"{question}: {sentence}"
