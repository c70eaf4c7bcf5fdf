"""The exchange room as Django knows it."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Exchange: what other systems send, and what they get."""

    name = "throughcare.exchange"
    label = "exchange"

    def ready(self) -> None:
        """Let the API's search parameters say by what every entry of the ledger is found."""
        from throughcare.exchange.fhir.index import index
        from throughcare.ledger.searching import index_with

        index_with(index)
