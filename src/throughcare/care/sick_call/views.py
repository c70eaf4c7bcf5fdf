"""What sick call's pages show, as shapes for the components; no HTTP."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.urls import reverse

from throughcare.care.sick_call.desk_fields import VITALS, Fields
from throughcare.care.sick_call.models import CareRequest, NoShow
from throughcare.care.sick_call.reads import ACT_WITHIN, Desk, Line, Slot
from throughcare.care.sick_call.rule_table import load_protocols, load_table
from throughcare.chart import actions as chart
from throughcare.chart import forms
from throughcare.chart import reads as chart_reads
from throughcare.custody import reads as custody
from throughcare.kernel.errors import Invalid
from throughcare.kernel.fhir import LOINC
from throughcare.kernel.lens import Lens
from throughcare.people.reads import Card
from throughcare.ui import wording
from throughcare.ui.forms import id_of
from throughcare.ui.shapes import Action, ClockShape, DutyRow, FieldShape, Lane, Option

PRIORITY_KEYS = (
    ("e", "emergent", "Emergent"),
    ("u", "urgent", "Urgent"),
    ("r", "routine", "Routine"),
    ("m", "mental", "Mental health"),
    ("d", "dental", "Dental"),
    ("n", "non-clinical", "Not clinical"),
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a person's words; marked where it raised a red flag."""

    text: str
    mark: bool


def lanes(lines: Sequence[Line]) -> list[Lane]:
    """Put the open requests into the three lanes."""
    empty = {"now": "No request needs you now.", "shift": "No request waits.", "later": ""}
    found = {key: [_row(line) for line in lines if line.lane == key] for key in empty}
    return [Lane(key=key, rows=rows, empty=empty[key]) for key, rows in found.items() if rows or key == "now"]  # type: ignore[arg-type]


def _row(line: Line) -> DutyRow:
    row = line.request
    href = reverse("sick_call_request", kwargs={"person_id": row.person_id, "request_id": row.id})
    return DutyRow(
        who=line.who.name,
        what=line.what,
        clock=ClockShape(opened_at=row.received_at or row.submitted_at, due_at=line.due_at),
        place=line.who.speaks,
        action=Action("Open", href=href),
        href=href,
        note=type_words(row.kind),
        mark="; ".join(f["en"] for f in row.flags) if row.triaged_at is None else "",
        seed=line.who.seed,
        id=str(row.id),
    )


def desk(found: Desk, typed: Mapping[str, str], refused: Invalid | None = None) -> dict[str, Any]:
    """Give the page of one request."""
    row, names = found.request, {p.key: p.title.en for p in found.protocols}
    return {
        "row": row,
        "pieces": pieces(row.words, [span for flag in row.flags for span in flag["spans"]]),
        "flags": found.flags,
        "floor": found.floor,
        "repeat": found.repeat,
        "floor_words": wording.t(f"sick_call.priority.{found.floor.priority}"),
        "unresolved": [(names.get(u.complaint) or type_words(u.complaint), u.days) for u in found.unresolved],
        "earlier": [(r, names.get(r.complaint) or type_words(r.kind), state_words(r)) for r in found.earlier],
        "trends": _trends(found),
        "medicines": found.medicines,
        "protocols": found.likely or found.protocols,
        "protocol_names": found.protocols,
        "no_shows": [_said(one) for one in found.no_shows],
        "priorities": PRIORITY_KEYS,
        "fields": Fields(typed, refused),
        "free": found.free,
        "charged": load_table().copayment.charged,
        "kind_words": type_words(row.kind),
        "reasons": reasons("health", "en"),
        "clock": ClockShape(
            opened_at=row.received_at or row.submitted_at,
            due_at=_due(found),
            closed_at=row.closed_at,
        ),
    }


def _said(one: NoShow) -> tuple[Any, str, str]:
    known = load_table().no_shows.get(one.reason)
    words = known.text.en if known else one.reason
    return one.visit_at, wording.t(f"sick_call.said_by.{one.said_by}"), f"{words} {one.words}".strip()


def day(slots: Sequence[Slot]) -> dict[str, Any]:
    """Give the clinic's day as lines."""
    lines = [
        {"at": s.at, "free": s.free, "visits": [(r, who, about(r), state_words(r)) for r, who in s.visits]}
        for s in slots
    ]
    booked = sum(len(s.visits) for s in slots)
    return {"slots": lines, "booked": booked, "free": sum(max(0, s.free) for s in slots)}


def _due(found: Desk) -> Any:
    from throughcare.care.sick_call import rules

    row = found.request
    received = row.received_at or row.submitted_at
    if row.paged and row.triaged_at is None:
        return received + ACT_WITHIN
    promised = rules.promise(received, symptom=row.symptom, table=load_table())
    return promised.seen_by if row.triaged_at and promised.seen_by else promised.triaged_by


