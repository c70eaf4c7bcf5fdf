"""Every reading of messages: counts without anybody in them, the board, and one message explained field by field."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q

from throughcare.chart.models import Order
from throughcare.custody.reads import facilities
from throughcare.exchange import policy
from throughcare.exchange.hl7v2 import facts, where
from throughcare.exchange.hl7v2.field_names import SEGMENTS, name_of
from throughcare.exchange.hl7v2.holding import REASONS
from throughcare.exchange.hl7v2.parse import parse
from throughcare.exchange.hl7v2.rules import person_of, place_of, title_of
from throughcare.exchange.hl7v2.sexes import sex_of
from throughcare.exchange.hl7v2.wire import Segment
from throughcare.exchange.models import STATUSES, Imported, Message
from throughcare.exchange.shapes import (
    Board,
    BoardRow,
    CorrectionRow,
    Counts,
    FacilityChoice,
    FieldRow,
    FileRow,
    MessageView,
    SegmentRow,
)
from throughcare.kernel import clock
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb
from throughcare.people.family import family

PAGE = 50
_LONGEST_SHOWN = 400


def counts(lens: Lens, *, since: timedelta | None = None) -> Counts:
    """Count messages by what became of them; for whoever watches the machine as well."""
    rows = Message.objects.all()
    if since is not None:
        rows = rows.filter(received_at__gte=clock.now() - since)
    found = dict(rows.values_list("status").annotate(n=Count("id")).order_by())
    last = Message.objects.order_by("-received_at").values_list("received_at", flat=True).first()
    held = Message.objects.filter(status="held").order_by("received_at").values_list("received_at", flat=True).first()
    return Counts(sum(found.values()), {status: found.get(status, 0) for status in STATUSES}, last, held)


def board(lens: Lens, *, show: str = "held", before: datetime | None = None) -> Board:
    """Give the messages of one status, those that wait longest first, else the newest first."""
    lens.require(Verb.READ, DataClass.DEMOGRAPHICS)
    rows = policy.visible(lens).exclude(asks="") if show == "asking" else policy.visible(lens).filter(status=show)
    held = show in ("held", "asking")
    if before is not None:
        rows = rows.filter(received_at__gt=before) if held else rows.filter(received_at__lt=before)
    found = list(rows.order_by("received_at" if held else "-received_at")[: PAGE + 1])
    shown = found[:PAGE]
    return Board([_row(one, _said(one)) for one in shown], shown[-1].received_at if len(found) > PAGE else None)


def message(lens: Lens, message_id: UUID) -> MessageView:
    """Give one message with each field named and each problem at its place."""
    lens.require(Verb.READ, DataClass.DEMOGRAPHICS)
    row = policy.visible(lens).filter(id=message_id).first()
    if row is None:
        raise NotFound("There is no such message on your board.")
    said = _said(row)
    problems = [_problem(one) for one in row.problems]
    who = said.person
    names = who.names if who else ()
    corrections = [
        CorrectionRow(one.n, one.by, one.at, one.why, _text(bytes(one.raw), said))
        for one in row.corrections.order_by("n")
    ]
    return MessageView(
        row=_row(row, said),
        hold=row.hold,
        answer=row.answer,
        control_id=row.control_id,
        says=_says(said),
        segments=sorted(
            (_segment(one, row.problems) for one in said.segments[:200]), key=lambda one: one.name == "MSH"
        ),
        problems=problems,
        place_code=where.code(place_of(said)) if row.hold == "unknown_place" else "",
        facilities=[FacilityChoice(one.id, one.short_name) for one in facilities(lens, open_only=True)],
        may_register=bool(row.status == "held" and names and not said.merges),
        settled_at=row.settled_at,
        settled_by=row.settled_by,
        why=row.why,
        family=names[0].family if names else "",
        version=row.version,
        text=corrections[-1].text if corrections else _text(bytes(row.raw or b""), said),
        corrections=corrections,
        left=list(row.left),
        asks=row.asks,
    )


def codec_of(lens: Lens, message_id: UUID) -> str:
    """Give the codec in which a message came, so that a correction is written in the same."""
    row = policy.visible(lens).filter(id=message_id).first()
    header = _said(row).header if row is not None else None
    return header.codec if header else "utf-8"


def _text(raw: bytes, said: facts.Message) -> str:
    """Write a message's segments one a line, for somebody to correct."""
    codec = said.header.codec if said.header else "utf-8"
    return "\n".join(raw.decode(codec, "replace").replace("\n", "").split("\r")).strip()


def files(lens: Lens, *, before: datetime | None = None) -> tuple[list[FileRow], datetime | None]:
    """Give files of the file door, newest first, and where the next page begins."""
    lens.require(Verb.READ, DataClass.DEMOGRAPHICS)
    rows = Imported.objects.defer("raw").order_by("-received_at")
    if before is not None:
        rows = rows.filter(received_at__lt=before)
    found = list(rows[: PAGE + 1])
    shown = found[:PAGE]
    return [_file(one) for one in shown], shown[-1].received_at if len(found) > PAGE else None


_UNFINISHED = "Kept, and not read to its end. Where its import was stopped, import the file again: it goes on."


