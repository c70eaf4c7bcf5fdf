"""The app floor as Django knows it: when everything is loaded, rooms are wired to each other."""

from django.apps import AppConfig


class HouseConfig(AppConfig):
    """Wires events and ports."""

    name = "throughcare.app"
    label = "app"

    def ready(self) -> None:
        """Wire the rooms."""
        from throughcare.app import wiring

        wiring.wire()
