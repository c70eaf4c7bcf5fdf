"""The restriction room as Django knows it."""

from django.apps import AppConfig


class RestrictionConfig(AppConfig):
    """Restriction: placement reviews, rounds, time out of the cell, restraints."""

    name = "throughcare.care.restriction"
    label = "restriction"
