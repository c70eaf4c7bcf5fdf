"""The only writers of what comes by the file door: files themselves, patients of other systems, rows of a roster."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from throughcare import ledger
from throughcare.chart import actions as chart
from throughcare.custody import actions as custody
from throughcare.custody.models import LegalStatus, Move, Placement, Stay
from throughcare.custody.rules import INSIDE
from throughcare.exchange import bundles
from throughcare.exchange.classing import data_class_of, is_sealed
from throughcare.exchange.fhir.writing import filing
from throughcare.exchange.hl7v2 import whom
from throughcare.exchange.hl7v2.facts import Place
from throughcare.exchange.hl7v2.where import resolve
from throughcare.exchange.models import Imported
from throughcare.exchange.roster import RosterRow
from throughcare.kernel import clock, db, statement
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import NotFound, Refused
from throughcare.kernel.ids import derived, uuid7
from throughcare.kernel.vocabulary import DataClass
from throughcare.people import actions as people
from throughcare.people.models import Person
from throughcare.people.reads import NUMBER

FILE_DOOR = Actor.feed("file door")
ZONE = ZoneInfo("America/New_York")
TO_CHART = {"fhir", "ndjson", "roster"}  # with the others all is done once they are kept


# The bytes go as they are: written out in a statement's words they are twice as long, and all of them are read for a quote.
KEEP = """
INSERT INTO exchange_imported (id, version, digest, name, kind, raw, received_at, finished_at, understood, "left", problems)
VALUES (%s, 1, %s, %s, %s, %s, %s, %s, '{}', '{}', '[]')
"""


@action("exchange.keep_file")
def keep_file(*, actor: Actor, raw: bytes, name: str, kind: str) -> UUID | None:
    """Keep a file verbatim; None where the same bytes came before and were dealt with: what was stopped is taken up again."""
    digest = hashlib.sha256(raw).digest()
    before = Imported.objects.filter(digest=digest).only("id", "finished_at").first()
    if before is not None:
        return None if before.finished_at else before.id
    now = clock.now()
    done = None if kind in TO_CHART else now
    id_ = uuid7()
    statement.run(KEEP, [id_, digest, name[:200], kind, raw, now, done])
    ledger.record(
        type="File",
        id=id_,
        body={"digest": digest.hex(), "kind": kind, "size": len(raw)},
        data_class=DataClass.DEMOGRAPHICS,
        subject=(ledger.SubjectKind.AGENCY, derived("agency")),
        media="throughcare/File",
    )
    return id_


@action("exchange.say_of_file")
def say_of_file(
    *, actor: Actor, file_id: UUID, understood: Mapping[str, int], left: Mapping[str, int], problems: Sequence[str]
) -> None:
    """Write beside a file what was understood of it, what was left as it came, and what was wrong with it: it is done."""
    Imported.objects.defer("raw").get(id=file_id).bump(
        understood=dict(understood), left=dict(left), problems=list(problems), finished_at=clock.now()
    )


@dataclass(frozen=True, slots=True)
class Charted:
    """What became of resources: how many of each type are kept as sent, or why not; what was understood; what was wrong."""

    kept: dict[str, int]
    why_not: str
    understood: bundles.Understood
    problems: list[str]


@action("exchange.chart_files")
def chart_files(
    *, actor: Actor, files: Sequence[UUID], resources: Sequence[filing.Addressed], known: Sequence[filing.Addressed]
) -> Charted:
    """Chart what files bring and write beside each what became of it: all of that or, where it is stopped, nothing."""
    understood = bundles.understand(resources, known)
    kept, why_not = filing.take_in_file(actor, resources, known)
    problems = [] if kept else _charted(actor, understood)
    for file_id in files:
        say_of_file(
            actor=actor, file_id=file_id, understood=understood.charted, left=understood.left, problems=problems
        )
    return Charted(kept, why_not, understood, problems)


def _charted(actor: Actor, understood: bundles.Understood) -> list[str]:
    """Chart what is understood of resources that can't be kept as they are; gives what could not be taken."""
    problems = []
    for number, patient in enumerate(understood.patients, 1):
        try:
            with db.apart():
                not_taken = chart_patient(actor=actor, patient=patient, source="FHIR file")
        except Refused as refused:
            problems.append(f"patient {number}: {refused.sentence}")
            continue
        if not_taken:
            problems.append(f"patient {number}: {not_taken} facts of sealed classes are kept in the file only")
    return problems


