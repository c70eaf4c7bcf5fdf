"""Identifiers: UUIDv7, sortable by time of making, telling nothing of counts."""

import os
import secrets
import time
from uuid import UUID, uuid5

# One namespace for everything that must come out the same twice (imported facts, the synthetic agency).
NAMESPACE = UUID("6d1f7a52-3c0e-5b0a-9d5e-7f0c6a1e2b34")

# No 0/O, 1/I/L, 5/S: a receipt is read aloud and copied by hand.
ALPHABET = "ABCDEFGHJKMNPQRTUVWXYZ2346789"


def uuid7(at_ms: int | None = None) -> UUID:
    """Make a UUID of version 7 for now, or for the given milliseconds since 1970."""
    ms = time.time_ns() // 1_000_000 if at_ms is None else at_ms
    rand = int.from_bytes(os.urandom(10), "big")
    value = (ms & (1 << 48) - 1) << 80 | 0x7 << 76 | (rand >> 62 & 0xFFF) << 64 | 0b10 << 62 | rand & (1 << 62) - 1
    return UUID(int=value)


def derived(*parts: str) -> UUID:
    """Make the identifier that these words always give."""
    return uuid5(NAMESPACE, "\x1f".join(parts))


def receipt() -> str:
    """Make a number for a person to keep, such as K4M-7RT-9QC: drawn, so that it tells nothing of counts."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(3)) for _ in range(3))
