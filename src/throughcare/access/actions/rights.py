"""A person's rights over their record: who decides in their place, and what they ask to be amended."""

from datetime import datetime, timedelta
from uuid import UUID

from throughcare.access.actions import record as keep
from throughcare.access.actions.record import in_force
from throughcare.access.events import AmendmentAsked, AmendmentDecided, CopyAsked, CopyDecided
from throughcare.access.models import REPRESENTATIVES, Amendment, Representative
from throughcare.access.ports import NAMES, PLACES
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotFound, Refused, Stale
from throughcare.kernel.events import emit

# 45 CFR 164.526(a)(2): the four grounds on which a request to amend may be denied. 164.524(a)(2), (a)(3): those on which a
# copy may be refused; that it would endanger safety or good order is a ground in custody alone.
GROUNDS = {
    "amend": ("accurate", "not_ours", "not_in_record", "not_accessible"),
    "copy": ("endangers", "harm", "not_accessible"),
}


@action("access.name_representative")
def name_representative(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    kind: str,
    name: str,
    proof: str,
    relation: str = "",
    reached_by: str = "",
    limits: str = "",
    until: datetime | None = None,
) -> UUID:
    """Name who decides or asks in a person's place, with what shows it."""
    wrong = {}
    if kind not in REPRESENTATIVES:
        wrong["kind"] = "Choose from the list."
    if len(name.strip()) < 3:
        wrong["name"] = "Say who it is."
    if len(proof.strip()) < 3:
        wrong["proof"] = "Say what shows it: the court's order, the signed form, the birth certificate."
    if until is not None and until <= clock.now():
        wrong["until"] = "Choose an end that is still to come, or none."
    if wrong:
        raise Invalid("Nobody was named.", fields=wrong)
    _known(person_id)
    row = Representative.objects.create(
        person_id=person_id,
        kind=kind,
        name=name.strip(),
        relation=relation.strip(),
        reached_by=reached_by.strip(),
        proof=proof.strip(),
        limits=limits.strip(),
        recorded_by=actor.label(),
        since=clock.now(),
        until=until,
    )
    keep.representative(row)
    return row.id


@action("access.end_representative")
def end_representative(*, actor: Actor, representative_id: UUID, person_id: UUID, version: int, why: str) -> None:
    """End it now: of age, revoked, replaced."""
    row = (
        Representative.objects.select_for_update().filter(in_force(), id=representative_id, person_id=person_id).first()
    )
    if row is None:
        raise NotFound("This has ended. Nothing was changed.")
    if row.version != version:
        raise Stale("This was changed meanwhile. Open it again to see what happened.")
    if len(why.strip()) < 3:
        raise Invalid("Nothing was changed.", fields={"why": "Say why it ends, in a few words."})
    row.bump(until=max(clock.now(), row.since + timedelta(microseconds=1)), ended_why=why.strip())
    keep.representative(row)


@action("access.ask_amendment")
def ask_amendment(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    what: str,
    why: str,
    asked_at: datetime | None = None,
    kind: str = "amend",
) -> UUID:
    """Keep a person's request: to amend their record (answered within 60 days), or for a copy of it (within 30)."""
    wrong = {}
    if kind not in GROUNDS:
        wrong["kind"] = "Choose what is asked for."
    if len(what.strip()) < 10:
        wrong["what"] = "Say what the record says and what it should say; of a copy, which part and in what form."
    if len(why.strip()) < 3:
        wrong["why"] = "Say why, in the person's words."
    if asked_at is not None and asked_at > clock.now():
        wrong["asked_at"] = "This day is still to come."
    if wrong:
        raise Invalid("The request was not kept.", fields=wrong)
    _known(person_id)
    row = Amendment.objects.create(
        person_id=person_id,
        kind=kind,
        facility_id=PLACES().of_person(person_id),
        asked_at=asked_at or clock.now(),
        what=what.strip(),
        why=why.strip(),
        received_by=actor.label(),
    )
    keep.amendment(row)
    asked = CopyAsked if kind == "copy" else AmendmentAsked
    emit(asked(happened_at=row.asked_at, person_id=person_id, facility_id=row.facility_id, ref=row.id))
    return row.id


@action("access.decide_amendment")
def decide_amendment(
    *, actor: Actor, amendment_id: UUID, person_id: UUID, version: int, accepted: bool, answer: str, ground: str = ""
) -> None:
    """Answer the person: accepted, or denied on one of the law's grounds. Nothing in the record changes by it."""
    row = _amendment(amendment_id, person_id)
    if row.version != version or row.state != "open":
        raise Stale("This request was answered meanwhile. Open it again to see how.")
    wrong = {}
    if len(answer.strip()) < 10:
        wrong["answer"] = "Write the answer as the person will read it."
    if not accepted and ground not in GROUNDS[row.kind]:
        wrong["ground"] = "A denial names one of the law's grounds."
    if wrong:
        raise Invalid("The request is still open.", fields=wrong)
    now = clock.now()
    row.bump(
        state="accepted" if accepted else "denied",
        decided_at=now,
        decided_by=actor.label(),
        ground="" if accepted else ground,
        answer=answer.strip(),
    )
    keep.amendment(row)
    decided = CopyDecided if row.kind == "copy" else AmendmentDecided
    emit(decided(happened_at=now, person_id=person_id, facility_id=row.facility_id, ref=row.id))


@action("access.disagree_with_denial")
def disagree_with_denial(*, actor: Actor, amendment_id: UUID, person_id: UUID, version: int, words: str) -> None:
    """Keep the person's statement of disagreement with the record, for good (45 CFR 164.526(d)(2))."""
    row = _amendment(amendment_id, person_id)
    if row.state != "denied":
        raise Refused("Only a denial can be disagreed with. Nothing was kept.")
    if row.version != version or row.disagreed_at is not None:
        raise Stale("A statement is kept already. Open it again to read it.")
    if len(words.strip()) < 3:
        raise Invalid("Nothing was kept.", fields={"words": "Write the person's statement."})
    row.bump(disagreement=words.strip(), disagreed_at=clock.now())
    keep.amendment(row)


def _amendment(amendment_id: UUID, person_id: UUID) -> Amendment:
    row = Amendment.objects.select_for_update().filter(id=amendment_id, person_id=person_id).first()
    if row is None:
        raise NotFound("There is no such request.")
    return row


def _known(person_id: UUID) -> None:
    if not NAMES().of([person_id]):
        raise NotFound("There is no such record here.")
