"""The exchange room as Django knows it."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Exchange: what other systems send, and what they get."""

    name = "throughcare.exchange"
    label = "exchange"
