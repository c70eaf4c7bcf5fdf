"""The one thing that may go: a body that law orders destroyed. Header, digest and chain stay, and an entry says by whose order.

The entry stands in the same chain, in the agency's ordinary pair of tables, and names places and digests, nothing of the
content. `verify` finds a body that is gone without one.
"""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from throughcare.kernel import db
from throughcare.kernel.fhir import decode
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import DataClass
from throughcare.ledger.append import record
from throughcare.ledger.entry import SubjectKind
from throughcare.ledger.models import SealedVersion, Version
from throughcare.ledger.present import opened

TYPE, MEDIA = "Destruction", "throughcare/destruction"


def destroy(kind: str, id: UUID, versions: Sequence[int], *, authority: str, reason: str) -> list[int]:
    """Destroy the bodies of these versions, inside an action; gives their places. What is not there is not counted."""
    table: type[Version] | type[SealedVersion] = Version
    if not Version.objects.filter(type=kind, resource_id=id).exists():
        table = SealedVersion
    sealed = table is SealedVersion
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM ledger_destroy(%s, %s, %s, %s)", [sealed, kind, id, list(versions)])
        gone = cursor.fetchall()
    if not gone:
        return []
    header = table.objects.filter(resource_id=id, position=gone[0][0]).only("subject_kind", "subject").get()
    record(
        type=TYPE,
        id=uuid7(),
        subject=(SubjectKind(header.subject_kind), header.subject),
        data_class=DataClass.AUDIT_LOG,
        media=MEDIA,
        body={
            "sealed": sealed,
            "of": f"{kind}/{id}",
            "destroyed": [{"position": position, "digest": bytes(digest).hex()} for position, digest in gone],
            "authority": authority,
            "reason": reason,
            "by": db.unit().actor.label(),
        },
    )
    return [position for position, _ in gone]


def ordered(sealed: bool) -> list[int]:
    """Give the places of bodies whose destruction somebody ordered, as the ledger has it."""
    places: list[int] = []
    for version in Version.objects.filter(type=TYPE, media=MEDIA).only("body", "digest", "resource_id", "subject"):
        own = (version.resource_id, version.subject)
        body = opened(bytes(version.body) if version.body else None, bytes(version.digest), own, sealed=False)
        said = decode(body) if body is not None else {}
        if said.get("sealed") is sealed:
            places += [one["position"] for one in said["destroyed"]]
    return places
