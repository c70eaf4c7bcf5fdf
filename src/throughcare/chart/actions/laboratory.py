"""Results as a laboratory sends them: early, final, corrected, cancelled; the same report is one report, in versions.

A correction is a new version of what it corrects. Where it changes what somebody reviewed, or makes worse what nobody has
reviewed yet, the review is owed again, by the clock of its new urgency (LAB-01).
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from throughcare.access.labels import class_of
from throughcare.chart import fhir, resulting
from throughcare.chart import models as m
from throughcare.chart.actions.keeping import keep, mine, recorded, report, tell_changed
from throughcare.chart.actions.observations import Measured, row_of
from throughcare.chart.actions.results import answer_order
from throughcare.chart.events import ResultAfterRelease, ResultReceived, ResultSuperseded
from throughcare.chart.states import TAKEN_BACK
from throughcare.custody.models import Placement
from throughcare.kernel import clock, db
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Stale
from throughcare.kernel.events import emit
from throughcare.kernel.fhir import Json
from throughcare.kernel.ids import uuid7
from throughcare.kernel.rows import flush, insert
from throughcare.kernel.vocabulary import DataClass
from throughcare.people.family import families, family

FINISHED = frozenset({"final", "amended", "corrected"})
# Where a report stands; an earlier stage never takes the place of a later one. What is said later of a finished one counts,
# whatever it calls itself: laboratories add tests to a corrected report as final ones.
STAGE = {
    "registered": 0, "preliminary": 1, "final": 2, "amended": 2, "corrected": 2, "cancelled": 2, "entered-in-error": 2,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a laboratory's report: what was measured, where it stands, and what the laboratory calls the line."""

    key: str
    measured: Measured
    status: str = "final"


