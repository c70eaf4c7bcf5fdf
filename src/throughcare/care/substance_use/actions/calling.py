"""The outside programme is called about the last dose until it answers; an answer that contradicts blocks every old dose."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from throughcare.access.holdings import consented
from throughcare.care.substance_use import calling, programme_fhir, sealing
from throughcare.care.substance_use.actions.keeping import require
from throughcare.care.substance_use.events import LastDoseContradicted, LastDoseNotReached, LastDoseVerified
from throughcare.care.substance_use.models import OutsideCall
from throughcare.care.substance_use.models.programme import OUTCOMES
from throughcare.care.substance_use.ports import TREATMENT
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed
from throughcare.kernel.events import emit
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.people.family import family

CALLERS = frozenset({Role.RN, Role.PROVIDER, Role.SUD})


@dataclass(frozen=True, slots=True)
class Call:
    """What a caller writes down: whom they called, what came of it, and what was said of the last dose."""

    programme: str
    number: str
    outcome: str
    spoke_with: str = ""
    dose: str = ""
    last_on: date | None = None
    missed: int | None = None
    words: str = ""
    opens_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CallDone:
    """The entry, when to call again, and the points in which this answer does not agree with an earlier one."""

    call_id: UUID
    next_try_at: datetime | None
    differs: tuple[str, ...] = ()


@action("substance_use.log_outside_call")
def log_outside_call(*, actor: Actor, intent: UUID | None = None, person_id: UUID, call: Call) -> CallDone:
    """Write down, sealed, one call to an outside programme. Answers that contradict block every old dose; no order is cancelled."""
    require(actor, CALLERS, "A nurse, a prescriber or the programme's staff calls. Nothing was written.")
    _refuse_unclear(call)
    if call.outcome == "answered":
        _require_consent(actor, person_id)
    now, id_ = clock.now(), uuid7()
    before = _answers(person_id)
    said = {
        "programme": call.programme.strip()[:160],
        "number": call.number.strip()[:40],
        "spoke_with": call.spoke_with.strip()[:120],
        "dose": call.dose.strip()[:20],
        "last_on": call.last_on.isoformat() if call.last_on else "",
        "missed": "" if call.missed is None else str(call.missed),
        "words": call.words.strip()[:400],
    }
    said = {k: v for k, v in said.items() if v}
    row = OutsideCall(
        id=id_,
        person_id=person_id,
        outcome=call.outcome,
        next_try_at=calling.next_try(call.outcome, now, clock.zone(), call.opens_at),
        body=sealing.sealed(id_, said),
        **sealing.recorded(actor),
    )
    row.save(force_insert=True)
    sealing.keep("OutsideCall", row, programme_fhir.call(row, said))
    about: dict[str, Any] = {
        "happened_at": now, "person_id": person_id, "facility_id": actor.facility_id, "ref": id_,
    }  # fmt: skip
    if row.next_try_at is not None:
        emit(LastDoseNotReached(**about, next_try_at=row.next_try_at))
        return CallDone(id_, row.next_try_at)
    differs = calling.differences(calling.said_of(said, actor.name), before)
    emit(LastDoseVerified(**about))
    TREATMENT().report_outside(
        actor,
        person_id,
        dose=said.get("dose", ""),
        last_on=said.get("last_on", ""),
        missed=call.missed,
        contradicts=bool(differs),
    )
    if differs:
        emit(LastDoseContradicted(**about))
    return CallDone(id_, None, tuple(d.text.en for d in differs))


def _refuse_unclear(call: Call) -> None:
    wrong: dict[str, str] = {}
    if call.outcome not in OUTCOMES:
        wrong["outcome"] = "Choose what came of the call."
    if not call.programme.strip():
        wrong["programme"] = "Name the programme."
    if not call.number.strip():
        wrong["number"] = "Write the number you called."
    if call.outcome == "answered":
        if not call.spoke_with.strip():
            wrong["spoke_with"] = "Write whom you spoke with."
        if calling.milligrams(call.dose) is None:
            wrong["dose"] = "Write the dose in milligrams."
        if call.last_on is None:
            wrong["last_on"] = "Write the day of the last dose."
        elif call.last_on > clock.today():
            wrong["last_on"] = "The last dose can't be in the future."
    if call.missed is not None and not 0 <= call.missed <= 366:
        wrong["missed"] = "Write how many days, 0 if none."
    if wrong:
        raise Invalid("The call is not written down yet. Everything you typed is kept.", fields=wrong)


def _require_consent(actor: Actor, person_id: UUID) -> None:
    """What a programme tells is its record: whoever is not of its staff keeps it only by the person's consent (42 CFR 2.31)."""
    if actor.kind != "staff" or actor.role is None or actor.role is Role.SUD:
        return
    if not any(cls is DataClass.PART2 for _, cls in consented(actor.role, person_id)):
        raise NotAllowed(
            "The person's consent to the programme's record is not on file. Ask for it first; nothing was written."
        )


def _answers(person_id: UUID) -> list[calling.Said]:
    rows = OutsideCall.objects.filter(person_id__in=sorted(family(person_id)), outcome="answered").order_by(
        "recorded_at"
    )
    ordered = [calling.Said(mg, None, None, "the order here") for mg in TREATMENT().doses_mg(family(person_id))]
    return [*ordered, *(calling.said_of(sealing.opened(r), r.recorded_by) for r in rows)]
