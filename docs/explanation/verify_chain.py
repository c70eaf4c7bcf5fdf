"""Verifies a ledger without trusting Throughcare: chains, heads, bodies and signed anchors, from a database address.

    python verify_chain.py postgresql://… dictionaries/ [anchors.jsonl anchor.pub.pem]

`dictionaries/` is src/throughcare/ledger/dictionaries of any later release; take this page from there too. Needs psycopg, zstandard, orjson and cryptography; reads as the database's owner. Sealed bodies stay closed: their digest, header and
place in the chain are checked, their words need the key.
"""

import base64
import hashlib
import json
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import orjson
import psycopg
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

ZERO = bytes(32)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TIMES = ("happened_at", "recorded_at", "written_at")
HEADER = (
    *("subject_kind", "subject", "n", "type", "id", "version", "media", "data_class", "action", "actor", "reason", "source"),
    *TIMES,
    "renderer",
)  # fmt: skip
FIELDS = ", ".join(f"(extract(epoch FROM {f}) * 1000000)::bigint" if f in TIMES else f for f in HEADER)
ENTRIES = f"SELECT subject, id, n, salt, digest, hash, body, tx::text::bigint, {FIELDS} FROM {{}} ORDER BY subject, n"  # noqa: S608


def sha(*parts: bytes) -> bytes:
    """Give SHA-256 over the parts, one after the other."""
    return hashlib.sha256(b"".join(parts)).digest()


def merkle(leaves: list[bytes]) -> bytes:
    """Fold leaves to their root; an odd one goes up as it is."""
    level = [sha(b"\x00", leaf) for leaf in leaves]
    while len(level) > 1:
        pairs = [sha(b"\x01", a, b) for a, b in zip(level[::2], level[1::2], strict=False)]
        level = pairs + ([level[-1]] if len(level) % 2 else [])
    return level[0] if level else sha()


def unpack(stored: bytes, dictionaries: str, own: UUID, subject: UUID) -> bytes:
    """Decompress a body; its frame, kept with or without its first four bytes, names the numbered dictionary it was packed with,
    or none. From dictionary 2 on identifiers are in shorthand, from 4 on moments too.
    """
    frame = stored if stored.startswith(zstandard.FRAME_HEADER) else zstandard.FRAME_HEADER + stored
    number = zstandard.get_frame_parameters(frame).dict_id
    words = zstandard.ZstdCompressionDict(Path(dictionaries, f"{number}.zdict").read_bytes()) if number else None
    body = zstandard.ZstdDecompressor(dict_data=words).decompress(frame)
    ids = {1: str(own), 2: str(subject)}

    def full(mark: re.Match[bytes]) -> bytes:
        kind, rest = mark[0][0], mark[0][1:]
        if kind in ids or kind == 3:
            return (ids.get(kind) or str(UUID(bytes=rest))).encode()
        unit = timedelta(microseconds=1) if kind == 4 else timedelta(seconds=1)
        return (EPOCH + int.from_bytes(rest, "big") * unit).isoformat().encode()[:-6] + b"Z"

    marks = rb"[\x01\x02]|\x03.{16}" + (rb"|\x04.{7}|\x05.{4}" if number >= 4 else b"")
    return re.sub(marks, full, body, flags=re.DOTALL) if number >= 2 else body


def main(address: str, dictionaries: str, anchors: str = "", public_key: str = "") -> int:
    """Walk every chain, then hold each anchor against what was walked; give the number of faults."""
    faults, chain = [], []  # chain: (sealed, subject, n, tx, hash) of every entry, in the order of a walk
    with psycopg.connect(address) as db:
        for sealed, table in enumerate(("ledger_version", "ledger_sealed_version")):
            last: tuple[object, int, bytes] = (None, 0, ZERO)
            for subject, id_, n, salt, digest, hash_, body, tx, *header in db.execute(ENTRIES.format(table)):
                before = last if last[0] == subject else (subject, 0, ZERO)
                words = "\x1f".join(str(field) for field in header).encode()
                if n != before[1] + 1 or hash_ != sha(before[2], words, digest):
                    faults.append(f"{table}: entry {n} of {subject} does not hold")
                if body is not None and not sealed and sha(salt, unpack(body, dictionaries, id_, subject)) != digest:
                    faults.append(f"{table}: the body of entry {n} of {subject} is not what was written")
                last = (subject, n, hash_)
                chain.append((sealed, str(subject), n, tx, hash_))
        ends = {(s, subject): (n, h) for s, subject, n, _, h in chain}
        for subject, sealed, n, hash_ in db.execute(
            "SELECT subject, sealed::int, n, hash FROM ledger_head WHERE n > 0"
        ):
            if ends.get((sealed, str(subject))) != (n, hash_):
                faults.append(f"the chain of {subject} does not end where its head says")
    lines = Path(anchors).read_text().splitlines() if anchors else []
    if anchors:
        key = load_pem_public_key(Path(public_key).read_bytes())
        assert isinstance(key, Ed25519PublicKey), "the anchors are signed with Ed25519"  # noqa: S101
        for anchor in map(json.loads, lines):
            said = {name: anchor[name] for name in ("at", "horizon", "subjects", "root")}
            key.verify(base64.b64decode(anchor["signature"]), orjson.dumps(said, option=orjson.OPT_SORT_KEYS))
            heads = {(s, subject): (n, h) for s, subject, n, tx, h in chain if tx < int(anchor["horizon"])}
            leaves = [f"{s}:{subject}:{n}:{h.hex()}".encode() for (s, subject), (n, h) in sorted(heads.items())]
            if merkle(leaves).hex() != anchor["root"]:
                faults.append(f"anchor of {anchor['at']}: the chains of that time are not those it signed")
    sys.stdout.write("\n".join([*faults, f"{len(chain)} entries, {len(lines)} anchors, {len(faults)} faults"]) + "\n")
    return len(faults)


if __name__ == "__main__":
    sys.exit(min(1, main(*sys.argv[1:])))