@dataclass(frozen=True, slots=True)
class Told:
    """One report as a laboratory tells it. `source` and `filler` say which report it is, to whoever corrects it."""

    source: str
    filler: str
    text: str
    status: str
    said_at: datetime
    effective_at: datetime
    system: str = ""
    code: str = ""
    lines: tuple[Line, ...] = ()
    words: str = ""
    specimen: str = ""
    said: str = "normal"
    by_lines: bool = False
    """True where nothing but its lines says that it is cancelled."""
    judged: bool = True
    data_class: DataClass = DataClass.RESULT
    order_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a report: `new`, `changed`, `same` or `older`, and which one it is."""

    report_id: UUID
    outcome: str
    urgency: str


@action("chart.take_report")
def take_report(*, actor: Actor, intent: UUID | None = None, person_id: UUID, told: Told) -> Taken:
    """Chart what a laboratory tells of one report, once: a repeat changes nothing, a correction makes a new version.

    In whatever order its messages come, it ends as what was said last of each line; what is told late is not lost.
    """
    if _takes_back(told):
        lines = [one if one.status in TAKEN_BACK else replace(one, status="cancelled") for one in told.lines]
        told = replace(told, lines=tuple(lines))
    known = _known(person_id, told)
    return _first(actor, person_id, told) if known is None else _again(actor, known, told)


def _takes_back(told: Told) -> bool:
    """Tell whether the laboratory takes the whole report back, and not only some of its lines."""
    return told.status == "cancelled" and not told.by_lines


def _known(person_id: UUID, told: Told) -> m.Report | None:
    if not told.filler:
        return None
    ahead = db.known(_question(told.source, told.filler))
    if ahead is not None:
        own = family(person_id)
        alike = (one for one in ahead if one.code == told.code and (told.code or one.text == told.text))
        return next((one for one in alike if one.person_id in own and one.status != "entered-in-error"), None)
    flush(m.Report)
    same = m.Report.objects.select_for_update().filter(source=told.source, filler=told.filler, code=told.code)
    same = same if told.code else same.filter(text=told.text)
    return same.filter(person_id__in=family(person_id)).exclude(status="entered-in-error").order_by("id").first()


def _first(actor: Actor, person_id: UUID, told: Told) -> Taken:
    urgency = _urgency(told.status, told)
    facility, housed = _where(person_id)
    row = m.Report(
        id=uuid7(),
        person_id=person_id,
        text=told.text,
        system=told.system,
        code=told.code,
        order_id=told.order_id,
        status=told.status,
        urgency=urgency,
        words=told.words,
        source=told.source,
        filler=told.filler,
        said_at=told.said_at,
        taken_back_at=told.said_at if _takes_back(told) else None,
        specimen=told.specimen,
        judged=told.judged,
        effective_at=told.effective_at,
        data_class=class_of([(told.system, told.code)], told.data_class).value,
        facility_id=facility,
        **recorded(actor),
    )
    insert([row])
    ahead = db.known(_question(told.source, told.filler))
    if ahead is not None:
        ahead.append(row)
    rendered = _add(actor, row, told.lines, told.said_at)
    keep(row, row.effective_at, body=report(row, rendered))
    _end_order(actor, row)
    _tell(row, housed=housed)
    return Taken(row.id, "new", urgency)


def _again(actor: Actor, row: m.Report, told: Told) -> Taken:
    """Bring a report in line with what is told of it now."""
    flush(m.Report, m.Observation)  # it may have come a moment ago, with others
    before, late = row.urgency, _is_late(told, row)
    taken_back = _taken_back(row, told)
    lines = _lines(row, told, taken_back, corrects=row.status in FINISHED)
    shell = _late(row, told, lines) if late else _newest(row, told, lines)
    shell |= {"order_id": row.order_id or told.order_id, "taken_back_at": taken_back}
    differs = any(getattr(row, name) != value for name, value in shell.items())
    if not (lines.changed or lines.fresh or differs):
        return Taken(row.id, "older" if late else "same", before)
    shell["said_at"] = row.said_at if late else told.said_at
    shell["urgency"] = _urgency(str(shell["status"]), told, lines)
    # What is told late and changes no line (which order it answers, what it was taken from) asks for no second look.
    anew = not late or bool(lines.changed or lines.fresh)
    reviewed = row.reviewed_at is not None and anew
    if reviewed:
        shell |= _review_set_aside(row)
    row.bump(**shell)
    for line in lines.changed:
        keep(line, line.effective_at)
    tell_changed(lines.changed)
    _add(actor, row, lines.fresh, told.said_at)
    keep(row, row.effective_at)
    _end_order(actor, row)
    rises = resulting.URGENCY.index(row.urgency) > resulting.URGENCY.index(before)
    if reviewed or rises:
        emit(
            ResultSuperseded(happened_at=clock.now(), person_id=row.person_id, facility_id=row.facility_id, ref=row.id)
        )
    facility, housed = _where(row.person_id)
    row.facility_id = facility or row.facility_id
    if anew:
        _tell(row, housed=housed)
    return Taken(row.id, "changed", row.urgency)


def _is_late(told: Told, row: m.Report) -> bool:
    """Tell whether a report is known by later words, or at a later stage, than what is told now."""
    return (STAGE[told.status], told.said_at) < (STAGE[row.status], row.said_at or told.said_at)


def _taken_back(row: m.Report, told: Told) -> datetime | None:
    """Give when the laboratory last took the whole report back: what any line said before then no longer stands."""
    if not _takes_back(told):
        return row.taken_back_at
    return max(told.said_at, row.taken_back_at or told.said_at)


def _newest(row: m.Report, told: Told, lines: "_Lines") -> dict[str, object]:
    """Give what a report says of itself by the newest that is told of it."""
    status = told.status
    if status == "cancelled" and told.by_lines and lines.standing:
        status = "corrected"  # some of its lines were taken back; what was not told again still stands
    if row.status in {*FINISHED, "cancelled"} and status == "final" and (lines.changed or lines.fresh):
        status = "corrected"  # a final report that says something else is a correction, whatever it calls itself
    # What is taken back stays readable: who read it may have acted on it.
    words = told.words or (row.words if status == "cancelled" else "")
    return {
        "words": words,
        "specimen": told.specimen or row.specimen,
        "judged": told.judged,
        "status": _later(row.status, status),
    }


def _late(row: m.Report, told: Told, lines: "_Lines") -> dict[str, object]:
    """Give what a report says of itself when something older is told of it: what its newest left unsaid, no more."""
    status = row.status
    stands = bool(lines.standing) or any(one.status not in TAKEN_BACK for one in lines.fresh)
    differs = lines.differed or lines.changed or lines.fresh
    if told.status in FINISHED and ((status == "final" and differs) or (status == "cancelled" and stands)):
        status = "corrected"
    return {
        "words": row.words or (told.words if row.status == "cancelled" else ""),
        "specimen": row.specimen or told.specimen,
        "judged": row.judged and (told.judged or not lines.fresh),
        "status": status,
    }


def _review_set_aside(row: m.Report) -> dict[str, object]:
    """Keep the review of what the report said before beside it, and ask for a new one."""
    past = {
        "at": row.reviewed_at.isoformat() if row.reviewed_at else "",
        "by": row.reviewed_by,
        "plan": row.plan,
        "words": row.plan_words,
        "urgency": row.urgency,
    }
    unread = {"reviewed_at": None, "reviewed_by": "", "plan": "", "plan_words": ""}
    return {**unread, "told_at": None, "told_by": "", "told_how": "", "earlier": [*row.earlier, past]}


@dataclass(frozen=True, slots=True)
class _Lines:
    """What a telling does to a report's lines, and which of the others stand; `differed`: it said later something else."""

    changed: list[m.Observation]
    fresh: list[Line]
    standing: list[m.Observation]
    differed: bool


