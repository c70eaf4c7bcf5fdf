"""Who may open the chart's pages, and which rows a reader of them gets."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from throughcare.access.policy import reads, writes
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import SEALED, DataClass, Verb

CHART = reads("chart.read", DataClass.CLINICAL)
WRITE = writes("chart.write", DataClass.CLINICAL)
HISTORY = reads("chart.history", DataClass.CLINICAL)


def visible(lens: Lens, people: Iterable[UUID]) -> Q:
    """Filter clinical rows to the classes that this reader sees whole, person by person: conditions hold for one each."""
    seen = Q(pk__in=[])
    for person in people:
        classes = [c.value for c in OPEN if lens.may(Verb.READ, c, person_id=person)]
        seen |= Q(person_id=person, data_class__in=classes)
    return seen


OPEN = [c for c in DataClass if c not in SEALED]
