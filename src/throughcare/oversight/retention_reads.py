"""What would be past its period today, counted and listed; nothing here changes or destroys anything (docs/decisions/0070)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from uuid import UUID

from throughcare.kernel import clock, db, statement
from throughcare.kernel.errors import NotAllowed, NotFound
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import Role
from throughcare.oversight import rule_table, rules
from throughcare.people import reads as people

PAGE = 50
# Of entries that nobody is named in, no more than so many are counted.
MOST = 100_000
# Each person who has left, with all charts linked to theirs, and what their last discharge was; nobody who is here.
LEFT = """
WITH charts AS (SELECT id, coalesce(survivor_id, id) AS own, deceased_at FROM people_person),
left_since AS (
  SELECT c.own, max(s.ended_at) AS ended FROM custody_stay s JOIN charts c ON c.id = s.person_id
  WHERE s.state <> 'cancelled' GROUP BY c.own
  HAVING bool_and(s.ended_at IS NOT NULL) AND max(s.ended_at) < %s
),
facts AS (
  SELECT l.own, l.ended, p.birth_date AS born,
    EXISTS (SELECT 1 FROM charts c WHERE c.own = l.own AND c.deceased_at IS NOT NULL) AS died,
    EXISTS (SELECT 1 FROM access_hold h JOIN charts c ON c.id = h.person_id WHERE c.own = l.own AND h.until IS NULL) AS held
  FROM left_since l JOIN people_person p ON p.id = l.own
)
"""
LISTED = "SELECT own, ended, born, died, held FROM facts WHERE (ended, own) > (%s, %s) ORDER BY ended, own LIMIT %s"
COUNTED = """
SELECT count(*), count(*) FILTER (WHERE died), count(*) FILTER (WHERE held AND NOT died),
  count(*) FILTER (WHERE NOT died AND NOT held AND
    (born IS NULL OR born > (ended AT TIME ZONE %s)::date - interval '18 years'))
FROM facts
"""
LOOKS = "SELECT count(*) FROM (SELECT 1 FROM ledger_read WHERE at < %s LIMIT %s) few"
COUNTS = """
SELECT count(*) FROM (
  SELECT 1 FROM ledger_version WHERE data_class = 'controlled_count' AND recorded_at < %s LIMIT %s
) few
"""
FIRST = (datetime.min.replace(tzinfo=UTC), UUID(int=0))


@dataclass(frozen=True, slots=True)
class Past:
    """How much of one class is past its period: how many there are of `noun`, and of people how many something keeps."""

    noun: str
    number: int
    died: int = 0
    held: int = 0
    child: int = 0

    @property
    def due(self) -> int:
        """Give how many would be due, what keeps them longer taken away."""
        return self.number - self.died - self.held - self.child

    @property
    def more(self) -> bool:
        """Tell whether there are more than were counted."""
        return self.noun == "entries" and self.number >= MOST


@dataclass(frozen=True, slots=True)
class Line:
    """One class of the schedule with how much of it is past its period; none where that is not told."""

    kept: rule_table.Kept
    past: Past | None


@dataclass(frozen=True, slots=True)
class Due:
    """One person whose last discharge is further back than the period: where their record stands."""

    who: people.Card
    discharged: date
    standing: rules.Standing


def schedule(lens: Lens) -> list[Line]:
    """Give the schedule with what is past each period today; of sealed classes nothing is counted."""
    _keeps_records(lens)
    with db.reading(lens):
        return [Line(row, _past(row)) for row in rule_table.schedule()]


def due(lens: Lens, class_id: str, after: str = "") -> tuple[rule_table.Kept, list[Due], str]:
    """List who is past the period of the health record, longest gone first; with the key of the next page.

    Only the health record is listed by name: who has a sealed record, or complained, is not told by a list of dates.
    """
    _keeps_records(lens)
    row = rule_table.kept(class_id)
    if row is None or not listed(row):
        raise NotFound("No list of names belongs to this class of record.")
    today = clock.today()
    with db.reading(lens):
        found = statement.run(LEFT + LISTED, [_before(row.years), *_key(after), PAGE + 1])
        cards = people.cards(lens, [own for own, *_ in found])
    shown = [_due(cards[own], ended, rules.Facts(_day(ended), born, died, held), row.years, today)
             for own, ended, born, died, held in found[:PAGE] if own in cards and not lens.shut(own)]  # fmt: skip
    last = found[PAGE - 1] if len(found) > PAGE else None
    return row, shown, f"{last[1].isoformat()}_{last[0]}" if last else ""


def listed(row: rule_table.Kept) -> bool:
    """Tell whether who is past this period may be listed by name."""
    return row.id == "chart" and row.basis == "discharge"


def _past(row: rule_table.Kept) -> Past | None:
    if listed(row):
        counted = statement.run(LEFT + COUNTED, [_before(row.years), str(clock.zone())])[0]
        return Past("people", *counted)
    if row.basis == "entry" and row.id in ("looks", "controlled"):
        asked = LOOKS if row.id == "looks" else COUNTS
        return Past("entries", statement.run(asked, [_before(row.years), MOST])[0][0])
    return None


def _due(who: people.Card, ended: datetime, facts: rules.Facts, years: int, today: date) -> Due:
    return Due(who, _day(ended), rules.standing(facts, years, today))


def _before(years: int) -> datetime:
    # The first moment after the last day whose period is over.
    day = rules.last_past(clock.today(), years)
    after = day.fromordinal(day.toordinal() + 1)
    return datetime.combine(after, time(), tzinfo=clock.zone())


def _day(at: datetime) -> date:
    return clock.local(at).date()


def _key(after: str) -> Sequence[object]:
    at, _, own = after.partition("_")
    try:
        return datetime.fromisoformat(at).astimezone(UTC), UUID(own)
    except ValueError:
        return FIRST


def _keeps_records(lens: Lens) -> None:
    if lens.role is not Role.HIM:
        raise NotAllowed("How long what is kept, and who is past it, is for who keeps the records.")
