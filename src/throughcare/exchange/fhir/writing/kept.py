"""What is kept as it was sent, for the nightly comparison: the sender's bytes, as long as nothing was changed here since."""

import hashlib
from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from throughcare.exchange.fhir.writing.sent import RECORDS
from throughcare.kernel.fhir import Json, decode
from throughcare.ledger import formats
from throughcare.ledger.present import opened

_BODIES = (
    "SELECT v.id, v.subject, v.digest, v.body, o.digest FROM exchange_outside o "
    "JOIN ledger_current c ON c.id = o.id AND c.type = o.type AND c.version = o.version "
    "JOIN ledger_version v ON v.id = o.id AND v.type = o.type AND v.version = o.version "
    "WHERE o.type = %s AND o.id = ANY (%s) AND v.body IS NOT NULL"
)


def install(apart: frozenset[str]) -> None:
    """Name to the ledger, after the rooms' own, how what was sent is rendered: as it was sent. `apart` is never compared."""
    for kind in sorted(RECORDS - apart):
        formats.render_with(kind, _of(kind))


def _of(kind: str) -> formats.Render:
    def rendered(ids: Sequence[UUID]) -> dict[UUID, Json]:
        with connection.cursor() as cursor:
            cursor.execute(_BODIES, [kind, list(ids)])
            rows = cursor.fetchall()
        found: dict[UUID, Json] = {}
        for id_, subject, digest, stored, sent in rows:
            body = opened(stored, digest, (id_, subject), sealed=False) or b"{}"
            found[id_] = decode(body) if hashlib.sha256(body).digest() == bytes(sent) else {}
        return found

    return rendered
