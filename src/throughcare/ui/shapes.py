"""Plain shapes that rooms fill and components draw; they carry words and times, never rows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

Tone = Literal["plain", "main", "danger", "quiet"]
Meaning = Literal["", "harm", "shift", "done", "accent"]
FieldKind = Literal[
    "text",
    "number",
    "date",
    "time",
    "datetime",
    "textarea",
    "radio",
    "checks",
    "select",
    "check",
    "search",
    "password",
    "hidden",
    "yes_no_unable",
]


@dataclass(frozen=True, slots=True)
class ClockShape:
    """What a clock needs: when it opened, when it is due, and how it ended, if it has."""

    opened_at: datetime
    due_at: datetime
    closed_at: datetime | None = None
    outcome: str = ""
    """Empty or `done` for done; else `refused`, `excused`, `converted` or `void`."""
    soon_at: datetime | None = None
    """When it turns amber; left out, the last hour or the last quarter (at most 12 h) does."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a person can do here: a verb, and where it goes."""

    label: str
    href: str = ""
    method: Literal["get", "post"] = "get"
    tone: Tone = "plain"
    key: str = ""
    """One letter that does it from the keyboard."""
    name: str = ""
    value: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class DutyLine:
    """Another duty of the same person that must stand in sight: what, and by when in words."""

    what: str
    when: str
    href: str
    late: bool = False


@dataclass(frozen=True, slots=True)
class DutyRow:
    """Who, what, the clock, and one action."""

    who: str
    what: str
    clock: ClockShape
    place: str = ""
    action: Action | None = None
    href: str = ""
    note: str = ""
    seed: str = ""
    """Draws the small avatar; empty draws none."""
    mark: str = ""
    """A few words that must stand out, e.g. a red-flag word of a request."""
    id: str = ""
    also: Sequence[DutyLine] = ()
    """What else is due now for the same person: each with its own time, none folded into a number."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One of the three lanes with its rows, or the words that stand in an empty one."""

    key: Literal["now", "shift", "later"]
    rows: Sequence[DutyRow] = ()
    empty: str = ""
    """What comes next, e.g. "Nothing now. 14:00: insulin, 6 people"."""
    count: int | None = None
    """Shown when it is more than the rows given."""
    summary: str = ""
    more: Action | None = None


@dataclass(frozen=True, slots=True)
class Chip:
    """A short label; its meaning has a shape as well as a colour."""

    text: str
    meaning: Meaning = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class AlertSentence:
    """What custody or a colleague must do, said as an order, with whom to call and until when."""

    do: str
    first_aid: str = ""
    call: str = ""
    until: datetime | None = None
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class BannerShape:
    """The person this page is about, as the banner shows them."""

    seed: str
    name: str
    number: str
    age: int | None
    place: str
    used_name: str = ""
    """The name the person goes by, when it is not in `name`."""
    pronouns: str = ""
    going_to: str = ""
    going_at: datetime | None = None
    allergies: Sequence[str] = ()
    allergies_said: Sequence[str] = ()
    """Said today, in answers that are not signed yet."""
    allergies_state: Literal["known", "none_known", "said_none", "not_asked", "hidden"] = "known"
    alerts: Sequence[AlertSentence] = ()
    language: str = ""
    """Empty for English; else e.g. "Spanish, interpreter needed"."""
    watch: str = ""
    chips: Sequence[Chip] = ()
    href: str = ""
    photo: str = ""
    """Address of a photo; empty draws the avatar."""
    live: str = ""
    """Address that gives this banner as it is by then; empty for one that stands still."""

    @property
    def mark(self) -> str:
        """Tell this banner from every other one: the page says it when it asks whether something changed."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose."""

    value: str
    label: str
    hint: str = ""
    disabled: bool = False
    key: str = ""
    """The one key that chooses it, where questions are answered by keyboard."""
    exclusive: bool = False
    """It stands alone: "none of these"."""


@dataclass(frozen=True, slots=True)
class FieldShape:
    """One question with its answer so far, its hint and its error."""

    name: str
    label: str
    kind: FieldKind = "text"
    value: str | Sequence[str] = ""
    hint: str = ""
    error: str = ""
    options: Sequence[Option] = ()
    required: bool = False
    unit: str = ""
    width: Literal["", "xs", "s", "m", "full"] = ""
    autocomplete: str = "off"
    inputmode: str = ""
    minimum: str = ""
    maximum: str = ""
    step: str = ""
    max_length: int | None = None
    places: int | None = None
    """Only for `number`: decimal places; a box that can hold no more then moves on by itself."""
    rows: int = 4
    placeholder: str = ""
    readonly: bool = False
    inline: bool = False
    quiet: bool = False
    """Optional, and plainly so: the label need not say it."""
    autofocus: bool = False
    unable_reason: str = ""
    """Only for `yes_no_unable`: the reason typed or chosen when unable."""

    @property
    def id(self) -> str:
        """The id of the control in the page."""
        return f"f-{self.name}"

    @property
    def values(self) -> frozenset[str]:
        """The chosen values, whether one or several were given."""
        return frozenset([self.value] if isinstance(self.value, str) else self.value)


