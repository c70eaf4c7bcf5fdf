"""The medications room as Django knows it."""

from django.apps import AppConfig


class MedicationsConfig(AppConfig):
    """Medications: orders and their checks, expected doses, the pass, stock, opioid treatment, the guard at every door."""

    name = "throughcare.care.medications"
    label = "medications"
