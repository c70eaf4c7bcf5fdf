"""What every door is tried with. A new route is listed in `listed.txt` (python -m tests.security.listing writes it); one
whose address names more than a person may say here which object to open, so that more than the door is tried.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from throughcare.access.doors import Route
from throughcare.kernel.ids import derived, uuid7
from throughcare.kernel.vocabulary import Role

HARTFORD, YORK = derived("facility", "hartford"), derived("facility", "york")
_number = count(1)


@dataclass(frozen=True)
class World:
    """One person of each standing, as seen from Hartford."""

    here: UUID
    there: UUID
    merged: UUID
    released: UUID
    unknown: UUID


def make_world() -> World:
    """Make them by the same actions as everybody else."""
    from throughcare.custody.actions import Spot, admit, release
    from throughcare.kernel import clock
    from throughcare.kernel.actor import Actor
    from throughcare.people import actions as people

    feed, now = Actor.feed("custody feed"), clock.now()

    def person(sex: str = "male") -> UUID:
        n = next(_number)
        details = people.Demographics(family=f"Sample-Door{n}", given="Alex", sex=sex, synthetic=True)
        return people.register(actor=feed, demographics=details, numbers=[people.Number("urn:test", f"T{n:07d}")])

    here, there, merged, released, unknown = person(), person("female"), person(), person(), person()
    admit(actor=feed, person_id=here, to=Spot(HARTFORD), happened_at=now - timedelta(days=10))
    admit(actor=feed, person_id=there, to=Spot(YORK), happened_at=now - timedelta(days=10))
    admit(actor=feed, person_id=released, to=Spot(HARTFORD), happened_at=now - timedelta(days=30))
    release(actor=feed, person_id=released, destination="parole", happened_at=now - timedelta(days=9))
    proposal = people.propose_merge(actor=feed, a=here, b=merged, reasons=["same number"], source="test")
    assert proposal is not None
    people.merge(actor=feed, proposal_id=proposal, survivor_id=here, why="One person, seen.")
    return World(here, there, merged, released, unknown)


# --- objects of routes ------------------------------------------------------------------------------------------------------
# Name of a route → a function that makes what its address names, beside the person, in a world. Routes that stand nowhere
# here are tried with ids of nothing: the door decides before the room finds that there is nothing.

Factory = Callable[[World, UUID | None], dict[str, Any]]
FACTORIES: dict[str, Factory] = {}


def objects_of(route: Route, world: World, person_id: UUID | None) -> dict[str, Any]:
    """Give the parts of a route's address."""
    made = FACTORIES.get(route.name, lambda w, p: {})(world, person_id)
    found: dict[str, Any] = {}
    for kind, name in parameters(route.path):
        if name == "person_id" and person_id is not None:
            found[name] = person_id
        else:
            found[name] = (
                made.get(name) or {"uuid": uuid4(), "int": 1, "slug": "none", "str": "none", "path": "none"}[kind]
            )
    return found


def address(route: Route, parts: dict[str, Any]) -> str:
    """Give the address of a route with its parts filled in."""
    found = route.path
    for kind, name in parameters(route.path):
        found = found.replace(f"<{kind}:{name}>", str(parts[name]))
    return found


def parameters(path: str) -> list[tuple[str, str]]:
    """List the parts of an address with their kinds."""
    import re

    return re.findall(r"<(\w+):(\w+)>", path)


def routes() -> list[Route]:
    """Give all doors, in the order of their addresses."""
    from throughcare.access import doors
    from throughcare.app import urls

    assert urls.urlpatterns
    return sorted(doors.ROUTES, key=lambda r: (r.path, r.method))


ROLES = [role for role in Role if role is not Role.PUBLIC]


# --- things of somebody else ------------------------------------------------------------------------------------------------
# Part of an address → one of the person who is elsewhere. Whoever works at Hartford, on the page of the person who is here
# or of nobody, must not reach it.


