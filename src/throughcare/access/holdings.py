"""What is on file for a reader and a person: consents in force; samples, audits, orders and laws that open charts."""

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
    opened: set[tuple[str, DataClass]] = set()
    held = Consent.objects.filter(holding(), person_id__in=FAMILY().of(person_id), roles__contains=[role.value])
    for consent in held.order_by("signed_at", "id"):
        if kinds.lacks(kinds.of(consent.kind), consent):
            continue
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
