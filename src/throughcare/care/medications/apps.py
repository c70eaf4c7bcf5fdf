"""The medications room as Django knows it."""

from typing import ClassVar

from django.apps import AppConfig


class MedicationsConfig(AppConfig):
    """Medications: orders and their checks, expected doses, the pass, stock, opioid treatment, the guard at every door."""

    name = "throughcare.care.medications"
    label = "medications"
    # What was moved stays moved: a wrong entry is corrected by another.
    grants: ClassVar[dict[str, str]] = {
        "medications_stockentry": "SELECT, INSERT",
        "medications_programmeentry": "SELECT, INSERT",
    }
