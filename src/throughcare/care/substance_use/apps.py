"""The substance_use room as Django knows it."""

from django.apps import AppConfig


class SubstanceUseConfig(AppConfig):
    """Substance use: withdrawal followed by the hour, treatment offered at any score."""

    name = "throughcare.care.substance_use"
    label = "substance_use"