@dataclass(frozen=True, slots=True)
class FieldError:
    """One line of the error summary; it links to the field."""

    name: str
    message: str


@dataclass(frozen=True, slots=True)
class Column:
    """A table heading; numbers stand right."""

    title: str
    numeric: bool = False
    hidden: bool = False
    """The heading is read aloud but not shown (a column of actions)."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell that is more than plain text."""

    text: str
    href: str = ""
    meaning: Meaning = ""
    note: str = ""
    clock: ClockShape | None = None
    action: Action | None = None


@dataclass(frozen=True, slots=True)
class TableShape:
    """A list with real headers; the first column names the row."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell | str]]
    empty: str = ""
    caption_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """One step or tab of a longer page."""

    title: str
    href: str
    state: Literal["open", "current", "done", "attention"] = "open"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """The pages of one subject of a record, under the word by which somebody looks for them."""

    title: str
    pages: Sequence[Section]

    @property
    def current(self) -> bool:
        """Say whether the page shown is one of them."""
        return any(page.state == "current" for page in self.pages)

    @property
    def word(self) -> str:
        """Give what stands in the bar: a page that is alone goes by its own name."""
        return self.title if len(self.pages) > 1 else self.pages[0].title


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One measured value."""

    at: datetime | date
    value: float
    text: str = ""
    """How it was written, e.g. "7.20"; empty uses the number."""


@dataclass(frozen=True, slots=True)
class TrendShape:
    """One question, drawn; the title is the answer."""

    title: str
    points: Sequence[TrendPoint]
    unit: str = ""
    goal_low: float | None = None
    goal_high: float | None = None
    goal_text: str = ""
    name: str = ""
    """The value's own name, for the table ("A1c")."""
    download: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """One version in a fact's history."""

    number: int
    at: datetime
    actor: str
    did: str
    role: str = ""
    reason: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that an answer or an action set going."""

    at: datetime
    what: str
    detail: str = ""
    meaning: Meaning = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One field of two versions side by side."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class KeyHint:
    """A key and what it does on this page."""

    key: str
    does: str


@dataclass(frozen=True, slots=True)
class NavItem:
    """A place: in the bar at its `rank`, or at rank 0 in the menu of all places only, under its `group`."""

    label: str
    href: str
    current: bool = False
    count: int | None = None
    group: str = ""
    rank: int = 1


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at the page, and from where."""

    name: str = ""
    role_title: str = ""
    facility_name: str = ""
    agency_name: str = ""
    shift: str = ""
    shift_opened_at: datetime | None = None
    shift_closes_at: datetime | None = None
    colleagues: int = 0
    signed_in: bool = False
    switch_href: str = ""
    account_href: str = ""
    search_href: str = ""
    home_href: str = "/"
    call_href: str = ""
    """Where an emergency is called; empty where this reader calls none."""
    alarms: Sequence[Action] = ()
    """Emergencies that run here now: a line of words, and where it leads."""


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody a visitor of the demonstration can be."""

    seed: str
    title: str
    place: str
    sentence: str
    value: str = ""
    href: str = ""
    urgent: bool = False
    clock: ClockShape | None = None


@dataclass(frozen=True, slots=True)
class SignPanel:
    """What signing does, said before it is done; blocked while something needs an answer."""

    verb: str
    closes: Sequence[str] = ()
    opens: Sequence[str] = ()
    blocked: Sequence[Action] = ()
    href: str = ""
    name: str = "sign"
    value: str = "yes"
    later: Action | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Toast:
    """One line about what just happened, with the way back."""

    message: str
    undo: Action | None = None
    meaning: Meaning = "done"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long piece of work is."""

    label: str
    done: int
    total: int
    seconds_left: int | None = None


@dataclass(frozen=True, slots=True)
class PageKeys:
    """The way through a list that is paged by key; one that isn't in order of time goes further and back to its top."""

    shown: int
    older: str = ""
    newer: str = ""
    noun: str = ""
    by_time: bool = True


@dataclass(frozen=True, slots=True)
class PrintNote:
    """What stands at the top and the foot of a printed sheet."""

    title: str
    as_of: datetime
    facility: str
    url: str = ""
    """Address drawn as a QR code; leave empty where that is not safe."""
    printed_by: str = ""
    keep: str = ""
    """How long it may be used and how it is destroyed."""


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One line of the wall display."""

    place: str
    sentence: str
    detail: str = ""
    person: str = ""
    clock: ClockShape | None = None
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class KioskButton:
    """One large choice at the kiosk."""

    label: str
    href: str = ""
    hint: str = ""
    icon: Literal["ask", "pills", "tooth", "mind", "results", "calendar", "help", "list", ""] = ""
    urgent: bool = False
    value: str = ""


@dataclass(frozen=True, slots=True)
class SignIn:
    """The sign-in card."""

    action: str
    title: str
    fields: Sequence[FieldShape] = ()
    verb: str = ""
    error: str = ""
    others: Sequence[Action] = field(default_factory=tuple)
