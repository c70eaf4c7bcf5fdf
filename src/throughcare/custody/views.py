"""From custody's rows to the shapes that pages draw."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from django.urls import reverse

from throughcare.access import doors
from throughcare.custody import reads, wording
from throughcare.custody.reads import (
    AlertLine,
    Board,
    BoardLine,
    FacilityRow,
    FoundPerson,
    Movement,
    RosterRow,
    StayRow,
    Whereabouts,
)
from throughcare.kernel import clock
from throughcare.kernel.lens import Lens
from throughcare.people.reads import Card
from throughcare.ui.shapes import AlertSentence, BannerShape, BoardRow, Cell, Column, TableShape

CONFIDENCE = {"likely": "likely", "uncertain": "uncertain"}


def person_page(lens: Lens) -> str:
    """Name the page that a person's name leads to: the chart for who may open charts, custody's line for the others.

    Who opens a chart only by a consent or a sample on record for that person finds most of them closed.
    """
    chart = doors.page("chart")
    opens = chart is not None and chart.policy.allows(lens)
    return "chart" if chart and opens and all(lens.may(*need) for need in chart.policy.needs) else "custody_person"


def sites(facilities: Iterable[FacilityRow], *, without: UUID | None = None) -> list[tuple[str, str]]:
    """Give open facilities as choices."""
    return [(str(f.id), f.short_name) for f in facilities if f.closed_on is None and f.id != without]


def alert(line: AlertLine) -> AlertSentence:
    """Draw one thing to do."""
    return AlertSentence(line.do, line.first_aid, line.call, line.until, line.urgent)


def banner(card: Card, where: Whereabouts | None, alerts: Sequence[AlertLine]) -> BannerShape:
    """Draw the banner of custody's pages: who, where, what to do; nothing clinical is even asked for."""
    return BannerShape(
        seed=card.seed,
        name=card.name,
        number=card.number,
        age=card.age,
        place=where.words if where else "Not in custody here",
        used_name=card.used_name,
        going_to=where.going_to if where else "",
        going_at=where.next_at if where else None,
        allergies_state="hidden",
        alerts=[alert(a) for a in alerts],
        language=card.speaks,
        href=reverse("custody_person", kwargs={"person_id": card.person_id}),
    )


def wall(board: Board, at: datetime) -> list[BoardRow]:
    """Draw the board for a wall that others can see: places and orders, no names."""
    rows = [
        BoardRow(
            place=r.unit or "All units",
            sentence="Lockdown. Nobody moves.",
            detail=f"since {r.started_at.astimezone(at.tzinfo):%H:%M}",
            urgent=True,
        )
        for r in board.lockdowns
    ]
    for line in board.lines:
        for a in line.alerts:
            rows.append(BoardRow(line.place, a.do, " ".join(p for p in (a.first_aid, a.call) if p), urgent=a.urgent))
        for m in line.moves:
            rows.append(BoardRow(line.place, f"{m.at.astimezone(at.tzinfo):%H:%M} {m.sentence}"))
        if line.out:
            rows.append(BoardRow(line.place, line.out))
    return rows


def roster(rows: Sequence[RosterRow], page: str) -> TableShape:
    """Draw a roster."""
    return TableShape(
        "People here",
        [
            Column("Person"),
            Column("Number"),
            Column("Cell"),
            Column("Age", numeric=True),
            Column("Now"),
            Column("Next"),
        ],
        [
            [
                Cell(r.who.name, href=reverse(page, kwargs={"person_id": r.who.person_id})),
                r.who.number,
                Cell(
                    r.where.cell or r.where.unit or "–",
                    note="" if r.where.confirmed or not r.where.bed else "bed not settled",
                ),
                str(r.who.age) if r.who.age is not None else "–",
                Cell(reads.AWAY_WORDS[r.where.away].capitalize(), note=r.where.away_place) if r.where.away else "Here",
                Cell(r.where.going_to, note=_moment(r.where.next_at, r.where.zone)) if r.where.next_at else "",
            ]
            for r in rows
        ],
        empty="Nobody is housed here now.",
        caption_hidden=True,
    )


def movements(caption: str, rows: Sequence[Movement], empty: str, zone: str, page: str, place: str = "") -> TableShape:
    """Draw one list of comings or goings; `place` names the column of the other place, where there is one."""
    other = [Column(place)] if place else []
    return TableShape(
        caption,
        [Column("Person"), Column("When"), Column("What"), *other, Column("Now")],
        [
            [
                Cell(
                    m.who.name,
                    href=reverse(page, kwargs={"person_id": m.who.person_id}),
                    note=m.who.number,
                ),
                _moment(m.at, zone),
                Cell(m.kind, note=CONFIDENCE.get(m.confidence, "")),
                *([m.place or "–"] if place else []),
                m.cell or "–",
            ]
            for m in rows
        ],
        empty=empty,
    )


