"""Where an element stands in a resource: said in words only where something is wrong there, for nearly nothing is."""

from __future__ import annotations

from typing import NamedTuple

# An extension stands where its holder does.
HOLDS = frozenset({"extension", "modifierExtension"})


class Spot(NamedTuple):
    """A step from the element above: by which name, as which of several, in an object of which type, itself of which type.

    Without a name it is a resource that begins here: the first one, or one that another holds.
    """

    above: Spot | None
    name: str
    nth: int | None
    kind: str
    type: str


def resource(kind: str, above: Spot | None = None) -> Spot:
    """Give the spot of a resource, the outermost or one inside another."""
    return Spot(above, "", None, kind, kind)


def path(spot: Spot | None) -> str:
    """Give the path of an element as an issue names it: `Observation.component[2].code`."""
    if spot is None:
        return ""
    if not spot.name:
        return path(spot.above) or spot.type
    nth = f"[{spot.nth}]" if spot.nth is not None else ""
    return f"{path(spot.above)}.{spot.name}{nth}"


def holder(spot: Spot) -> Spot:
    """Give the spot where an extension stands: its holder's."""
    while spot.name in HOLDS and spot.above is not None:
        spot = spot.above
    return spot


def names(spot: Spot) -> tuple[str, str, str]:
    """Give by which names an element may be called: from its resource on, from its holder's type on, and by its type."""
    spot = holder(spot)
    return whole(spot), f"{spot.kind}.{spot.name}" if spot.name else spot.kind, spot.type


def whole(spot: Spot) -> str:
    """Give an element's path from its own resource on, without numbers and without the extensions on the way."""
    spot = holder(spot)
    if not spot.name or spot.above is None:
        return spot.type
    return f"{whole(spot.above)}.{spot.name}"
