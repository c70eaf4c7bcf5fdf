"""The duties room as Django knows it."""

from django.apps import AppConfig


class DutiesConfig(AppConfig):
    """Duties: every obligation of care, with an owner and a clock."""

    name = "throughcare.duties"
    label = "duties"
