"""Monitoring through a lens: the board of checks due, one person's episodes, one check's page. Plain rows for pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from throughcare.care.substance_use import programme_rules, sealing
from throughcare.care.substance_use.models import Check, Enrolment, EnrolmentEntry, Episode, Offer, OutsideCall
from throughcare.care.substance_use.programme_rules import Needed
from throughcare.chart.models import Flag
from throughcare.duties.models import Duty
from throughcare.kernel import clock, db
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb
from throughcare.people import reads as people
from throughcare.people.reads import Card

SHOWN = 40
PREGNANT = ("pregnant", "pregnancy")


@dataclass(frozen=True, slots=True)
class Due:
    """One person's next check, or the decision that a check asks for, with its clock."""

    who: Card
    episode: Episode
    last: Check | None
    duty_id: UUID
    rule: str
    opened_at: datetime
    due_at: datetime
    soon_at: datetime
    lane: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Followed:
    """One episode with its checks, newest first, and the duty of the next one."""

    episode: Episode
    checks: list[Check]
    opened_at: datetime | None
    due_at: datetime | None
    soon_at: datetime | None

    @property
    def last(self) -> Check | None:
        """Give the newest check that was scored."""
        return next((c for c in self.checks if c.kind == "scored"), None)

    @property
    def undecided(self) -> bool:
        """Tell whether the last check waits for a prescriber."""
        if self.last is None or self.last.level == "routine":
            return False
        return self.episode.decided_at is None or self.episode.decided_at < self.last.at


def board(lens: Lens, facility_id: UUID) -> list[Due]:
    """Give the checks and decisions that wait at a facility, by lane and time; constant in queries."""
    lens.require(Verb.READ, DataClass.CLINICAL)
    with db.reading(lens):
        duties = list(
            Duty.objects.filter(rule__startswith="WDR-", facility_id=facility_id, closed_at=None).order_by("due_at")[
                :300
            ]
        )
        persons = {d.person_id for d in duties if d.person_id}
        episodes = Episode.objects.filter(person_id__in=persons, state="active").order_by("opened_at")
        by_person: dict[UUID, list[Episode]] = {}
        for one in episodes:
            by_person.setdefault(one.person_id, []).append(one)
        last = _last([e.id for found in by_person.values() for e in found])
        cards = people.cards(lens, sorted(persons))
    lines = [line for d in duties if (line := _line(d, by_person, last, cards))]
    order = {"now": 0, "shift": 1, "later": 2}
    return sorted(lines, key=lambda due: (order[due.lane], due.due_at))


def _line(
    duty: Duty, episodes: Mapping[UUID, Sequence[Episode]], last: Mapping[UUID, Check], cards: Mapping[UUID, Card]
) -> Due | None:
    if duty.person_id is None or duty.person_id not in cards:
        return None
    mine = episodes.get(duty.person_id, ())
    substance = duty.rule.removeprefix("WDR-01-").lower() if duty.rule.startswith("WDR-01-") else ""
    episode = next((e for e in mine if e.substance == substance), None) or next(iter(mine), None)
    if episode is None:
        return None
    now = clock.now()
    waits = not duty.rule.startswith("WDR-01-")
    lane = (
        "now" if waits or duty.due_at <= now else "shift" if (duty.due_at - now).total_seconds() < 8 * 3600 else "later"
    )
    return Due(
        cards[duty.person_id],
        episode,
        last.get(episode.id),
        duty.id,
        duty.rule,
        duty.opened_at,
        duty.due_at,
        duty.soon_at,
        lane,
    )


def _last(episodes: Sequence[UUID]) -> dict[UUID, Check]:
    rows = Check.objects.filter(episode_id__in=episodes, kind="scored").order_by("episode_id", "-at")
    return {c.episode_id: c for c in rows.distinct("episode_id")}


def of_person(lens: Lens, persons: Sequence[UUID]) -> list[Followed]:
    """Give a person's episodes, running ones first, each with its newest checks and the clock of the next."""
    _require(lens, persons)
    with db.reading(lens):
        episodes = list(Episode.objects.filter(person_id__in=persons).order_by("-opened_at")[:20])
        checks: dict[UUID, list[Check]] = {}
        for one in Check.objects.filter(episode_id__in=[e.id for e in episodes]).order_by("-at")[: SHOWN * 4]:
            checks.setdefault(one.episode_id, []).append(one)
        duties = {
            d.rule: d for d in Duty.objects.filter(subject_id__in=persons, closed_at=None, rule__startswith="WDR-01-")
        }
    found = [_followed(e, checks.get(e.id, []), duties.get(f"WDR-01-{e.substance.upper()}")) for e in episodes]
    return sorted(found, key=lambda f: (f.episode.state != "active", -f.episode.opened_at.timestamp()))