def _lines(row: m.Report, told: Told, taken_back: datetime | None, *, corrects: bool) -> _Lines:
    """Change the lines that say something else now; one that is known by later words stays as it is."""
    known = {o.line: o for o in m.Observation.objects.select_for_update().filter(report_id=row.id)}
    changed: dict[UUID, m.Observation] = {}
    fresh, differed = [], False
    for line in told.lines:
        old = known.get(line.key)
        if old is None:
            is_over = taken_back is not None and told.said_at < taken_back and line.status not in TAKEN_BACK
            fresh.append(replace(line, status="cancelled") if is_over else line)
        elif (STAGE[line.status], told.said_at) < (STAGE[old.status], old.said_at or row.said_at or told.said_at):
            differed |= line.status in FINISHED and _says_else(old, line)
        elif _restated(old, line, told.said_at, corrects=corrects):
            changed[old.id] = old
    for old in known.values() if _takes_back(told) else ():
        if old.status not in TAKEN_BACK and (old.said_at or row.said_at or told.said_at) <= told.said_at:
            old.bump(status="cancelled", said_at=told.said_at)
            changed[old.id] = old
    standing = [one for one in known.values() if one.status not in TAKEN_BACK]
    return _Lines(list(changed.values()), fresh, standing, differed)


def _says_else(old: m.Observation, line: Line) -> bool:
    return any(getattr(old, name) != value for name, value in resulting.columns(line.measured).items())


def _restated(old: m.Observation, line: Line, said_at: datetime, *, corrects: bool) -> bool:
    """Let a line say what is told of it now; tell whether that is anything else."""
    said_else, status = _says_else(old, line), line.status
    if status == "final" and (old.status in TAKEN_BACK or (said_else and corrects)):
        status = "corrected"
    if not said_else and (old.status == status or (old.status in FINISHED and status in FINISHED)):
        return False
    was = resulting.said_before(old) if said_else and corrects else old.was
    old.bump(**resulting.columns(line.measured), status=status, was=was, said_at=said_at)
    return True


def _add(actor: Actor, row: m.Report, lines: Sequence[Line], said_at: datetime) -> dict[UUID, Json]:
    """Add lines to a report; give how each is rendered."""
    rows = []
    for line in lines:
        made = row_of(actor, row.person_id, line.measured, report_id=row.id, status=line.status)
        made.line, made.facility_id, made.said_at = line.key, row.facility_id, said_at
        rows.append(made)
    insert(rows)
    rendered = {one.id: fhir.observation(one) for one in rows}
    for one in rows:
        keep(one, one.effective_at, body=rendered[one.id])
    tell_changed(rows)
    return rendered


