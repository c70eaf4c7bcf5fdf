"""The world room as Django knows it."""

from django.apps import AppConfig


class WorldConfig(AppConfig):
    """World: the synthetic agency."""

    name = "throughcare.world"
    label = "world"
