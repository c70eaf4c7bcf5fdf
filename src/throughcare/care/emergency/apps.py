"""The emergency room as Django knows it."""

from django.apps import AppConfig


class EmergencyConfig(AppConfig):
    """Emergency: the code, the way to hospital and back."""

    name = "throughcare.care.emergency"
    label = "emergency"