def _followed(row: Episode, checks: list[Check], duty: Duty | None) -> Followed:
    if row.state != "active" or duty is None:
        return Followed(row, checks[:SHOWN], None, None, None)
    return Followed(row, checks[:SHOWN], duty.opened_at, duty.due_at, duty.soon_at)


def to_check(lens: Lens, persons: Sequence[UUID], episode_id: UUID | None = None) -> Followed:
    """Give one running episode to check: the one named, or the one that is due first."""
    running = [f for f in of_person(lens, persons) if f.episode.state == "active"]
    if episode_id is not None:
        running = [f for f in running if f.episode.id == episode_id]
    if not running:
        raise NotFound("Nobody follows anything here now: it was ended, or the person left.")
    return min(running, key=lambda f: (f.due_at is None, f.due_at or f.episode.opened_at))


def offers(lens: Lens, persons: Sequence[UUID]) -> list[Offer]:
    """Give each offer of treatment with its answer, newest first."""
    _require(lens, persons)
    with db.reading(lens):
        return list(Offer.objects.filter(person_id__in=persons).order_by("-at")[:20])


def known_pregnant(lens: Lens, persons: Sequence[UUID]) -> bool:
    """Tell whether the chart says, to a reader who may know, that the person is pregnant."""
    if not any(lens.may(Verb.READ, DataClass.REPRODUCTIVE, person_id=p) for p in persons):
        return False
    with db.reading(lens):
        return Flag.objects.filter(person_id__in=persons, code__in=PREGNANT, until=None).exists()


def _require(lens: Lens, persons: Sequence[UUID]) -> None:
    for person in persons:
        lens.require(Verb.READ, DataClass.CLINICAL, person_id=person)


# --- a programme's record: shown only where the database opens it ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CallLine:
    """One call to an outside programme as its readers see it."""

    at: datetime
    by: str
    outcome: str
    next_try_at: datetime | None
    said: Mapping[str, str]

    @property
    def last_on(self) -> date | None:
        """Give the day of the last dose as it was told."""
        told = self.said.get("last_on", "")
        return date.fromisoformat(told) if told else None


@dataclass(frozen=True, slots=True)
class Record:
    """Somebody's part in a programme with what its record holds and still needs."""

    enrolment: Enrolment
    said: Mapping[str, str]
    entries: list[tuple[EnrolmentEntry, Mapping[str, str]]]
    needed: list[Needed]


def may_open(lens: Lens, person_id: UUID) -> bool:
    """Tell whether this reader may read a programme's record of this person."""
    return lens.may(Verb.READ, DataClass.PART2, person_id=person_id)


def calls(lens: Lens, persons: Sequence[UUID]) -> list[CallLine]:
    """Give the calls about a last dose, newest first, to whom the programme's record is open."""
    seen = [p for p in persons if may_open(lens, p)]
    with db.reading(lens):
        rows = list(OutsideCall.objects.filter(person_id__in=seen).order_by("-recorded_at")[:SHOWN])
        return [CallLine(r.recorded_at, r.recorded_by, r.outcome, r.next_try_at, sealing.opened(r)) for r in rows]


def records(lens: Lens, persons: Sequence[UUID]) -> list[Record]:
    """Give a person's enrolments, the running one first, with what each still needs."""
    seen = [p for p in persons if may_open(lens, p)]
    today, table = clock.today(), programme_rules.load()
    with db.reading(lens):
        rows = list(Enrolment.objects.filter(person_id__in=seen).order_by("until", "-since")[:10])
        entries: dict[UUID, list[EnrolmentEntry]] = {}
        for one in EnrolmentEntry.objects.filter(enrolment_id__in=[r.id for r in rows]).order_by("-on", "-recorded_at"):
            entries.setdefault(one.enrolment_id, []).append(one)
        found = []
        for row in rows:
            mine = entries.get(row.id, [])
            needs = (
                programme_rules.needed(row.since, today, [(e.kind, e.on) for e in mine], table) if not row.until else []
            )
            found.append(Record(row, sealing.opened(row), [(e, sealing.opened(e)) for e in mine], needs))
    return sorted(found, key=lambda r: (r.enrolment.until is not None, -r.enrolment.since.toordinal()))
