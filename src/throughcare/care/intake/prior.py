"""What the record of earlier stays says that a new screening must know (clinical.md 2.1, 3.2; ruling 12)."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q

from throughcare.care.intake.rules import History
from throughcare.chart import models as chart

SEIZURES = Q(code__startswith="G40") | Q(text__icontains="seizure") | Q(text__icontains="epilepsy")
OPIOID_TREATMENT = Q(text__icontains="methadone") | Q(text__icontains="buprenorphine")


def history(people: Collection[UUID]) -> History:
    """Give the facts of history that the rules ask for, from flags, problems, allergies and home medicines."""
    flags = set(chart.Flag.objects.filter(person_id__in=people).values_list("code", flat=True))
    problems = chart.Condition.objects.filter(person_id__in=people).exclude(status="entered-in-error")
    medicines = chart.HomeMedicine.objects.filter(person_id__in=people).exclude(status="entered-in-error")
    return History(
        attempt_in_custody="suicide_attempt_in_custody" in flags,
        withdrawal_seizure_or_dt="withdrawal_seizure_or_dt" in flags,
        opioid_treatment="opioid_treatment" in flags or medicines.filter(OPIOID_TREATMENT).exists(),
        unfinished_tb_treatment="unfinished_tb_treatment" in flags,
        seizures=problems.filter(SEIZURES).exists(),
        severe_allergy=chart.Allergy.objects.filter(person_id__in=people, status="active", criticality="high").exists(),
    )