# --- patients of other systems --------------------------------------------------------------------------------------------


@action("exchange.chart_patient")
def chart_patient(*, actor: Actor, patient: bundles.Patient, source: str) -> int:
    """Put what another system says of a patient into the chart, as its word; gives how many facts it could not take."""
    person_id = _patient(actor, patient, source)
    facts, sealed = patient.facts, 0
    for problem in facts.problems:
        into = data_class_of(problem.code, DataClass.CLINICAL)
        if is_sealed(into):
            sealed += 1
            continue
        chart.add_condition(
            actor=actor,
            person_id=person_id,
            text=problem.code.text,
            system=problem.code.system,
            code=problem.code.code,
            onset=problem.onset,
            verification="unconfirmed",
            data_class=into,
            source=source,
            status=problem.status,
        )
    for allergy in facts.allergies:
        chart.add_allergy(
            actor=actor,
            person_id=person_id,
            text=allergy.code.text,
            reaction=allergy.reaction,
            criticality=allergy.criticality,
            system=allergy.code.system,
            code=allergy.code.code,
            status=allergy.status,
        )
    for medicine in facts.medicines:
        chart.report_medicine(
            actor=actor,
            person_id=person_id,
            text=medicine.code.text,
            dose=medicine.dose,
            system=medicine.code.system,
            code=medicine.code.code,
            announce=False,
        )
    measured = [_measured(one) for one in facts.measurements]
    open_ones = [one for one in measured if not is_sealed(one.data_class)]
    if open_ones:
        chart.observe(actor=actor, person_id=person_id, measured=open_ones)
    sealed += _visits(actor, person_id, facts) + _findings(actor, person_id, facts)
    if patient.deceased_at is not None and Person.objects.filter(id=person_id, deceased_at=None).exists():
        people.record_death(actor=actor, person_id=person_id, at=patient.deceased_at)
    return sealed + len(measured) - len(open_ones)


def _visits(actor: Actor, person_id: UUID, facts: bundles.Facts) -> int:
    sealed = 0
    for visit in facts.visits:
        into = data_class_of(visit.code, DataClass.CLINICAL)
        if is_sealed(into):
            sealed += 1
            continue
        chart.record_encounter(
            actor=actor,
            person_id=person_id,
            kind=visit.code.text,
            started_at=visit.since,
            ended_at=visit.until,
            data_class=into,
        )
    return sealed


def _findings(actor: Actor, person_id: UUID, facts: bundles.Facts) -> int:
    sealed = 0
    for finding in facts.findings:
        into = data_class_of(finding.code, DataClass.RESULT)
        if is_sealed(into):
            sealed += 1
            continue
        chart.receive_report(
            actor=actor,
            person_id=person_id,
            text=finding.code.text[:160],
            system=finding.code.system,
            code=finding.code.code,
            effective_at=finding.at,
            data_class=into,
            words=finding.words,
            outside=True,
        )
    return sealed


def _patient(actor: Actor, patient: bundles.Patient, source: str) -> UUID:
    numbers = [people.Number(system, value) for system, value in patient.numbers]
    known = whom.holders(numbers)
    if len(known) == 1 and known[0].birth_date in (None, patient.birth_date):
        return known[0].id
    demographics = people.Demographics(
        family=patient.family,
        given=patient.given,
        middle=patient.middle,
        birth_date=patient.birth_date,
        birth_date_estimated=patient.birth_date_estimated,
        sex=patient.sex,
        race_ethnicity=patient.race,
        language=patient.language,
        synthetic=bool(settings.THROUGHCARE_DEMO),
    )
    # where the numbers are somebody else's, the chart is opened without them and people decide
    return people.register(actor=actor, demographics=demographics, numbers=[] if known else numbers, source=source)


