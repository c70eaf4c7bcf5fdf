"""Who hears what, in which order, and who fills which port. The only file that knows all rooms."""

from django.conf import settings

from throughcare.access.events import AccountLeft
from throughcare.access.ports import CARE, COMPLAINTS, FAMILY, KIN, NAMES, PLACES
from throughcare.app import rendering
from throughcare.app.chart_ports import SaidAtIntake, SickCallRequests
from throughcare.app.gate_ports import InventedCounts, WarehouseCounts
from throughcare.app.grievance_ports import CareBySickCall, ComplaintsAbout, harm_told
from throughcare.app.packet_ports import MedicinesForPacket
from throughcare.app.relationships import CareRelationships, FacilityNames, Families, NamesOfPeople, PeopleNames
from throughcare.app.site_ports import Abilities
from throughcare.app.treatment_ports import OrderedTreatment
from throughcare.app.visit_ports import ToldVisits
from throughcare.care.emergency import handlers as emergency
from throughcare.care.emergency.events import NaloxoneGiven
from throughcare.care.emergency.ports import MEDICINES
from throughcare.care.grievances import handlers as grievances
from throughcare.care.grievances import reads as grievance_reads
from throughcare.care.grievances.events import GrievanceFiled
from throughcare.care.grievances.ports import CARE as CARE_FOR_GRIEVANCES
from throughcare.care.intake import handlers as intake
from throughcare.care.intake.events import AnswerSignal
from throughcare.care.medications import door_handlers as doors
from throughcare.care.medications import handlers as medications
from throughcare.care.medications.events import (
    MedicineOrdered,
    OrderHeld,
    OrderLeft,
    OrderResumed,
    OrderStopped,
    ReleaseMedicinesUncovered,
)
from throughcare.care.medications.pass_along import DOSE, Doses
from throughcare.care.medications.ports import IDENTITY, SoftwareIdentity
from throughcare.care.mental_health import handlers as watch
from throughcare.care.mental_health.along import ROUND, Rounds
from throughcare.care.restriction import handlers as restriction
from throughcare.care.sick_call.events import RequestSeen, RequestTriaged, RequestWithdrawn, SexualHarmTold
from throughcare.care.sick_call.ports import OUTSIDE
from throughcare.care.substance_use import handlers as substance_use
from throughcare.care.substance_use.ports import TREATMENT
from throughcare.chart import aftercare
from throughcare.chart.events import (
    FactChanged,
    FormSigned,
    FormTold,
    NoteSigned,
    OrderEnded,
    OrderPlaced,
    ResultReceived,
)
from throughcare.chart.ports import REGISTRY, REQUESTS, SAID
from throughcare.custody import handlers as custody
from throughcare.custody.events import (
    AdmissionCancelled,
    Admitted,
    AlertEnded,
    AlertRaised,
    Escaped,
    EventScheduled,
    MovedWithin,
    ReleaseCancelled,
    Released,
    ReleaseExpected,
    ReturnedIn,
    ScheduleCancelled,
    SentOut,
    StatusChanged,
    TransferCancelled,
    TransferredIn,
)
from throughcare.devices.ports import KINDS
from throughcare.duties import actions as duties
from throughcare.duties.ports import ABILITIES, LICENCES, SHIFT_CLOSE
from throughcare.exchange import handlers as exchange
from throughcare.exchange.fhir.numbers import NUMBERS
from throughcare.exchange.outgoing.registry import ImmunizationRegistry
from throughcare.insight import reports
from throughcare.insight.gate.ports import COUNTS
from throughcare.kernel import events
from throughcare.ledger import opening
from throughcare.people.events import PeopleMerged, PeopleUnmerged, PersonDied, PersonRegistered
from throughcare.reentry import handlers as going_home
from throughcare.reentry.actions import bridging
from throughcare.workforce import staff_files
from throughcare.workforce.licences import Licences


