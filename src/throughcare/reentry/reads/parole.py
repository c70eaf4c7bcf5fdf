"""What a parole officer may see: place and time, device, accommodation; more only by a consent (164.512(k)(5), 42 CFR 2.35).

Found by number alone, and only while a segment of supervision runs (ruling 9).
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils import translation

from throughcare.custody import wording as custody_wording
from throughcare.custody.models import LegalStatus, OperationalAlert
from throughcare.kernel import clock, db
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb
from throughcare.people import reads as people
from throughcare.people.family import family
from throughcare.people.models import Identifier
from throughcare.reentry import models as m
from throughcare.reentry.reads import packet as packets
from throughcare.reentry.sections import PacketSection
from throughcare.reentry.tables import load_table


@dataclass(frozen=True, slots=True)
class Whereto:
    """One appointment as an officer may know it: when, and at which address; never what for."""

    at: datetime | None
    address: str


@dataclass(frozen=True, slots=True)
class UnderSupervision:
    """One person under supervision, as far as the law and their consents let an officer see."""

    person_id: UUID
    number: str
    name: str
    since: datetime
    appointments: list[Whereto]
    sentences: list[str]
    consented: tuple[PacketSection, ...]


def find(lens: Lens, number: str) -> UUID | None:
    """Find who is under supervision by their number; nothing else finds anybody here."""
    with db.reading(lens):
        held = Identifier.objects.filter(value__iexact=number.strip(), until=None).values_list("person_id", flat=True)
        found = [p for p in held if _segment(p) is not None]
    return found[0] if len(found) == 1 else None


def one(lens: Lens, person_id: UUID) -> UnderSupervision:
    """Give what may be seen of one person under supervision; anybody else is not there."""
    with db.reading(lens):
        segment = None if lens.shut(person_id) else _segment(person_id)
        if segment is None:
            raise NotFound("There is nobody under supervision here.")
        charts = family(person_id)
        number = Identifier.objects.filter(person_id__in=charts, until=None).values_list("value", flat=True).first()
        named = lens.may(Verb.READ, DataClass.DEMOGRAPHICS, person_id=person_id)
        return UnderSupervision(
            person_id,
            number or "",
            people.card(lens, person_id).name if named else "",
            segment.since,
            _appointments(charts),
            _sentences(charts),
            _consented(lens, person_id),
        )


def _segment(person_id: UUID) -> LegalStatus | None:
    running = LegalStatus.objects.filter(person_id__in=family(person_id), cancelled=False, until=None)
    return running.filter(kind__in=load_table().parole_statuses).first()


def _appointments(charts: frozenset[UUID]) -> list[Whereto]:
    """An address says where to let somebody go; a partner's name or telephone could say what for, and is left out."""
    rows = m.Appointment.objects.filter(person_id__in=charts, state="planned", at__gte=clock.now()).order_by("at")
    return [Whereto(a.at, a.address) for a in rows[:20]]


def _sentences(charts: frozenset[UUID]) -> list[str]:
    runs = Q(until=None) | Q(until__gt=clock.now())
    table = load_table()
    allowed, own = table.parole_alerts, table.parole_words
    rows = OperationalAlert.objects.filter(runs, person_id__in=charts, ended_at=None, template__in=allowed)
    known = custody_wording.templates()
    return [
        own[r.template].format(until=_until(r.until))
        if r.template in own
        else known[r.template].sentence("text", r.values, lang="en", phone="", until=_until(r.until))
        for r in rows
        if r.template in known
    ]


def _until(at: datetime | None) -> str:
    return custody_wording.moment(at, "", "en") if at else "told otherwise"


def _consented(lens: Lens, person_id: UUID) -> tuple[PacketSection, ...]:
    """Give the parts of the packet that a consent in force opens to parole, each by its own class."""
    with translation.override("en"):
        found = packets.parts_by_consent(lens, person_id)
    return tuple(found)
