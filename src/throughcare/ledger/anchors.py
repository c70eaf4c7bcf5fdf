"""Anchors: signed Merkle roots over all chain heads, appended to a file outside the database.

Whoever re-chains everything, or cuts off a tail, would have to sign again what this key has signed already elsewhere.
"""

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings
from django.db import connection

from throughcare.kernel import clock

EMPTY = hashlib.sha256(b"").digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Fold leaves to one root; leaf and node hashes differ by a first byte, and an odd one goes up as it is."""
    level = [hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        pairs = [hashlib.sha256(b"\x01" + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)]
        level = pairs + ([level[-1]] if len(level) % 2 else [])
    return level[0] if level else EMPTY


def drop(path: Path) -> dict[str, Any] | None:
    """Append an anchor if anything was written since the last one; give it, or None."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")
        horizon = cursor.fetchone()[0]
    root, count = _state(horizon)
    last = _last(path)
    if count == 0 or (last is not None and last["root"] == root):
        return None
    said = {"at": clock.now().isoformat(), "horizon": horizon, "subjects": count, "root": root}
    line = {**said, "signature": base64.b64encode(_key().sign(_words(said))).decode()}
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.write(orjson.dumps(line) + b"\n")
        file.flush()
    return line


def check(anchor: dict[str, Any]) -> str:
    """Say what is wrong between this anchor and the ledger; nothing where they agree."""
    said = {name: anchor[name] for name in ("at", "horizon", "subjects", "root")}
    try:
        _key().public_key().verify(base64.b64decode(anchor["signature"]), _words(said))
    except InvalidSignature:
        return "its signature is not ours"
    root, count = _state(anchor["horizon"])
    if count != anchor["subjects"]:
        return f"it signed [{anchor['subjects']}] chains, the ledger now has [{count}] of that time"
    return "" if root == anchor["root"] else "the chains of that time are not those it signed"


def _state(horizon: str) -> tuple[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT leaf FROM ledger_heads_at(%s::xid8)", [horizon])
        leaves = [leaf.encode() for (leaf,) in cursor.fetchall()]
    return merkle_root(leaves).hex(), len(leaves)


def _words(said: dict[str, Any]) -> bytes:
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)


def _last(path: Path) -> dict[str, Any] | None:
    if not path.exists():
        return None
    lines = [line for line in path.read_text().splitlines() if line.strip()]
    return orjson.loads(lines[-1]) if lines else None


def _key() -> Ed25519PrivateKey:
    key = load_pem_private_key(Path(settings.ANCHOR_KEY_FILE).read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError("the anchor key is not an Ed25519 key")
    return key
