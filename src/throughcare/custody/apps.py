"""The custody room as Django knows it."""

from django.apps import AppConfig


class CustodyConfig(AppConfig):
    """Custody: places, stays, moves, the schedule and operational alerts."""

    name = "throughcare.custody"
    label = "custody"
