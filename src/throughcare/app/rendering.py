"""How each type of entry is rendered from its rows, for the nightly comparison of the ledger with the rooms.

What is not named here is kept as it was signed or received, and no row holds all of it.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Model

from throughcare.access import fhir as access
from throughcare.access.models import Amendment, Consent, Disclosure, Hold, Posting, Representative, User
from throughcare.care.emergency import fhir as emergency
from throughcare.care.emergency.models import Code, Debrief, Recommendation, Stamp, Trip
from throughcare.care.emergency.models import Packet as SendOutPacket
from throughcare.care.grievances import fhir as grievances
from throughcare.care.grievances.models import Grievance, GrievanceReply
from throughcare.care.intake import fhir as intake
from throughcare.care.intake.models import Arrival
from throughcare.care.medications import fhir as medications
from throughcare.care.medications import programme_fhir, sealed_orders
from throughcare.care.medications import stock_fhir as stock
from throughcare.care.medications.dose_ids import due_at_of
from throughcare.care.medications.models import (
    Crossing,
    Dose,
    MedicationOrder,
    OrderOverride,
    ProgrammeEntry,
    ProgrammeOrder,
    StockCount,
    StockDifference,
    StockEntry,
)
from throughcare.care.mental_health import fhir as mental_health
from throughcare.care.mental_health.actions.keeping import KEPT as WATCH_KEPT
from throughcare.care.mental_health.models import DoorTag
from throughcare.care.restriction.actions.keeping import KEPT as RESTRICTION_KEPT
from throughcare.care.sick_call import fhir as sick_call
from throughcare.care.sick_call.models import CareRequest, NoShow
from throughcare.care.substance_use import fhir as substance_use
from throughcare.care.substance_use import programme_fhir as programme_record
from throughcare.care.substance_use import sealing
from throughcare.care.substance_use.models import Check, Enrolment, EnrolmentEntry, Episode, Offer, OutsideCall
from throughcare.chart import fhir as chart
from throughcare.chart.actions.keeping import RENDER, lines_of
from throughcare.chart.models import Attachment, CriticalCall, Note, Report
from throughcare.custody import fhir as custody
from throughcare.custody.models import (
    Agency,
    Facility,
    LegalStatus,
    Lockdown,
    Move,
    OperationalAlert,
    ScheduledEvent,
    Stay,
)
from throughcare.devices import fhir as devices
from throughcare.devices.models import Device, DeviceEvent
from throughcare.duties import fhir as duties
from throughcare.duties.models import Duty, Handover, Refusal, RosterShift
from throughcare.exchange import fhir_rows as exchange
from throughcare.exchange.fhir.writing import kept as outside
from throughcare.exchange.models import Incoming, VisitOutside
from throughcare.exchange.smart import fhir as smart
from throughcare.exchange.smart.models import App, Permission
from throughcare.insight.gate import fhir as gate
from throughcare.insight.gate.models import Publication
from throughcare.insight.improvement import fhir as improvement
from throughcare.insight.improvement.models import Annotation, Cycle, Meeting, Project, Target
from throughcare.kernel.fhir import Json
from throughcare.ledger import formats
from throughcare.people import fhir as people
from throughcare.people.models import Alias, Identifier, Person, SettledFact
from throughcare.reentry import fhir as reentry
from throughcare.reentry.models import Appointment, Bridge, Contact, HandedOn, Packet, PacketLink, PlanStep, ReleasePlan
from throughcare.workforce import fhir as workforce
from throughcare.workforce.models import Credential, Equipment, EquipmentCheck, StaffEntry, StaffRecord

# Types of which no row holds all: a signed form is its own record, a message, file or document is kept verbatim beside, and a
# round of the request boxes is an act that leaves no row.
KEPT_AS_SIGNED = frozenset(
    {
        "Questionnaire",  # a form is its content's file
        "QuestionnaireResponse",
        "Message",
        "File",
        "Destruction",
        "RequestRound",
        "Composition",
        "ProgrammeDisclosure",
        "Delivery",
        "ReceivedPatient",
        "OutsideDocument",
        "Reconciliation",
        "SentDocument",
    }
)

PLAIN: tuple[tuple[str, type[Model], Callable[[Any], Json]], ...] = (
    ("Practitioner", User, access.practitioner),
    ("PractitionerRole", Posting, access.practitioner_role),
    ("Consent", Consent, access.consent),
    ("RelatedPerson", Representative, access.representative),
    ("Amendment", Amendment, access.amendment),
    ("InstitutionDisclosure", Disclosure, access.disclosure),
    ("LegalHold", Hold, access.hold),
    ("SettledFact", SettledFact, people.settled),
    ("Move", Move, custody.move),
    ("ScheduledEvent", ScheduledEvent, custody.scheduled),
    ("Flag", OperationalAlert, custody.flag),
    ("Lockdown", Lockdown, custody.lockdown),
    ("Organization", Agency, custody.organization),
    ("Location", Facility, custody.location),
    ("Task", Duty, duties.task),
    ("Refusal", Refusal, duties.refusal),
    ("Shift", RosterShift, duties.shift),
    ("Handover", Handover, duties.handover),
    ("EmergencyCode", Code, emergency.code),
    ("CodeStamp", Stamp, emergency.stamp),
    ("Device", Device, devices.device),
    ("DeviceEntry", DeviceEvent, devices.entry),
    ("Edition", Publication, gate.edition),
    ("ImprovementProject", Project, improvement.project),
    ("ImprovementCycle", Cycle, improvement.cycle),
    ("ImprovementAnnotation", Annotation, improvement.annotation),
    ("ImprovementTarget", Target, improvement.target),
    ("ImprovementMeeting", Meeting, improvement.meeting),
    ("Equipment", Equipment, workforce.equipment),
    ("EquipmentCheck", EquipmentCheck, workforce.check),
    ("StaffRecord", StaffRecord, workforce.staff_record),
    ("StaffEntry", StaffEntry, workforce.staff_entry),
    ("StaffCredential", Credential, workforce.credential),
    ("CodeDebrief", Debrief, emergency.debrief),
    ("HospitalTrip", Trip, emergency.trip),
    ("HospitalRecommendation", Recommendation, emergency.recommendation),
    ("SendOutPacket", SendOutPacket, emergency.packet),
    ("Communication", CareRequest, sick_call.request),
    ("Grievance", Grievance, grievances.grievance),
    ("GrievanceReply", GrievanceReply, grievances.reply),
    ("CriticalCall", CriticalCall, chart.critical_call),
    ("VisitMissed", NoShow, sick_call.no_show),
    ("MedicationRequest", MedicationOrder, medications.order),
    ("AlertOverride", OrderOverride, medications.override),
    ("StockCount", StockCount, stock.count),
    ("StockDifference", StockDifference, stock.difference),
    ("EpisodeOfCare", Episode, substance_use.episode),
    ("ClinicalImpression", Check, substance_use.check),
    ("TreatmentOffer", Offer, substance_use.offer),
    ("Appointment", Appointment, reentry.appointment),
    ("Appointment", VisitOutside, exchange.visit),
    ("Incoming", Incoming, exchange.incoming),
    ("ConnectedApp", App, smart.app),
    ("AppPermission", Permission, smart.permission),
    ("ReleasePacket", Packet, reentry.handed),
    ("ReleaseBridge", Bridge, reentry.bridge),
    ("ReleaseContact", Contact, reentry.contact),
    ("PacketLink", PacketLink, reentry.link),
    ("ReleaseHandedOn", HandedOn, reentry.handed_on),
)

# Of a programme's record, for who checks the sealed part: each row opened with its own key.
SEALED: tuple[tuple[str, type[Model], Callable[[Any], Json]], ...] = (
    ("ProgrammeEntry", ProgrammeEntry, lambda row: programme_fhir.programme_entry(row, sealed_orders.opened(row))),
    ("ProgrammeEnrolment", Enrolment, lambda row: programme_record.enrolment(row, sealing.opened(row))),
    ("EnrolmentEntry", EnrolmentEntry, lambda row: programme_record.entry(row, sealing.opened(row))),
    ("OutsideCall", OutsideCall, lambda row: programme_record.call(row, sealing.opened(row))),
)


def install() -> None:
    """Name every renderer to the ledger; runs with the wiring."""
    formats.clear()
    for kind, model, render in (*PLAIN, *SEALED):
        formats.render_with(kind, _of_rows(model, render))
    for model, (kind, render) in RENDER.items():
        formats.render_with(kind, _of_rows(model, render))
    for model, (kind, rendered, _, _) in WATCH_KEPT.items():
        formats.render_with(kind, _of_rows(model, rendered))
    for model, (kind, rendered) in RESTRICTION_KEPT.items():
        formats.render_with(kind, _of_rows(model, rendered))
    formats.render_with("DoorTag", _of_rows(DoorTag, mental_health.tag))
    formats.render_with("Patient", _patients)
    formats.render_with("Stay", _stays)
    formats.render_with("IntakeArrival", _arrivals)
    formats.render_with("DocumentReference", _attachments)
    formats.render_with("DiagnosticReport", _reports)
    formats.render_with("MedicationAdministration", _doses)
    formats.render_with("MedicationRequest", _programme_orders)
    formats.render_with("MedicationCrossing", _crossings)
    formats.render_with("StockEntry", _stock_entries)
    formats.render_with("ReleasePlan", _release_plans)
    formats.render_with("Composition", _packets)
    outside.install(KEPT_AS_SIGNED)


def _of_rows(model: type[Model], render: Callable[[Any], Json]) -> formats.Render:
    def rendered(ids: Sequence[UUID]) -> dict[UUID, Json]:
        return {row.pk: render(row) for row in model._default_manager.filter(pk__in=ids)}

    return rendered


def _patients(ids: Sequence[UUID]) -> dict[UUID, Json]:
    held = _by(Identifier.objects.filter(person__in=ids, until=None).order_by("system", "value"))
    also = _by(Alias.objects.filter(person__in=ids))
    found = Person.objects.filter(id__in=ids)
    return {row.id: people.patient(row, held.get(row.id, ()), also.get(row.id, ())) for row in found}


def _stays(ids: Sequence[UUID]) -> dict[UUID, Json]:
    segments: dict[UUID, list[LegalStatus]] = {}
    for segment in LegalStatus.objects.filter(stay__in=ids).order_by("since", "id"):
        segments.setdefault(segment.stay_id, []).append(segment)
    return {row.id: custody.stay(row, segments.get(row.id, ())) for row in Stay.objects.filter(id__in=ids)}


def _release_plans(ids: Sequence[UUID]) -> dict[UUID, Json]:
    steps: dict[UUID, list[PlanStep]] = {}
    for step in PlanStep.objects.filter(plan__in=ids).order_by("at", "id"):
        steps.setdefault(step.plan_id, []).append(step)
    return {row.id: reentry.plan(row, steps.get(row.id, ())) for row in ReleasePlan.objects.filter(id__in=ids)}


def _arrivals(ids: Sequence[UUID]) -> dict[UUID, Json]:
    found = Arrival.objects.select_related("screening").filter(id__in=ids)
    return {row.id: intake.arrival(row) for row in found}


def _attachments(ids: Sequence[UUID]) -> dict[UUID, Json]:
    found = Attachment.objects.select_related("blob").defer("blob__content").filter(id__in=ids)
    return {row.id: chart.attachment(row, row.blob) for row in found}


def _reports(ids: Sequence[UUID]) -> dict[UUID, Json]:
    found = list(Report.objects.filter(id__in=ids))
    lines = lines_of(found)
    return {row.id: chart.report(row, lines.get(row.id, ())) for row in found}


def _doses(ids: Sequence[UUID]) -> dict[UUID, Json]:
    """Render charted doses; one that is open again has its last entry marked as an error, which no row says."""
    found = Dose.objects.select_related("order").filter(id__in=ids, due_at__in={due_at_of(i) for i in ids})
    return {row.id: medications.dose(row, _product(row)) for row in found.exclude(status="expected")}


def _programme_orders(ids: Sequence[UUID]) -> dict[UUID, Json]:
    """Render orders of a sealed programme, for who checks the sealed part; why one was stopped stands in the ledger alone."""
    found = ProgrammeOrder.objects.filter(id__in=ids)
    return {
        row.id: formats.ALONE
        if row.status == "stopped"
        else programme_fhir.programme_order(row, sealed_orders.programmed(row))
        for row in found
    }


def _product(row: Dose) -> str:
    """Give what was charted: of a sealed programme as its order says, which only who checks the sealed part can read."""
    if row.programme_order_id is not None:
        return sealed_orders.product_of(row.programme_order_id)
    return row.order.code if row.order else ""


def _stock_entries(ids: Sequence[UUID]) -> dict[UUID, Json]:
    return {row.id: stock.entry(row) for row in StockEntry.objects.select_related("stock").filter(id__in=ids)}


def _packets(ids: Sequence[UUID]) -> dict[UUID, Json]:
    """Render what was handed over at a release: its words, and a sealed programme's part by itself, stand in the ledger alone."""
    handed = set(Packet.objects.filter(id__in=ids).values_list("id", flat=True))
    left = {*ids} - handed - set(Note.objects.filter(id__in=ids).values_list("id", flat=True))
    if left:
        handed |= left & {
            reentry.sealed_part(one) for one in Packet.objects.filter(sealed=True).values_list("id", flat=True)
        }
    return dict.fromkeys(handed, formats.ALONE)


def _crossings(ids: Sequence[UUID]) -> dict[UUID, Json]:
    found = Crossing.objects.prefetch_related("lines").filter(id__in=ids)
    return {row.id: medications.crossing(row, list(row.lines.all())) for row in found}


def _by(rows: Iterable[Any]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {}
    for row in rows:
        found.setdefault(row.person_id, []).append(row)
    return found
