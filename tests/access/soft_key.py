"""A device with passkeys, in software: what a browser would say of it."""

import hashlib
import json
import os
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestedCredentialData, AuthenticatorData

UP, UV, AT = 1, 4, 64


class SoftKey:
    """Makes and proves one passkey."""

    def __init__(self, origin: str = "http://localhost", house: str = "localhost") -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id, self.origin, self.house = os.urandom(16), origin, house
        self.counter, self.flags, self.handle = 0, UP | UV, b""

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer `navigator.credentials.create`."""
        from fido2.utils import websafe_decode

        asked = options["publicKey"]
        self.handle = websafe_decode(asked["user"]["id"])
        public = AttestedCredentialData.create(b"\0" * 16, self.id, ES256.from_cryptography_key(self.key.public_key()))
        data = AuthenticatorData.create(self._house(), self.flags | AT, self.counter, bytes(public))
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": bytes(data)})
        return self._said("webauthn.create", asked["challenge"], attestationObject=attestation)

    def get(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer `navigator.credentials.get`."""
        self.counter += 1
        challenge = options["publicKey"]["challenge"]
        data = bytes(AuthenticatorData.create(self._house(), self.flags, self.counter))
        client = hashlib.sha256(self._client("webauthn.get", challenge)).digest()
        signature = self.key.sign(data + client, ec.ECDSA(hashes.SHA256()))
        return self._said(
            "webauthn.get", challenge, authenticatorData=data, signature=signature, userHandle=self.handle
        )

    def _house(self) -> bytes:
        return hashlib.sha256(self.house.encode()).digest()

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _said(self, kind: str, challenge: str, **parts: bytes) -> dict[str, Any]:
        said = {"clientDataJSON": self._client(kind, challenge), **parts}
        return {
            "id": websafe_encode(self.id),
            "rawId": websafe_encode(self.id),
            "type": "public-key",
            "response": {name: websafe_encode(value) for name, value in said.items()},
            "clientExtensionResults": {},
        }
