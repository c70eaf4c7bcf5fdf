"""The mental_health room as Django knows it."""

from django.apps import AppConfig


class MentalHealthConfig(AppConfig):
    """Mental health: watch, its rounds and what follows it."""

    name = "throughcare.care.mental_health"
    label = "mental_health"
