"""Bodies as stored: in shorthand, compressed with a numbered dictionary of the package; sealed ones encrypted as well."""

import hashlib
import os
import re
import threading
from datetime import UTC, datetime, timedelta
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
OF_TYPE = {b'{"resourceType":"MedicationAdministration",': 4}
# Bodies of this dictionary and later ones are in shorthand: an identifier takes 16 bytes and not 36, and the entry's own two,
# which stand in its header, take one. JSON has no bytes below 32, so marks and words can't be taken for each other.
SHORTHAND = 2
_OWN_ID, _OWN_SUBJECT, _ANY = b"\x01", b"\x02", b"\x03"
# From this dictionary on moments are in shorthand too: 7 bytes of microseconds since 1970, or 4 of whole seconds.
MOMENTS = 4
_MICROSECONDS, _SECONDS = b"\x04", b"\x05"
_MARKS = b"\x01\x02\x03\x04\x05"
_EPOCH, _MICROSECOND, _MILLION = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1), 1_000_000
# How a frame begins, always: it is not kept (without it, none begins so).
_MAGIC = zstandard.FRAME_HEADER
# Tries harder for a body of a few hundred bytes, of which there are millions, than for the others.
LEVEL, HARDER = 3, 9
_ID = rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_MOMENT = rb"(?:19[7-9]|20\d)\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?Z"
_IDENTIFIER, _INSTANT = re.compile(_ID), re.compile(_MOMENT)
# Where either may stand, by its first dash, and how far before it either begins: to look for a dash costs a twentieth of
# looking for sixteen kinds of letters.
_DASH, _DASH_OF_ID = (
    re.compile(rb"-(?=[0-9a-f]{4}-[0-9a-f]{4}-|\d\d-\d\dT)"),
    re.compile(rb"-(?=[0-9a-f]{4}-[0-9a-f]{4}-)"),
)
_BEFORE_ID, _BEFORE_MOMENT = 8, 4
_LONGER, _LONGER_BEFORE = re.compile(rb"[\x03-\x05]"), re.compile(_ANY)
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
    if len(body.translate(None, _MARKS)) != len(body):
        return _compressor(SHORTHAND - 1).compress(body)[len(_MAGIC) :]
    number = OF_TYPE.get(body[: body.find(b",") + 1], DICTIONARY)
    return _compressor(number).compress(short(body, own, number))[len(_MAGIC) :]


def unpack(stored: bytes, own: Own = NONE) -> bytes:
    """Decompress, by whichever dictionary the frame names."""
    return unpack_as(stored, str(own[0]).encode(), str(own[1]).encode())


def unpack_as(stored: bytes, own_id: bytes, own_subject: bytes) -> bytes:
    """Decompress for whoever has the two ids as they are written."""
    frame = stored if stored.startswith(_MAGIC) else _MAGIC + stored
    number = zstandard.get_frame_parameters(frame).dict_id
    body = _decompressor(number).decompress(frame)
    if number < SHORTHAND:
        return body
    return _long(body, own_id, own_subject, _LONGER if number >= MOMENTS else _LONGER_BEFORE)


def short(body: bytes, own: Own, number: int) -> bytes:
    """Write identifiers, and for later dictionaries moments, as bytes; this is what dictionaries are trained on."""
    marks = {str(own[1]).encode(): _OWN_SUBJECT, str(own[0]).encode(): _OWN_ID}
    pieces: list[bytes] = []
    done = 0
    # In one walk: what one becomes must not be taken for a piece of another.
    for dash in (_DASH if number >= MOMENTS else _DASH_OF_ID).finditer(body):
        at = dash.start()
        if at >= done + _BEFORE_ID and (found := _IDENTIFIER.match(body, at - _BEFORE_ID)):
            word = found[0]
            kept = marks.get(word) or _ANY + bytes.fromhex(word.replace(b"-", b"").decode())
        elif number >= MOMENTS and at >= done + _BEFORE_MOMENT and (found := _INSTANT.match(body, at - _BEFORE_MOMENT)):
            kept = _short_moment(found[0])
        else:
            continue
        pieces += (body[done : found.start()], kept)
        done = found.end()
    return b"".join((*pieces, body[done:]))


def _short_moment(word: bytes) -> bytes:
    try:
        at = datetime.fromisoformat(word.decode())
    except ValueError:
        return word
    since = (at - _EPOCH) // _MICROSECOND
    if since % _MILLION:
        return _MICROSECONDS + since.to_bytes(7)
    # A whole second that is written with its six noughts would come back without them.
    return word if b"." in word else _SECONDS + (since // _MILLION).to_bytes(4)


def _moment(kept: bytes) -> bytes:
    number = int.from_bytes(kept[1:])
    at = _EPOCH + timedelta(microseconds=number * _MILLION if kept[:1] == _SECONDS else number)
    return at.isoformat().encode()[:-6] + b"Z"


def _long(body: bytes, own_id: bytes, own_subject: bytes, longer: re.Pattern[bytes]) -> bytes:
    # By hand, for every entry that is shown comes by here: a substitution that calls back takes ten times as long.
    pieces, at = [], 0
    while True:
        mark = longer.search(body, at)
        pieces.append(
            (body[at : mark.start()] if mark else body[at:]).replace(_OWN_ID, own_id).replace(_OWN_SUBJECT, own_subject)
        )
        if mark is None:
            return b"".join(pieces)
        start = mark.start()
        at = start + _LENGTH[mark[0]]
        if mark[0] == _ANY:
            pieces.append(_words.get(key := body[start + 1 : at]) or _word(key))
        else:
            pieces.append(_moment(body[start:at]))


_LENGTH = {_ANY: 17, _MICROSECONDS: 8, _SECONDS: 5}


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


def _level(number: int) -> int:
    return HARDER if number >= MOMENTS else LEVEL


@cache
def _digested(number: int) -> zstandard.ZstdCompressionDict | None:
    found = _dictionary(number)
    if found is not None:
        found.precompute_compress(level=_level(number))
    return found


def _compressor(number: int) -> zstandard.ZstdCompressor:
    found = _contexts.packing.get(number)
    if found is None:
        found = zstandard.ZstdCompressor(level=_level(number), dict_data=_digested(number), write_checksum=False)
        _contexts.packing[number] = found
    return found


def _decompressor(number: int) -> zstandard.ZstdDecompressor:
    found = _contexts.unpacking.get(number)
    if found is None:
        found = _contexts.unpacking[number] = zstandard.ZstdDecompressor(dict_data=_digested(number))
    return found
