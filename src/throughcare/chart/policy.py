"""Who may open the chart's pages, and which rows a reader of them gets: whole, by a cut, or not at all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThan

from throughcare.access import conditions, labels
from throughcare.access.policy import Policy, reads, roles, writes
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import SEALED, DataClass, Role, Verb
from throughcare.ledger.models import Current

CLINICIANS = frozenset({Role.PROVIDER, Role.RN, Role.LPN, Role.PSYCH, Role.SUD, Role.DENTAL, Role.PHARMACY})
OFFICES = frozenset({Role.PLANNER, Role.HIM, Role.HSA, Role.PAROLE, Role.COMMUNITY, Role.OMBUDS})
CHART = Policy("chart.summary", ((Verb.SUMMARY, DataClass.CLINICAL),), CLINICIANS | OFFICES)
READ = reads("chart.read", DataClass.CLINICAL)
WRITE = writes("chart.write", DataClass.CLINICAL)
# A consent may name medicines alone: then their page opens and the rest of the chart does not.
TAKEN = Policy("chart.taken", ((Verb.SUMMARY, DataClass.MEDICATION),), CLINICIANS | OFFICES)
RESULTS = reads("chart.results", DataClass.RESULT)
# Entering what a laboratory wrote, and telling the person, is charting; what follows from it is a prescriber's to say.
ENTER = Policy("chart.enter_result", ((Verb.WRITE, DataClass.CLINICAL), (Verb.READ, DataClass.RESULT)))
REVIEW = writes("chart.review", DataClass.RESULT, only=frozenset({Role.PROVIDER, Role.PSYCH}))
INBOX = Policy("chart.inbox", ((Verb.READ, DataClass.RESULT),), frozenset({Role.PROVIDER, Role.PSYCH, Role.RN}))
COSIGN = writes("chart.cosign", DataClass.CLINICAL, only=frozenset({Role.PROVIDER, Role.PSYCH}))
# By role alone, so that the log of reads names no class: the page opens alike whether its reader keeps such notes or not.
OWN_NOTES = roles("chart.own_notes", Role.PSYCH, Role.SUD)
MEDICINES = writes("chart.medicines", DataClass.MEDICATION)
# The person reads their own at the kiosk, never on the pages of staff.
OWN_RESULTS = reads("chart.own_results", DataClass.RESULT, only=frozenset({Role.PATIENT}))
OWN_HEALTH = Policy("chart.own_health", ((Verb.SUMMARY, DataClass.CLINICAL),), frozenset({Role.PATIENT}))
HISTORY = Policy("chart.history", only=CLINICIANS | OFFICES | {Role.PREA})

OPEN = [c for c in DataClass if c not in SEALED]
# What a cut leaves of the chart's rows; a kind that a cut does not name is absent under it (access.projections).
KINDS_OF_CUT = {
    "summary": frozenset(
        {
            "Condition", "Allergy", "HomeMedicine", "Observation", "Order", "Flag", "Note", "Report", "FormResponse",
            "Encounter", "Attachment", "Immunization",
        }
    ),
    "medicine_name": frozenset({"HomeMedicine"}),
}  # fmt: skip


# The name under which each kind of row stands in the ledger, beside whose entries the labels are kept.
RESOURCE = {
    "Encounter": "Encounter",
    "Condition": "Condition",
    "Allergy": "AllergyIntolerance",
    "Observation": "Observation",
    "Note": "Composition",
    "Order": "ServiceRequest",
    "Report": "DiagnosticReport",
    "HomeMedicine": "MedicationStatement",
    "Immunization": "Immunization",
    "Flag": "Flag",
    "FormResponse": "QuestionnaireResponse",
    "Attachment": "DocumentReference",
}


@dataclass(frozen=True, slots=True)
class Sight:
    """What one reader sees of some people's charts: by class, and by what a row's labels ask beside its class (7.2).

    For each person: the classes seen whole, the cut under which others are seen, and for each label that asks for a
    class how that class is seen: whole (""), by a cut, or not at all (None).
    """

    whole: Mapping[UUID, frozenset[str]]
    cut: Mapping[UUID, Mapping[str, str]]
    labelled: Mapping[UUID, Mapping[int, str | None]]

    def of(self, model: type[Any]) -> QuerySet[Any]:
        """Give the rows of a kind that this reader sees whole or by a cut, each with the bits of its labels."""
        standing = Current.objects.filter(type=RESOURCE[model.__name__], resource_id=OuterRef("pk")).values("labels")
        rows: QuerySet[Any] = model.objects.filter(self.rows(model.__name__))
        bits = Coalesce(Subquery(standing[:1]), Value(0), output_field=BigIntegerField())
        found: QuerySet[Any] = rows.annotate(label_bits=bits)
        return found

    def rows(self, kind: str) -> Q:
        """Filter rows of a kind to those that this reader sees whole or by a cut."""
        seen = Q(pk__in=[])
        for person, classes in self.whole.items():
            cut = [c for c, name in self.cut[person].items() if kind in KINDS_OF_CUT.get(name, ())]
            shut = [bit for bit, way in self.labelled[person].items() if not _shows(way, kind)]
            seen |= Q(person_id=person, data_class__among=[*classes, *cut]) & _without(kind, shut)
        return seen

    def rows_whole(self, kind: str) -> Q:
        """Filter rows of a kind to those that this reader sees whole."""
        seen = Q(pk__in=[])
        for person, classes in self.whole.items():
            shut = [bit for bit, way in self.labelled[person].items() if way != ""]
            seen |= Q(person_id=person, data_class__among=classes) & _without(kind, shut)
        return seen

    def entire(self, row: Any) -> bool:
        """Tell whether a row (of `of`) is seen whole."""
        ways = self.labelled.get(row.person_id, {})
        if any(row.label_bits >> bit & 1 and way != "" for bit, way in ways.items()):
            return False
        return row.data_class in self.whole.get(row.person_id, frozenset())

    def hides(self, person_id: UUID, bits: int) -> bool:
        """Tell whether labels hide an entry of this person from being seen whole, for pages of one entry."""
        return any(bits >> bit & 1 and way != "" for bit, way in self.labelled.get(person_id, {}).items())


def sight(lens: Lens, people: Iterable[UUID]) -> Sight:
    """Work out what this reader sees of these people's charts."""
    whole, cut, labelled = {}, {}, {}
    for person in people:
        whole[person] = frozenset(c.value for c in OPEN if lens.may(Verb.READ, c, person_id=person))
        cut[person] = {c.value: name for c in OPEN if c.value not in whole[person] and (name := _cut(lens, c, person))}
        labelled[person] = {
            bit: _way(lens, cls, person)
            for label, bit in labels.bit_of().items()
            if (cls := labels.class_of_label(label, lens.role)) is not None
        }
    return Sight(whole, cut, labelled)


def _without(kind: str, shut: Iterable[int]) -> Q:
    """Leave out rows with one of these labels; a row that is not in the ledger yet, such as a draft, has none."""
    bits = sum(1 << bit for bit in shut)
    if not bits:
        return Q()
    entries = Current.objects.filter(GreaterThan(F("labels").bitand(bits), 0), type=RESOURCE[kind])
    without = ~Q(Exists(entries.filter(resource_id=OuterRef("pk"))))
    if kind == "Note":  # what was added to a note is hidden with it
        without &= ~Q(Exists(entries.filter(resource_id=OuterRef("addends_id"))))
    return without


def _shows(way: str | None, kind: str) -> bool:
    return way is not None and (way == "" or kind in KINDS_OF_CUT.get(way, ()))


def _way(lens: Lens, data_class: DataClass, person_id: UUID) -> str | None:
    if lens.may(Verb.READ, data_class, person_id=person_id):
        return ""
    return _cut(lens, data_class, person_id) or None


def _cut(lens: Lens, data_class: DataClass, person_id: UUID) -> str:
    if lens.shut(person_id):
        return ""
    grant = lens.by(Verb.SUMMARY, data_class, person_id=person_id)
    return (conditions.projection_of(grant.condition) or "summary") if grant is not None else ""
