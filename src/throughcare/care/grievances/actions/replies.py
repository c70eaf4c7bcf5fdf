"""What a member of staff says of a complaint in their own words (clinical.md 7.3): asked for, given, or taken down; never changed."""

from uuid import UUID

from throughcare import ledger
from throughcare.access.reads import staff_member
from throughcare.care.grievances import fhir, states
from throughcare.care.grievances.actions.complaints import KEPT, LONGEST, to_answer
from throughcare.care.grievances.models import Grievance, GrievanceReply
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotFound, Stale
from throughcare.kernel.vocabulary import DataClass


@action("grievances.ask_reply")
def ask_reply(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    grievance_id: UUID,
    version: int | None,
    staff_id: UUID | None,
    question: str,
    names_person: bool = False,
) -> UUID:
    """Ask a member of staff for their words. They read the question alone, and who complains only where it says so."""
    row = to_answer(actor, person_id, grievance_id, version)
    member = staff_member(staff_id) if staff_id else None
    wrong = {}
    if member is None:
        wrong["staff"] = "There is no active account of this name."
    if staff_id == actor.id:
        wrong["staff"] = "You answer this complaint: say what you know in the answer."
    if len(question.strip()) < 10:
        wrong["question"] = "Ask in your own words what you need to know."
    if row.state not in states.OPEN:
        wrong["question"] = "This complaint is answered; nobody is asked any more."
    if wrong or member is None:
        raise Invalid(KEPT, fields=wrong)
    reply = GrievanceReply.objects.create(
        person_id=row.person_id,
        facility_id=row.facility_id,
        grievance_id=row.id,
        asked_of=member.id,
        asked_name=member.name,
        question=question.strip()[:LONGEST],
        names_person=names_person,
        asked_at=clock.now(),
        asked_by=actor.label(),
        asked_by_id=actor.id,
    )
    _keep(reply)
    return reply.id


@action("grievances.give_reply")
def give_reply(*, actor: Actor, intent: UUID | None = None, reply_id: UUID, words: str) -> None:
    """Keep what who was asked says. It stays as it is; more can be asked."""
    reply = _open(GrievanceReply.objects.select_for_update().filter(id=reply_id, asked_of=actor.id).first())
    _say(reply, actor, words)


@action("grievances.take_reply_down")
def take_reply_down(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, grievance_id: UUID, reply_id: UUID, words: str
) -> None:
    """Write down what who was asked said aloud or on paper, in the name of who writes it."""
    to_answer(actor, person_id, grievance_id, None)
    found = GrievanceReply.objects.select_for_update().filter(id=reply_id, grievance_id=grievance_id).first()
    _say(_open(found), actor, words)


def _open(reply: GrievanceReply | None) -> GrievanceReply:
    if reply is None:
        raise NotFound("Nobody asks you this here.")
    if reply.replied_at is not None:
        raise Stale("This was answered already. What you typed is on this page still.")
    if Grievance.objects.filter(id=reply.grievance_id).exclude(state__in=states.OPEN).exists():
        raise Stale("The complaint was answered meanwhile, so nothing is asked any more.")
    return reply


def _say(reply: GrievanceReply, actor: Actor, words: str) -> None:
    if len(words.strip()) < 3:
        raise Invalid("Nothing was sent yet.", fields={"words": "Say what you know of it."})
    reply.bump(words=words.strip()[:LONGEST], replied_at=clock.now(), written_by=actor.label(), written_by_id=actor.id)
    _keep(reply)


def _keep(reply: GrievanceReply) -> None:
    ledger.record(
        type="GrievanceReply",
        id=reply.id,
        person_id=reply.person_id,
        data_class=DataClass.GRIEVANCE,
        body=fhir.reply(reply),
        media="throughcare/GrievanceReply",
        happened_at=reply.replied_at or reply.asked_at,
    )
