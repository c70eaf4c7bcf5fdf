"""Why people near the end of life, or frail, are left out of aligned measures: hospice, palliative care, frailty. Pure.

The aligned measures of 2025 and of 2026 differ in details: in 2026 an encounter must be finished, conditions must not be
refuted, and an assessment needs no category of its own. `Year` names the difference once.
"""

from __future__ import annotations

from dataclasses import dataclass

from throughcare.insight.measures.codes import LOINC, SNOMED
from throughcare.insight.measures.points import Span, at_or_before, during, overlaps, within
from throughcare.insight.measures.rows import Condition, Observation, by_end
from throughcare.insight.measures.subject import BEING_DONE, FINAL, ORDERS, SURVEY, Subject, verified

HOSPICE_ASSESSED, YES = f"{LOINC}45755-6", f"{SNOMED}373066001"
TO_HOSPICE = frozenset({f"{SNOMED}428371000124100", f"{SNOMED}428361000124107"})
PALLIATIVE_ASSESSED = f"{LOINC}71007-9"
EQUIPMENT_USED, HOUSING, NURSING_HOME = f"{LOINC}98181-1", f"{LOINC}71802-3", f"{SNOMED}160734000"


@dataclass(frozen=True, slots=True)
class Year:
    """How a year's measures read the status of what was done."""

    encounters: tuple[str, ...]
    orders: tuple[str, ...]
    only_verified: bool
    only_surveys: bool

    def conditions(self, found: list[Condition]) -> list[Condition]:
        """Leave out refuted conditions where the year's measures do."""
        return [c for c in found if verified(c)] if self.only_verified else found

    def assessments(self, found: list[Observation]) -> list[Observation]:
        """Leave out what is no survey where the year's measures do."""
        return [o for o in found if SURVEY in o.categories] if self.only_surveys else found


OF_2025 = Year(BEING_DONE, ("order",), only_verified=False, only_surveys=True)
OF_2026 = Year(("finished",), ORDERS, only_verified=True, only_surveys=False)


def in_hospice(who: Subject, year: Year) -> bool:
    """Say whether the person had hospice care at any time of the period."""
    period = who.period
    return (
        any(
            not e.discharge_codes.isdisjoint(TO_HOSPICE)
            and e.span is not None
            and within(e.span.end, period, by_day=True)
            for e in who.encounters("inpatient", statuses=year.encounters)
        )
        or any(
            overlaps(e.span, period, by_day=True) for e in who.encounters("hospice-encounter", statuses=year.encounters)
        )
        or any(
            YES in o.value_codes and overlaps(o.span, period, by_day=True)
            for o in year.assessments(who.observations(codes=[HOSPICE_ASSESSED], statuses=FINAL))
        )
        or any(
            o.intent in year.orders and within(o.authored_at, period, by_day=True)
            for o in who.service_requests("hospice-care", statuses=("active", "completed"))
        )
        or any(overlaps(p.span, period, by_day=True) for p in who.procedures("hospice-care"))
        or any(overlaps(c.span, period, by_day=True) for c in year.conditions(who.conditions("hospice-diagnosis")))
    )


def in_palliative_care(who: Subject, year: Year) -> bool:
    """Say whether the person had palliative care at any time of the period."""
    period = who.period
    return (
        any(
            overlaps(o.span, period, by_day=True)
            for o in year.assessments(who.observations(codes=[PALLIATIVE_ASSESSED], statuses=FINAL))
        )
        or any(overlaps(c.span, period, by_day=True) for c in year.conditions(who.conditions("palliative-diagnosis")))
        or any(
            overlaps(e.span, period, by_day=True)
            for e in who.encounters("palliative-encounter", statuses=year.encounters)
        )
        or any(overlaps(p.span, period, by_day=True) for p in who.procedures("palliative-care"))
    )


def frail(who: Subject, year: Year) -> bool:
    """Say whether anything in the period marks the person as frail."""
    period = who.period
    return (
        any(
            o.intent in year.orders and within(o.authored_at, period, by_day=True)
            for o in who.device_requests("frailty-device", statuses=("active", "completed"))
        )
        or any(
            not o.value_codes.isdisjoint(who.book["frailty-device"])
            and o.span is not None
            and within(o.span.end, period, by_day=True)
            for o in year.assessments(who.observations(codes=[EQUIPMENT_USED], statuses=FINAL))
        )
        or any(overlaps(c.span, period, by_day=True) for c in year.conditions(who.conditions("frailty-diagnosis")))
        or any(
            overlaps(e.span, period, by_day=True) for e in who.encounters("frailty-encounter", statuses=year.encounters)
        )
        or any(
            overlaps(o.span, period, by_day=True)
            for o in who.observations("frailty-symptom", kind="simple", statuses=("preliminary", *FINAL))
        )
    )


def seriously_ill(who: Subject, year: Year) -> bool:
    """Say whether an advanced illness began, or a dementia medicine was ordered, in the period or the year before it."""
    window = Span(who.period.start.plus(months=-12), who.period.end)
    return any(
        c.span is not None and within(c.span.start, window, by_day=True)
        for c in year.conditions(who.conditions("advanced-illness"))
    ) or any(
        o.intent in year.orders and overlaps(o.covers, window, by_day=True)
        for o in who.medication_orders("dementia-medicine", statuses=("active",))
    )


def frail_and_ill(who: Subject, year: Year) -> bool:
    """Say whether somebody of 66 and over is frail and seriously ill."""
    return who.age_at_end >= 66 and frail(who, year) and seriously_ill(who, year)


def frail_by_age(who: Subject, year: Year) -> bool:
    """Say whether somebody is frail and seriously ill at 66 to 80, or frail at 81 and over."""
    if who.age_at_end >= 81:
        return frail(who, year)
    return frail_and_ill(who, year)


def in_nursing_home(who: Subject, year: Year) -> bool:
    """Say whether somebody of 66 and over lived in a nursing home when housing was last asked before the period ended."""
    if who.age_at_end < 66:
        return False
    asked = [
        o
        for o in year.assessments(who.observations(codes=[HOUSING], statuses=FINAL))
        if o.span is not None and at_or_before(o.span.end, who.period.end, by_day=True)
    ]
    return bool(asked) and NURSING_HOME in sorted(asked, key=by_end)[-1].value_codes


def visited(who: Subject, *lists: str, year: Year, codes: tuple[str, ...] = ()) -> bool:
    """Say whether any visit of these kinds lay wholly in the period."""
    found = who.encounters(*lists, statuses=year.encounters, codes=codes)
    return any(during(e.span, who.period, by_day=True) for e in found)
