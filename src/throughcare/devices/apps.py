"""The devices room as Django knows it."""

from django.apps import AppConfig


class DevicesConfig(AppConfig):
    """Devices that work without a network: enrolled, given what they need for a shift, heard exactly once."""

    name = "throughcare.devices"
    label = "devices"
