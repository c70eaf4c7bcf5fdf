"""A document takes the highest label of its parts (clinical.md 7.2): the labels of what a packet is made of."""

from collections.abc import Iterable
from functools import reduce
from operator import or_
from uuid import UUID

from throughcare.ledger.models import Current

PARTS = ("Condition", "AllergyIntolerance", "MedicationRequest", "DiagnosticReport", "MedicationStatement")


def bits_of_parts(family: Iterable[UUID]) -> int:
    """Give the labels of everything that may stand in these charts' packet, shown or not."""
    rows = Current.objects.filter(person_id__in=list(family), type__in=PARTS, labels__gt=0)
    return reduce(or_, rows.values_list("labels", flat=True), 0)
