"""Packets that were handed over: when, by whom, and word for word, from the ledger."""

from collections.abc import Sequence
from uuid import UUID

from throughcare.kernel import db
from throughcare.kernel.errors import NotFound
from throughcare.kernel.fhir import decode
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb
from throughcare.ledger import body as bodies
from throughcare.ledger import reads as ledger
from throughcare.ledger.models import Version
from throughcare.people import reads as people
from throughcare.reentry import fhir
from throughcare.reentry.models import Packet
from throughcare.reentry.reads.packet import moment
from throughcare.reentry.sections import PacketNow, PacketSection


def given(lens: Lens, family: Sequence[UUID]) -> list[Packet]:
    """List what was handed over, refused or sent, newest first."""
    for person_id in family:
        lens.require(Verb.SUMMARY, DataClass.CLINICAL, person_id=person_id)
    with db.reading(lens):
        return list(Packet.objects.filter(person_id__in=family).order_by("-at")[:20])


def one(lens: Lens, family: Sequence[UUID], packet_id: UUID) -> tuple[Packet, PacketNow]:
    """Give one packet with the words it had; what was sealed stands there for who may open it."""
    with db.reading(lens):
        row = Packet.objects.filter(id=packet_id, person_id__in=family).first()
        if row is None:
            raise NotFound("There is no such packet here.")
        sections = _kept(lens, row.id, family)
        if row.sealed:
            sections += _sealed(lens, row, family)
        card = people.card(lens, row.person_id)
    made = moment(row.at, row.lang)
    return row, PacketNow(row.lang, fhir.TITLE[row.lang], card.name, card.number, "", made, tuple(sections))


def _kept(lens: Lens, id: UUID, family: Sequence[UUID]) -> list[PacketSection]:
    last = ledger.history(lens, "Composition", id, subjects=family)[0]
    return fhir.sections_of(last.body) if last.body else []


def _sealed(lens: Lens, row: Packet, family: Sequence[UUID]) -> list[PacketSection]:
    if not lens.may(Verb.READ, DataClass.PART2, person_id=row.person_id):
        return []
    return _kept(lens, fhir.sealed_part(row.id), family)


def person_of(packet_id: UUID) -> UUID:
    """Give whose packet this is."""
    return Packet.objects.values_list("person_id", flat=True).get(id=packet_id)


def own(lens: Lens, packet_id: UUID) -> tuple[Packet, PacketNow]:
    """Give a person what was once handed to them: the same words, a programme's part left out. Their own copy is theirs."""
    with db.reading(lens):
        row = Packet.objects.filter(id=packet_id).first()
        if row is None or lens.person_id is None or row.person_id != lens.person_id:
            raise NotFound("There is no such paper.")
        kept = Version.objects.filter(type="Composition", resource_id=row.id).order_by("-version").first()
        card = people.card(lens, row.person_id)
        body = decode(bodies.unpack(bytes(kept.body))) if kept is not None and kept.body is not None else {}
    made = moment(row.at, row.lang)
    sections = tuple(fhir.sections_of(body))
    return row, PacketNow(row.lang, fhir.TITLE[row.lang], card.name, card.number, "", made, sections)
