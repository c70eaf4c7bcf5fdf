"""What a person reads of their own chart at the kiosk: results that somebody reviewed, problems in plain words, allergies."""

from dataclasses import dataclass
from uuid import UUID

from throughcare.chart import inbox, reads, resulting
from throughcare.chart import models as m
from throughcare.chart.plain_words import plain
from throughcare.chart.policy import sight
from throughcare.chart.states import TAKEN_BACK
from throughcare.kernel import db
from throughcare.kernel.lens import Lens


@dataclass(frozen=True, slots=True)
class OwnLine:
    """One value of a result: what was measured, what was found, its usual range, how it compares (a key of `own.results`)."""

    text: str
    found: str
    usual: str
    compared: str


@dataclass(frozen=True, slots=True)
class OwnResult:
    """One reviewed result; its lines stay away until it is told, or where it is normal and a letter goes."""

    report: m.Report
    title: str
    open: bool
    lines: list[OwnLine]


@dataclass(frozen=True, slots=True)
class OwnHealth:
    """Problems in plain words, how many more stand in a clinician's own words, and allergies."""

    problems: list[str]
    unsaid: int
    allergies: list[str]
    asked: bool


def own_results(lens: Lens, person_id: UUID, lang: str) -> list[OwnResult]:
    """Give a person's own results that a clinician reviewed, newest first; two queries more however many there are."""
    rows = [r for r in inbox.reports(lens, [person_id]) if r.reviewed_at is not None and not r.outside]
    shown = [r.id for r in rows if resulting.stands_open(r.plan, r.told_at is not None)]
    lines: dict[UUID | None, list[OwnLine]] = {}
    with db.reading(lens):
        seen = m.Observation.objects.filter(sight(lens, [person_id]).rows_whole("Observation"), report_id__in=shown)
        for row in seen.exclude(status__in=TAKEN_BACK).order_by("id"):
            lines.setdefault(row.report_id, []).append(_line(row, lang))
    return [OwnResult(r, plain(r.text, lang), r.id in shown, lines.get(r.id, [])) for r in rows]


def own_health(lens: Lens, person_id: UUID, lang: str) -> OwnHealth:
    """Give a person's own problems, as far as their summary goes, and allergies."""
    seen, rows = reads.problems(lens, [person_id])
    said = [reads.words_of(seen, row) for row in rows if row.status == "active"]
    known = reads.allergies(lens, [person_id])
    return OwnHealth(
        problems=list(dict.fromkeys(plain(words, lang) for words in said if words != reads.UNSAID)),
        unsaid=said.count(reads.UNSAID),
        allergies=[a.text for a in known if not a.none_known],
        asked=bool(known),
    )


def _line(row: m.Observation, lang: str) -> OwnLine:
    usual = row.reference_range
    return OwnLine(plain(row.text, lang), reads.shown(row), usual, resulting.COMPARED.get(row.interpretation, ""))
