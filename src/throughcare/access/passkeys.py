"""Passkeys (WebAuthn): a key pair of the person's own device, unlocked there by finger, face or PIN. Two factors in one.

Yubico's fido2 checks what a browser says; the public halves stand beside the other second factors, in allauth's table.
Only passkeys that verify their user and can be found without a name are taken. The caller stands inside an action.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from throughcare.access.models import User

NAME = "Throughcare"
_KIND = Authenticator.Type.WEBAUTHN
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Passkey:
    """One passkey of an account, as its page lists it."""

    id: int
    name: str
    since: datetime
    used_at: datetime | None


def house_of(host: str) -> str:
    """Give the name under which passkeys are made here; none where the house is asked for by number."""
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return name
    return ""


def begin_enrolment(user: User, house: str) -> tuple[Json, Json]:
    """Give what the browser needs to make a passkey, and the challenge to keep until it answers."""
    entity = PublicKeyCredentialUserEntity(name=user.username, id=user.id.bytes, display_name=user.name)
    options, state = _server(house).register_begin(
        entity,
        credentials=[_public(one) for one in _of(user)],
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return dict(options), dict(state)


def enrol(user: User, name: str, said: Mapping[str, Any], state: Mapping[str, Any], house: str) -> bool:
    """Keep the passkey that the browser made for this challenge; tell whether it did."""
    try:
        made = _server(house).register_complete(dict(state), RegistrationResponse.from_dict(said))
    except (ValueError, TypeError, KeyError):
        return False
    data = made.credential_data
    if data is None or not made.is_user_verified() or _by_id(data.credential_id) is not None:
        return False
    kept = {
        "name": name,
        "credential_id": data.credential_id.hex(),
        "public": bytes(data).hex(),
        "counter": made.counter,
    }
    Authenticator.objects.create(user=user, type=_KIND, data=kept)
    return True


def begin_sign_in(house: str, user: User | None = None) -> tuple[Json, Json]:
    """Give what the browser needs to prove a passkey: of this account, or of whoever has one."""
    options, state = _server(house).authenticate_begin(
        credentials=[_public(one) for one in _of(user)] if user is not None else None,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return dict(options), dict(state)


def proves(said: Mapping[str, Any], state: Mapping[str, Any], house: str) -> UUID | None:
    """Say whose passkey answered this challenge; None where it is nobody's, or an old answer, or a copy of the key."""
    try:
        answer = AuthenticationResponse.from_dict(said)
        kept = _by_id(bytes(answer.raw_id))
        if kept is None:
            return None
        _server(house).authenticate_complete(dict(state), [_public(kept)], answer)
    except (ValueError, TypeError, KeyError):
        return None
    counter = answer.response.authenticator_data.counter
    handle = answer.response.user_handle
    if (handle is not None and bytes(handle) != kept.user_id.bytes) or _is_copy(counter, kept.data["counter"]):
        return None
    kept.data["counter"] = counter
    kept.record_usage()
    kept.save(update_fields=["data"])
    found: UUID = kept.user_id
    return found


def listed(user: User) -> list[Passkey]:
    """List an account's passkeys, newest first."""
    return [Passkey(a.pk, a.data["name"], a.created_at, a.last_used_at) for a in _of(user).order_by("-created_at")]


def enrolled(user: User) -> bool:
    """Tell whether the account has a passkey."""
    return bool(_of(user).exists())


def forget(user: User, passkey_id: int | None = None) -> int:
    """Forget one passkey of the account, or all; gives how many."""
    kept = _of(user) if passkey_id is None else _of(user).filter(pk=passkey_id)
    gone, _ = kept.delete()
    return int(gone)


def _is_copy(counter: int, before: int) -> bool:
    # A device that counts must count up; one that does not count always says 0.
    return (counter, before) != (0, 0) and counter <= before


def _server(house: str) -> Fido2Server:
    return Fido2Server(PublicKeyCredentialRpEntity(name=NAME, id=house))


def _of(user: User) -> Any:
    return Authenticator.objects.filter(user=user, type=_KIND)


def _by_id(credential_id: bytes) -> Any:
    kept = Authenticator.objects.select_for_update().filter(type=_KIND, user__is_active=True)
    return kept.filter(data__credential_id=credential_id.hex()).first()


def _public(kept: Any) -> AttestedCredentialData:
    return AttestedCredentialData(bytes.fromhex(kept.data["public"]))
