"""Every reading of what was sent: the list of one person, one document with its bytes as they went."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from throughcare.exchange.documents.models import SentDocument
from throughcare.kernel import db
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb
from throughcare.ledger import reads as ledger

MOST = 50


@dataclass(frozen=True, slots=True)
class SentView:
    """A document as it went, for who may read all that is in it."""

    row: SentDocument
    content: bytes
    law: str
    notation: str


def of_person(lens: Lens, family: Sequence[UUID]) -> list[SentDocument]:
    """List what was sent of a person, of what the reader may read, the newest first."""
    rows = SentDocument.objects.filter(person_id__in=family).order_by("-sent_at")[:MOST]
    return [row for row in rows if lens.may(Verb.READ, DataClass(row.data_class), person_id=row.person_id)]


def one(lens: Lens, family: Sequence[UUID], sent_id: UUID) -> SentView:
    """Give a document as it went."""
    row = SentDocument.objects.filter(id=sent_id, person_id__in=family).first()
    if row is None:
        raise NotFound("There is no such document here.")
    with db.reading(lens):
        found = ledger.history(lens, "SentDocument", row.id, subjects=family)
    body = found[0].body if found else None
    if not body or "content" not in body:
        raise NotFound("There is no such document here.")
    return SentView(row, base64.b64decode(body["content"]), str(body["basis"]), str(body.get("notation", "")))
