"""What the watch's pages draw, as shapes for the components; no HTTP, no queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.urls import reverse

from throughcare.care.mental_health.models import SelfHarmEvent, Watch, WatchCheck, WatchObserver
from throughcare.care.mental_health.reads.board import Line
from throughcare.care.mental_health.reads.person import Owed, Page
from throughcare.care.mental_health.rule_table import load_table
from throughcare.custody.reads import AlertLine
from throughcare.kernel import clock
from throughcare.people.reads import Card
from throughcare.ui.clockface import span_words
from throughcare.ui.shapes import Action, AlertSentence, ClockShape, DutyRow, FieldShape, Option
from throughcare.ui.wording import t

Typed = Mapping[str, str]
BADGE = "TCDOOR:"
STRIP = timedelta(hours=8)
WIDTH, HEIGHT = 960, 64
QUESTIONS = ("1", "2", "3", "4", "5", "6")


@dataclass(frozen=True, slots=True)
class RoundLine:
    """One person of the round, as a phone shows it."""

    id: UUID
    seed: str
    name: str
    place: str
    out: str
    constant: bool
    rests: bool
    observer: str
    mine: bool
    next_at: datetime
    alarm_at: datetime
    clock: ClockShape


@dataclass(frozen=True, slots=True)
class RoundOne:
    """The person whose door one stands at: what to do, what they may have, and who stood here before."""

    line: RoundLine
    number: str
    sentences: list[AlertSentence]
    given: list[str]
    watched: list[str]
    taken: list[str]
    out_of_cell: str


def door_code(text: str) -> str:
    """Give the code of a badge or of a thumb, as the tags hold it."""
    return text.strip().upper().removeprefix(BADGE).replace(" ", "").replace("-", "")[:20]


def hhmm(at: datetime) -> str:
    """Say the time on the wall, with the seconds that a round is counted by."""
    return clock.local(at).strftime("%H:%M:%S")


def short_name(who: Card) -> str:
    """Say a name as a phone at a door does."""
    given = who.used_name or who.given
    return f"{given} {who.family_name[:1]}." if given else who.family_name


def round_line(line: Line, reader: UUID) -> RoundLine:
    """Draw one line of the round."""
    row, where = line.watch, line.where
    return RoundLine(
        id=row.id,
        seed=line.who.seed,
        name=short_name(line.who),
        place=line.place,
        out=where.words.rpartition(", ")[2] if where and where.away else "",
        constant=row.level == "constant",
        rests=row.rests_since is not None,
        observer=line.observer.observer.partition(" (")[0] if line.observer else "",
        mine=line.observer is not None and line.observer.observer_id == reader,
        next_at=line.turn,
        alarm_at=line.alarm_at,
        clock=clock_of(line),
    )


def clock_of(line: Line) -> ClockShape:
    """Draw the clock of a line: since when nobody looked, until the limit."""
    row = line.watch
    opened = line.observer.since if line.observer and row.level == "constant" else row.last_seen_at
    return ClockShape(opened_at=min(opened, line.due_at), due_at=line.due_at, soon_at=min(line.turn, line.due_at))


def round_one(line: Line, reader: UUID, alerts: Sequence[AlertLine]) -> RoundOne:
    """Draw the person whose door one stands at."""
    table, row = load_table(), line.watch
    by: dict[str, list[str]] = {"yes": [], "watched": [], "no": []}
    for key, item in table.items.items():
        given = row.property.get(key)
        if given in by and not (given == "no" and item.stands_in):
            by[given].append(item.text)
    return RoundOne(
        line=round_line(line, reader),
        number=line.who.number,
        sentences=[AlertSentence(a.do, a.first_aid, a.call, a.until, a.urgent) for a in alerts],
        given=by["yes"],
        watched=by["watched"],
        taken=by["no"],
        out_of_cell=table.out_of_cell[row.out_of_cell].text,
    )


def board_rows(lines: Sequence[Line]) -> list[DutyRow]:
    """Draw the watch board: worst first, each with its clock."""
    return [_board_row(line) for line in lines]


def _board_row(line: Line) -> DutyRow:
    row = line.watch
    href = reverse("watch", kwargs={"person_id": row.person_id})
    level = t(f"watch.level.{row.level}")
    if row.rests_since:
        what = t("watch.rests", level=level)
    elif row.level == "constant":
        what = (
            t("watch.in_place", level=level, who=line.observer.observer)
            if line.observer
            else t("watch.nobody", level=level)
        )
    else:
        what = t("watch.next", level=level, at=line.turn.astimezone(clock.local(line.turn).tzinfo).strftime("%H:%M"))
    notes = [t("watch.preliminary")] if row.state == "preliminary" else []
    notes += [t("watch.findings_open", n=line.findings)] if line.findings else []
    return DutyRow(
        who=line.who.name,
        what=what,
        clock=clock_of(line),
        place=line.where.words if line.where else "",
        action=Action(t("watch.open"), href=href),
        href=href,
        note=" · ".join(notes),
        seed=line.who.seed,
        id=str(row.id),
    )


def owed_rows(found: Sequence[Owed]) -> list[DutyRow]:
    """Draw what waits for a professional."""
    rows = []
    for one in found:
        person_id = one.who.person_id
        href = reverse("watch", kwargs={"person_id": person_id})
        anchor = "#assess" if one.watch else "#follow-up" if one.follow_up else "#events"
        rows.append(
            DutyRow(
                who=one.who.name,
                what=t(f"watch.owed.{one.what}"),
                clock=ClockShape(opened_at=min(one.since, one.due_at), due_at=one.due_at),
                place=t(f"watch.level.{one.watch.level}") if one.watch else "",
                action=Action(
                    t(f"watch.do.{'assess' if one.watch else 'see' if one.follow_up else 'class'}"), href=href + anchor
                ),
                href=href + anchor,
                seed=one.who.seed,
                id=str((one.watch or one.follow_up or one.event or one.who.person_id).id)  # type: ignore[union-attr]
                if (one.watch or one.follow_up or one.event)
                else str(person_id),
            )
        )
    return rows


# --- the strip: rounds with their intervals drawn ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mark:
    """One check on the strip."""

    x: int
    title: str
    proven: bool


@dataclass(frozen=True, slots=True)
class Interval:
    """The time between two checks: its bar is as high as it was long; past the line it is a violation."""

    x: int
    width: int
    height: int
    over: bool
    title: str


@dataclass(frozen=True, slots=True)
class Strip:
    """The last hours of checks: marks, the intervals between them, the limit's line, and hours below."""

    width: int
    height: int
    limit: int
    marks: list[Mark]
    intervals: list[Interval]
    hours: list[tuple[int, str]]
    says: str


