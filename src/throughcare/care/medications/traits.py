"""What the rules ask of a medicine, read from an order: its classes as the formulary said them on the day of the order."""

from throughcare.care.medications.models import MedicationOrder
from throughcare.care.medications.rules.traits import Traits

SCHEDULES = {"CII": 2, "CIII": 3, "CIV": 4, "CV": 5}


def traits_of(order: MedicationOrder) -> Traits:
    """Give the classes of an order's medicine."""
    return Traits(
        time_critical=order.time_critical,
        critical=bool(order.critical),
        opioid_treatment=order.opioid_treatment,
        schedule=SCHEDULES.get(order.schedule, 0),
        psychotropic=order.psychotropic,
        hiv=order.critical == "hiv",
        insulin=order.critical == "insulin",
        anticonvulsant=order.critical == "anticonvulsant",
        anticoagulant=order.critical == "anticoagulant",
    )
