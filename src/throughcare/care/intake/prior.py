"""What the record of earlier stays says that a new screening must know (clinical.md 2.1, 3.2; ruling 12)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, Subquery

from throughcare.care.intake.desk_rules import POSITIVE, TEST
from throughcare.care.intake.rules import History
from throughcare.chart import models as chart
from throughcare.chart.states import TAKEN_BACK
from throughcare.people.models import Person

SEIZURES = Q(code__startswith="G40") | Q(text__icontains="seizure") | Q(text__icontains="epilepsy")
OPIOID_TREATMENT = Q(text__icontains="methadone") | Q(text__icontains="buprenorphine")


def history(people: Collection[UUID], since: datetime) -> History:
    """Give the facts of history that the rules ask for, from flags, problems, allergies and home medicines; one query.

    `since` is when this stay began: an older pregnancy test says nothing of today.
    """
    own = OuterRef("id")
    flag, problem = chart.Flag.objects.filter(person_id=own), chart.Condition.objects.filter(person_id=own)
    medicine, allergy = chart.HomeMedicine.objects.filter(person_id=own), chart.Allergy.objects.filter(person_id=own)
    wrong = Q(status="entered-in-error")
    tests = chart.Observation.objects.filter(person_id=own, code=TEST, effective_at__gte=since)
    tests = tests.exclude(status__in=TAKEN_BACK)
    charts = Person.objects.filter(id__in=people).values_list(
        ArraySubquery(flag.values("code")),
        Exists(medicine.exclude(wrong).filter(OPIOID_TREATMENT)),
        Exists(problem.exclude(wrong).filter(SEIZURES)),
        Exists(allergy.filter(status="active", criticality="high")),
        Subquery(tests.order_by("-effective_at", "-id").values("value_text")[:1]),
    )
    rows = list(charts)
    flags = {code for codes, *_ in rows for code in codes}
    return History(
        attempt_in_custody="suicide_attempt_in_custody" in flags,
        withdrawal_seizure_or_dt="withdrawal_seizure_or_dt" in flags,
        opioid_treatment="opioid_treatment" in flags or any(treated for _, treated, *_ in rows),
        unfinished_tb_treatment="unfinished_tb_treatment" in flags,
        seizures=any(seized for _, _, seized, *_ in rows),
        severe_allergy=any(severe for *_, severe, _ in rows),
        pregnant=any(test == POSITIVE for *_, test in rows),
    )
