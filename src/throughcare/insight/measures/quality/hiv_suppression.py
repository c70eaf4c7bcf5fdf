"""Q-HIVsupp, aligned with CMS314: HIV with the last viral load below 200 copies/mL. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from throughcare.insight.measures.codes import SNOMED
from throughcare.insight.measures.points import Span, before, during, within
from throughcare.insight.measures.populations import OUTSIDE, Group, Unit
from throughcare.insight.measures.rows import Observation, by_start, latest
from throughcare.insight.measures.subject import Subject, verified

# Without one of these in the record nobody is counted in custody.
NEEDS = ("hiv",)
SUPPRESSED = 200.0
COPIES = ("{copies}/mL", "copies/mL", "[copies]/mL")
UNDETECTED = frozenset({f"{SNOMED}260988000", f"{SNOMED}260415000"})
KNOWN_WITHIN, SEEN_WITHIN = 90, 240
VISITS = (
    "office-visit",
    "outpatient-consultation",
    "annual-wellness-visit",
    "face-to-face",
    "home-health",
    "preventive-visit-established-adult",
    "preventive-visit-initial-adult",
    "preventive-visit-initial-minor",
    "preventive-visit-established-minor",
    "telephone-visit",
    "preventive-service-other",
)


# --- the core -------------------------------------------------------------------------------------------------------------


def last_viral_load(who: Subject) -> Observation | None:
    """Give the last viral load of the period."""
    found = [
        o
        for o in who.observations("hiv-viral-load", kind="observation")
        if within(latest(o.span), who.period, by_day=True)
    ]
    return sorted(found, key=by_start)[-1] if found else None


def suppressed(load: Observation | None, below: float = SUPPRESSED) -> bool:
    """Say whether a viral load is below the limit, or said to be undetected."""
    if load is None:
        return False
    if not load.value_codes.isdisjoint(UNDETECTED):
        return True
    if load.kind != "quantity" or load.number is None or load.unit not in COPIES or load.comparator.startswith(">"):
        return False
    return load.number <= below if load.comparator == "<" else load.number < below


def known_hiv(who: Subject) -> bool:
    """Say whether HIV began before the 91st day of the period."""
    limit = who.period.start.plus(days=KNOWN_WITHIN)
    return any(c.span is not None and before(c.span.start, limit, by_day=True) for c in who.conditions("hiv"))


# --- the populations ------------------------------------------------------------------------------------------------------


def ecqm(who: Subject) -> Sequence[Group]:
    """Judge by the aligned measure's own population: known HIV and a visit in the first 240 days."""
    early = Span(who.period.start, who.period.start.plus(days=SEEN_WITHIN))
    if not known_hiv(who) or not any(during(e.span, early, by_day=True) for e in who.encounters(*VISITS)):
        return [[OUTSIDE]]
    load = last_viral_load(who)
    return [[Unit(True, True, numerator=suppressed(load), evidence=(load.id,) if load else ())]]


STRICT = 50.0


def custody(who: Subject) -> Unit | None:
    """Judge somebody held long enough, with HIV known for 90 days."""
    return _custody(who, SUPPRESSED)


def custody_strict(who: Subject) -> Unit | None:
    """Judge the same by 50 copies."""
    return _custody(who, STRICT)


def _custody(who: Subject, below: float) -> Unit | None:
    known = who.period.end.plus(days=-KNOWN_WITHIN)
    if not any(
        verified(c) and c.span is not None and before(c.span.start, known, by_day=True) for c in who.conditions("hiv")
    ):
        return None
    load = last_viral_load(who)
    return Unit(True, True, numerator=suppressed(load, below), evidence=(load.id,) if load else ())
