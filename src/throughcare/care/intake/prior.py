"""What the record of earlier stays says that a new screening must know (clinical.md 2.1, 3.2; ruling 12)."""

from collections.abc import Collection
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q

from throughcare.care.intake.rules import History
from throughcare.chart import models as chart
from throughcare.people.models import Person

SEIZURES = Q(code__startswith="G40") | Q(text__icontains="seizure") | Q(text__icontains="epilepsy")
OPIOID_TREATMENT = Q(text__icontains="methadone") | Q(text__icontains="buprenorphine")


def history(people: Collection[UUID]) -> History:
    """Give the facts of history that the rules ask for, from flags, problems, allergies and home medicines; one query."""
    own = OuterRef("id")
    flag, problem = chart.Flag.objects.filter(person_id=own), chart.Condition.objects.filter(person_id=own)
    medicine, allergy = chart.HomeMedicine.objects.filter(person_id=own), chart.Allergy.objects.filter(person_id=own)
    wrong = Q(status="entered-in-error")
    charts = Person.objects.filter(id__in=people).values_list(
        ArraySubquery(flag.values("code")),
        Exists(medicine.exclude(wrong).filter(OPIOID_TREATMENT)),
        Exists(problem.exclude(wrong).filter(SEIZURES)),
        Exists(allergy.filter(status="active", criticality="high")),
    )
    rows = list(charts)
    flags = {code for codes, *_ in rows for code in codes}
    return History(
        attempt_in_custody="suicide_attempt_in_custody" in flags,
        withdrawal_seizure_or_dt="withdrawal_seizure_or_dt" in flags,
        opioid_treatment="opioid_treatment" in flags or any(treated for _, treated, _, _ in rows),
        unfinished_tb_treatment="unfinished_tb_treatment" in flags,
        seizures=any(seized for _, _, seized, _ in rows),
        severe_allergy=any(severe for *_, severe in rows),
    )