def _trends(found: Desk) -> list[tuple[str, str, list[float]]]:
    shown = []
    for code, word, _ in VITALS:
        rows = found.vitals.get(code)
        if rows:
            shown.append(
                (
                    wording.t(f"sick_call.{word}"),
                    chart_reads.shown(rows[-1]),
                    [float(r.value) for r in rows if r.value is not None],
                )
            )
    return shown


def pieces(words: str, spans: Sequence[Mapping[str, int]]) -> list[Piece]:
    """Cut a person's words where a red flag was found, so that the page can mark it without any markup in the words."""
    cut, at = [], 0
    for start, end in sorted((s["start"], s["end"]) for s in spans if s["end"] <= len(words)):
        if start < at:
            continue
        cut += [Piece(words[at:start], False), Piece(words[start:end], True)]
        at = end
    return [piece for piece in [*cut, Piece(words[at:], False)] if piece.text]


def measured(post: Any) -> list[chart.Measured]:
    """Read the vital signs of a visit; an empty box is none."""
    found = [_one(post, code, wording.t(f"sick_call.{word}"), unit) for code, word, unit in VITALS]
    upper, lower = _number(post.get("systolic", ""), "systolic"), _number(post.get("diastolic", ""), "diastolic")
    if (upper is None) is not (lower is None):
        raise Invalid("Write both values of the blood pressure.", fields={"systolic": "Write both values."})
    if upper is not None and lower is not None:
        parts = (chart.Part(LOINC, "8480-6", upper, "mm[Hg]"), chart.Part(LOINC, "8462-4", lower, "mm[Hg]"))
        found.append(chart.Measured(LOINC, "85354-9", "Blood pressure", parts=parts))
    return [one for one in found if one is not None]


def _one(post: Any, code: str, name: str, unit: str) -> chart.Measured | None:
    value = _number(post.get(f"v-{code}", ""), f"v-{code}")
    return None if value is None else chart.Measured(LOINC, code, name, value, unit)


def _number(text: str, field: str) -> Decimal | None:
    if not text.strip():
        return None
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not 0 <= value < 2000:
        raise Invalid("One of the measurements is not a number.", fields={field: "Write a number with a point."})
    return value


def log_form(typed: Mapping[str, Any], found: Sequence[Card], asked: str) -> dict[str, Any]:
    """Give the form for a paper slip or a spoken request."""
    form = forms.load("sick-call-request")
    types = [Option(o.code, o.text.en) for o in form.item("type").options]
    who = [Option(str(c.person_id), f"{c.name} · {c.number}") for c in found]
    return {
        "found": found,
        "fields": [
            FieldShape("person", "Who asks", "radio", typed.get("person", ""), options=who, required=True),
            FieldShape(
                "channel",
                "How it came",
                "radio",
                typed.get("channel", "paper"),
                options=(
                    Option("paper", "Paper slip"),
                    Option("verbal", "Said to staff"),
                    Option("staff", "Staff referral"),
                ),
                inline=True,
                required=True,
            ),
            FieldShape("type", "About", "select", typed.get("type", "sick"), options=types, required=True),
            FieldShape(
                "language",
                "Language",
                "radio",
                typed.get("language", "en"),
                options=(Option("en", "English"), Option("es", "Spanish")),
                inline=True,
                required=True,
            ),
            FieldShape("words", "The words, exactly", "textarea", typed.get("words", ""), required=True, rows=4),
            FieldShape("words_in_english", "In English", "textarea", typed.get("words_in_english", ""), rows=3),
            FieldShape("day", "Day on the slip", "date", typed.get("day", ""), width="s"),
            FieldShape("time", "Time on the slip", "time", typed.get("time", ""), width="xs"),
        ],
    }


def reasons(said_by: str, lang: str) -> list[Option]:
    """Give the reasons that this side may say."""
    rows = load_table().no_shows.values()
    return [Option(r.key, r.text.said(lang)) for r in rows if said_by in r.attested_by]


def type_words(kind: str) -> str:
    """Say what a request is about."""
    option = forms.load("sick-call-request").item("type").option(kind)
    return option.text.en if option else kind


def about(row: CareRequest) -> str:
    """Say what a request is about: the complaint that its words tell of, else its type."""
    named = {p.key: p.title.en for p in load_protocols()}
    return named.get(row.complaint) or type_words(row.kind)


def state_words(row: CareRequest) -> str:
    """Say where a request stands, and who saw the person."""
    seen = wording.t(f"sick_call.seen_as.{row.seen_as}") if row.seen_as else ""
    return ", ".join(part for part in (wording.t(f"sick_call.state.{row.state}"), seen) if part)


def place_name(lens: Lens, facility_id: UUID | None) -> str:
    """Name the facility on a sheet of paper."""
    return custody.facility(lens, facility_id).name if facility_id else "All facilities"


def chosen(text: str) -> UUID:
    """Read the id of who was chosen."""
    return id_of(text, Invalid("Choose who asks.", fields={"person": "Choose who asks."}))