def _later(before: str, now: str) -> str:
    return before if before in FINISHED and now == "final" else now


def _urgency(status: str, told: Told, lines: _Lines | None = None) -> str:
    """A report is as urgent as its worst line that stands, whoever told it when.

    One that was cancelled is never normal: somebody must order again.
    """
    if status == "cancelled":
        return "abnormal"
    fresh = told.lines if lines is None else lines.fresh
    said = [one.measured.interpretation for one in fresh if one.status not in TAKEN_BACK]
    return resulting.urgency_of([*said, *(one.interpretation for one in (lines.standing if lines else ()))], told.said)


def _end_order(actor: Actor, row: m.Report) -> None:
    if row.status not in FINISHED or row.order_id is None:
        return
    answer_order(actor, row)


def _where(person_id: UUID) -> tuple[UUID | None, bool]:
    """Give the facility where the person is, else was last, and whether they are in custody."""
    ahead = db.known(("placed", person_id))
    return ahead if ahead is not None else _placed({person_id: family(person_id)})[person_id]


def _placed(families: Mapping[UUID, Iterable[UUID]]) -> dict[UUID, tuple[UUID | None, bool]]:
    every = {one for own in families.values() for one in own}
    placed = Placement.objects.filter(person_id__in=every, cancelled=False).order_by("-since")
    stays: dict[UUID, list[tuple[datetime, UUID, bool]]] = {}
    for who, facility, since, until in placed.values_list("person_id", "facility_id", "since", "until"):
        stays.setdefault(who, []).append((since, facility, until is None))
    found = {}
    for who, own in families.items():
        mine = sorted((stay for one in own for stay in stays.get(one, ())), key=lambda stay: stay[0], reverse=True)
        here = next((facility for _, facility, open_ in mine if open_), None)
        found[who] = (here or next((facility for _, facility, _ in mine), None), here is not None)
    return found


def _question(source: str, filler: str) -> Hashable:
    return "reports", source, filler


def results_ahead(people: Iterable[UUID], reports: Iterable[tuple[str, str]]) -> dict[Hashable, Any]:
    """Ask once what `take_report` asks for each of these people, and for each report by its sender and number.

    The answers are for `db.knowing`; reports that are taken in meanwhile are added to them.
    """
    asked = list(people)
    own = families(asked)
    kin = {one: frozenset(own.get(one, ())) | {one} for one in asked}
    numbers = {one for one in reports if one[1]}
    known: dict[Hashable, Any] = {_question(*one): [] for one in numbers}
    same = m.Report.objects.select_for_update().filter(
        source__in={source for source, _ in numbers}, filler__in={filler for _, filler in numbers}
    )
    for row in same.order_by("id") if numbers else ():
        known.get(_question(row.source, row.filler), []).append(row)
    known |= {("family", one): {one: tuple(kin[one])} for one in asked}
    return known | {("placed", one): stay for one, stay in _placed(kin).items()}


def _tell(row: m.Report, *, housed: bool) -> None:
    """Tell the clock: what is finished, or not normal, must be reviewed; an early normal one waits for the final."""
    if row.status in ("registered", "preliminary") and row.urgency == "normal":
        return
    kinds: tuple[type[ResultReceived], ...] = (ResultReceived,) if housed else (ResultReceived, ResultAfterRelease)
    for kind in kinds:
        emit(
            kind(
                happened_at=clock.now(),
                person_id=row.person_id,
                facility_id=row.facility_id,
                ref=row.id,
                urgency=row.urgency,
            )
        )


@action("chart.link_order")
def link_order(*, actor: Actor, intent: UUID | None = None, person_id: UUID, report_id: UUID, order_id: UUID) -> None:
    """Say which order a result answers that came without one; the order is done where the result is finished."""
    row = mine(m.Report, report_id, person_id, what="result")
    order = mine(m.Order, order_id, person_id, what="order")
    if row.order_id is not None:
        raise Stale("This result answers an order already. Nothing was changed.")
    row.bump(order_id=order.id)
    keep(row, row.effective_at)
    _end_order(actor, row)
