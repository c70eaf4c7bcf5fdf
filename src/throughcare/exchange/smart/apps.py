"""The connected apps as Django knows them."""

from django.apps import AppConfig


class SmartConfig(AppConfig):
    """Apps of others that read and send through the API, each by a token that is a lens."""

    name = "throughcare.exchange.smart"
    label = "smart"
    # A number that was taken is forgotten once nothing with it could be valid.
    grants = {"smart_assertion": "SELECT, INSERT, UPDATE, DELETE"}
