"""Many charts' standing facts at once, for the synthetic agency and for taking over an older system: the same rows and
ledger entries as the actions make one by one; a test holds that.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from throughcare.access.labels import class_of
from throughcare.chart import fhir
from throughcare.chart import models as m
from throughcare.chart.actions.immunizations import Vaccine, row_of_dose
from throughcare.chart.actions.keeping import keep, lines_of, recorded
from throughcare.chart.actions.observations import Measured, row_of
from throughcare.chart.actions.results import row_of_report
from throughcare.chart.resulting import urgency_of
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid
from throughcare.kernel.ids import uuid7
from throughcare.kernel.rows import insert
from throughcare.kernel.vocabulary import DataClass


@dataclass(frozen=True, slots=True)
class Problem:
    """A line of the problem list as an older record has it."""

    text: str
    system: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Resulted:
    """A result as an older record has it: read by somebody there, so that nobody here is asked to."""

    text: str
    system: str
    code: str
    at: datetime
    lines: Sequence[Measured] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of somebody whose chart is empty; no allergies means that none is known."""

    person_id: UUID
    problems: Sequence[Problem] = ()
    allergies: Sequence[str] = ()
    measured: Sequence[Measured] = ()
    results: Sequence[Resulted] = ()
    vaccines: Sequence[Vaccine] = ()


@action("chart.lay_facts")
def lay_facts(*, actor: Actor, charts: Sequence[Facts], source: str = "") -> int:
    """Write the problems, allergies, measurements, results and vaccines of many. Gives how many facts were written."""
    people = [chart.person_id for chart in charts]
    if (
        m.Condition.objects.filter(person_id__in=people).exists()
        or m.Allergy.objects.filter(person_id__in=people).exists()
    ):
        raise Invalid("Somebody of these has facts already. Nothing was written.")
    problems = [_problem(actor, c.person_id, one, source) for c in charts for one in c.problems]
    allergies = [
        _allergy(actor, c.person_id, one) for c in charts for one in (*c.allergies, *([] if c.allergies else [""]))
    ]
    observations = [row_of(actor, c.person_id, one) for c in charts for one in c.measured]
    m.Condition.objects.bulk_create(problems, batch_size=1000)
    m.Allergy.objects.bulk_create(allergies, batch_size=1000)
    m.Observation.objects.bulk_create(observations, batch_size=1000)
    for row in (*problems, *allergies):
        keep(row)
    for seen in observations:
        keep(seen, seen.effective_at)
    told = _results(actor, charts) + _vaccines(actor, charts)
    return len(problems) + len(allergies) + len(observations) + told


def _results(actor: Actor, charts: Sequence[Facts]) -> int:
    """Write reports and their lines; a report is kept after its lines, which it names."""
    reports, lines = [], []
    for c in charts:
        for one in c.results:
            row = row_of_report(
                actor,
                c.person_id,
                one.text,
                system=one.system,
                code=one.code,
                urgency=urgency_of(line.interpretation for line in one.lines),
                effective_at=one.at,
                outside=True,
            )
            reports.append(row)
            lines += [
                row_of(actor, c.person_id, replace(line, effective_at=one.at), report_id=row.id) for line in one.lines
            ]
    insert(reports)
    insert(lines)
    named = lines_of(reports)
    for line in lines:
        keep(line, line.effective_at)
    for row in reports:
        keep(row, row.effective_at, body=fhir.report(row, named.get(row.id, ())))
    return len(reports) + len(lines)


def _vaccines(actor: Actor, charts: Sequence[Facts]) -> int:
    rows = [row_of_dose(actor, c.person_id, one) for c in charts for one in c.vaccines]
    m.Immunization.objects.bulk_create(rows, batch_size=1000)
    for row in rows:
        keep(row, row.given_at)
    return len(rows)


def _problem(actor: Actor, person_id: UUID, one: Problem, source: str) -> m.Condition:
    return m.Condition(
        id=uuid7(),
        person_id=person_id,
        text=one.text.strip()[:240],
        system=one.system,
        code=one.code,
        data_class=class_of([(one.system, one.code)], DataClass.CLINICAL).value,
        facility_id=actor.facility_id,
        source=source,
        **recorded(actor),
    )


def _allergy(actor: Actor, person_id: UUID, text: str) -> m.Allergy:
    return m.Allergy(
        id=uuid7(),
        person_id=person_id,
        text=text.strip()[:160] or "No known allergy",
        none_known=not text,
        facility_id=actor.facility_id,
        **recorded(actor),
    )
