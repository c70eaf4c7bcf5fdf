"""The binder of standards: for each, the rules in force, what the record shows of them in a year, meetings and projects, and what
is to be put in by hand. Nobody is named in it: it holds counts of the service and the words of the rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from throughcare.duties import clock_table
from throughcare.duties.reference import limit_words
from throughcare.duties.rule import Rule
from throughcare.insight import sources
from throughcare.insight.improvement import series
from throughcare.insight.improvement.models import Meeting, Project
from throughcare.insight.improvement.policy import BINDER
from throughcare.insight.measures.definitions import Definition
from throughcare.insight.measures.statistics import Estimate
from throughcare.insight.numbers import Number
from throughcare.insight.resources import reads as resources
from throughcare.kernel import clock, content, db
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens
from throughcare.ui import wording

FILE = "improvement/standards.toml"
YEAR = 12


@dataclass(frozen=True, slots=True)
class Clause:
    """One rule of the clock table that answers a standard."""

    id: str
    title: str
    obligation: str
    limits: str
    owner: str
    version: str
    since: date
    source: str
    provisional: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """What the record shows of one measure in a year: its number with base and interval, and of how many it is not yet known."""

    measure: Definition
    number: Number
    estimate: Estimate | None


@dataclass(frozen=True, slots=True)
class Standard:
    """One standard's section."""

    id: str
    title: str
    asks: str
    clauses: list[Clause]
    shown: list[Shown]
    meetings: list[tuple[Meeting, str]]
    projects: list[Project]
    escorts: tuple[int, int, int] | None
    papers: list[str]


@dataclass(frozen=True, slots=True)
class Binder:
    """The whole binder: its sections, over which months, of which state of the record, from which version of the list."""

    standards: list[Standard]
    months: tuple[str, ...]
    until: date
    version: str
    made_at: datetime


def binder(lens: Lens, only: str = "") -> Binder:
    """Give the binder, or one section of it, over the places that this reader has."""
    BINDER.require(lens)
    rows = [r for r in content.rows(FILE, "standard") if not only or r["id"] == only]
    if not rows:
        raise NotFound("There is no such standard in the binder.")
    numbers = {m.id: (m, s) for m, s in series.measures(lens)}
    until = next((s.until for _, s in numbers.values()), clock.today())
    months = next((s.months[-YEAR:] for _, s in numbers.values()), ())
    with db.reading(lens):
        meetings = (
            Meeting.objects.all()
            if lens.facilities is None
            else Meeting.objects.filter(facility_id__in=lens.facilities)
        )
        held = list(meetings.filter(held_on__gte=_year_before(until)).order_by("-held_on")[:200])
        projects = list(Project.objects.filter(started_at__date__gte=_year_before(until)).order_by("-started_at")[:100])
    if lens.facilities is not None:
        projects = [p for p in projects if p.facility_id is None or p.facility_id in lens.facilities]
    titles = sources.titles(lens)
    told = [(m, titles.get(str(m.facility_id), "")) for m in held]
    escorts = _escorts(lens) if any(r.get("escorts") for r in rows) else None
    standards = [_standard(r, numbers, months, told, projects, escorts) for r in rows]
    return Binder(standards, months, until, str(content.load(FILE)["version"]), clock.now())


def agency() -> str:
    """Name the agency, as its list of places does."""
    return str(content.load("places/connecticut.toml").get("agency", {}).get("name", ""))


def _standard(
    row: Mapping[str, Any],
    numbers: Mapping[str, tuple[Definition, series.Series]],
    months: tuple[str, ...],
    meetings: list[tuple[Meeting, str]],
    projects: list[Project],
    escorts: tuple[int, int, int] | None,
) -> Standard:
    rules = _rules(row)
    wanted = [*(f"T-{r.id}" for r in rules), *row.get("measures", ())]
    shown = [_shown(*numbers[m], months) for m in dict.fromkeys(wanted) if m in numbers]
    lang = wording.language()
    kinds = row.get("meetings", ())
    return Standard(
        str(row["id"]),
        row["title"][lang],
        row["asks"][lang],
        [_clause(r) for r in rules],
        shown,
        [(m, p) for m, p in meetings if m.kind in kinds],
        projects if row.get("projects") else [p for p in projects if p.measure in wanted],
        escorts if row.get("escorts") else None,
        [str(p) for p in row.get("papers", ())],
    )


def _rules(row: Mapping[str, Any]) -> list[Rule]:
    known = clock_table.rules(clock.today())
    prefixes = tuple(row.get("prefix", ()))
    named = [known[id_] for id_ in row.get("rules", ()) if id_ in known]
    return named + [r for id_, r in known.items() if prefixes and id_.startswith(prefixes)]


def _clause(rule: Rule) -> Clause:
    return Clause(
        rule.id,
        rule.title,
        rule.obligation,
        "; ".join(limit_words(limit) for limit in rule.limits) or "–",
        rule.owner,
        rule.version,
        rule.effective_from,
        "; ".join(rule.source),
        rule.provisional or rule.default,
    )


def _shown(measure: Definition, found: series.Series, months: tuple[str, ...]) -> Shown:
    number = found.over(months)
    return Shown(measure, number, number.estimate(measure))


def _escorts(lens: Lens) -> tuple[int, int, int] | None:
    sites = resources.visits(lens)
    return (sum(s[0] for s in sites), sum(s[1] for s in sites), sum(s[2] for s in sites)) if sites else None


def _year_before(day: date) -> date:
    return date(day.year - 1, day.month, 1)
