"""One person's rows, under the names of the warehouse's columns, with their times as points and spans. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from throughcare.insight.measures.points import FOREVER, Point, Span

NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Row:
    """What every row has: its id, its codes as `system|code`, and its status."""

    id: str
    codes: frozenset[str] = NONE
    status: str = ""
    profiles: frozenset[str] = NONE


@dataclass(frozen=True, slots=True)
class Encounter(Row):
    """One encounter."""

    span: Span | None = None
    class_code: str = ""
    classes: frozenset[str] = NONE
    reason_codes: frozenset[str] = NONE
    diagnosis_ids: tuple[str, ...] = ()
    discharge_codes: frozenset[str] = NONE


@dataclass(frozen=True, slots=True)
class Condition(Row):
    """One problem or diagnosis; `span` is from onset to abatement, `None` where neither is known."""

    span: Span | None = None
    categories: frozenset[str] = NONE
    verification: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One component of an observation."""

    codes: frozenset[str]
    number: float | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Observation(Row):
    """One observation; `kind` says how its value was given."""

    span: Span | None = None
    categories: frozenset[str] = NONE
    kind: str = ""
    number: float | None = None
    unit: str = ""
    comparator: str = ""
    value_codes: frozenset[str] = NONE
    parts: tuple[Part, ...] = ()
    encounter_id: str = ""
    issued_at: Point | None = None
    not_done_codes: frozenset[str] = NONE

    @property
    def has_value(self) -> bool:
        """Say whether it carries any value."""
        return bool(self.kind)


@dataclass(frozen=True, slots=True)
class Procedure(Row):
    """One procedure, done or not."""

    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Order(Row):
    """One order: of a service, a device or a medicine. `covers` is the time a medicine order reaches over."""

    authored_at: Point | None = None
    intent: str = ""
    not_done: bool = False
    covers: Span | None = None


@dataclass(frozen=True, slots=True)
class Supply(Row):
    """One dispense; `covers` is the days its supply lasts."""

    covers: Span | None = None


@dataclass(slots=True)
class History:
    """One person's rows by table."""

    id: str
    born: Point | None = None
    died_at: Point | None = None
    encounters: list[Encounter] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)
    procedures: list[Procedure] = field(default_factory=list)
    service_requests: list[Order] = field(default_factory=list)
    device_requests: list[Order] = field(default_factory=list)
    medication_orders: list[Order] = field(default_factory=list)
    supplies: list[Supply] = field(default_factory=list)


def latest(span: Span | None) -> Point | None:
    """Give a span's end, or its start where it has not ended."""
    if span is None:
        return None
    return span.end if span.end.first < FOREVER else span.start


def by_start(row: Encounter | Condition | Observation | Procedure) -> int:
    """Order rows by when they begin; those without a time come first."""
    return row.span.start.first if row.span else -FOREVER


def by_end(row: Encounter | Condition | Observation | Procedure) -> int:
    """Order rows by when they end; those without a time come first."""
    return row.span.end.first if row.span else -FOREVER
