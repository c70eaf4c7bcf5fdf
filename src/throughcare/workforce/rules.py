"""What a night lacks: who may own a duty, which sites have no nurse now, which equipment is not ready. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

NURSES = frozenset({"rn", "lpn"})
# What a site does only while a nurse is there in person.
NEED_A_NURSE = ("infirmary", "opioid_programme")
PRESCRIBERS = frozenset({"provider", "psych"})


@dataclass(frozen=True, slots=True)
class There:
    """Somebody who is on shift or on call at a site."""

    user_id: UUID
    role: str
    on_call: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """What is missing at a site now, and how bad that is."""

    kind: str
    meaning: str
    what: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """One site at which somebody who floats is in person, from when to when."""

    facility_id: UUID
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Reach:
    """How one person covers one site for a while: in person, or by telephone from another site."""

    facility_id: UUID
    starts: datetime
    ends: datetime
    on_call: bool


def may_own(role: str, rule_id: str, scope: Mapping[str, Sequence[str]]) -> bool:
    """Tell whether a role's licence lets it own this duty."""
    return not any(rule_id.startswith(start) for start in scope.get(role, ()))


def gaps(
    there: Sequence[There],
    uncovered: Sequence[str],
    unready: Sequence[str],
    *,
    infirmary: bool,
    lapsed: Sequence[str] = (),
    officers: tuple[int, int] | None = None,
) -> list[Gap]:
    """Say what a site lacks now, the worst first. A role with nobody while its duties wait comes before all.

    `officers` counts those on shift with current health training and all on shift; None where no file says (STF-04-SHIFT).
    """
    found = [Gap("uncovered", "harm", role) for role in uncovered]
    if not any(o.role in NURSES and not o.on_call for o in there):
        found.append(Gap("no_nurse_infirmary" if infirmary else "no_nurse", "harm" if infirmary else "shift"))
    if not any(o.role in PRESCRIBERS for o in there):
        found.append(Gap("no_prescriber", "shift"))
    found += [Gap("equipment", "harm", what) for what in unready]
    found += [Gap("lapsed", "harm", name) for name in lapsed]
    if officers is not None and not trained_enough(*officers):
        found.append(Gap("officers_training", "shift", f"{officers[0]} / {officers[1]}"))
    return sorted(found, key=lambda g: g.meaning != "harm")


def reach(stops: Sequence[Stop]) -> list[Reach]:
    """Spread somebody who floats over several sites: in person at one, by telephone at the others, without a hole."""
    if not stops:
        return []
    first, last = min(s.starts for s in stops), max(s.ends for s in stops)
    found = [Reach(s.facility_id, s.starts, s.ends, on_call=False) for s in stops]
    for site in dict.fromkeys(s.facility_id for s in stops):
        at = first
        for here in sorted((s for s in stops if s.facility_id == site), key=lambda s: s.starts):
            if here.starts > at:
                found.append(Reach(site, at, here.starts, on_call=True))
            at = max(at, here.ends)
        if at < last:
            found.append(Reach(site, at, last, on_call=True))
    return sorted(found, key=lambda r: (r.starts, str(r.facility_id), r.on_call))


def clash(stops: Sequence[Stop]) -> bool:
    """Tell whether somebody would be at two sites in person at once, or at none for no time."""
    ordered = sorted(stops, key=lambda s: s.starts)
    if any(s.ends <= s.starts for s in ordered):
        return True
    return any(one.ends > two.starts for one, two in pairwise(ordered))


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that a site can't do for a while: from when to when, and what says so (`roster` or `reported`)."""

    capability: str
    since: datetime
    until: datetime
    by: str


def missing(
    nurses: Sequence[tuple[datetime, datetime]],
    reported: Mapping[str, bool],
    since: datetime,
    until: datetime,
    *,
    known_until: datetime | None,
) -> list[Missing]:
    """Say what a site can't do between two times: where no nurse is there in person, nobody gives, watches or nurses.

    `nurses` are shifts in person; past `known_until`, the end of the roster, nothing is said. `reported` names what public sources
    say is there (true) or is not (false); what none states is not recorded, and nothing is said of it.
    """
    found = []
    for start, end in _holes(nurses, since, min(until, known_until) if known_until else since):
        found.append(Missing("nursing_24h", start, end, "roster"))
        found += [Missing(key, start, end, "roster") for key in NEED_A_NURSE if reported.get(key)]
    told = [key for key, there in reported.items() if not there and not (key == "nursing_24h" and known_until)]
    found += [Missing(key, since, until, "reported") for key in told]
    return sorted(found, key=lambda m: (m.since, m.capability))


def _holes(
    spans: Sequence[tuple[datetime, datetime]], since: datetime, until: datetime
) -> list[tuple[datetime, datetime]]:
    found, at = [], since
    for start, end in sorted(spans):
        if start > at:
            found.append((at, min(start, until)))
        at = max(at, end)
        if at >= until:
            break
    if at < until:
        found.append((at, until))
    return [(a, b) for a, b in found if b > a]


def trained_enough(current: int, there: int) -> bool:
    """Tell whether three officers in four on a shift have current health training (STF-04-SHIFT)."""
    return 4 * current >= 3 * there


def check_due(last: datetime | None, listed: datetime, every: timedelta) -> datetime:
    """Say by when equipment is looked at again."""
    return (last or listed) + every


def ready(found: str, quantity: int | None, least: int, good: frozenset[str]) -> bool:
    """Tell whether equipment is ready: found good, and not fewer than must be there."""
    return found in good and (quantity is None or quantity >= least)
