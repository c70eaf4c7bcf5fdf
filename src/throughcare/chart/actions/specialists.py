"""A specialist outside: whoever waits is asked again, whoever was seen has a report that comes and is read (SPC-01, SPC-03)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from throughcare.chart import models as m
from throughcare.chart import states
from throughcare.chart.actions.keeping import keep, mine
from throughcare.chart.actions.notes import draft_note, sign_note
from throughcare.chart.actions.orders import end_order, place_order
from throughcare.chart.events import OrderEnded, SpecialtySeen, WaitingSymptomsChecked
from throughcare.duties.events import ToldInError
from throughcare.kernel import clock, db
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, Stale
from throughcare.kernel.events import emit

KIND = "specialty"
# How the complaint stands while somebody waits.
SINCE = ("same", "better", "worse")
VISIT = "Provider visit: worse while waiting"


@action("chart.recheck_waiting")
def recheck_waiting(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, order_id: UUID, since: str, words: str
) -> UUID:
    """Ask somebody who waits for a specialist how it is now, as a signed note; worse orders a provider's visit today."""
    row = _order(order_id, person_id, None)
    if row.status != "active":
        raise Stale("Nobody waits for this any more: the order has ended. What you typed is still on your page.")
    wrong = {} if since in SINCE else {"since": "Say how it is since the last time."}
    if len(words.strip()) < 3:
        wrong["words"] = "Write what was asked and what was said."
    if wrong:
        raise Invalid("Nothing was kept yet. Everything you typed is still here.", fields=wrong)
    said = f"{since.capitalize()}. {words.strip()[:2000]}"
    title = f"Waiting for: {row.text}"[:160]
    note = draft_note(actor=actor, person_id=person_id, kind="nursing", title=title, text=said)
    sign_note(actor=actor, person_id=person_id, note_id=note)
    if since == "worse":
        reason = f"Worse while waiting for: {row.text}"[:240]
        place_order(actor=actor, person_id=person_id, kind="visit", text=VISIT, priority="urgent", reason=reason)
    about = {"person_id": person_id, "facility_id": row.facility_id}
    emit(WaitingSymptomsChecked(happened_at=clock.now(), ref=note, order=row.id, since=since, **about))
    return note


@action("chart.specialist_seen")
def specialist_seen(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, order_id: UUID, version: int | None, at: datetime
) -> None:
    """Say that the specialist saw the person: the report is owed from then on."""
    row = _order(order_id, person_id, version)
    if row.status != "active":
        raise Stale("This order has ended already. Nothing was changed.")
    if at > clock.now() or at < row.recorded_at.replace(hour=0, minute=0, second=0, microsecond=0):
        raise Invalid("Nothing was changed.", fields={"day": "Write a day between the order and today."})
    end_order(actor=actor, person_id=person_id, order_id=row.id, verb="complete", why="Seen", happened_at=at)


@action("chart.specialist_not_seen")
def specialist_not_seen(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, order_id: UUID, version: int | None, why: str
) -> None:
    """Take back that the person was seen: they wait again, since when they waited; no report is owed."""
    row = _order(order_id, person_id, version)
    if (
        row.status != "completed"
        or m.Report.objects.filter(order_id=row.id).exclude(status="entered-in-error").exists()
    ):
        raise Stale("A report of this visit is filed, or the order never ended. Nothing was changed.")
    if len(why.strip()) < 3:
        raise Invalid("Nothing was changed.", fields={"why": "Say why it was written in error."})
    db.unit().reason = why.strip()
    row.bump(status=states.ORDER.after(row.status, "reopen"), ended_at=None, ended_why="")
    keep(row)
    about: dict[str, Any] = {
        "happened_at": clock.now(),
        "person_id": person_id,
        "facility_id": row.facility_id,
        "ref": row.id,
    }
    for what in (SpecialtySeen.name, OrderEnded.name):
        emit(ToldInError(what=what, **about))


def _order(order_id: UUID, person_id: UUID, version: int | None) -> m.Order:
    row = mine(m.Order, order_id, person_id, version, what="order")
    if row.kind != KIND:
        raise Invalid("This is no order for a specialist. Nothing was changed.")
    return row
