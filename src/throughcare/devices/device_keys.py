"""Keys for devices that chart without a network, all derived from the house's sealing key: what is sent out is signed, what
comes back was sealed to us alone, and each entry proves that its maker had opened that bundle.
"""

import base64
import hmac
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

CURVE = ec.SECP256R1()
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
BOX = b"throughcare queue"


class Unreadable(ValueError):
    """A box was not sealed to us, or was changed on the way."""


def public() -> dict[str, str]:
    """Give the two public keys that a device keeps: to check what it gets, and to seal what it sends."""
    point = _opening().public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    raw = _signing().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return {"seal": text(point), "verify": text(raw)}


def sign(body: bytes) -> str:
    """Sign what a device takes along."""
    return text(_signing().sign(body))


def event_key(bundle_id: UUID) -> bytes:
    """Give the key that only an opened bundle holds; entries are made with it."""
    return _derived(b"bundle entries " + bundle_id.bytes, 32)


def proves(bundle_id: UUID, body: bytes, mark: str) -> bool:
    """Tell whether an entry was made by whoever had opened this bundle."""
    return hmac.compare_digest(hmac.digest(event_key(bundle_id), body, "sha256"), binary(mark))


def open_box(box: Any, bound_to: str) -> bytes:
    """Open what a device sealed; raise Unreadable where it was not sealed to us or was changed."""
    try:
        point, nonce, sealed = (binary(str(box[name])) for name in ("from", "iv", "data"))
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point)
        secret = _opening().exchange(ec.ECDH(), theirs)
        key = HKDF(algorithm=hashes.SHA256(), length=32, salt=point, info=BOX).derive(secret)
        return AESGCM(key).decrypt(nonce, sealed, bound_to.encode())
    except (InvalidTag, ValueError, TypeError, KeyError) as error:
        raise Unreadable("This entry can't be opened.") from error


def text(raw: bytes) -> str:
    """Write bytes for JSON."""
    return base64.b64encode(raw).decode()


def binary(written: str) -> bytes:
    """Read bytes from JSON."""
    return base64.b64decode(written, validate=True)


@cache
def _signing() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(_derived(b"bundle signing", 32))


@cache
def _opening() -> ec.EllipticCurvePrivateKey:
    # 48 bytes, so that the remainder by the group's order is as good as even (FIPS 186-5, A.2.1).
    return ec.derive_private_key(int.from_bytes(_derived(b"queue opening", 48)) % (ORDER - 1) + 1, CURVE)


def _derived(purpose: bytes, length: int) -> bytes:
    key = bytes.fromhex(Path(settings.SEALING_KEY_FILE).read_text().strip())
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=None, info=b"throughcare " + purpose).derive(key)
