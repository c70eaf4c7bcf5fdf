"""Export files at rest: frames of NDJSON, each compressed, then encrypted with a key that the database holds only sealed.

A frame is bound to its export, file and place, so that none can be moved, and its nonce is drawn anew each time it is written.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree
from uuid import UUID

import zstandard
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from throughcare.ledger import body as bodies

NONCE, HEAD = 12, 4


def folder(export_id: UUID) -> Path:
    """Give the folder of an export's files."""
    return Path(settings.EXPORTS) / str(export_id)


def new_key(export_id: UUID) -> bytes:
    """Make a key for an export's files, sealed with the key outside the database."""
    return bodies.seal(os.urandom(32), bound_to=export_id.bytes)


def append(export_id: UUID, key: bytes, n: int, *, at: int, frame: int, lines: bytes) -> int:
    """Write a frame behind the `at` bytes that stand, whatever a step that did not end left there; gives the new length."""
    place = folder(export_id)
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    nonce = os.urandom(NONCE)
    packed = zstandard.ZstdCompressor(level=1).compress(lines)
    sealed = nonce + _cipher(key, export_id).encrypt(nonce, packed, _bound(export_id, n, frame))
    descriptor = os.open(place / str(n), os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        file.truncate(at)
        file.seek(at)
        file.write(len(sealed).to_bytes(HEAD) + sealed)
        file.flush()
        os.fsync(file.fileno())
    return at + HEAD + len(sealed)


def read(export_id: UUID, key: bytes, n: int, *, length: int, frames: int) -> Iterator[bytes]:
    """Give the lines of a file, frame by frame; raises InvalidTag where a byte was changed."""
    cipher = _cipher(key, export_id)
    with (folder(export_id) / str(n)).open("rb") as file:
        for frame in range(frames):
            size = int.from_bytes(file.read(HEAD))
            sealed = file.read(size)
            if len(sealed) != size or file.tell() > length:
                raise OSError("a file of an export is shorter than it was")
            packed = cipher.decrypt(sealed[:NONCE], sealed[NONCE:], _bound(export_id, n, frame))
            yield zstandard.ZstdDecompressor().decompress(packed)


def wipe(export_id: UUID) -> None:
    """Remove an export's files."""
    rmtree(folder(export_id), ignore_errors=True)


def _cipher(key: bytes, export_id: UUID) -> AESGCM:
    return AESGCM(bodies.unseal(key, bound_to=export_id.bytes))


def _bound(export_id: UUID, n: int, frame: int) -> bytes:
    return export_id.bytes + n.to_bytes(4) + frame.to_bytes(4)
