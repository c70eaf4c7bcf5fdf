"""The access room as Django knows it."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Accounts, postings, sign-ins, reasons, break-glass and consents."""

    name = "throughcare.access"
    label = "access"
    grants = {
        "django_session": "SELECT, INSERT, UPDATE, DELETE",
        "django_content_type": "SELECT",
        "auth_group": "SELECT",
        "auth_permission": "SELECT",
        "auth_group_permissions": "SELECT",
        # Tries of secrets are kept for some weeks; old ones are forgotten by a function of the owner's alone.
        "access_attempt": "SELECT, INSERT",
        # What the institution was told stands as it was told.
        "access_disclosure": "SELECT, INSERT",
        # A second factor that is switched off is gone; that it was is in the ledger.
        "mfa_authenticator": "SELECT, INSERT, UPDATE, DELETE",
        "access_epoch": "SELECT",
        "account_emailaddress": "SELECT",
        "account_emailconfirmation": "SELECT",
    }

    def ready(self) -> None:
        """Let the rules of clinical.md 7.2 label every entry of the ledger."""
        from throughcare.access import labels
        from throughcare.ledger.labels import label_with

        label_with(labels.of_entry)