def arrival_elsewhere(world: World) -> UUID | None:
    """Give the arrival of the person who is at York."""
    from throughcare.care.intake.models import Arrival

    found: UUID | None = Arrival.objects.filter(person_id=world.there).values_list("id", flat=True).first()
    return found


def duty_elsewhere(world: World) -> UUID | None:
    """Give a duty of the person who is at York."""
    from throughcare.duties.models import Duty

    found: UUID | None = Duty.objects.filter(person_id=world.there).values_list("id", flat=True).first()
    return found


def request_elsewhere(world: World) -> UUID | None:
    """Give a request of the person who is at York."""
    from throughcare.care.sick_call import actions as sick_call
    from throughcare.care.sick_call.models import CareRequest
    from throughcare.kernel.actor import Actor

    kiosk = Actor.system("kiosk")
    sick_call.submit_request(
        actor=kiosk, person_id=world.there, kind="sick", words="My tooth hurts since Monday", facility_id=YORK
    )
    found: UUID | None = CareRequest.objects.filter(person_id=world.there).values_list("id", flat=True).first()
    return found


def consent_elsewhere(world: World) -> UUID:
    """Give a consent of the person who is at York."""
    from throughcare.access import actions
    from throughcare.access.kinds import Agreement
    from throughcare.kernel.actor import Actor

    said = Agreement(kind="treatment", form_version="T-1", agreed=True, language="en")
    return actions.give_consent(actor=Actor.system("test"), person_id=world.there, agreement=said)


def alert_elsewhere(world: World) -> UUID:
    """Give an alert about the person who is at York."""
    from throughcare.custody.actions import raise_alert
    from throughcare.kernel.actor import Actor

    return raise_alert(actor=Actor.system("test"), person_id=world.there, template="bottom_bunk")


def representative_elsewhere(world: World) -> UUID:
    """Give who decides for the person who is at York."""
    from throughcare.access import actions
    from throughcare.kernel.actor import Actor

    return actions.name_representative(
        actor=Actor.system("test"), person_id=world.there, kind="guardian", name="Sample-Guardian", proof="Order"
    )


ELSEWHERE: dict[str, Callable[[World], UUID | None]] = {
    "arrival_id": arrival_elsewhere,
    "duty_id": duty_elsewhere,
    "request_id": request_elsewhere,
    "consent_id": consent_elsewhere,
    "alert_id": alert_elsewhere,
    "representative_id": representative_elsewhere,
}


def episode_elsewhere(world: World) -> UUID:
    """Follow something of the person who is at York."""
    from throughcare.care.substance_use import actions
    from throughcare.kernel.actor import Actor

    nurse = Actor.system("test")
    return actions.open_monitoring(actor=nurse, person_id=world.there, substance="sedative", because="Sample")


ELSEWHERE |= {"episode_id": episode_elsewhere}
# Parts that name no person's thing, or that a role across the agency alone may open.
NOBODYS = {
    "person_id", "whose", "facility_id", "form", "what", "sign_in_id", "user_id", "posting_id", "glass_id", "message_id",
    "lockdown_id", "finding_id", "authority_id", "denial_id", "suspension_id", "amendment_id", "hold_id", "passkey_id",
    "escalation_id", "handover_id", "held_id", "shift_id", "event_id", "token", "delivery_id", "measure",
    "app_id", "permission_id", "class_id",
    "path",  # of the public site
}  # fmt: skip


def chart_elsewhere(made: str) -> Callable[[World], UUID]:
    """Give a way to make one fact in the chart of the person who is at York."""

    def make(world: World) -> UUID:
        from throughcare.chart import actions as chart
        from throughcare.kernel.actor import Actor

        nurse, person = Actor.system("test"), world.there
        if made == "condition":
            return chart.add_condition(actor=nurse, person_id=person, text="Sample problem")
        if made == "medicine":
            return chart.report_medicine(actor=nurse, person_id=person, text="Sample medicine")
        if made == "order":
            return chart.place_order(actor=nurse, person_id=person, kind="lab", text="Sample test")
        if made == "report":
            return chart.file_result(actor=nurse, person_id=person, text="Sample result", words="as it was written")
        if made == "document":
            return chart.attach(
                actor=nurse, person_id=person, content=b"%PDF-1.4 sample", kind="letter", title="Letter"
            )
        return chart.draft_note(actor=nurse, person_id=person, kind="progress", title="Note", text="Sample words.")

    return make


