"""The clock table as reviewed content: every row of `content/clocks/`, read once, checked, and given in the version that
was in force on a day, with the stricter limits a facility has set for itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType

from throughcare.duties.clock_row import rule_from
from throughcare.duties.rule import Limit, Rule, Trigger
from throughcare.kernel import content

FOLDER = "clocks"
FACILITY_LIMITS = "clocks/facility/limits.toml"


def rules(on: date) -> Mapping[str, Rule]:
    """Return the rules in force on a local day, by id, in the order of the table."""
    return _in_force(content.stamp(), on)


def every_version() -> tuple[Rule, ...]:
    """Return every row of every edition, in the order of the table: what was in force once stays readable."""
    return _table(content.stamp())


def rule(rule_id: str, on: date) -> Rule:
    """Return one rule as it was on a day; raise ContentError if the table has none."""
    found = rules(on).get(rule_id)
    if found is None:
        raise content.ContentError(FOLDER, f"has no row in force on {on:%Y-%m-%d}. Add it, or correct the id.", rule_id)
    return found


def at_facility(found: Rule, facility: str) -> Rule:
    """Return the rule with the limits that this facility has set stricter for itself, if it has."""
    stricter = _stricter(content.stamp()).get((found.id, facility))
    return stricter.applied_to(found) if stricter else found


def opened_by(event: str, on: date) -> tuple[Rule, ...]:
    """Return the rules that an event may open on a day."""
    return tuple(r for r in rules(on).values() if any(trigger.event == event for trigger in r.opens))


def closed_by(event: str, on: date) -> tuple[Rule, ...]:
    """Return the rules whose open duties an event may close or end on a day."""
    return tuple(r for r in rules(on).values() if any(t.event == event for t in (*r.closes, *r.ends)))


def inert(events: Iterable[str], on: date) -> tuple[Rule, ...]:
    """Return the rules that no event of this list opens: loaded, reviewed, and waiting for their room."""
    known, table = frozenset(events), rules(on)
    successors = {r.on_move.successor for r in table.values() if r.opens and _known(r.opens, known)}
    return tuple(
        r for r in table.values() if r.kind == "duty" and not _known(r.opens, known) and r.id not in successors
    )


def never_closed(events: Iterable[str], on: date) -> tuple[Rule, ...]:
    """Return the rules that events of this list open but none of them closes: each would fill a list for ever."""
    known, table = frozenset(events), rules(on)
    return tuple(r for r in table.values() if _known(r.opens, known) and not _known(r.closes, known))


@dataclass(frozen=True, slots=True)
class EventUse:
    """What the clock table asks of one event: the rules it opens, closes and ends, and the facts it must carry."""

    event: str
    opens: tuple[str, ...]
    closes: tuple[str, ...]
    ends: tuple[str, ...]
    facts: tuple[str, ...]


def events(on: date) -> Mapping[str, EventUse]:
    """Return every event the table names, with what it must carry: the contract with the rooms that emit them."""
    table = rules(on).values()
    found = sorted({t.event for r in table for t in (*r.opens, *r.closes, *r.ends)})
    return {name: _use(name, table) for name in found}


def _use(event: str, table: Iterable[Rule]) -> EventUse:
    named: dict[str, list[str]] = {"opens": [], "closes": [], "ends": []}
    facts: set[str] = set()
    for r in table:
        for part, triggers in (("opens", r.opens), ("closes", r.closes), ("ends", r.ends)):
            mine = [t for t in triggers if t.event == event]
            if mine:
                named[part].append(r.id)
                facts |= {key for t in mine for key in t.when or {}} | (_asked(r) if part == "opens" else set())
            if mine and part == "closes":
                facts |= {key for recurrence in r.recurrences for key in recurrence.when or {}}
                facts |= {recurrence.at for recurrence in r.recurrences if recurrence.at}
    return EventUse(event, tuple(named["opens"]), tuple(named["closes"]), tuple(named["ends"]), tuple(sorted(facts)))


def _asked(r: Rule) -> set[str]:
    return {name for limit in r.limits for name in (*(limit.when or {}), limit.anchor, limit.not_before) if name}


def _known(triggers: tuple[Trigger, ...], known: frozenset[str]) -> bool:
    return any(trigger.event in known for trigger in triggers)


# --- reading ----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4)
def _table(stamp: tuple[str, int]) -> tuple[Rule, ...]:
    found = tuple(
        rule_from(path, row, document.body, document.version)
        for path in content.names(FOLDER)
        for document in (content.document(path),)
        for row in document.body.get("rule", [])
    )
    _check_editions(found)
    _check_links(found)
    return found


@lru_cache(maxsize=512)
def _in_force(stamp: tuple[str, int], on: date) -> Mapping[str, Rule]:
    return MappingProxyType({r.id: r for r in _table(stamp) if r.in_force(on)})


def _check_editions(table: tuple[Rule, ...]) -> None:
    by_id: dict[str, list[Rule]] = {}
    for r in table:
        by_id.setdefault(r.id, []).append(r)
    for rule_id, editions in by_id.items():
        ordered = sorted(editions, key=lambda r: r.effective_from)
        for before, after in pairwise(ordered):
            if before.effective_to is None or before.effective_to > after.effective_from:
                raise content.ContentError(
                    FOLDER, f"is in force twice from {after.effective_from}. End the older edition that day.", rule_id
                )


def _check_links(table: tuple[Rule, ...]) -> None:
    ids = {r.id for r in table}
    for r in table:
        for named in (r.on_move.successor, r.refusal.rearms_as):
            if named and named not in ids:
                raise content.ContentError(FOLDER, f"names the row [{named}], which isn't there. Correct it.", r.id)


# --- a facility's own limits -------------------------------------------------------------------------------------------


@lru_cache(maxsize=4)
def _stricter(stamp: tuple[str, int]) -> Mapping[tuple[str, str], "_Stricter"]:
    found: dict[tuple[str, str], _Stricter] = {}
    for row in content.rows(FACILITY_LIMITS, "limit"):
        rule_id, facility, value = row.get("rule"), row.get("facility"), row.get("value")
        if not isinstance(rule_id, str) or not isinstance(facility, str) or not isinstance(value, int):
            raise content.ContentError(FACILITY_LIMITS, "needs rule, facility and a whole number as value.", row["id"])
        found[rule_id, facility] = _Stricter(row["id"], value, str(row.get("unit", "")))
    return found


@dataclass(frozen=True, slots=True)
class _Stricter:
    """A facility's limit for one rule: shortens every limit of the same unit, and may lengthen none."""

    row: str
    value: int
    unit: str

    def applied_to(self, found: Rule) -> Rule:
        if not found.facility_may_be_stricter:
            raise content.ContentError(FACILITY_LIMITS, f"changes [{found.id}], which a facility may not.", self.row)
        if not any(limit.allowed.unit == self.unit for limit in found.limits):
            raise content.ContentError(
                FACILITY_LIMITS, f"counts in [{self.unit}], but no limit of [{found.id}] does. Use its unit.", self.row
            )
        if all(limit.allowed.value <= self.value for limit in found.limits if limit.allowed.unit == self.unit):
            raise content.ContentError(
                FACILITY_LIMITS, f"isn't stricter than [{found.id}] itself. A facility may only shorten.", self.row
            )
        return replace(found, limits=tuple(self._shortened(limit) for limit in found.limits))

    def _shortened(self, limit: Limit) -> Limit:
        if limit.allowed.unit != self.unit or limit.allowed.value <= self.value:
            return limit
        return replace(limit, allowed=replace(limit.allowed, value=self.value))
