"""The workforce room as Django knows it."""

from django.apps import AppConfig


class WorkforceConfig(AppConfig):
    """Workforce: what a unit can do, who is here tonight, what a licence allows."""

    name = "throughcare.workforce"
    label = "workforce"