def wire() -> None:
    """Wire every room; runs once at start, and may run again."""
    events.clear()
    rendering.install()
    FAMILY.fill(Families())
    KIN.fill(NamesOfPeople())
    NAMES.fill(PeopleNames())
    PLACES.fill(FacilityNames())
    CARE.fill(CareRelationships())
    COMPLAINTS.fill(ComplaintsAbout())
    opening.open_with("Grievance", grievance_reads.opens)
    opening.open_with("GrievanceReply", grievance_reads.reply_opens)
    OUTSIDE.fill(ToldVisits())
    SAID.fill(SaidAtIntake())
    REQUESTS.fill(SickCallRequests())
    REGISTRY.fill(ImmunizationRegistry())
    IDENTITY.fill(SoftwareIdentity())
    TREATMENT.fill(OrderedTreatment())
    CARE_FOR_GRIEVANCES.fill(CareBySickCall())
    KINDS.fill({DOSE: Doses(), ROUND: Rounds()})
    MEDICINES.fill(MedicinesForPacket())
    NUMBERS.fill(reports)
    COUNTS.fill(WarehouseCounts() if settings.CONFIG.production else InventedCounts())
    LICENCES.fill(Licences())
    SHIFT_CLOSE.fill(medications.CountBeforeHandover())
    ABILITIES.fill(Abilities())
    events.on(PersonDied, custody.end_stay_by_death)
    events.on(PeopleMerged, custody.settle_two_stays)
    events.on(PeopleUnmerged, custody.settle_by_unmerging)
    events.on(Admitted, intake.expect)
    events.on(Released, intake.let_go)
    events.on(AdmissionCancelled, intake.let_go)
    events.on(Released, aftercare.tell_what_is_left)
    for planned in (EventScheduled, ReleaseExpected, ScheduleCancelled):
        events.on(planned, doors.plan)
    for ordered in (MedicineOrdered, OrderStopped, OrderHeld, OrderLeft, OrderResumed):
        events.on(ordered, doors.order_changed)
    events.on(SentOut, doors.go_out)
    events.on(ReturnedIn, doors.come_back)
    events.on(SentOut, emergency.go_out)
    events.on(ReturnedIn, emergency.come_back)
    events.on(PersonDied, emergency.let_go)
    events.on(Released, emergency.let_go)
    events.on(TransferredIn, doors.arrive)
    events.on(TransferCancelled, doors.move_cancelled)
    events.on(Released, doors.let_go)
    events.on(ReleaseCancelled, doors.release_cancelled)
    events.on(Escaped, doors.escaped)
    events.on(StatusChanged, doors.status_changed)
    events.on(PersonDied, doors.died)
    events.on(AdmissionCancelled, doors.admission_cancelled)
    events.on(Admitted, doors.came_in)
    events.on(ReturnedIn, doors.came_back)
    events.on(OrderEnded, intake.referral_ended)
    events.on(NoteSigned, intake.transfer_screened)
    events.on(ResultReceived, intake.result_came)
    events.on(OrderPlaced, intake.coordinator_called)
    events.on(FormTold, intake.pregnancy_told)
    events.on(GrievanceFiled, harm_told)
    events.on(SexualHarmTold, harm_told)
    events.on(TransferredIn, medications.fitness_ends_by_transfer)
    events.on(MovedWithin, medications.fitness_ends_by_restriction)
    events.on(AlertRaised, medications.fitness_ends_by_watch)
    events.on(NaloxoneGiven, medications.fitness_ends_by_overdose)
    events.on(FactChanged, medications.fact_changed)
    events.on(OrderResumed, medications.order_goes_on)
    events.on(PeopleMerged, medications.charts_linked)
    events.on(AnswerSignal, substance_use.risk_told)
    events.on(FormSigned, substance_use.scale_signed)
    events.on(Released, substance_use.let_go)
    events.on(PersonDied, substance_use.let_go)
    events.on(ReleaseCancelled, substance_use.taken_back)
    events.on(TransferredIn, substance_use.moved)
    for taken_up in (RequestTriaged, RequestSeen, RequestWithdrawn):
        events.on(taken_up, grievances.care_taken_up)
    events.on(AlertRaised, watch.begin_by_alert)
    events.on(AlertEnded, watch.hold_alert)
    events.on(SentOut, watch.go_out)
    events.on(ReturnedIn, watch.come_back)
    events.on(TransferredIn, watch.arrive)
    events.on(TransferCancelled, watch.arrive)
    events.on(MovedWithin, watch.move_within)
    events.on(Released, watch.let_go)
    events.on(ReleaseCancelled, watch.release_cancelled)
    events.on(PersonDied, watch.died)
    events.on(NoteSigned, watch.contact_signed)
    for moved in (Admitted, MovedWithin, TransferredIn, TransferCancelled, ReleaseCancelled):
        events.on(moved, restriction.moved)
    for gone in (Released, PersonDied):
        events.on(gone, restriction.let_go)
    for event in (PersonRegistered, PeopleMerged, Admitted, Released):
        events.on(event, exchange.try_waiting)
    events.on(Released, going_home.let_go)
    events.on(ReleaseCancelled, going_home.release_cancelled)
    events.on(Admitted, going_home.came_back)
    events.on(PersonDied, going_home.died)
    events.on(ReleaseMedicinesUncovered, bridging.propose)
    events.on(AccountLeft, staff_files.left)
    # The clock hears everything that an action told, at once, after those who were wired for the very events.
    events.at_end(duties.hear)
