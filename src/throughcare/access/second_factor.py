"""The second factor: time-based codes and recovery codes, by django-allauth's MFA (docs/decisions, "Second factor").

allauth keeps and computes them; our adapter encrypts their secrets, and a code is used once even where several
processes serve pages. The caller stands inside an action.
"""

import base64
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)

from throughcare.access import passkeys
from throughcare.access.models import User
from throughcare.ledger import body as bodies

ISSUER = "Throughcare"
_BOUND = b"access.second_factor"


class Adapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Encrypts secrets with the key that the database never has."""

    def encrypt(self, text: str) -> str:
        """Encrypt."""
        return base64.b64encode(bodies.seal(text.encode(), bound_to=_BOUND)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypt."""
        return bodies.unseal(base64.b64decode(encrypted_text), bound_to=_BOUND).decode()

    def get_totp_issuer(self) -> str:
        """Name the house in the authenticator app."""
        return ISSUER


def required(user: User) -> bool:
    """Tell whether a password alone does not open this account: it has an app, or a passkey."""
    return enrolled(user) or passkeys.enrolled(user)


def enrolled(user: User) -> bool:
    """Tell whether this account has an authenticator app."""
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())


def enrolled_among(user_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Give those of these accounts that have a second factor, an app or a passkey."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    rows = Authenticator.objects.filter(user_id__in=user_ids, type__in=kinds)
    return frozenset(rows.values_list("user_id", flat=True))


def new_secret() -> str:
    """Make a secret for an authenticator app; nothing is kept until a code proves that it arrived."""
    return str(generate_totp_secret())


def address(user: User, secret: str) -> str:
    """Give the otpauth:// address that the QR code carries."""
    return str(Adapter().build_totp_url(user, secret))


def proves(secret: str, code: str) -> bool:
    """Tell whether the code is one of this secret's, now."""
    return _counter(secret, code, after=-1) is not None


def enrol(user: User, secret: str) -> list[str]:
    """Keep the secret as the account's second factor; give the recovery codes, shown once."""
    forget(user)
    TOTP.activate(user, secret)
    return list(RecoveryCodes.activate(user).generate_codes())


def forget(user: User) -> None:
    """Switch the app and its recovery codes off; passkeys stay."""
    Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.WEBAUTHN).delete()


def passes(user: User, code: str) -> bool:
    """Tell whether this is a code of the account not used before: the app's, or a recovery code."""
    code = "".join(code.split())
    kept = {a.type: a for a in Authenticator.objects.select_for_update().filter(user=user)}
    totp = kept.get(Authenticator.Type.TOTP)
    if totp is None or not code:
        return False
    return _passes_totp(totp, code) or _passes_recovery(kept.get(Authenticator.Type.RECOVERY_CODES), code)


def recovery_codes_left(user: User) -> int:
    """Count the recovery codes that are still good."""
    kept = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return len(RecoveryCodes(kept).get_unused_codes()) if kept else 0


def _passes_totp(kept: Any, code: str) -> bool:
    secret = Adapter().decrypt(kept.data["secret"])
    counter = _counter(secret, code, after=kept.data.get("last_counter", -1))
    if counter is None:
        return False
    kept.data["last_counter"] = counter
    kept.record_usage()
    kept.save(update_fields=["data"])
    return True


def _passes_recovery(kept: Any, code: str) -> bool:
    return kept is not None and bool(RecoveryCodes(kept).validate_code(code))


def _counter(secret: str, code: str, *, after: int) -> int | None:
    for counter in yield_hotp_counters_from_time():
        if counter > after and compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, counter))):
            return int(counter)
    return None
