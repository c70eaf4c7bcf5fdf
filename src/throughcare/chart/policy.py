"""Who may open the chart's pages, and which rows a reader of them gets."""

from django.db.models import Q

from throughcare.access.policy import reads, writes
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import SEALED, DataClass, Verb

CHART = reads("chart.read", DataClass.CLINICAL)
WRITE = writes("chart.write", DataClass.CLINICAL)
HISTORY = reads("chart.history", DataClass.CLINICAL)


def visible(lens: Lens) -> Q:
    """Filter clinical rows to the classes that this reader sees whole, for one person at a time."""
    classes = [c.value for c in DataClass if c not in SEALED and Verb.READ in lens.grant(c).verbs]
    seen = Q(data_class__in=classes)
    if lens.person_id is not None:
        seen &= Q(person_id=lens.person_id)
    if lens.opened:
        every = [c.value for c in DataClass if c not in SEALED]
        seen |= Q(person_id__in=lens.opened, data_class__in=every)
    for person, consented in lens.consented.items():
        seen |= Q(person_id=person, data_class__in=[c.value for c in consented if c not in SEALED])
    return seen
