"""A form and its answers as plain rows for a template: only what is asked, in both languages, with states and errors."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from throughcare.chart.forms.answers import Answers
from throughcare.chart.forms.enable import Clause, clause, enabled, missing
from throughcare.chart.forms.positive import positives, said
from throughcare.chart.forms.questionnaire import UNABLE_TEXT, Form, Item, Key, Kind, UnableReason, WordingMissing
from throughcare.chart.forms.text import NO_TEXT, Text
from throughcare.chart.forms.values import Choice


class State(StrEnum):
    """How far a section is: the tick in the list of sections."""

    EMPTY = "empty"
    STARTED = "started"
    DONE = "done"
    UNABLE = "unable"
    FAULTY = "faulty"


@dataclass(frozen=True, slots=True)
class OptionView:
    """One option as a template draws it."""

    code: str
    text: Text
    chosen: bool
    exclusive: bool
    weight: Decimal | None


@dataclass(frozen=True, slots=True)
class Row:
    """One visible line: heading (`group`, `display`) or question. `field` names its input."""

    field: str
    link_id: str
    row: int | None
    kind: str
    prefix: str
    text: Text
    help: Text | None
    options: tuple[OptionView, ...]
    typed: tuple[str, ...]
    typed_parts: dict[str, str]
    said: tuple[Text, ...]
    unable_allowed: bool
    unable_reason: str
    error: Text | None
    required: bool
    repeats: bool
    read_only: bool
    positive: bool
    unit: str
    minimum: Decimal | None
    maximum: Decimal | None
    places: int
    max_length: int | None
    level: int
    next_row: int | None = None
    asked: bool = True
    when: tuple[Clause, ...] = ()
    """What must hold for it to be asked, so that a page can show it the moment an answer calls it up."""


@dataclass(frozen=True, slots=True)
class SectionView:
    """One section with its tick and counts."""

    link_id: str
    title: Text
    help: Text | None
    state: State
    answered: int
    asked: int
    positive: int
    errors: int
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """One line of the error summary at the top."""

    field: str
    section: str
    question: Text
    sentence: Text


@dataclass(frozen=True, slots=True)
class FormView:
    """A whole form ready for a page."""

    name: str
    version: str
    title: Text
    description: str
    lang: str
    sections: tuple[SectionView, ...]
    faults: tuple[Fault, ...]
    unable_reasons: tuple[tuple[str, Text], ...]
    form_unable: str
    complete: bool
    copyright: str
    notice: Text | None
    provisional: tuple[str, ...]


def render(
    form: Form, answers: Answers, *, lang: str = "en", unfinished: bool = False, ahead: bool = False
) -> FormView:
    """The form as rows; with `unfinished`, questions still to answer are faults too (as at a signature).

    With `ahead`, a section also gives the rows that an answer may still call up, marked as not asked.
    """
    if not form.worded:
        raise WordingMissing(
            f"[{form.name}] is licensed: this installation has its structure but not its wording. "
            f"Put the licensed wording in forms/wording/{form.name}.json of the agency's content folder."
        )
    asked = enabled(form, answers)
    lacking = missing(form, answers, asked)
    view = _View(form, answers, asked, {**(lacking if unfinished else {}), **answers.errors}, lacking, ahead=ahead)
    sections = tuple(
        view.section(item) for item in _sections(form) if Key(item.link_id) in asked or item.link_id == "form"
    )
    return FormView(
        name=form.name,
        version=form.version,
        title=form.title,
        description=form.description,
        lang=lang,
        sections=sections,
        faults=tuple(view.faults(sections)),
        unable_reasons=tuple((reason.value, UNABLE_TEXT[reason]) for reason in UnableReason),
        form_unable=answers.form_unable.reason.value if answers.form_unable else "",
        complete=not lacking and answers.ok,
        copyright=form.copyright,
        notice=form.notice,
        provisional=tuple(f"{mark.lang}: {mark.why}" for mark in form.provisional if mark.lang in ("*", lang)),
    )


def _sections(form: Form) -> tuple[Item, ...]:
    """Groups at the top are sections; loose items at the top form one section named after the form."""
    if form.items and all(item.kind is Kind.GROUP and not item.repeats for item in form.items):
        return form.items
    return (Item(link_id="form", kind=Kind.GROUP, text=form.title, items=form.items),)


def _longest(item: Item) -> int | None:
    """How many characters the longest allowed value has: a box that is full may move on by itself."""
    if item.maximum is None:
        return item.max_length
    whole = len(str(item.maximum.quantize(Decimal(1))))
    return whole if item.kind is Kind.INTEGER or item.places == 0 else whole + 1 + item.places


class _View:
    """Builds rows with what is asked, wrong and positive at hand."""

    def __init__(
        self,
        form: Form,
        answers: Answers,
        asked: frozenset[Key],
        errors: dict[str, Text],
        lacking: dict[str, Text],
        *,
        ahead: bool,
    ) -> None:
        self.answers, self.asked, self.errors, self.lacking = answers, asked, errors, lacking
        self.form, self.ahead = form, ahead
        self.positive = {(p.link_id, p.row) for p in positives(form, answers)}

    def section(self, item: Item) -> SectionView:
        """One section with its rows, counts and state."""
        rows = tuple(row for child in item.items for row in self.rows(child, None, 0))
        asked = [row for row in rows if Kind(row.kind).asks and row.asked]
        answered = [row for row in asked if row.said or row.unable_reason]
        lacking = [row for row in asked if row.field in self.lacking]
        state = State.EMPTY
        if any(row.field in self.answers.errors for row in asked):
            state = State.FAULTY
        elif answered and not lacking:
            state = State.UNABLE if any(row.unable_reason for row in asked) else State.DONE
        elif answered:
            state = State.STARTED
        return SectionView(
            link_id=item.link_id,
            title=item.text,
            help=item.help,
            state=state,
            answered=len(answered),
            asked=len(asked),
            positive=sum(row.positive for row in asked),
            errors=sum(row.error is not None for row in rows),
            rows=rows,
        )

    def rows(self, item: Item, number: int | None, level: int, when: tuple[Clause, ...] = ()) -> list[Row]:
        """The rows of an item and of what stands under it: those asked, and with `ahead` those that may be."""
        if item.conditions:
            when = (*when, clause(item, number, self.answers, self.asked))
        repeating = item.kind is Kind.GROUP and item.repeats
        key = Key(item.link_id) if repeating else Key(item.link_id, number)
        asked = key in self.asked
        if not (asked or self.ahead):
            return []
        if repeating:
            return self.repeated(item, level, asked, when)
        under = [row for child in item.items for row in self.rows(child, number, level + 1, when)]
        return [replace(self.row(item, key, level), asked=asked, when=when), *under]

    def repeated(self, item: Item, level: int, asked: bool, when: tuple[Clause, ...]) -> list[Row]:
        """The rows of a repeating group, and one empty row that stands ready: nothing in it is required until it is used."""
        used = self.answers.rows(item)
        spare = (used[-1] + 1) if used else 0
        found = [replace(self.row(item, Key(item.link_id), level, next_row=spare), asked=asked, when=when)]
        for each in used:
            found.extend(row for child in item.items for row in self.rows(child, each, level + 1, when))
        blank = (self.row(child, Key(child.link_id, spare), level + 1) for child in item.items if not child.items)
        found.extend(replace(row, required=False, positive=False, asked=asked, when=when) for row in blank)
        return found

    def row(self, item: Item, key: Key, level: int, next_row: int | None = None) -> Row:
        """One row."""
        values = self.answers.values(*key)
        chosen = {value.code for value in values if isinstance(value, Choice)}
        posted = self.answers.posted
        typed = tuple(text for text in posted.get(key.field, ()) if text.strip())
        unable = self.answers.unable(*key) if item.unable or self.answers.form_unable else None
        return Row(
            field=key.field,
            link_id=item.link_id,
            row=key.row,
            kind=item.kind.value,
            prefix=item.prefix,
            text=item.text,
            help=item.help,
            options=tuple(
                OptionView(o.code, o.text, o.code in chosen or o.code in typed, o.exclusive, o.weight)
                for o in item.options
            ),
            typed=typed,
            typed_parts={
                p: posted.get(f"{key.field}~{p}", ("",))[0]
                for p in ("date", "time", "other", "note")
                if posted.get(f"{key.field}~{p}")
            },
            said=tuple(said(item, value) for value in values),
            unable_allowed=item.unable,
            unable_reason=unable.reason.value if unable and item.kind.asks else "",
            error=self.errors.get(key.field) if key in self.asked or key.field in self.answers.errors else None,
            required=item.required,
            repeats=item.repeats,
            read_only=item.read_only,
            positive=(item.link_id, key.row) in self.positive,
            unit=item.unit.text if item.unit else "",
            minimum=item.minimum,
            maximum=item.maximum,
            places=0 if item.kind is Kind.INTEGER else item.places,
            max_length=_longest(item),
            level=level,
            next_row=next_row,
        )

    def faults(self, sections: tuple[SectionView, ...]) -> list[Fault]:
        """The error summary: faults at visible questions in order, then those that stand at no visible question."""
        shown = [Fault(row.field, s.link_id, row.text, row.error) for s in sections for row in s.rows if row.error]
        at = {fault.field for fault in shown}
        rest = [Fault(f, "", self.wording(f), text) for f, text in self.errors.items() if f not in at]
        return [*shown, *rest]

    def wording(self, field: str) -> Text:
        """The wording of a question that is not shown, if the form has it."""
        item = self.form.find(field.split(":")[0])
        return item.text if item else NO_TEXT
