"""Bodies as stored: in shorthand, compressed with a numbered dictionary of the package; sealed ones encrypted as well."""

import hashlib
import os
import re
import threading
from functools import cache
from importlib import resources
from pathlib import Path
from uuid import UUID

import zstandard
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

# The dictionary for new bodies, and the one for doses, of which there are most: how a body begins tells. A frame names the one
# it was made with, so older ones stay readable.
DICTIONARY = 2
OF_TYPE = {b'{"resourceType":"MedicationAdministration",': 3}
# Bodies of this dictionary and later ones are in shorthand: an identifier takes 16 bytes and not 36, and the entry's own two,
# which stand in its header, take one. JSON has no bytes below 32, so marks and words can't be taken for each other.
SHORTHAND = 2
_OWN_ID, _OWN_SUBJECT, _ANY = b"\x01", b"\x02", b"\x03"
_IDENTIFIER = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SEAL_VERSION = b"\x01"

# The resource's id and its subject's.
Own = tuple[UUID, UUID]
NONE = (UUID(int=0), UUID(int=0))


def salt() -> bytes:
    """Make the salt of one entry."""
    return os.urandom(16)


def digest(salt_: bytes, body: bytes) -> bytes:
    """Give SHA-256(salt ‖ body): what remains of a body that law orders destroyed."""
    return hashlib.sha256(salt_ + body).digest()


def pack(body: bytes, own: Own = NONE) -> bytes:
    """Compress; the same two ids unpack it."""
    if _OWN_ID in body or _OWN_SUBJECT in body or _ANY in body:
        return _compressor(SHORTHAND - 1).compress(body)
    number = OF_TYPE.get(body[: body.find(b",") + 1], DICTIONARY)
    return _compressor(number).compress(short(body, own))


def unpack(stored: bytes, own: Own = NONE) -> bytes:
    """Decompress, by whichever dictionary the frame names."""
    return unpack_as(stored, str(own[0]).encode(), str(own[1]).encode())


def unpack_as(stored: bytes, own_id: bytes, own_subject: bytes) -> bytes:
    """Decompress for whoever has the two ids as they are written."""
    number = zstandard.get_frame_parameters(stored).dict_id
    body = _decompressor(number).decompress(stored)
    return _long(body, own_id, own_subject) if number >= SHORTHAND else body


def short(body: bytes, own: Own) -> bytes:
    """Write identifiers as bytes; this is what dictionaries are trained on."""
    marks = {str(own[1]).encode(): _OWN_SUBJECT, str(own[0]).encode(): _OWN_ID}

    def mark(found: re.Match[bytes]) -> bytes:
        word = found[0]
        return marks.get(word) or _ANY + bytes.fromhex(word.replace(b"-", b"").decode())

    return _IDENTIFIER.sub(mark, body)


def _long(body: bytes, own_id: bytes, own_subject: bytes) -> bytes:
    # By hand, for every entry that is shown comes by here: a substitution that calls back takes ten times as long.
    pieces, at = [], 0
    while True:
        mark = body.find(_ANY, at)
        pieces.append(
            (body[at:mark] if mark >= 0 else body[at:]).replace(_OWN_ID, own_id).replace(_OWN_SUBJECT, own_subject)
        )
        if mark < 0:
            return b"".join(pieces)
        at = mark + 17
        pieces.append(_words.get(key := body[mark + 1 : at]) or _word(key))


# Identifiers in words, of those met last: of places, staff and visits very many entries speak.
_words: dict[bytes, bytes] = {}
_MOST_WORDS = 50_000


def _word(key: bytes) -> bytes:
    word = key.hex().encode()
    if len(_words) >= _MOST_WORDS:
        _words.clear()
    _words[key] = b"%b-%b-%b-%b-%b" % (word[:8], word[8:12], word[12:16], word[16:20], word[20:])
    return _words[key]


def seal(packed: bytes, *, bound_to: bytes) -> bytes:
    """Encrypt with the key that the database never has, bound to the entry's digest."""
    nonce = os.urandom(12)
    return _SEAL_VERSION + nonce + AESGCM(_key()).encrypt(nonce, packed, bound_to)


def unseal(stored: bytes, *, bound_to: bytes) -> bytes:
    """Decrypt; raises InvalidTag where the bytes or the digest were changed."""
    return AESGCM(_key()).decrypt(stored[1:13], stored[13:], bound_to)


@cache
def _key() -> bytes:
    return bytes.fromhex(Path(settings.SEALING_KEY_FILE).read_text().strip())


def _dictionary(number: int) -> zstandard.ZstdCompressionDict | None:
    if number == 0:
        return None
    data = resources.files("throughcare.ledger").joinpath(f"dictionaries/{number}.zdict").read_bytes()
    return zstandard.ZstdCompressionDict(data)


# Contexts of zstandard are not to be shared between threads that run at once: each thread keeps its own, for making one
# takes longer than unpacking a body. The digested dictionary is shared.
class _Contexts(threading.local):
    def __init__(self) -> None:
        self.packing: dict[int, zstandard.ZstdCompressor] = {}
        self.unpacking: dict[int, zstandard.ZstdDecompressor] = {}


_contexts = _Contexts()


@cache
def _digested(number: int) -> zstandard.ZstdCompressionDict | None:
    found = _dictionary(number)
    if found is not None:
        found.precompute_compress(level=3)
    return found


def _compressor(number: int) -> zstandard.ZstdCompressor:
    found = _contexts.packing.get(number)
    if found is None:
        found = zstandard.ZstdCompressor(level=3, dict_data=_digested(number), write_checksum=False)
        _contexts.packing[number] = found
    return found


def _decompressor(number: int) -> zstandard.ZstdDecompressor:
    found = _contexts.unpacking.get(number)
    if found is None:
        found = _contexts.unpacking[number] = zstandard.ZstdDecompressor(dict_data=_digested(number))
    return found
