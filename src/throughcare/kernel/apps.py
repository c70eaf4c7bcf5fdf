"""The kernel as Django knows it."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """Holds intents and the demonstration's clock."""

    name = "throughcare.kernel"
    label = "kernel"
    grants = {"kernel_intent": "SELECT, INSERT", "django_migrations": "SELECT"}

    def ready(self) -> None:
        """Register what every room's filters may use."""
        from throughcare.kernel import lookups  # noqa: F401
