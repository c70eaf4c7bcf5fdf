"""Keys: how a client's signed assertion is checked, where its public keys come from, and the key that signs our id_token.

joserfc does the cryptography. Keys at an address are fetched by https from the outside world alone, without redirects, within
limits, and kept for some minutes; the caller stands in no transaction.
"""

import base64
import hashlib
import http.client
import json
import os
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from throughcare.exchange.smart import lasting
from throughcare.exchange.smart.addresses import NotOutside, outside

JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SIGNED_BY = ("RS384", "ES384")
LARGEST, SECONDS, KEPT = 64 * 1024, 5.0, 300.0
_CURVES = frozenset({"P-384"})
_kept: dict[str, tuple[float, dict[str, Any]]] = {}


class Untrue(Exception):
    """An assertion that proves nothing; the words say why, without repeating what came."""


def wrong_keys(jwks: Any) -> str:
    """Say what is wrong with a set of public keys; nothing where it can stand."""
    keys = jwks.get("keys") if isinstance(jwks, dict) else None
    if not isinstance(keys, list) or not 0 < len(keys) <= 10 or not all(isinstance(k, dict) for k in keys):
        return 'Give a JWK set: {"keys": [ … ]}, with one to ten keys.'
    for key in keys:
        if any(name in key for name in ("d", "p", "q", "dp", "dq", "qi", "k")):
            return "This holds a private key. Nothing was kept of it; make a new pair, and give the public half alone."
        if not key.get("kid"):
            return "Each key needs a [kid]."
        if key.get("kty") == "RSA":
            if len(str(key.get("n", ""))) < 342:
                return "An RSA key needs 2048 bits or more."
        elif key.get("kty") != "EC" or key.get("crv") not in _CURVES:
            return "Keys are RSA (RS384), or EC on curve P-384 (ES384)."
    kids = [key["kid"] for key in keys]
    return "Two keys have the same [kid]." if len(set(kids)) < len(kids) else ""


def client_of(assertion: str) -> str:
    """Give whom an assertion claims to come from, before anything of it is believed."""
    return _claimed(assertion, 1, "iss")


def kid_of(assertion: str) -> str:
    """Give the key that an assertion claims to be signed with."""
    return _claimed(assertion, 0, "kid")


def _claimed(assertion: str, part: int, name: str) -> str:
    try:
        word = assertion.split(".")[part]
        said = json.loads(base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)))
        return str(said[name])[:256]
    except (IndexError, ValueError, KeyError, TypeError):
        return ""


def claims_of(assertion: str, jwks: Mapping[str, Any], client_id: str, audience: str) -> dict[str, Any]:
    """Check a client's assertion and give its claims: signed by one of its keys, for our token address, short, numbered."""
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    if len(assertion) > 8192:
        raise Untrue("the assertion is too long")
    try:
        read = jwt.decode(assertion, KeySet.import_key_set({"keys": list(jwks["keys"])}), algorithms=list(SIGNED_BY))
    except (JoseError, ValueError, KeyError, TypeError):
        raise Untrue("the signature fits none of the registered keys (RS384 or ES384, with a kid)") from None
    said, now = read.claims, time.time()
    if not read.header.get("kid"):
        raise Untrue("the header names no kid")
    if said.get("iss") != client_id or said.get("sub") != client_id:
        raise Untrue("iss and sub must both be the client_id")
    if said.get("aud") not in (audience, [audience]):
        raise Untrue("aud must be the address of the token endpoint")
    until, longest = said.get("exp"), lasting.number("assertion_seconds")
    if isinstance(until, bool) or not isinstance(until, int | float) or not now < until <= now + longest + 5:
        raise Untrue(f"exp must be within the next {longest} seconds")
    begins = said.get("nbf", said.get("iat", 0))
    if isinstance(begins, bool) or not isinstance(begins, int | float) or begins > now + 30:
        raise Untrue("iat or nbf lies in the future")
    number = said.get("jti")
    if not isinstance(number, str) or not 0 < len(number) <= 256:
        raise Untrue("jti is missing")
    return dict(said)


def digest(words: str) -> bytes:
    """Give what is kept of a number or a secret."""
    return hashlib.sha256(words.encode()).digest()


def fetched(address: str, *, fresh: bool = False) -> dict[str, Any]:
    """Give the keys that stand at an address; raises Untrue where they can't be had."""
    held = _kept.get(address)
    # Even where a key is unknown nobody has us ask somebody else's machine more than every ten seconds.
    if held is not None and time.monotonic() - held[0] < (10.0 if fresh else KEPT):
        return held[1]
    try:
        found = json.loads(_get(address))
    except (NotOutside, OSError, http.client.HTTPException, ValueError):
        raise Untrue("the keys can't be fetched from the registered address") from None
    if wrong_keys(found):
        raise Untrue("what stands at the registered address is no set of public keys")
    _kept[address] = (time.monotonic(), found)
    return dict(found)


def _get(address: str) -> bytes:
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname:
        raise NotOutside("keys are fetched by https")
    host, port = parts.hostname, parts.port or 443
    where = outside(host, port)
    connection = _Pinned(host, port, where[0])
    try:
        path = parts.path or "/"
        connection.request(
            "GET", f"{path}?{parts.query}" if parts.query else path, headers={"Accept": "application/json"}
        )
        answer = connection.getresponse()
        body = answer.read(LARGEST + 1)
        if answer.status != 200 or len(body) > LARGEST:
            raise NotOutside("no keys there")
        return body
    finally:
        connection.close()


class _Pinned(http.client.HTTPSConnection):
    """Connects to the address that was checked, and has the certificate speak for the name."""

    def __init__(self, host: str, port: int, address: str) -> None:
        self._checked, self._tls = address, ssl.create_default_context()
        super().__init__(host, port, timeout=SECONDS, context=self._tls)

    def connect(self) -> None:
        """Connect."""
        import socket

        plain = socket.create_connection((self._checked, self.port), SECONDS)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)


# --- our own --------------------------------------------------------------------------------------------------------------------


def id_token(claims: Mapping[str, Any]) -> str:
    """Sign who somebody is (OpenID Connect, RS256)."""
    from joserfc import jwt

    key = _own()
    return jwt.encode({"alg": "RS256", "kid": key.thumbprint()}, dict(claims), key, algorithms=["RS256"])


def published() -> dict[str, Any]:
    """Give the public half of the key that signs, for whoever checks."""
    key = _own()
    public = {k: v for k, v in key.as_dict(private=False).items() if k in ("kty", "n", "e")}
    return {"keys": [{**public, "kid": key.thumbprint(), "use": "sig", "alg": "RS256"}]}


@cache
def _own() -> Any:
    from joserfc.jwk import RSAKey

    file = Path(settings.SEALING_KEY_FILE).parent / "id_token.pem"
    if not file.exists():
        draft = file.with_name(f"{file.name}.{os.getpid()}")
        made = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(made, "wb") as to:
            to.write(RSAKey.generate_key(2048).as_pem(private=True))
        with suppress(FileExistsError):
            os.link(draft, file)  # whoever is first has made it
        draft.unlink()
    return RSAKey.import_key(file.read_bytes())
