"""What is on file for a reader and a person: consents in force; samples, audits, orders and laws that open charts."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import Q

from throughcare.access import kinds
from throughcare.access.actions.record import in_force
from throughcare.access.models import Authority, Consent
from throughcare.access.ports import FAMILY
from throughcare.kernel import clock
from throughcare.kernel.vocabulary import DataClass, Role

Opened = frozenset[tuple[str, DataClass]]


def consented(role: Role, person_id: UUID) -> Opened:
    """Give which kind of consent opens which class to a role now. A refusal signed later takes it back; what lacks an element
    that law asks for opens nothing (42 CFR 2.31(c))."""
    return consented_of(role, {person_id: FAMILY().of(person_id)})[person_id]


def consented_of(role: Role, families: Mapping[UUID, Iterable[UUID]]) -> dict[UUID, Opened]:
    """Give the same for each of many people, whose linked charts the caller knows, in one query."""
    members = {person_id: frozenset(family) for person_id, family in families.items()}
    of_chart: dict[UUID, list[Consent]] = {chart: [] for family in members.values() for chart in family}
    held = Consent.objects.filter(holding(), person_id__among=of_chart, roles__contains=[role.value])
    for consent in held:
        if not kinds.lacks(kinds.of(consent.kind), consent):
            of_chart[consent.person_id].append(consent)
    return {
        person_id: _opened([c for chart in family for c in of_chart[chart]]) for person_id, family in members.items()
    }


def _opened(held: Iterable[Consent]) -> Opened:
    opened: set[tuple[str, DataClass]] = set()
    for consent in sorted(held, key=lambda c: (c.signed_at, c.id)):
        said = {(consent.kind, DataClass(c)) for c in consent.classes}
        opened = opened | said if consent.agreed else opened - said
    return frozenset(opened)


def authorities(user_id: UUID) -> dict[str, frozenset[UUID]]:
    """Give the people whom samples, audits, orders and laws open to this reader now, by kind."""
    found: dict[str, frozenset[UUID]] = {}
    rows = Authority.objects.filter(in_force(), user_id=user_id).values_list("kind", "people")
    for kind, people in rows:
        found[kind] = found.get(kind, frozenset()) | frozenset(people)
    return found


def holding() -> Q:
    """Give the filter of consents that hold now: begun, not taken back, not run out."""
    now = clock.now()
    return Q(revoked_at=None, starts_at__lte=now) & (Q(expires_at=None) | Q(expires_at__gt=now))