def _file(row: Imported) -> FileRow:
    by_reason: dict[str, list[str]] = {}
    for kind_and_reason, count in sorted(row.left.items()):
        kind, _, reason = kind_and_reason.partition(": ")
        by_reason.setdefault(reason or "kept", []).append(f"{count} {kind}")
    return FileRow(
        id=row.id,
        name=row.name,
        kind=_KINDS.get(row.kind, row.kind),
        received_at=row.received_at,
        understood=", ".join(f"{count} {what}" for what, count in sorted(row.understood.items())),
        left=[(reason, ", ".join(kinds)) for reason, kinds in by_reason.items()],
        problems=row.problems[:10] if row.finished_at else [_UNFINISHED],
    )


_KINDS = {"fhir": "FHIR", "ndjson": "FHIR, bulk export", "roster": "Custody roster", "unknown": "Not recognised"}


def by_tab(lens: Lens) -> dict[str, int]:
    """Count what each tab of this reader's board holds."""
    rows = policy.visible(lens)
    found = dict(rows.values_list("status").annotate(n=Count("id")).order_by())
    return {**found, "asking": rows.exclude(asks="").count()}


def open_orders(lens: Lens, message_id: UUID) -> list[tuple[UUID, str]]:
    """Give the open orders of the person whom an applied message is about, to say which one it answers."""
    lens.require(Verb.READ, DataClass.CLINICAL)
    row = policy.visible(lens).filter(id=message_id).exclude(person=None).first()
    if row is None or row.person_id is None:
        return []
    rows = Order.objects.filter(person_id__in=family(row.person_id), status="active", kind__in=("lab", "test"))
    return [(one.id, f"{one.text}, {one.recorded_at:%-d %b}") for one in rows.order_by("-recorded_at")[:30]]


def waiting(lens: Lens) -> int:
    """Count what waits on this reader's board."""
    return policy.visible(lens).filter(Q(status="held")).count()


def _said(row: Message) -> facts.Message:
    return parse(bytes(row.raw or b""))


def _row(row: Message, said: facts.Message) -> BoardRow:
    who, place = person_of(said), place_of(said)
    name = who.names[0] if who and who.names else None
    return BoardRow(
        id=row.id,
        received_at=row.received_at,
        happened_at=row.happened_at,
        what=title_of(row.trigger) or "Not a message",
        who=", ".join(part for part in (name.family, *name.given[:1]) if part) if name else "",
        number=who.identifiers[0].value if who and who.identifiers else "",
        place=", ".join(part for part in (place.facility, place.unit, place.cell) if part) if place else "",
        status=row.status,
        reason=REASONS.get(row.hold, "") or {"AE": "Not understandable", "AR": "Not for this door"}.get(row.answer, ""),
        sentence=row.sentence,
        sender=row.sender.replace("@", ", ").strip(", "),
        person_id=row.person_id,
    )


def _says(said: facts.Message) -> list[tuple[str, str]]:
    """What the message says, in words; only what it says."""
    who, visit, merge = person_of(said), said.visit, next(iter(said.merges), None)
    name = who.names[0] if who and who.names else None
    told = [
        ("Name", ", ".join(filter(None, (name.family, " ".join(name.given)))) if name else ""),
        ("Goes by", name.called if name else ""),
        ("Numbers", ", ".join(one.value for one in who.identifiers[:5]) if who else ""),
        ("Gives up", ", ".join(one.value for one in merge.identifiers[:5]) if merge else ""),
        ("Born", who.birth.day.strftime("%-d %b %Y") if who and who.birth else ""),
        ("Sex", sex_of(who.sex) or who.sex if who else ""),
        ("Language", who.language.label if who and who.language else ""),
        ("Where", _place(visit.place) if visit else ""),
        ("Before", _place(visit.prior_place) if visit else ""),
        ("Booking", visit.number if visit else ""),
        ("Legal status", said.custody.legal_status),
        *[("Note", note.text) for note in said.notes[:5]],
    ]
    return [(title, text[:_LONGEST_SHOWN]) for title, text in told if text]


def _place(place: facts.Place) -> str:
    return ", ".join(part for part in (place.facility, place.unit, place.cell, place.bed) if part)


def _segment(segment: Segment, problems: Sequence[dict[str, object]]) -> SegmentRow:
    wrong = {
        problem["field"]: problem
        for problem in problems
        if problem["segment"] == segment.name and problem["row"] == segment.row
    }
    rows = []
    for number in range(1, len(segment.fields)):
        problem, raw = wrong.get(number), segment.raw(number)
        if raw or problem:
            rows.append(_field(segment, number, raw, problem))
    missing = [number for number in wrong if isinstance(number, int) and number >= len(segment.fields)]
    rows += [_field(segment, number, "", wrong[number]) for number in sorted(missing)]
    return SegmentRow(segment.name, SEGMENTS.get(segment.name, "Other"), rows)


def _field(segment: Segment, number: int, raw: str, problem: dict[str, object] | None) -> FieldRow:
    text = raw if len(raw) <= _LONGEST_SHOWN else f"{raw[:_LONGEST_SHOWN]}…"
    sentence = str(problem["sentence"]) if problem else ""
    place = f"{segment.name}-{number}"
    return FieldRow(place, name_of(segment.name, number), text, sentence, bool(problem and problem["stops"]))


def _problem(problem: dict[str, object]) -> FieldRow:
    segment, number = str(problem["segment"]), problem["field"]
    place = f"{segment}-{number}" if number else segment
    name = name_of(segment, number) if isinstance(number, int) else SEGMENTS.get(segment, segment)
    return FieldRow(place, name, "", str(problem["sentence"]), bool(problem["stops"]))
