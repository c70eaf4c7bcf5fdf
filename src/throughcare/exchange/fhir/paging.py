"""Pages: how many, and the opaque token that leads to the next. It opens only for who got it, with the lens they had then."""

import base64
import hashlib
import os
import time
from functools import cache
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from throughcare.access.tokens import Bearer
from throughcare.exchange.fhir.call import Call
from throughcare.exchange.fhir.outcome import bad

DEFAULT, MOST = 20, 1000
LASTS = 3600


def count_of(call: Call, default: int = DEFAULT) -> int:
    """Read `_count`; what is more than the most is the most."""
    word = call.param("_count")
    if not word:
        return default
    if not word.isascii() or not word.isdigit() or len(word) > 9:
        raise bad("[_count] is no number.", "_count")
    return min(int(word), MOST)


def token(bearer: Bearer, *said: Any) -> str:
    """Seal what a next page needs: encrypted, so that nothing of a search stands in it to be read or changed."""
    nonce = os.urandom(12)
    words = orjson.dumps([int(time.time()) + LASTS, *said])
    sealed = _sealer().encrypt(nonce, words, _whose(bearer))
    return base64.urlsafe_b64encode(nonce + sealed).decode().rstrip("=")


def opened(bearer: Bearer, word: str) -> list[Any]:
    """Open a page token; refuses another's, an altered and an old one alike."""
    try:
        raw = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))
        until, *said = orjson.loads(_sealer().decrypt(raw[:12], raw[12:], _whose(bearer)))
    except (ValueError, InvalidTag):
        raise bad("This page is not yours, or its link was changed. Search again.", "_page") from None
    if until < time.time():
        raise bad("This page's link is over. Search again.", "_page")
    return list(said)


def resume(call: Call, what: str, kind: str) -> int:
    """Give the place at which a page of this kind begins; nothing for the first."""
    word = call.param("_page")
    if not word:
        return 0
    said = opened(call.bearer, word)
    if said[:2] != [what, kind]:
        raise bad("This page belongs to another search.", "_page")
    return int(said[2])


def _whose(bearer: Bearer) -> bytes:
    """Bind a page to token, role, places and person: another lens does not open it."""
    lens = bearer.lens
    places = sorted(map(str, lens.facilities)) if lens.facilities is not None else ["all"]
    said = [str(bearer.token_id), str(lens.user_id), lens.role.value, *places, str(lens.person_id)]
    return "|".join([*said, *(bearer.scopes or ())]).encode()


@cache
def _sealer() -> AESGCM:
    return AESGCM(hashlib.sha256(b"throughcare fhir pages" + settings.SECRET_KEY.encode()).digest())
