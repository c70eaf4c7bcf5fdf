"""How a person takes their medicines, through a lens: 30 and 90 days, the person's misses and the system's apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from throughcare.care.medications import states, taking
from throughcare.care.medications.models import MedicationOrder
from throughcare.care.medications.rules.adherence import Rate
from throughcare.care.medications.rules.finding import Finding
from throughcare.care.medications.rules.statuses import Counts
from throughcare.kernel import clock, db
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb

SPANS = (30, 90)


@dataclass(frozen=True, slots=True)
class MedicineTaken:
    """One medicine as it was taken: rates of both spans, or how often it was asked for; what a prescriber should know."""

    order: MedicationOrder
    live: bool
    month: Rate
    quarter: Rate
    misses: list[tuple[datetime, Counts]]
    as_needed: bool
    asked: tuple[int, int]
    days: tuple[int, int]
    helped: tuple[int, int]
    findings: list[Finding]


def person(lens: Lens, people: Sequence[UUID], zone: ZoneInfo) -> list[MedicineTaken]:
    """Give every medicine of 90 days: those with something to know first, then those in force, then by name."""
    for person_id in people:
        lens.require(Verb.READ, DataClass.MEDICATION, person_id=person_id)
    now = clock.now()
    with db.reading(lens):
        found = taking.by_medicine(people, now - timedelta(days=SPANS[1]), now)
        rows = [_one(t, now, zone) for t in found.values()]
    return sorted(rows, key=lambda r: (not r.findings, not r.live, r.order.text))


def _one(one: taking.Taking, now: datetime, zone: ZoneInfo) -> MedicineTaken:
    month, quarter = taking.rates(one, now, SPANS)
    since = [[at for at in one.asked_for if at >= now - timedelta(days=n)] for n in SPANS]
    return MedicineTaken(
        order=one.newest,
        live=one.newest.status in states.LIVE,
        month=month,
        quarter=quarter,
        misses=taking.missed_days(one)[:12],
        as_needed=one.as_needed,
        asked=(len(since[0]), len(since[1])),
        days=(_days(since[0], zone), _days(since[1], zone)),
        helped=(sum(after < before for before, after in one.effects), len(one.effects)),
        findings=taking.to_know(one, now, zone) if one.newest.status in states.LIVE else [],
    )


def _days(given: Sequence[datetime], zone: ZoneInfo) -> int:
    return len({at.astimezone(zone).date() for at in given})