ELSEWHERE |= {
    "condition_id": chart_elsewhere("condition"),
    "id": chart_elsewhere("condition"),
    "medicine_id": chart_elsewhere("medicine"),
    "document_id": chart_elsewhere("document"),
    "note_id": chart_elsewhere("note"),
    "service_request_id": chart_elsewhere("order"),
    "report_id": chart_elsewhere("report"),
}


def document_from_outside_elsewhere(part: str) -> Callable[[World], UUID]:
    """Give a way to make a document from outside of the person who is at York; one of its items, where that is named."""

    def make(world: World) -> UUID:
        from tests.exchange.documents.pages import document, whole
        from throughcare.exchange.documents import actions
        from throughcare.exchange.documents.models import Said
        from throughcare.kernel.actor import Actor

        raw = document(*whole(), number=str(uuid7()))
        receipt = actions.receive(actor=Actor.system("test"), raw=raw, person_id=world.there, sure=True)
        return receipt.id if part == "document" else Said.objects.filter(document_id=receipt.id)[0].id

    return make


def summary_elsewhere(world: World) -> UUID:
    """Give a summary that was sent of the person who is at York."""
    from throughcare.exchange.documents.actions.sending import send
    from throughcare.exchange.documents.summaries.composing import Asked, Written
    from throughcare.kernel.actor import Actor

    written = Written("ips", "application/fhir+json", b"{}", "clinical", (), (), (), (), hiv=False)
    asked = Asked(recipient="Sample Clinic")
    return send(actor=Actor.system("test"), person_id=world.there, asked=asked, written=written, law="test")


def incoming_elsewhere(world: World) -> UUID | None:
    """Let another service ask for something for the person who is at York."""
    from throughcare.exchange.fhir.writing import taking
    from throughcare.exchange.fhir.writing.sent import Sent
    from throughcare.exchange.models import Incoming
    from throughcare.kernel.actor import Actor

    asked = {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "order",
        "code": {"text": "Sample visit"},
        "subject": {"reference": f"Patient/{world.there}"},
    }
    taking.take_in(actor=Actor.feed("sample hospital"), writes=[Sent("POST", "ServiceRequest", asked)])
    return Incoming.objects.filter(person_id=world.there).values_list("id", flat=True).first()


ELSEWHERE |= {
    "incoming_id": incoming_elsewhere,
    "sent_id": summary_elsewhere,
    "received_id": document_from_outside_elsewhere("document"),
    "said_id": document_from_outside_elsewhere("item"),
}


def watch_elsewhere(world: World) -> UUID | None:
    """Give the watch of the person who is at York."""
    from throughcare.care.mental_health import actions as mental_health
    from throughcare.care.mental_health.models import Watch
    from throughcare.kernel.actor import Actor

    nurse = Actor("staff", derived("test", "york nurse"), "Demo-York", Role.RN, YORK)
    if Watch.objects.filter(person_id=world.there, ended_at=None).exists():
        return Watch.objects.filter(person_id=world.there, ended_at=None).values_list("id", flat=True)[0]
    mental_health.start_watch(actor=nurse, person_id=world.there, level="staggered", why="Known and wanted")
    found: UUID | None = Watch.objects.filter(person_id=world.there).values_list("id", flat=True).first()
    return found


