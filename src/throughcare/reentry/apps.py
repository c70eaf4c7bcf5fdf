"""The reentry room as Django knows it."""

from django.apps import AppConfig


class ReentryConfig(AppConfig):
    """Re-entry: the packet, the partners, the days after the door."""

    name = "throughcare.reentry"
    label = "reentry"
