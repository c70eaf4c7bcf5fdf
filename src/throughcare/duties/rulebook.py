"""The clock table as the engine asks it: which rules an event opens, closes and ends, and how time is counted where."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

from throughcare.custody.models import Facility
from throughcare.duties import clock_table
from throughcare.duties.calendar import WorkingTime
from throughcare.duties.rule import Rule, Trigger
from throughcare.duties.working_time import working_time
from throughcare.kernel import content

Hearing = tuple[Rule, Trigger]

# Events that touch the whole person, whatever thing a duty is about.
WHOLE_PERSON = frozenset(
    {"sent_out", "sent_to_hospital", "admitted", "died", "opioid_treatment_ordered", "opioid_treatment_given"}
)
# Moves of custody's and links of identity's, which do something to every open duty of the person (moves.py).
MOVES = {"transferred_in": "transfer", "released": "release", "died": "death"}
CAME_TO = frozenset(
    {"admitted", "transferred_in", "transfer_cancelled", "returned_in", "returned_from_court", "returned_from_hospital"}
)
HEEDED = frozenset(
    {
        *MOVES,
        *CAME_TO,
        "release_cancelled",
        "transfer_cancelled",
        "admission_cancelled",
        "told_in_error",
        "people_merged",
        "people_unmerged",
    }
)


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The rules of one day, by what they listen to."""

    rules: Mapping[str, Rule]
    opening: Mapping[str, tuple[Hearing, ...]]
    closing: Mapping[str, tuple[Hearing, ...]]
    ending: Mapping[str, tuple[Hearing, ...]]

    def heeds(self, event: str) -> bool:
        """Tell whether any rule listens to an event of this name."""
        return event in self.opening or event in self.closing or event in self.ending


def made(rules: Mapping[str, Rule]) -> Rulebook:
    """Index rules by the events they name."""
    duties = [rule for rule in rules.values() if rule.kind == "duty"]
    return Rulebook(
        rules,
        _index((rule, t) for rule in duties for t in rule.opens),
        _index((rule, t) for rule in duties for t in rule.closes),
        _index((rule, t) for rule in duties for t in rule.ends),
    )


def on(day: date) -> Rulebook:
    """Give the rules that hold on a local day."""
    return _on(content.stamp(), day)


@dataclass(frozen=True, slots=True)
class Place:
    """What the clock must know of a facility; without a facility, of the agency."""

    code: str
    kind: str
    working: WorkingTime


def place(facility_id: UUID | None) -> Place:
    """Give how time is counted at a facility."""
    code, kind = _facility(facility_id) if facility_id else ("", "both")
    return Place(code, kind, working_time())


def at(moment: datetime) -> Rulebook:
    """Give the rules that hold at a moment."""
    return on(working_time().day_of(moment))


def as_held(rule: Rule, at_place: Place) -> Rule:
    """Give the rule with the limits that a facility has set stricter for itself."""
    return clock_table.at_facility(rule, at_place.code) if at_place.code else rule


_known: dict[UUID, tuple[str, str]] = {}


def _facility(facility_id: UUID) -> tuple[str, str]:
    """Facilities hardly change: each process asks once for each. An unknown one counts as both kinds: the stricter limit binds."""
    if facility_id not in _known:
        found = Facility.objects.filter(id=facility_id).values_list("code", "kind").first()
        if found is None:
            return "", "both"
        _known[facility_id] = found
    return _known[facility_id]


@lru_cache(maxsize=4096)
def _on(stamp: tuple[str, int], day: date) -> Rulebook:
    """Days on which the same editions hold share one index."""
    rules = clock_table.rules(day)
    editions = (stamp, tuple((r.id, r.effective_from) for r in rules.values()))
    if editions not in _books:
        _books[editions] = made(rules)
    return _books[editions]


_books: dict[object, Rulebook] = {}


def _index(heard: Iterable[Hearing]) -> Mapping[str, tuple[Hearing, ...]]:
    found: dict[str, list[Hearing]] = {}
    for rule, trigger in heard:
        found.setdefault(trigger.event, []).append((rule, trigger))
    return {event: tuple(hearings) for event, hearings in found.items()}
