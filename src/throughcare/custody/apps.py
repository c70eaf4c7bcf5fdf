"""The custody room as Django knows it."""

from django.apps import AppConfig


class CustodyConfig(AppConfig):
    """Places, stays and moves, the schedule, and what officers are told."""

    name = "throughcare.custody"
    label = "custody"

    def load_content(self) -> None:
        """Lay down the agency's places."""
        from throughcare.custody.actions import load_places
        from throughcare.kernel.actor import Actor

        load_places(actor=Actor.system("setup"))
