"""The improvement workspace as Django knows it."""

from django.apps import AppConfig


class ImprovementConfig(AppConfig):
    """Improvement: projects, annotations, targets, and the binder of standards."""

    name = "throughcare.insight.improvement"
    label = "improvement"