def visit_elsewhere(world: World) -> UUID | None:
    """Give a visit after a watch that is owed to the person who is at York."""
    from throughcare.care.mental_health import actions as mental_health
    from throughcare.care.mental_health.models import FollowUp, Watch
    from throughcare.kernel.actor import Actor

    psych = Actor("staff", derived("test", "york psych"), "Demo-York", Role.PSYCH, YORK)
    watch = Watch.objects.get(id=watch_elsewhere(world))
    said = mental_health.Found({"1": False, "2": False, "6": False}, "Known and wanted")
    about = {"actor": psych, "person_id": world.there, "watch_id": watch.id}
    mental_health.assess_watch(**about, found=said, decision="end", why="Known.", plan={"people": "Known"})  # type: ignore[arg-type]
    found: UUID | None = FollowUp.objects.filter(person_id=world.there).values_list("id", flat=True).first()
    return found


ELSEWHERE |= {"watch_id": watch_elsewhere, "follow_up_id": visit_elsewhere}


def apart_elsewhere(what: str) -> Callable[[World], UUID | None]:
    """Give the maker of a stretch kept apart, or in restraints, of the person who is at York."""

    def make(world: World) -> UUID | None:
        from throughcare.care.restriction import actions as restriction
        from throughcare.care.restriction.actions.keeping import held
        from throughcare.kernel.actor import Actor

        officer = Actor("staff", derived("test", "york officer"), "Demo-York", Role.CUSTODY, YORK)
        if what == "confinement":
            return restriction.tell_placement(actor=officer, person_id=world.there, tier="limited", isolated=True)
        running = held(world.there)
        if running is not None:
            return running.id
        return restriction.apply_restraint(actor=officer, person_id=world.there, device="wrists")

    return make


def grievance_elsewhere(world: World) -> UUID:
    """Give a complaint of the person who is at York."""
    from throughcare.care.grievances import actions as grievances
    from throughcare.kernel.actor import Actor

    actor = Actor.system("kiosk")
    done = grievances.file_grievance(actor=actor, person_id=world.there, about="waiting", words="Nobody answers")
    return done.grievance_id


def reply_elsewhere(world: World) -> UUID:
    """Give what somebody of York was asked about a complaint of the person who is there."""
    from tests.access.makers import staff
    from throughcare.care.grievances import actions as grievances
    from throughcare.kernel.actor import Actor

    about = grievance_elsewhere(world)
    return grievances.ask_reply(
        actor=Actor.system("test"),
        person_id=world.there,
        grievance_id=about,
        version=1,
        staff_id=staff(Role.PROVIDER, facility=YORK).id,
        question="What did you see on Monday?",
    )


ELSEWHERE |= {"grievance_id": grievance_elsewhere, "reply_id": reply_elsewhere}
ELSEWHERE |= {"confinement_id": apart_elsewhere("confinement"), "restraint_id": apart_elsewhere("restraint")}
NOBODYS |= {
    "edition_id",
    "project_id",
    "cycle_id",
    "annotation_id",
    "standard",
    "proposal_id",
    "code",
    "kind",
    "response_id",
    "fact_id",
    "type",
}
FACTORIES |= {
    name: lambda world, person: {"kind": "Condition"}
    for name in ("chart_history", "chart_mark_error", "chart_take_back", "entry-labels", "destroy-bodies")
}


class AnyReason(dict[str, str]):
    """Answers whatever a check asks: these tests are about doors."""

    def get(self, key: object, default: object = None) -> str:
        """Give a reason."""
        return "Known and wanted"

    def __getitem__(self, key: str) -> str:
        return "Known and wanted"


def medicine_elsewhere(world: World, mode: str = "DOT", product: str = "314076") -> UUID:
    """Give an order of the person who is at York."""
    from throughcare.care.medications import actions
    from throughcare.chart import actions as chart
    from throughcare.kernel.actor import Actor

    doctor = Actor("staff", derived("test", "doctor at York"), "Demo-Doctor", Role.PROVIDER, YORK)
    chart.no_known_allergies(actor=doctor, person_id=world.there)
    asked = actions.Prescription(
        product,
        {"kind": "passes", "passes": ["morning"]},
        "High blood pressure",
        amount=Decimal(1),
        mode=mode,
        reasons=AnyReason(),
    )
    return actions.place_order(actor=doctor, person_id=world.there, asked=asked)


