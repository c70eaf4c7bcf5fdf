"""The ledger as Django knows it."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Its tables are read-only to the serving role: entries go in through `ledger_append` alone."""

    name = "throughcare.ledger"
    label = "ledger"
    grants = {
        "ledger_version": "SELECT",
        "ledger_current": "SELECT",
        "ledger_sealed_version": "SELECT",
        "ledger_sealed_current": "SELECT",
        "ledger_head": "SELECT",
        "ledger_read": "SELECT, INSERT",
        "ledger_read_block": "SELECT",
        "ledger_label": "SELECT, INSERT",
        "ledger_check": "SELECT, INSERT, UPDATE",
    }

    def ready(self) -> None:
        """Take over the keeping of each transaction's entries."""
        from throughcare.kernel import db
        from throughcare.ledger.append import keep

        db.keep_with(keep)
