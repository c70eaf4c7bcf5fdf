"""What the rules ask of a medicine, read from an order: the formulary's classes, and those that the order kept on its day."""

from dataclasses import replace
from datetime import timedelta

from throughcare.care.medications import formulary
from throughcare.care.medications.models import MedicationOrder
from throughcare.care.medications.rules.traits import SCHEDULES, Traits, of_product


def traits_of(order: MedicationOrder) -> Traits:
    """Give the classes of an order's medicine; a class that the order carries holds whatever the formulary says today."""
    product = formulary.load().product(order.code)
    found = of_product(product) if product is not None else Traits()
    return replace(
        found,
        door=found.door or order.time_critical,
        critical=found.critical or bool(order.critical),
        opioid_treatment=found.opioid_treatment or order.opioid_treatment,
        opioid_line=found.opioid_line or order.window_class == "opioid_line",
        schedule=SCHEDULES.get(order.schedule, found.schedule),
        psychotropic=found.psychotropic or order.psychotropic,
        hiv=found.hiv or order.critical == "hiv",
        insulin=found.insulin or order.critical == "insulin",
        anticonvulsant=found.anticonvulsant or order.critical == "anticonvulsant",
        anticoagulant=found.anticoagulant or order.critical == "anticoagulant",
        minimum=minimum_of(order),
    )


def minimum_of(order: MedicationOrder) -> timedelta | None:
    """Give the least time between two doses that the order itself names; none where it names none."""
    minutes = order.timing.get("min_interval_minutes")
    return timedelta(minutes=int(minutes)) if minutes else None


def double_kills(order: MedicationOrder) -> bool:
    """Tell whether a dose of it given twice could kill: such doses belong to one device for a shift."""
    return bool(order.schedule) or order.opioid_treatment or order.critical == "insulin"