def strip(page: Page) -> Strip | None:
    """Draw the last hours of a staggered watch; the longest interval is the title."""
    row = page.watch
    if row is None:
        return None
    until = row.ended_at or clock.now()
    since = max(until - STRIP, row.started_at)
    checks = sorted((c for c in page.checks if c.at >= since), key=lambda c: c.at)
    if not checks:
        return None
    span = max((until - since).total_seconds(), 60)

    def at(moment: datetime) -> int:
        return round((moment - since).total_seconds() / span * WIDTH)

    limit = load_table().rounds.limit
    scale = HEIGHT / (2 * limit.total_seconds())
    points = [since if since == row.started_at else checks[0].at, *(c.at for c in checks)]
    intervals = [
        Interval(
            at(a),
            max(at(b) - at(a) - 1, 1),
            min(round((b - a).total_seconds() * scale), HEIGHT),
            b - a > limit,
            f"{_minutes(b - a)}",
        )
        for a, b in pairwise(points)
        if b > a
    ]
    longest = max((b - a for a, b in pairwise(points)), default=timedelta())
    hours = []
    hour = clock.local(since).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    while hour <= until:
        hours.append((at(hour), hour.strftime("%H:%M")))
        hour += timedelta(hours=1)
    says = t("watch.strip", n=len(checks), longest=_minutes(longest), limit=_minutes(limit))
    marks = [Mark(at(c.at), f"{hhmm(c.at)} {behaviour(c)}", c.proof != "none") for c in checks]
    return Strip(WIDTH, HEIGHT, round(HEIGHT - limit.total_seconds() * scale), marks, intervals, hours, says)


