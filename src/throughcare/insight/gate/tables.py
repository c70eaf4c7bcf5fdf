"""Registered tables: what may be published at all, fixed in advance. A table names its measure, its dimensions, its kind
(facts of health, or what the agency did) and its rules; a draft fills it and can add nothing to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from .editions import Axis, Node, Words

PERSON, SERVICE = "person", "service"
KINDS = (PERSON, SERVICE)
OVER_TIME = ("sum", "distinct", "none")
UNITS = {"percent": 100, "count": 1, "per_1000": 1000, "per_100000": 100000}


class BadTable(ValueError):
    """A registered table contradicts itself; the sentence says which and what to change."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The figures of the gate (clinical.md 6.3), each a value that the agency signs."""

    small_from: int = 1
    small_to: int = 10
    base: int = 30
    unstable_below: int = 20
    width: int = 10
    share: float = 0.2
    coded_width: int = 2
    whole_group_below: int = 0  # stricter: hide none and all of groups smaller than this

    def is_small(self, count: int) -> bool:
        """Say whether a count is one that may not be seen."""
        return self.small_from <= count <= self.small_to

    def room(self, count: int) -> float:
        """Return how wide the range around a hidden count must stay."""
        return max(float(self.width), self.share * count)


@dataclass(frozen=True, slots=True)
class Dimension:
    """One dimension with its tree of nodes; `adds` says that the children sum up to their parent."""

    axis: Axis
    adds: bool = True
    reveals_health: bool = False

    @property
    def id(self) -> str:
        """Return the dimension's name."""
        return self.axis.id

    @property
    def top(self) -> str:
        """Return the node to which all others add up."""
        return self.axis.nodes[0].id

    def children(self) -> dict[str, tuple[str, ...]]:
        """Return the nodes below each node that has any."""
        found: dict[str, list[str]] = {}
        for node in self.axis.nodes:
            if node.parent is not None:
                found.setdefault(node.parent, []).append(node.id)
        return {parent: tuple(nodes) for parent, nodes in found.items()}


@dataclass(frozen=True, slots=True)
class Identity:
    """What everybody knows: the count at one place is that at another (all women are at York)."""

    id: str
    here: tuple[tuple[str, str], ...]
    there: tuple[tuple[str, str], ...]
    why: str = ""


@dataclass(frozen=True, slots=True)
class Period:
    """A span of time that a table is published for, and the quarters it is the sum of."""

    id: str
    start: date
    end: date  # exclusive
    quarters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One registered table."""

    id: str
    kind: str
    version: str
    measure: str
    title: Words
    summary: Words
    domain: str
    numerator: Words
    denominator: Words
    dimensions: tuple[Dimension, ...]
    unit: str = "percent"
    direction: str = "higher"
    population: str = ""  # another table's denominator, where it is the same people
    over_time: str = "sum"
    rounding: int = 0
    bands: tuple[tuple[int, int], ...] = ()
    periods: tuple[str, ...] = ("quarter",)
    rules: Rules = field(default_factory=Rules)

    @property
    def has_complement(self) -> bool:
        """Say whether the numerator is a part of the denominator, so that the rest is told by the two."""
        return self.unit == "percent"

    @property
    def quantities(self) -> tuple[str, ...]:
        """Return the names of the counts in each row: numerator, rest and denominator, or the count alone."""
        if not self.has_complement:
            return (f"{self.measure}:met",)
        return (f"{self.measure}:met", f"{self.measure}:rest", self.people)

    @property
    def people(self) -> str:
        """Return the name of the denominator's count."""
        return self.population or f"{self.measure}:all"


def table_from(row: Mapping[str, Any], dimensions: Mapping[str, Dimension], rules: Rules) -> Table:
    """Return the table that a row of content registers; raise BadTable if it can't be published as it stands."""
    name = str(row.get("id", ""))
    unknown = [one for one in row["dimensions"] if one not in dimensions]
    if unknown:
        raise BadTable(f"Table [{name}] names the dimension [{unknown[0]}], which is not registered.")
    table = Table(
        id=name,
        kind=row["kind"],
        version=str(row["version"]),
        measure=row["measure"],
        title=row["title"],
        summary=row["summary"],
        domain=row["domain"],
        numerator=row["numerator"],
        denominator=row["denominator"],
        dimensions=tuple(dimensions[one] for one in row["dimensions"]),
        unit=row.get("unit", "percent"),
        direction=row.get("direction", "higher"),
        population=row.get("population", ""),
        over_time=row.get("over_time", "sum"),
        rounding=int(row.get("rounding", 0)),
        bands=tuple((int(low), int(high)) for low, high in row.get("bands", ())),
        periods=tuple(row.get("periods", ("quarter",))),
        rules=rules_from(row.get("rules", {}), rules),
    )
    _checked(table)
    return table


def rules_from(row: Mapping[str, Any], base: Rules) -> Rules:
    """Return the rules with what a table makes stricter; a table can't loosen the house's."""
    found = Rules(**{name: row.get(name, getattr(base, name)) for name in Rules.__dataclass_fields__})
    looser = found.small_to < base.small_to or found.base < base.base or found.width < base.width
    if looser or found.coded_width < base.coded_width or found.share < base.share or found.small_from > base.small_from:
        raise BadTable("A table's own rules may be stricter than the house's, never looser.")
    return found


def dimension_from(row: Mapping[str, Any]) -> Dimension:
    """Return a dimension from a row of content: its first node is the top, each other names its parent."""
    nodes = tuple(Node(str(node["id"]), node["title"], node.get("parent")) for node in row["nodes"])
    known: set[str] = set()
    for place, node in enumerate(nodes):
        if (node.parent is None) != (place == 0) or (node.parent is not None and node.parent not in known):
            raise BadTable(f"Dimension [{row['id']}]: [{node.id}] needs a parent that stands before it.")
        known.add(node.id)
    if len(known) != len(nodes):
        raise BadTable(f"Dimension [{row['id']}] names a node twice.")
    axis = Axis(str(row["id"]), row["title"], nodes)
    return Dimension(axis, bool(row.get("adds", True)), bool(row.get("reveals_health", False)))


def identity_from(row: Mapping[str, Any]) -> Identity:
    """Return a known identity from a row of content."""
    here, there = (tuple(sorted(row[side].items())) for side in ("here", "there"))
    return Identity(str(row["id"]), here, there, row.get("why", ""))


def _checked(table: Table) -> None:
    problems: Sequence[tuple[bool, str]] = (
        (table.kind not in KINDS, f"the kind [{table.kind}]; say person or service"),
        (table.unit not in UNITS, f"the unit [{table.unit}]"),
        (table.over_time not in OVER_TIME, f"over_time [{table.over_time}]; say sum, distinct or none"),
        (table.rounding not in (0, 5, 10), "a rounding other than 0, 5 or 10"),
        (bool(table.rounding and table.bands), "both rounding and bands; choose one"),
        (bool(table.bands and table.unit != "count"), "bands for a percentage or rate; bands are for counts"),
        (any(low > high for low, high in table.bands), "a band that ends before it begins"),
    )
    for wrong, what in problems:
        if wrong:
            raise BadTable(f"Table [{table.id}] has {what}.")
