"""The publish gate as Django knows it."""

from django.apps import AppConfig


class GateConfig(AppConfig):
    """Editions from draft to publication: drafted by one, signed by two others, never changed."""

    name = "throughcare.insight.gate"
    label = "gate"