def behaviour(check: WatchCheck) -> str:
    """Say what was seen."""
    known = load_table().behaviours.get(check.behaviour)
    return known.text if known else check.behaviour


def checks(page: Page, limit: int = 40) -> list[tuple[WatchCheck, str, str]]:
    """Give the last checks with what was seen and how long after the one before."""
    rows = page.checks[: limit + 1]
    after = [*(_minutes(a.at - b.at) for a, b in pairwise(rows)), ""][: len(rows)]
    return [(c, behaviour(c), gap) for c, gap in zip(rows, after, strict=True)][:limit]


def posts(rows: Sequence[WatchObserver]) -> list[tuple[WatchObserver, str]]:
    """Give the observers with how long each stayed."""
    return [(p, span_words((p.until or clock.now()) - p.since, t)) for p in rows]


def _minutes(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    return f"{seconds // 60}:{seconds % 60:02d}"


# --- forms ------------------------------------------------------------------------------------------------------------------


def start_fields(typed: Typed, wrong: Typed) -> list[FieldShape]:
    """Give what is asked to begin a watch: the level, why, and whether the person is kept alone."""
    levels = [Option(level, t(f"watch.level.{level}"), t(f"watch.hint.{level}")) for level in ("constant", "staggered")]
    return [
        _field(typed, wrong, "level", "radio", required=True, options=levels),
        _field(typed, wrong, "why", "textarea", required=True, rows=3, hint=t("watch.hint.why")),
        _field(typed, wrong, "alone", "checks", options=[Option("yes", t("watch.alone_yes"))]),
    ]


def order_fields(row: Watch, typed: Typed, wrong: Typed) -> list[FieldShape]:
    """Give the order item by item, as it stands."""
    table = load_table()
    given = [Option(v, t(f"watch.given.{v}")) for v in ("yes", "watched", "no")]
    items = [
        FieldShape(
            name=f"item-{key}",
            label=item.text,
            kind="radio",
            options=given,
            inline=True,
            value=typed.get(f"item-{key}", row.property.get(key, "no")),
            required=True,
        )
        for key, item in table.items.items()
    ]
    outs = [Option(k, w.text) for k, w in table.out_of_cell.items()]
    return [
        *items,
        _field(typed, wrong, "out_of_cell", "radio", options=outs, value=row.out_of_cell, required=True),
        _many("supplements", {k: w.text for k, w in table.supplements.items()}, row.supplements),
        _many("room_safe", {k: w.text for k, w in table.room.items()}, row.room_safe),
        _field(
            {},
            wrong,
            "alone",
            "checks",
            options=[Option("yes", t("watch.alone_yes"))],
            value=["yes"] if row.alone else [],
        ),
    ]


def cssrs_fields(typed: Typed, wrong: Typed, prefix: str = "cssrs-") -> list[FieldShape]:
    """Give the questions since last contact; a question that is not called for may stay open."""
    yes_no = [Option("yes", t("watch.yes")), Option("no", t("watch.no"))]
    return [
        FieldShape(
            name=f"{prefix}{n}",
            label=t(f"watch.cssrs.{n}"),
            kind="radio",
            options=yes_no,
            inline=True,
            value=typed.get(f"{prefix}{n}", ""),
            error=wrong.get(f"cssrs-{n}", ""),
            required=n in ("1", "2", "6"),
            quiet=n not in ("1", "2", "6"),
        )
        for n in QUESTIONS
    ]


def assess_fields(row: Watch, typed: Typed, wrong: Typed) -> list[FieldShape]:
    """Give the formulation and the decision."""
    choices = ["keep", "raise" if row.level == "staggered" else "lower", "end"]
    decisions = [Option(d, t(f"watch.decision.{d}", level=t(f"watch.level.{row.level}"))) for d in choices]
    return [
        _field(typed, wrong, "formulation", "textarea", required=True, rows=4),
        _field(typed, wrong, "risk_factors", "textarea", rows=2, quiet=True),
        _field(typed, wrong, "protective", "textarea", rows=2, quiet=True),
        _field(typed, wrong, "changes", "textarea", rows=2, quiet=True),
        _field(typed, wrong, "decision", "radio", required=True, options=decisions),
        _field(typed, wrong, "why", "textarea", rows=2, quiet=True, hint=t("watch.hint.why_level")),
    ]


def plan_fields(page: Page, typed: Typed, wrong: Typed) -> list[FieldShape]:
    """Give the six parts of the safety plan, as the one in force has them."""
    known = page.plan.parts if page.plan else {}
    return [
        FieldShape(
            name=f"plan-{key}",
            label=part.text,
            kind="textarea",
            rows=2,
            hint=part.hint,
            quiet=True,
            value=typed.get(f"plan-{key}", known.get(key, "")),
            error=wrong.get(f"plan-{key}", ""),
        )
        for key, part in load_table().plan.items()
    ]


def plan_parts(page: Page) -> list[tuple[str, str]]:
    """Give the plan in force, part by part."""
    if page.plan is None:
        return []
    return [
        (part.text, page.plan.parts.get(key, "")) for key, part in load_table().plan.items() if page.plan.parts.get(key)
    ]


def event_fields(event: SelfHarmEvent, typed: Typed, wrong: Typed) -> list[FieldShape]:
    """Give what is asked to class an act; several acts stand on one page, each with its own names."""
    table, mark = load_table(), mark_of(event.id)
    classes = [Option(k, w.text) for k, w in table.event_classes.items()]
    return [
        FieldShape(
            f"{mark}-kind",
            t("watch.field.kind"),
            "radio",
            typed.get(f"{mark}-kind", ""),
            options=classes,
            required=True,
            error=wrong.get("kind", "") if f"{mark}-review" in typed else "",
        ),
        _many(f"{mark}-steps", {k: w.text for k, w in table.event_steps.items()}, event.steps, word="steps"),
        FieldShape(
            f"{mark}-review", t("watch.field.review"), "textarea", typed.get(f"{mark}-review", ""), rows=2, quiet=True
        ),
    ]


def mark_of(event_id: UUID) -> str:
    """Give what the names of an act's fields begin with."""
    return f"e{event_id.hex[-8:]}"


def harm_fields(typed: Typed, wrong: Typed) -> list[FieldShape]:
    """Give what is asked when an act is recorded."""
    steps = {k: w.text for k, w in load_table().event_steps.items()}
    words = FieldShape(
        "harm_words",
        t("watch.field.words"),
        "textarea",
        value=typed.get("harm_words", ""),
        error=wrong.get("words", ""),
        required=True,
        rows=3,
    )
    return [words, _many("harm_steps", steps, [], word="steps")]


def property_words(row: Watch) -> list[tuple[str, str]]:
    """Give the order item by item in words."""
    words = []
    for key, item in load_table().items.items():
        given = row.property.get(key, "no")
        words.append(
            (item.text, t("watch.given.unneeded" if given == "no" and item.stands_in else f"watch.given.{given}"))
        )
    return words


def words_of(table: str, keys: Sequence[str]) -> list[str]:
    """Give the words of some choices of one list."""
    known: Mapping[str, Any] = getattr(load_table(), table)
    return [known[k].text for k in keys if k in known]


def class_words() -> dict[str, str]:
    """Give the classes of acts in words."""
    return {key: word.text for key, word in load_table().event_classes.items()}


def answers_in(posted: Typed, prefix: str = "cssrs-") -> dict[str, bool]:
    """Read the answers that a page sent; what was not answered is absent."""
    return {n: posted[f"{prefix}{n}"] == "yes" for n in QUESTIONS if posted.get(f"{prefix}{n}") in ("yes", "no")}


def _many(name: str, options: Mapping[str, str], chosen: Sequence[str], word: str = "") -> FieldShape:
    return FieldShape(
        name=name,
        label=t(f"watch.field.{word or name}"),
        kind="checks",
        options=[Option(k, words) for k, words in options.items()],
        value=list(chosen),
        quiet=True,
    )


def _field(typed: Typed, wrong: Typed, name: str, kind: str = "text", **more: Any) -> FieldShape:
    value = typed.get(name, more.pop("value", ""))
    return FieldShape(
        name=name,
        label=t(f"watch.field.{name}"),
        kind=kind,  # type: ignore[arg-type]
        value=value,
        error=wrong.get(name, ""),
        **more,
    )