def _measured(one: bundles.Measurement) -> chart.Measured:
    into = DataClass.RESULT if one.category == "laboratory" else DataClass.CLINICAL
    return chart.Measured(
        system=one.code.system,
        code=one.code.code,
        text=one.code.text,
        value=one.value,
        comparator=one.comparator,
        unit=one.unit,
        value_text=one.words,
        parts=tuple(chart.Part(part.code.system, part.code.code, part.value, part.unit) for part in one.parts),
        category=one.category,
        data_class=data_class_of(one.code, into),
        effective_at=one.at,
    )


# --- the roster -----------------------------------------------------------------------------------------------------------


@action("exchange.take_roster_row")
def take_roster_row(*, actor: Actor, row: RosterRow, today: date) -> str:
    """Bring custody in line with one row of a roster: gives what it came to, as a word for the report.

    A roster is a list of yesterday: what custody has recorded since the day of the download wins over it.
    """
    spot = resolve(Place(facility=row.facility))
    if spot is None:
        raise NotFound("The facility is not one of ours. Name it in the places' content, then import again.")
    to = custody.Spot(spot.facility_id)
    as_of = _midnight(row.downloaded or today)
    person_id = _rostered(actor, row)
    stay = Stay.objects.filter(person_id=person_id, state="open").first()
    if stay is None:
        last = Move.objects.filter(person_id=person_id, cancelled_at=None).order_by("-happened_at").first()
        if last is not None and last.happened_at >= as_of:
            return "left since"
        admitted = _midnight(row.admitted if row.has_plausible_admission else row.downloaded or today)
        at = max(admitted, last.happened_at) if last else admitted
        custody.admit(actor=actor, person_id=person_id, to=to, legal_status=row.legal_status, happened_at=at)
        return "admitted"
    moved = _move(actor, person_id, stay, to, as_of)
    restated = _restate(actor, person_id, stay, row.legal_status, as_of)
    return moved or restated or "as recorded"


def _rostered(actor: Actor, row: RosterRow) -> UUID:
    number = people.Number(NUMBER, row.identifier)
    known = whom.holders([number])
    if known:
        return known[0].id
    race = "hispanic" if row.ethnicity == "2135-2" else bundles.race_word(row.race)
    demographics = people.Demographics(
        family="Unknown",
        given="",
        sex={"F": "female", "M": "male"}[row.sex],
        race_ethnicity=race,
        synthetic=bool(settings.THROUGHCARE_DEMO),
    )
    return people.register(actor=actor, demographics=demographics, numbers=[number], source="roster")


def _move(actor: Actor, person_id: UUID, stay: Stay, to: custody.Spot, as_of: datetime) -> str:
    placed = Placement.objects.filter(stay=stay, until=None, cancelled=False).first()
    last = Move.objects.filter(stay=stay, cancelled_at=None).order_by("-n").first()
    if placed is None or placed.facility_id == to.facility_id:
        return ""
    if last is not None and last.happened_at >= as_of:
        return "moved since"
    custody.transfer(actor=actor, person_id=person_id, to=to, happened_at=as_of)
    return "moved"


def _restate(actor: Actor, person_id: UUID, stay: Stay, status: str, as_of: datetime) -> str:
    running = LegalStatus.objects.filter(stay=stay, until=None, cancelled=False).order_by("-since").first()
    last = Move.objects.filter(stay=stay, cancelled_at=None).order_by("-n").first()
    if running is None or running.kind not in INSIDE or running.kind == status or running.since >= as_of:
        return ""
    at = max(as_of, last.happened_at) if last else as_of
    custody.change_legal_status(actor=actor, person_id=person_id, kind=status, happened_at=at)
    return "legal status changed"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)
