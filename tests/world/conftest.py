"""What tests of the synthetic agency share: a digest of everything that must come out the same twice."""

import hashlib
from collections.abc import Callable

import pytest


def _rows() -> dict[str, list[tuple]]:
    from throughcare.care.intake.models import Arrival
    from throughcare.care.medications.models import Dose, MedicationOrder
    from throughcare.care.sick_call.models import CareRequest
    from throughcare.chart.models import Allergy, Condition, Observation
    from throughcare.custody.models import Move, OperationalAlert, Placement, ScheduledEvent, Stay
    from throughcare.duties.models import Duty, RosterShift
    from throughcare.people.models import Identifier, MergeProposal, Person

    who = "person__family", "person__given", "person__birth_date"
    tables = {
        "people": Person.objects.values_list("family", "given", "birth_date", "sex", "language", "race_ethnicity"),
        "numbers": Identifier.objects.values_list("value", *who),
        "stays": Stay.objects.values_list(*who, "admitted_at", "ended_at", "state"),
        "moves": Move.objects.values_list(*who, "n", "kind", "happened_at", "to_bed", "planned"),
        "placements": Placement.objects.values_list(*who, "facility", "bed", "since", "until", "confirmed"),
        "plans": ScheduledEvent.objects.values_list(*who, "kind", "starts_at", "to_facility", "confidence"),
        "alerts": OperationalAlert.objects.values_list(*who, "template", "raised_at"),
        "proposals": MergeProposal.objects.values_list("reasons", "state"),
        "arrivals": Arrival.objects.values_list(*who, "state", "lane", "disposition", "signed_at"),
        "requests": CareRequest.objects.values_list(*who, "words", "state", "submitted_at", "triaged_at", "seen_at"),
        "problems": Condition.objects.values_list(*who, "code", "recorded_at"),
        "allergies": Allergy.objects.values_list(*who, "text"),
        "observations": Observation.objects.values_list(*who, "code", "value", "effective_at"),
        # The next look at somebody on watch is drawn so that nobody can foresee it: no seed gives it, nor what is found of it.
        "duties": Duty.objects.exclude(rule__in=("SUI-01", "SUI-02", "SUI-05")).values_list(
            *who, "rule", "opened_at", "due_at", "closed_at", "outcome", "closed_by"
        ),
        "doses": Dose.objects.values_list(*who, "order__text", "due_at", "status", "happened_at", "by"),
        "orders": MedicationOrder.objects.values_list(*who, "text", "status", "starts_at", "ended_at", "ended_why"),
        "shifts": RosterShift.objects.values_list("user__username", "starts", "on_call"),
    }
    return {name: sorted(tuple(map(str, row)) for row in rows) for name, rows in tables.items()}


@pytest.fixture
def digests() -> Callable[[], dict[str, str]]:
    """Give a function that digests each table, without ids that are made anew each time."""
    return lambda: {n: hashlib.sha256(repr(rows).encode()).hexdigest()[:16] for n, rows in _rows().items()}
