"""Insight as Django knows it."""

from django.apps import AppConfig


class InsightConfig(AppConfig):
    """Insight: the warehouse, measures over it, and where care is late and why."""

    name = "throughcare.insight"
    label = "insight"
