"""The only writers of duties: hear an event, open, close, refuse, excuse, make void, convert, reopen, assign, escalate."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from throughcare import ledger
from throughcare.access.models import Posting, User
from throughcare.duties import cover, fhir, hearing, merging, rulebook, turns
from throughcare.duties.desk import Closing, Desk, Opening
from throughcare.duties.events import DutyRefused
from throughcare.duties.models import CAPACITY, OPEN, Duty, Escalation, Refusal
from throughcare.duties.ports import LICENCES
from throughcare.duties.rule import Facts, Rule
from throughcare.duties.titles import role_title
from throughcare.kernel import clock, db
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed, NotFound, Stale
from throughcare.kernel.events import Event, emit
from throughcare.kernel.ids import derived, uuid7
from throughcare.kernel.vocabulary import DataClass, Role

# Who may sign a refusal: health staff only, never custody (clinical.md 1.1).
CLINICIANS = frozenset({Role.PROVIDER, Role.RN, Role.LPN, Role.PSYCH, Role.SUD, Role.DENTAL, Role.PHARMACY})
# Who may excuse, make void or reopen: those who answer for care or for the list.
ANSWERABLE = CLINICIANS | {Role.HSA, Role.PLANNER, Role.HIM, Role.SCHEDULER, Role.PREA}


@dataclass(frozen=True, slots=True)
class RefusalForm:
    """What makes a refusal informed: the risk told in plain words, capacity, signature or a second witness."""

    risk_told: str
    capacity: str
    witness: str
    signed_by_person: bool = False
    second_witness: str = ""
    said: str = ""
    interpreter: str = ""


# --- events ---------------------------------------------------------------------------------------------------------------


def hear(events: Sequence[Event]) -> None:
    """Do what the clock table says of these events, in the transaction that emitted them (wired in `app`)."""
    heeded = [event for event in events if hearing.heeds(event)]
    waiting = _gathered.get()
    if waiting is not None:
        waiting.extend(heeded)
    elif heeded:
        _settle(hearing.take_in(heeded))


_gathered: ContextVar[list[Event] | None] = ContextVar("duties_gathered", default=None)


def gathered() -> list[Event]:
    """Give what was told and is heard later; who undoes a part of what it does takes the part's events out of it."""
    waiting = _gathered.get()
    return [] if waiting is None else waiting


@contextmanager
def together() -> Iterator[None]:
    """Hear all that is told meanwhile at once, at the end and in its order: for an action that does many things."""
    waiting: list[Event] = []
    token = _gathered.set(waiting)
    try:
        yield
    finally:
        _gathered.reset(token)
    if waiting:
        _settle(hearing.take_in(waiting))


@action("duties.hear_many")
def hear_many(*, actor: Actor, events: Sequence[Event]) -> int:
    """Do the same for many events at once, in their order, for whoever makes a past; gives how many duties were opened."""
    desk = hearing.take_in([event for event in events if hearing.heeds(event)])
    opened = len(desk.added)
    _settle(desk)
    return opened


def _settle(desk: Desk) -> None:
    desk.flush()
    cover.check(desk.waiting)


# --- one duty -------------------------------------------------------------------------------------------------------------


@action("duties.open_duty")
def open_duty(
    *,
    actor: Actor,
    intent: UUID | None = None,
    rule_id: str,
    person_id: UUID | None,
    facility_id: UUID | None,
    ref: UUID | None = None,
    facts: dict[str, str | int | bool | None] | None = None,
    due_at: datetime | None = None,
    why: str = "",
) -> UUID:
    """Open a duty by hand under a rule of the table; where the same one is open already, that one stands."""
    now = clock.now()
    rule = _rule(rule_id, now)
    desk = Desk()
    subject = person_id or facility_id or derived("agency")
    turns.take([person_id] if person_id else [], [facility_id] if facility_id and not person_id else [])
    desk.family = merging.families([subject])
    desk.lay(Duty.objects.filter(OPEN, subject_id__in=desk.family.of(subject)))
    given: Facts = facts or {}
    duty = desk.begin(
        rule,
        Opening(
            subject_id=subject,
            person_id=person_id,
            facility_id=facility_id,
            trigger="opened_by_hand",
            cause=intent or uuid7(),
            opened_at=now,
            facts=given,
            ref=ref,
            about=ref if rule.each == "thing" else None,
            due_at=due_at,
            why=why,
        ),
    )
    _settle(desk)
    return duty.id


@action("duties.close_duty")
def close_duty(
    *, actor: Actor, intent: UUID | None = None, duty_id: UUID, version: int | None = None, at: datetime | None = None
) -> UUID:
    """Close a duty as done, at the time at which it was done; what follows it opens."""
    _close(actor, duty_id, version, "done", at=at)
    return duty_id