def dose_elsewhere(world: World) -> UUID | None:
    """Give a dose of the person who is at York."""
    from throughcare.care.medications.models import Dose

    order = medicine_elsewhere(world)
    found: UUID | None = Dose.objects.filter(order_id=order).values_list("id", flat=True).first()
    return found


def crossing_elsewhere(world: World) -> UUID | None:
    """Give the door through which the person at York goes to court, with a time-critical medicine."""
    from throughcare.care.medications.models import Crossing
    from throughcare.custody import actions as custody
    from throughcare.kernel import clock
    from throughcare.kernel.actor import Actor

    medicine_elsewhere(world, product="311289")
    back = clock.now() + timedelta(hours=30)
    feed = Actor.feed("custody")
    custody.send_out(actor=feed, person_id=world.there, kind="court", place="Superior Court", expected_back=back)
    found: UUID | None = Crossing.objects.filter(person_id=world.there).values_list("id", flat=True).first()
    return found


def device_elsewhere(world: World) -> UUID:
    """Give a tablet of York."""
    from throughcare.devices import actions
    from throughcare.kernel.actor import Actor

    return actions.enrol_device(actor=Actor.system("test"), device_id=uuid7(), facility_id=YORK, name="Tablet")


def entry_elsewhere(world: World) -> UUID:
    """Give an entry of York's tablet that a person must look at."""
    from throughcare.devices.models import DeviceEvent
    from throughcare.kernel import clock

    kept = DeviceEvent.objects.create(
        device_id=device_elsewhere(world),
        kind="dose",
        event_id=uuid7(),
        sequence=1,
        digest=b"",
        body={},
        person_id=world.there,
        facility_id=YORK,
        received_at=clock.now(),
        outcome="kept",
        why="unknown_dose",
    )
    return UUID(str(kept.id))


def stock_elsewhere(world: World) -> UUID:
    """Give a lot that lies at York."""
    from throughcare.care.medications import actions
    from throughcare.kernel.actor import Actor

    came = actions.Received("room", Decimal(30), "T1", product="314076")
    return actions.receive_stock(actor=Actor.system("test"), facility_id=YORK, received=came)


def pack_elsewhere(world: World) -> UUID:
    """Give a pack that the person at York keeps."""
    from throughcare.care.medications import actions
    from throughcare.kernel.actor import Actor

    order = medicine_elsewhere(world, "KOP")
    nurse = Actor("staff", derived("test", "nurse at York"), "Demo-Nurse", Role.RN, YORK)
    about = {"actor": nurse, "person_id": world.there}
    actions.check_fitness(**about, fit=True)
    return actions.issue_pack(**about, order_id=order, issue=actions.Issue(Decimal(30), "T1", signed_how="paper"))


ELSEWHERE |= {
    "order_id": medicine_elsewhere,
    "dose_id": dose_elsewhere,
    "crossing_id": crossing_elsewhere,
    "device_id": device_elsewhere,
    "entry_id": entry_elsewhere,
    "stock_id": stock_elsewhere,
    "pack_id": pack_elsewhere,
}


def code_elsewhere(world: World) -> UUID:
    """Give a code that was called at York."""
    from throughcare.care.emergency import actions
    from throughcare.kernel.actor import Actor

    return actions.call_code(
        actor=Actor.system("test"), facility_id=YORK, place="Clinic", person_id=world.there, complaint="other"
    )


ELSEWHERE |= {"code_id": code_elsewhere}


def send_out_packet_elsewhere(world: World) -> UUID:
    """Give a packet of the person who is at York."""
    from throughcare.care.emergency import actions
    from throughcare.kernel.actor import Actor

    return actions.make_packet(actor=Actor.system("test"), person_id=world.there, facility_id=YORK)


ELSEWHERE |= {"packet_id": send_out_packet_elsewhere}
