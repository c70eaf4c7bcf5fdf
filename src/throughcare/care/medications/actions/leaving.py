"""What becomes of a person's orders when they leave custody, when that is undone, and when they are back (decision 0071).

Leaving stops every order in force or held, and each remembers the way out that stopped it. Undone, that way out brings back
precisely what it stopped, as it stood. A new booking brings nothing back: what was taken before is shown, and decided anew.
Sealed orders of a programme go the same way in their own table, and nothing of them is written in the open.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from throughcare.care.medications import psychotropics, states
from throughcare.care.medications.actions import programme
from throughcare.care.medications.actions.ending import FORTNIGHT, LOOK_BACK
from throughcare.care.medications.actions.keeping import keep_order
from throughcare.care.medications.actions.laying import AHEAD, lay, take_back
from throughcare.care.medications.actions.passing import settle_blanks
from throughcare.care.medications.events import OrderEndsSoon, OrderLeft, OrderResumed, TakenBefore
from throughcare.care.medications.models import Dose, MedicationOrder
from throughcare.care.medications.rules import tables
from throughcare.custody.homes import WayOut
from throughcare.duties.events import ToldInError
from throughcare.kernel import clock, rows
from throughcare.kernel.events import emit
from throughcare.people.models import Person

ENDED = ["version", "status", "ended_at", "ended_why", "left_by"]


def leave(people: Iterable[UUID], out: WayOut, why: str) -> None:
    """Stop whatever these charts have in force or on hold, as of when the person left; doses due from then on are taken back.

    Custody's word may come late: what lay due since the person left was due to nobody, so it is no blank either.
    """
    charts, now = list(people), clock.now()
    mine = MedicationOrder.objects.select_for_update(no_key=True).filter(person_id__in=charts, status__in=states.LIVE)
    orders = list(mine.order_by("id"))
    for row in orders:
        row.version += 1
        row.status = states.ORDER.after(row.status, "stop")
        row.ended_at, row.ended_why, row.left_by = max(out.since, row.recorded_at), why, out.id
        keep_order(row)
        emit(OrderLeft(happened_at=now, person_id=row.person_id, facility_id=row.facility_id, ref=row.id))
    rows.update(orders, ENDED)
    sealed = programme.leave(charts, out, why)
    _take_back([row.id for row in orders], sealed, min(out.since, now), now)


def _take_back(ids: Sequence[UUID], sealed: Sequence[UUID], since: datetime, now: datetime) -> None:
    """Take back what is due from a moment on; a blank that somebody owns already for it is settled."""
    found = Dose.objects.filter(
        Q(order_id__in=ids) | Q(programme_order_id__in=sealed), status=states.EXPECTED, version=1
    )
    found_blank = list(found.filter(due_at__gte=since, due_at__lt=now)) if since < now else []
    if ids:
        take_back(ids, since)
    if sealed:
        programme.take_back_sealed(sealed, since)
    settle_blanks(found_blank)


def bring_back(people: Iterable[UUID], way: UUID, *, never_was: bool) -> None:
    """Let go on what a way out had stopped, and nothing else; who has died gets nothing again.

    `never_was`: the way out was a mistake, so what fell due meanwhile is owed after all, as far back as a blank is found.
    Otherwise the orders go on from now.
    """
    charts, now = list(people), clock.now()
    if Person.objects.filter(id__in=charts, deceased_at__isnull=False).exists():
        return
    back_to = now - LOOK_BACK if never_was else now
    stopped = {"person_id__in": charts, "left_by": way, "status": "stopped"}
    orders = list(MedicationOrder.objects.select_for_update(no_key=True).filter(**stopped).order_by("id"))
    running = [row for row in orders if not row.held_why]
    for row in orders:
        row.version += 1
        row.status = states.ORDER.after(row.status, "bring_back_held" if row.held_why else "bring_back")
        row.ended_at, row.ended_why, row.left_by = None, "", None
        row.doses_until = max(back_to, row.doses_until or now)
        keep_order(row)
        about: dict[str, Any] = {
            "happened_at": now,
            "person_id": row.person_id,
            "facility_id": row.facility_id,
            "ref": row.id,
        }
        emit(ToldInError(what=OrderLeft.name, **about))
        if row in running:
            emit(OrderResumed(**about))
        if row.ends_at <= now and row.ending_told_at is None and row.ends_at - row.starts_at > FORTNIGHT:
            # It lapsed by our mistake, not by anybody's word: nobody was to renew it.
            emit(OrderEndsSoon(**about, order_ends_at=row.ends_at))
    rows.update(orders, ENDED)
    psychotropics.tell_resumed(running)
    if running:
        lay(running, now + AHEAD)
    programme.bring_back(charts, way, back_to)


def come_back(people: Iterable[UUID], out: WayOut, at: datetime, facility_id: UUID | None, person_id: UUID) -> None:
    """Somebody is back from an escape, or out of the community: soon enough, what was ordered goes on; else it is decided anew."""
    charts = list(people)
    if at - out.since <= tables.orders().back_within:
        bring_back(charts, out.id, never_was=False)
    ask_about(charts, out.id, facility_id, person_id)
    lay_anew(charts, out.since)


def ask_about(people: Sequence[UUID], way: UUID, facility_id: UUID | None, person_id: UUID) -> None:
    """Ask a prescriber about what a way out stopped and nobody has ordered again (INT-04-BACK)."""
    if MedicationOrder.objects.filter(person_id__in=people, left_by=way, status="stopped").exists():
        emit(TakenBefore(happened_at=clock.now(), person_id=person_id, facility_id=facility_id, ref=way))


def lay_anew(people: Sequence[UUID], since: datetime) -> None:
    """Lay the doses of what was ordered since then, while the person was gone: none was laid for them."""
    now = clock.now()
    active = MedicationOrder.objects.select_for_update(no_key=True).filter(person_id__in=people, status="active")
    orders = list(active.filter(recorded_at__gte=since, ends_at__gt=now).order_by("id"))
    for row in orders:
        row.doses_until = max(row.starts_at, now)
    if orders:
        lay(orders, now + AHEAD)
    programme.lay_anew(people, since)
