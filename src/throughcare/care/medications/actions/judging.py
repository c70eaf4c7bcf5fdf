"""Entries of tablets that were kept and may be of a swallowed dose: who gives next is told, nobody gives it twice, a nurse judges.

An entry is kept where it could not simply stand (something of ours failed on it, its tablet was revoked). Its dose still looks
open, and the next nurse would give it again: so it waits to be judged, at once and by its owner (MED-06-KEPT).
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from throughcare.care.medications import states, waiting_entries
from throughcare.care.medications.actions.asked_along import chart_asked
from throughcare.care.medications.actions.giving import Charted, after_charting, chart_dose, set_charted
from throughcare.care.medications.actions.keeping import doses_of, keep_dose, write_doses
from throughcare.care.medications.actions.sent import SentEvent, read_sent
from throughcare.care.medications.dose_ids import due_at_of
from throughcare.care.medications.events import DoseEntryJudged, DoseEntryWaits, PossibleDoubleDose
from throughcare.care.medications.models import Dose, MedicationOrder
from throughcare.care.medications.rules import statuses
from throughcare.care.medications.rules.statuses import Status
from throughcare.care.medications.waiting_entries import SWALLOWED
from throughcare.devices.actions import carrier_of, look_at
from throughcare.devices.models import DeviceEvent
from throughcare.kernel import clock, db, events
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotFound
from throughcare.kernel.events import emit
from throughcare.people.family import family

log = logging.getLogger(__name__)
# Who made these can't be proved: what is written by them is written by whoever judges. `sequence_twice` stands over any other why.
UNPROVED = ("not_proved", "no_bundle", "device_refused", "same_id_other_content", "sequence_twice")


def tell_kept(row: DeviceEvent) -> None:
    """Open the duty of an entry by which a dose that looks open may be swallowed; inside the action that keeps it."""
    if (about := _about(row)) is not None:
        told: dict[str, Any] = {"person_id": row.person_id, "facility_id": row.facility_id, "ref": about}
        emit(DoseEntryWaits(happened_at=row.received_at, **told))


def tell_looked_at(row: DeviceEvent) -> None:
    """Close that duty where nothing else about the same dose waits; inside the action that looks at an entry."""
    about = waiting_entries.named(row.about_id, row.body)
    if row.person_id is None or about is None or about in waiting_entries.about(family(row.person_id)):
        return
    told: dict[str, Any] = {"person_id": row.person_id, "facility_id": row.facility_id, "ref": about}
    emit(DoseEntryJudged(happened_at=clock.now(), **told))


def _about(row: DeviceEvent) -> UUID | None:
    """Name the dose, or the order of one that was asked for: this person's own, and not charted as swallowed."""
    if row.person_id is None or row.body.get("status") not in SWALLOWED:
        return None
    people = family(row.person_id)
    if row.about_id is not None:
        doses = Dose.objects.filter(
            id=row.about_id, due_at=due_at_of(row.about_id), person_id__in=people, order_id__isnull=False
        )
        return row.about_id if doses.exclude(status__in=sorted(statuses.TAKEN)).exists() else None
    order_id = waiting_entries.named(None, row.body)
    known = order_id is not None and MedicationOrder.objects.filter(id=order_id, person_id__in=people).exists()
    return order_id if known else None


@action("medications.judge_entry")
def judge_entry(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    entry_id: UUID,
    version: int,
    swallowed: bool | None,
    found: str,
) -> None:
    """Say whether a dose of which a tablet's entry was kept was swallowed: then it is charted at its time, else it is open again.

    Where it is charted as given already, both stand, and the person is seen (MED-06).
    """
    wrong = {}
    if swallowed is None:
        wrong["swallowed"] = "Say whether it was swallowed."
    if not found.strip():
        wrong["found"] = "Write what you found out."
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    sent = DeviceEvent.objects.select_for_update(of=("self",)).filter(id=entry_id, kind=waiting_entries.DOSE).first()
    if sent is None or sent.person_id not in family(person_id) or sent.body.get("status") not in SWALLOWED:
        raise NotFound("There is no such entry of this person.")
    if swallowed:
        _chart(actor, sent)
    look_at(sent, actor, version, found)


def _chart(actor: Actor, sent: DeviceEvent) -> None:
    """Chart what the entry says by whoever made it, if that is proved; whatever of it can't be charted stays in the entry."""
    event, now = read_sent(sent.body), clock.now()
    proved = sent.bundle is not None and sent.why not in UNPROVED
    nurse = carrier_of(sent.bundle) if proved and sent.bundle else actor
    if event.dose_id is None:
        if not _tried(lambda: _asked(nurse, sent, event, now)):
            _asked(nurse, sent, replace(event, amount=None, detail=None), now)
        return
    (row,) = doses_of(event.person_id or actor.id, [event.dose_id])
    if Status(row.status) in statuses.TAKEN:
        _double(row, sent, now)
        return
    if row.status != states.EXPECTED:
        row.version += 1
        row.detail = {**(row.detail or {}), "why": "A tablet's entry was judged to stand."}
        keep_dose(row, error=True)
        row.status, row.reason, row.detail = states.EXPECTED, None, None
    detail = {"entry": str(sent.event_id), "entered_late": "yes"}
    at = min(event.happened_at, now)
    if not _tried(lambda: _as_sent(nurse, row, event, at, detail, now)):
        (row,) = doses_of(row.person_id, [row.id])
        status = Status(event.status)
        set_charted(nurse, row, status, at, now, "", detail)
        write_doses([row])
        after_charting(nurse, row.person_id, [row], now)


def _as_sent(nurse: Actor, row: Dose, event: SentEvent, at: datetime, detail: dict[str, str], now: datetime) -> None:
    said = Charted(
        row.id, event.status, at, event.reason, amount=event.amount, detail={**(event.detail or {}), **detail}
    )
    chart_dose(nurse, row, said, now, entered_late=True)
    write_doses([row])
    after_charting(nurse, row.person_id, [row], now)
    events.drain()


def _asked(nurse: Actor, sent: DeviceEvent, event: SentEvent, now: datetime) -> None:
    became = chart_asked(nurse, event, sent.facility_id, now)
    if became.outcome == "kept":
        raise Invalid(f"It can't be charted: {became.sentence} Say that it was not swallowed, and chart what was.")
    events.drain()


def _tried(act: Callable[[], None]) -> bool:
    """Do it so that all of it stands or none; what broke on arrival may break again."""
    try:
        with db.apart():
            act()
    except Exception as failure:  # noqa: BLE001  (whatever it is: the dose was swallowed and must not look open)
        log.error("a kept entry was charted without what stands beside it: %s", type(failure).__name__)
        return False
    return True


def _double(row: Dose, sent: DeviceEvent, now: datetime) -> None:
    told: dict[str, Any] = {"person_id": row.person_id, "facility_id": sent.facility_id, "ref": row.id}
    emit(PossibleDoubleDose(happened_at=now, **told))