@action("duties.refuse_duty")
def refuse_duty(
    *, actor: Actor, intent: UUID | None = None, duty_id: UUID, version: int | None = None, form: RefusalForm
) -> UUID:
    """Close a duty as refused by the person: signed by a named clinician, witnessed; it re-arms as its rule says."""
    if actor.kind != "staff" or actor.role not in CLINICIANS:
        raise NotAllowed(
            "A refusal is signed by health staff. Ask a nurse to speak with the person; the duty stays open."
        )
    _check(form, actor)
    duty = _open_one(duty_id, version)
    if duty.person_id is None:
        raise Invalid("This is no care for a person, so nobody can refuse it.")
    rule = rulebook.at(clock.now()).rules.get(duty.rule)
    if rule is not None and not rule.refusal.allowed:
        raise Invalid(
            f"[{duty.title}] cannot be refused away. The duty stays open; excuse it with a reason if it fell away."
        )
    now = clock.now()
    closed = _close(actor, duty_id, version, "refused", reason=form.said or "refused, informed", at=now)
    row = Refusal.objects.create(
        person_id=duty.person_id,
        duty=closed,
        clinician_id=actor.id,
        clinician_name=actor.label(),
        said=form.said.strip(),
        risk_told=form.risk_told.strip(),
        capacity=form.capacity,
        interpreter=form.interpreter.strip(),
        signed_by_person=form.signed_by_person,
        witness=form.witness.strip(),
        second_witness=form.second_witness.strip(),
        signed_at=now,
    )
    ledger.record(
        type="Refusal",
        id=row.id,
        person_id=row.person_id,
        data_class=DataClass(duty.data_class),
        media="throughcare/refusal",
        body=fhir.refusal(row),
        happened_at=now,
    )
    emit(
        DutyRefused(happened_at=now, person_id=row.person_id, facility_id=duty.facility_id, ref=duty.id, rule=duty.rule)
    )
    return row.id


@action("duties.excuse_duty")
def excuse_duty(
    *, actor: Actor, intent: UUID | None = None, duty_id: UUID, version: int | None = None, reason: str
) -> UUID:
    """Close a duty as excused, for a reason that somebody answers for."""
    _answerable(actor)
    _close(actor, duty_id, version, "excused", reason=_said(reason))
    return duty_id


@action("duties.void_duty")
def void_duty(
    *, actor: Actor, intent: UUID | None = None, duty_id: UUID, version: int | None = None, reason: str
) -> UUID:
    """Close a duty that should not stand; nothing follows it."""
    _answerable(actor)
    _close(actor, duty_id, version, "void", reason=_said(reason), goes_on=False)
    return duty_id


@action("duties.convert_duty")
def convert_duty(
    *,
    actor: Actor,
    intent: UUID | None = None,
    duty_id: UUID,
    version: int | None = None,
    successor: str,
    reason: str = "",
) -> UUID:
    """Close a duty as converted to another rule's, and give the id of the duty that takes over."""
    now = clock.now()
    duty = _open_one(duty_id, version)
    book = rulebook.at(now)
    _rule(successor, now)
    desk = _desk_of(duty)
    taker = desk.convert(
        book, desk.known(duty), Closing("converted", now, actor.label(), reason, "converted"), successor
    )
    _settle(desk)
    return taker.id


@action("duties.reopen_duty")
def reopen_duty(*, actor: Actor, intent: UUID | None = None, duty_id: UUID, reason: str) -> UUID:
    """Restore a closed duty with its original times, saying why."""
    _answerable(actor)
    duty = _in_turn(duty_id)
    if duty.closed_at is None:
        raise Stale("This duty is open already.")
    desk = _desk_of(duty)
    if not desk.reopen(duty, _said(reason)):
        raise Stale("The same duty is open again already, so this one stays closed.")
    _settle(desk)
    return duty_id


# --- whose ----------------------------------------------------------------------------------------------------------------


@action("duties.assign_duty")
def assign_duty(
    *, actor: Actor, intent: UUID | None = None, duty_id: UUID, version: int | None = None, to: UUID | None
) -> UUID:
    """Give a duty to somebody who holds a role there, or (None) back to whoever is on shift; no time changes."""
    duty = _open_one(duty_id, version)
    if to is not None:
        _check_taker(to, duty)
    desk = _desk_of(duty)
    desk.change(desk.known(duty), owner=User.objects.get(id=to) if to else None)
    desk.flush()
    return duty_id


@action("duties.escalate_duty")
def escalate_duty(*, actor: Actor, intent: UUID | None = None, duty_id: UUID, to_role: Role = Role.HSA) -> UUID:
    """Tell the next one up of a duty that cannot wait; told once until it is settled."""
    duty = _open_one(duty_id, None)
    return cover.escalate(duty, "asked", to_role.value, clock.now())


