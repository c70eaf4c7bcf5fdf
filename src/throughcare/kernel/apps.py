"""The kernel as Django knows it."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """Holds intents and the demonstration's clock."""

    name = "throughcare.kernel"
    label = "kernel"
    grants = {"kernel_intent": "SELECT, INSERT", "django_migrations": "SELECT"}
