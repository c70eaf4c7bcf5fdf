"""Bodies as stored: compressed with a numbered dictionary of the package; sealed ones encrypted as well."""

import hashlib
import os
from functools import cache
from importlib import resources
from pathlib import Path

import zstandard
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

# The dictionary for new bodies. A frame names the one it was made with, so older ones stay readable.
DICTIONARY = 1
_SEAL_VERSION = b"\x01"


def salt() -> bytes:
    """Make the salt of one entry."""
    return os.urandom(16)


def digest(salt_: bytes, body: bytes) -> bytes:
    """Give SHA-256(salt ‖ body): what remains of a body that law orders destroyed."""
    return hashlib.sha256(salt_ + body).digest()


def pack(body: bytes) -> bytes:
    """Compress."""
    return _compressor().compress(body)


def unpack(stored: bytes) -> bytes:
    """Decompress, by whichever dictionary the frame names."""
    number = zstandard.get_frame_parameters(stored).dict_id
    return _decompressor(number).decompress(stored)


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


# Contexts of zstandard are not to be shared between threads that run at once; under WSGI a process has few threads,
# and a context costs little beside the digested dictionary, which is shared.
@cache
def _digested(number: int) -> zstandard.ZstdCompressionDict | None:
    found = _dictionary(number)
    if found is not None:
        found.precompute_compress(level=3)
    return found


def _compressor() -> zstandard.ZstdCompressor:
    return zstandard.ZstdCompressor(level=3, dict_data=_digested(DICTIONARY), write_checksum=False)


def _decompressor(number: int) -> zstandard.ZstdDecompressor:
    return zstandard.ZstdDecompressor(dict_data=_digested(number))
