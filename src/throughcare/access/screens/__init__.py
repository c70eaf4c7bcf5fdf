"""The pages of this room: signing in and out, one's own account, all accounts, break-glass, consents, who looked."""

from throughcare.access.screens import (
    account,
    accounts,
    consent_paper,
    consents,
    findings,
    glass,
    holds,
    keeping,
    kiosk,
    outside,
    passkeys,
    rights,
    signing_in,
    telling,
    who_looked,
)

__all__ = [
    "account",
    "accounts",
    "consent_paper",
    "consents",
    "findings",
    "glass",
    "holds",
    "keeping",
    "kiosk",
    "outside",
    "passkeys",
    "rights",
    "signing_in",
    "telling",
    "who_looked",
]
