"""Who may open the chart's pages, and which rows a reader of them gets: whole, by a cut, or not at all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from throughcare.access import conditions
from throughcare.access.policy import Policy, reads, writes
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import SEALED, DataClass, Role, Verb

CLINICIANS = frozenset({Role.PROVIDER, Role.RN, Role.LPN, Role.PSYCH, Role.SUD, Role.DENTAL, Role.PHARMACY})
OFFICES = frozenset({Role.PLANNER, Role.HIM, Role.HSA, Role.PAROLE, Role.COMMUNITY, Role.OMBUDS})
CHART = Policy("chart.summary", ((Verb.SUMMARY, DataClass.CLINICAL),), CLINICIANS | OFFICES)
READ = reads("chart.read", DataClass.CLINICAL)
WRITE = writes("chart.write", DataClass.CLINICAL)
# A consent may name medicines alone: then their page opens and the rest of the chart does not.
TAKEN = Policy("chart.taken", ((Verb.SUMMARY, DataClass.MEDICATION),), CLINICIANS | OFFICES)
MEDICINES = writes("chart.medicines", DataClass.MEDICATION)
HISTORY = Policy("chart.history", only=CLINICIANS | OFFICES | {Role.PREA})

OPEN = [c for c in DataClass if c not in SEALED]
# What a cut leaves of the chart's rows; a kind that a cut does not name is absent under it (access.projections).
KINDS_OF_CUT = {
    "summary": frozenset(
        {
            "Condition", "Allergy", "HomeMedicine", "Observation", "Order", "Flag", "Note", "Report", "FormResponse",
            "Encounter", "Attachment",
        }
    ),
    "medicine_name": frozenset({"HomeMedicine"}),
}  # fmt: skip


def visible(lens: Lens, people: Iterable[UUID]) -> Q:
    """Filter clinical rows to the classes that this reader sees whole, person by person: conditions hold for one each."""
    seen = Q(pk__in=[])
    for person in people:
        classes = [c.value for c in OPEN if lens.may(Verb.READ, c, person_id=person)]
        seen |= Q(person_id=person, data_class__in=classes)
    return seen


@dataclass(frozen=True, slots=True)
class Sight:
    """What one reader sees of some people's charts: the classes seen whole, and the cut under which others are seen."""

    whole: Mapping[UUID, frozenset[str]]
    cut: Mapping[UUID, Mapping[str, str]]

    def rows(self, kind: str) -> Q:
        """Filter rows of a kind to those that this reader sees whole or by a cut."""
        seen = Q(pk__in=[])
        for person, classes in self.whole.items():
            cut = [c for c, name in self.cut[person].items() if kind in KINDS_OF_CUT.get(name, ())]
            seen |= Q(person_id=person, data_class__in=[*classes, *cut])
        return seen

    def entire(self, row: Any) -> bool:
        """Tell whether a row is seen whole."""
        return row.data_class in self.whole.get(row.person_id, frozenset())


def sight(lens: Lens, people: Iterable[UUID]) -> Sight:
    """Work out what this reader sees of these people's charts."""
    whole, cut = {}, {}
    for person in people:
        whole[person] = frozenset(c.value for c in OPEN if lens.may(Verb.READ, c, person_id=person))
        cut[person] = {c.value: name for c in OPEN if c.value not in whole[person] and (name := _cut(lens, c, person))}
    return Sight(whole, cut)


def _cut(lens: Lens, data_class: DataClass, person_id: UUID) -> str:
    if lens.shut(person_id):
        return ""
    grant = lens.by(Verb.SUMMARY, data_class, person_id=person_id)
    return (conditions.projection_of(grant.condition) or "summary") if grant is not None else ""