@action("duties.see_escalation")
def see_escalation(*, actor: Actor, intent: UUID | None = None, escalation_id: UUID) -> UUID:
    """Note that somebody answerable has seen an escalation; it stays until its cause is gone."""
    row = Escalation.objects.select_for_update().filter(id=escalation_id, cleared_at=None).first()
    if row is None:
        raise Stale("This is settled already.")
    if row.seen_at is None:
        row.bump(seen_by=actor.label(), seen_at=clock.now())
    return row.id


# --- inside ---------------------------------------------------------------------------------------------------------------


def _close(
    actor: Actor,
    duty_id: UUID,
    version: int | None,
    outcome: str,
    *,
    reason: str = "",
    at: datetime | None = None,
    goes_on: bool = True,
) -> Duty:
    now = clock.now()
    if at is not None and at > now:
        raise Invalid("This time lies ahead. Nothing was changed; give the time at which it was done.")
    duty = _open_one(duty_id, version)
    desk = _desk_of(duty)
    mine = desk.known(duty)
    desk.close(rulebook.at(now), mine, Closing(outcome, at or now, actor.label(), reason, "by_hand"), goes_on=goes_on)
    _settle(desk)
    cover.clear_duty(duty_id, now)
    return mine


def _desk_of(duty: Duty) -> Desk:
    desk = Desk()
    desk.family = merging.families([duty.person_id] if duty.person_id else [])
    desk.lay(Duty.objects.filter(OPEN, subject_id__in=desk.family.of(duty.subject_id)))
    return desk


def _open_one(duty_id: UUID, version: int | None) -> Duty:
    duty = _in_turn(duty_id)
    if duty.closed_at is not None:
        raise Stale(f"This duty was closed as [{duty.outcome}] by {duty.closed_by}. Nothing was changed.")
    if version is not None and version != duty.version:
        raise Stale("This duty changed since you opened the page. Nothing you typed is lost; look again.")
    return duty


def _in_turn(duty_id: UUID) -> Duty:
    """Fetch a duty to change it: its person's turn first, then the row, as everybody does who hears an event."""
    whose = Duty.objects.filter(id=duty_id).values_list("subject_id", flat=True).first()
    if whose is None:
        raise NotFound("There is no such duty here.")
    turns.take([whose], [whose])
    return Duty.objects.select_for_update(of=("self",)).get(id=duty_id)


def _rule(rule_id: str, now: datetime) -> Rule:
    rule = rulebook.at(now).rules.get(rule_id)
    if rule is None or rule.kind != "duty":
        raise Invalid(f"The clock table has no duty [{rule_id}] today.")
    return rule


def _answerable(actor: Actor) -> None:
    if actor.kind == "staff" and actor.role not in ANSWERABLE:
        raise NotAllowed("Only those who answer for care may take a duty off the list. It stays open.")
    if actor.kind == "patient":
        raise NotAllowed("Ask a nurse. The duty stays open.")


def _said(reason: str) -> str:
    if len(reason.strip()) < 3:
        raise Invalid("Say why, in a few words. The duty stays open.", fields={"reason": "Say why, in a few words."})
    return reason.strip()


def _check(form: RefusalForm, actor: Actor) -> None:
    fields: dict[str, str] = {}
    if len(form.risk_told.strip()) < 3:
        fields["risk_told"] = "Write which risk of refusing was explained."
    if form.capacity == "lacks":
        fields["capacity"] = "Somebody who lacks capacity can't refuse. Call the provider; the duty stays open."
    elif form.capacity not in CAPACITY:
        fields["capacity"] = "Say whether the person can decide this now."
    if not form.witness.strip() or form.witness.strip() == actor.name:
        fields["witness"] = "Name a witness other than yourself."
    if not form.signed_by_person and not form.second_witness.strip():
        fields["second_witness"] = "The person hasn't signed: name a second witness."
    if fields:
        raise Invalid("The refusal is not complete. Nothing was closed; what you typed is kept.", fields=fields)


def _check_taker(user_id: UUID, duty: Duty) -> None:
    """Refuse as owner whoever holds no fitting role there, or one whose licence does not reach or is over."""
    now = db.unit().now
    rule = rulebook.at(now).rules.get(duty.rule)
    fitting = {duty.owner_role, *(rule.cover if rule else ())}
    held = Posting.objects.filter(user_id=user_id, role__in=fitting, since__lte=now).exclude(until__lte=now)
    here = held.filter(Q(facility_id=duty.facility_id) | Q(facility_id=None))
    if not (roles := set(here.values_list("role", flat=True))):
        raise Invalid(
            "This person holds no fitting role here now. The duty stays as it was; choose somebody on the list."
        )
    if not (reaching := LICENCES().reaching(duty.rule, roles)):
        raise Invalid(
            f"The licence of [{role_title(min(roles))}] does not reach to this duty. It stays as it was; choose somebody else."
        )
    over = [LICENCES().over(user_id, role, now) for role in sorted(reaching)]
    if all(over):
        raise Invalid(
            f"[{over[0]}] of this person is over. The duty stays as it was; choose somebody else, and tell the administrator."
        )
