"""What the rules ask of a medicine, read from an order: the formulary's classes, and those that the order kept on its day."""

from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from throughcare.care.medications import formulary
from throughcare.care.medications.rules.traits import SCHEDULES, Traits, of_product
from throughcare.care.medications.rules.windows import WindowClass
from throughcare.kernel import content


class Ordered(Protocol):
    """What is asked of an order here, whether a whole one or its row on a pass."""

    @property
    def code(self) -> str: ...
    @property
    def timing(self) -> dict[str, Any]: ...
    @property
    def time_critical(self) -> bool: ...
    @property
    def critical(self) -> str: ...
    @property
    def opioid_treatment(self) -> bool: ...
    @property
    def window_class(self) -> str: ...
    @property
    def schedule(self) -> str: ...
    @property
    def psychotropic(self) -> bool: ...


def traits_of(order: Ordered) -> Traits:
    """Give the classes of an order's medicine; a class that the order carries holds whatever the formulary says today."""
    found, minimum = traits_kept(kept_of(order), content.stamp()), minimum_of(order)
    return replace(found, minimum=minimum) if minimum is not None else found


class Kept(NamedTuple):
    """What an order kept of its medicine's classes on its day."""

    code: str
    time_critical: bool
    critical: str
    opioid_treatment: bool
    window_class: str
    schedule: str
    psychotropic: bool


def kept_of(order: Ordered) -> Kept:
    """Give what an order kept of its medicine's classes."""
    return Kept(
        order.code,
        order.time_critical,
        order.critical,
        order.opioid_treatment,
        order.window_class,
        order.schedule,
        order.psychotropic,
    )


@lru_cache(maxsize=4096)
def traits_kept(kept: Kept, _: tuple[str, int]) -> Traits:
    """Give the classes of a medicine by the content of that stamp, without an order's own least interval."""
    product = formulary.load().product(kept.code)
    found = of_product(product) if product is not None else Traits()
    return replace(
        found,
        door=found.door or kept.time_critical,
        critical=found.critical or bool(kept.critical),
        opioid_treatment=found.opioid_treatment or kept.opioid_treatment,
        opioid_line=found.opioid_line or kept.window_class == "opioid_line",
        schedule=SCHEDULES.get(kept.schedule, found.schedule),
        psychotropic=found.psychotropic or kept.psychotropic,
        hiv=found.hiv or kept.critical == "hiv",
        insulin=found.insulin or kept.critical == "insulin",
        anticonvulsant=found.anticonvulsant or kept.critical == "anticonvulsant",
        anticoagulant=found.anticoagulant or kept.critical == "anticoagulant",
    )


def minimum_of(order: Ordered) -> timedelta | None:
    """Give the least time between two doses that the order itself names; none where it names none."""
    minutes = order.timing.get("min_interval_minutes")
    return timedelta(minutes=int(minutes)) if minutes else None


def double_kills(order: Ordered) -> bool:
    """Tell whether a dose of it given twice could kill: such doses belong to one device for a shift."""
    return bool(order.schedule) or order.opioid_treatment or order.critical == "insulin"


def is_observed(order: Ordered) -> bool:
    """Tell whether doses of this order go through the gate of 2.7: last dose, alertness, second factor."""
    return order.opioid_treatment and order.window_class == WindowClass.OPIOID_LINE
