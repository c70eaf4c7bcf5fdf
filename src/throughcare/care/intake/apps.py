"""The intake room as Django knows it."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Intake: the quick look, the receiving screening and what its answers set going."""

    name = "throughcare.care.intake"
    label = "intake"
