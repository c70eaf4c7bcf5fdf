"""The oversight room as Django knows it."""

from django.apps import AppConfig


class OversightConfig(AppConfig):
    """Oversight: how long what is kept."""

    name = "throughcare.oversight"
    label = "oversight"
