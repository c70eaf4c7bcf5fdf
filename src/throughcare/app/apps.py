"""The app floor as Django knows it: when everything is loaded, rooms are wired to each other."""

from django.apps import AppConfig


class HouseConfig(AppConfig):
    """Wires events and ports."""

    name = "throughcare.app"
    label = "app"

    def ready(self) -> None:
        """Wire the rooms, and in the demonstration the clock that may be moved."""
        from throughcare.app import demo_clock, wiring
        from throughcare.app.config import current

        demo_clock.install(current())
        wiring.wire()