def leaving(lines: Sequence[BoardLine], zone: str, page: str) -> TableShape:
    """Draw who must be ready when, and who is out."""
    rows: list[tuple[datetime | None, list[Cell | str]]] = []
    for line in lines:
        who = Cell(line.name, href=reverse(page, kwargs={"person_id": line.person_id}))
        rows += [(m.at, [line.place, who, _moment(m.at, zone), m.sentence]) for m in line.moves]
        if line.out:
            back = f"back {_moment(line.expected_back, zone)}" if line.expected_back else "–"
            rows.append((line.expected_back, [line.place, who, back, line.out]))
    ordered = sorted((r for r in rows if r[0]), key=lambda r: str(r[0])) + [r for r in rows if not r[0]]
    return TableShape(
        "Ready, and out",
        [Column("Cell"), Column("Person"), Column("When"), Column("What")],
        [cells for _, cells in ordered],
        empty="Nobody leaves in the next 18 hours, and nobody is out.",
    )


def moves(stay: StayRow, zone: str) -> TableShape:
    """Draw the moves of one stay, newest first; what was taken back says so."""
    ended = f"{stay.ended_at:%d %b %Y}" if stay.ended_at else "today"
    back = ", taken back" if stay.state == "cancelled" else ""
    return TableShape(
        f"{stay.admitted_at:%d %b %Y} to {ended}{back}",
        [Column("When"), Column("Move"), Column("Place"), Column("Told by")],
        [
            [
                _moment(m.at, zone),
                Cell(m.words, note="taken back" if m.cancelled_at else "", meaning=""),
                m.destination or "–",
                m.source,
            ]
            for m in stay.moves
        ],
    )


def found(rows: Sequence[FoundPerson], page: str) -> TableShape:
    """Draw what a search found."""
    return TableShape(
        "Found",
        [Column("Person"), Column("Number"), Column("Age", numeric=True), Column("Where")],
        [
            [
                Cell(
                    r.who.name,
                    href=reverse(page, kwargs={"person_id": r.who.person_id}),
                    note=f"goes by {r.who.used_name}" if r.who.used_name else "",
                ),
                r.who.number,
                str(r.who.age) if r.who.age is not None else "–",
                r.where.words if r.where else "Not in custody",
            ]
            for r in rows
        ],
        empty="Nobody found. Try fewer letters, a number, or a cell such as A-114.",
        caption_hidden=True,
    )


def facilities(rows: Sequence[FacilityRow]) -> TableShape:
    """Draw the agency's sites."""
    return TableShape(
        "Facilities",
        [
            Column("Facility"),
            Column("Town"),
            Column("Kind"),
            Column("Security"),
            Column("People", numeric=True),
            Column("Capacity", numeric=True),
            Column("Codes"),
            Column("Open"),
        ],
        [
            [
                Cell(f.short_name, href=reverse("custody_place", kwargs={"facility_id": f.id})),
                f.town or "–",
                f.kind,
                f.level or "–",
                "–" if f.people is None else str(f.people),
                "–" if f.capacity is None else str(f.capacity),
                ", ".join(c for c in f.codes if c != f.code) or "–",
                _closed(f.closed_on),
            ]
            for f in rows
        ],
        caption_hidden=True,
    )


def units(rows: Sequence[reads.UnitRow]) -> TableShape:
    """Draw a site's units."""
    return TableShape(
        "Units",
        [Column("Unit"), Column("Code"), Column("Beds", numeric=True), Column("People", numeric=True)],
        [[u.name, u.code, str(u.beds), str(u.people)] for u in rows],
        empty="No unit is on record here.",
    )


def _closed(day: date | None) -> str:
    """Say when a site was closed; the first of January stands for a year of which no more is known."""
    if day is None:
        return "open"
    return f"closed {day:%Y}" if (day.month, day.day) == (1, 1) else f"closed {day:%d %b %Y}"


def _moment(at: datetime | None, zone: str) -> str:
    if at is None:
        return ""
    there = clock.local(at, zone)
    time = f"{there:%H:%M}"
    return time if there.date() == clock.local(clock.now(), zone).date() else f"{wording.moment(at, zone)} {time}"
