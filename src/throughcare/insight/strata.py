"""A measure's strata: all of them, or to who may see no people the small ones together and no kind that would give somebody away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from throughcare.insight import pooling
from throughcare.insight.gate import registry
from throughcare.insight.measures.definitions import Definition
from throughcare.insight.numbers import Number, Row
from throughcare.kernel.ids import derived

# Strata of identities that everybody knows, as the gate's content names them and as they are counted.
KNOWN_AS = {("sex", "women"): ("sex", "female"), ("age", "under-18"): ("age_band", "under 18")}


def spanned(rows: Sequence[Row], measure: Definition, months: Iterable[str]) -> list[Row]:
    """Give the rows that make a measure's number over some months: all of them, or the last where each looks back by itself."""
    wanted = set(months)
    found = [r for r in rows if r.month in wanted]
    if not measure.judged:
        return found
    last = max((r.month for r in found), default="")
    return [r for r in found if r.month == last]


def added(rows: Iterable[Row], key: Callable[[Row], str]) -> dict[str, Number]:
    """Add rows up by a key."""
    found: dict[str, Number] = defaultdict(Number)
    for row in rows:
        found[key(row)].add(row)
    return dict(found)


def divided(measure: Definition, rows: Sequence[Row]) -> dict[str, dict[str, Number]]:
    """Give the strata of each kind that a measure is divided by."""
    return {kind: added((r for r in rows if r.divided_by == kind), lambda r: r.stratum) for kind in measure.stratifiers}


def pooled(measure: Definition, rows: Sequence[Row]) -> dict[str, dict[str, Number]]:
    """Give the same to who may see no people: small strata together, and no kind that would give somebody away."""
    found = {kind: pooling.pooled(parts, measure) for kind, parts in divided(measure, rows).items()}
    places = found.get("facility", {})
    return {kind: beside_places(kind, parts, places, measure) for kind, parts in found.items()}


def beside_places(
    kind: str, parts: dict[str, Number], places: Mapping[str, Number], measure: Definition
) -> dict[str, Number]:
    """Give the pooled strata of a kind, or none where the pooled facilities beside them would give somebody away."""
    return parts if all(pooling.may_stand_beside(parts, one, places, at, measure) for one, at in _twins(kind)) else {}


def _twins(kind: str) -> list[tuple[str, str]]:
    """Name the strata of a kind that are known to be the people of one facility, with its id."""
    found = []
    for identity in registry.identities():
        place = dict(identity.there).get("facility")
        for here in identity.here:
            told = KNOWN_AS.get(here)
            if told and told[0] == kind and place:
                found.append((told[1], str(derived("facility", place))))
    return found
