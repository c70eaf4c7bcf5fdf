"""What runs in the workspace and what signals, and one project with its turns; each through a lens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from throughcare.insight.improvement import series, states
from throughcare.insight.improvement.models import Cycle, Meeting, Project
from throughcare.insight.improvement.policy import READERS
from throughcare.insight.improvement.reads.charts import RECENT, chart
from throughcare.insight.improvement.reads.places import within
from throughcare.insight.measures import definitions
from throughcare.insight.measures.definitions import Definition
from throughcare.insight.sources import titles_here
from throughcare.kernel import clock, db
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens


@dataclass(frozen=True, slots=True)
class Signalled:
    """A measure whose last months say something that chance hardly does, and on which side."""

    measure: Definition
    label: str
    signal: str
    good: bool
    value: float


@dataclass(frozen=True, slots=True)
class Running:
    """A project with the turn it is in, and whether it has gone past its day."""

    project: Project
    cycle: Cycle | None
    place: str
    measure: str
    due: date  # the next day that is owed: of the turn that is open, or of the whole
    overdue: bool


@dataclass(frozen=True, slots=True)
class Workspace:
    """What runs, what was learned, what the charts say, which meetings were held."""

    running: list[Running]
    concluded: list[Running]
    signals: list[Signalled]
    until: date
    meetings: list[tuple[Meeting, str]]
    measures: list[Definition]
    places: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ProjectPage:
    """One project with its turns, its meeting points with the chart, and what can be done next."""

    project: Project
    cycles: list[Cycle]
    place: str
    measure: Definition | None


def workspace(lens: Lens) -> Workspace:
    """Give the workspace as far as this reader's places go."""
    READERS.require(lens)
    with_numbers = series.measures(lens)
    with db.reading(lens):
        titles = titles_here(lens)
        projects = list(within(lens, Project.objects.all()).order_by("due_on", "id")[:200])
        last = {c.project_id: c for c in Cycle.objects.filter(project__in=projects).order_by("number")}
        meetings = list(within(lens, Meeting.objects.all(), whole=False).order_by("-held_on", "-id")[:8])
    known = {m.id: m for m, _ in with_numbers}
    rows = [_running(p, last.get(p.id), titles, known) for p in projects]
    signals = [s for m, one in with_numbers if (s := _signal(m, one)) is not None]
    signals.sort(key=lambda s: (s.good, s.measure.id))
    return Workspace(
        # what is overdue stands first, the longest before the rest
        sorted((r for r in rows if r.project.state == "open"), key=lambda r: (r.due, str(r.project.id))),
        sorted(
            (r for r in rows if r.project.state != "open"),
            key=lambda r: (r.project.due_on, str(r.project.id)),
            reverse=True,
        ),
        signals,
        with_numbers[0][1].until if with_numbers else clock.today(),
        [(m, titles.get(str(m.facility_id), "")) for m in meetings],
        list(known.values()),
        sorted(titles.items(), key=lambda t: t[1]),
    )


def project(lens: Lens, id: UUID) -> ProjectPage:
    """Give one project; one of a facility that is not the reader's is not found."""
    READERS.require(lens)
    with db.reading(lens):
        row = within(lens, Project.objects.filter(id=id)).first()
        if row is None:
            raise NotFound("There is no such project.")
        cycles = list(row.cycles.order_by("number"))
    return ProjectPage(
        row, cycles, titles_here(lens).get(str(row.facility_id), ""), definitions.find(row.measure, clock.today())
    )


def _signal(measure: Definition, found: series.Series) -> Signalled | None:
    shown = chart(measure, found.by_month(), set(), timed=False)
    if shown.kind == "run":
        return None  # of so few months nothing is called news
    news = [v for v in shown.values[-RECENT:] if v.signals]
    if not news or news[-1].value is None or news[-1].centre is None:
        return None
    last = news[-1]
    assert last.value is not None and last.centre is not None  # noqa: S101
    if measure.better == "none":
        return None  # where neither way is better, nothing is called better or worse
    good = (last.value > last.centre) == (measure.better == "higher")
    return Signalled(measure, last.label, last.signals[0], good, last.value)


def _running(project: Project, cycle: Cycle | None, titles: dict[str, str], known: dict[str, Definition]) -> Running:
    measure = known.get(project.measure)
    owed = cycle is not None and cycle.state in states.OWED
    due = min(project.due_on, cycle.due_on) if cycle is not None and owed else project.due_on
    place = titles.get(str(project.facility_id), "")
    return Running(project, cycle, place, measure.title if measure else project.measure, due, due < clock.today())
