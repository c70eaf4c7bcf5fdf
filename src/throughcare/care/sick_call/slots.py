"""When a visit can be: slots of the clinic's day, and what stands in the way. Pure but for the zone of where it is asked; clinical.md 2.2."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice

from throughcare.care.sick_call.rule_table import Clinic
from throughcare.chart.forms.text import Text
from throughcare.kernel import clock


@dataclass(frozen=True, slots=True)
class Busy:
    """A time in which the person is elsewhere: a court trip or a move that custody plans, a visit outside."""

    what: str
    starts: datetime
    ends: datetime


def slot_of(at: datetime, clinic: Clinic) -> datetime:
    """Give the beginning of the slot in which a moment lies."""
    local = clock.local(at)
    past = (local.hour * 60 + local.minute) % clinic.slot_minutes
    return local.replace(second=0, microsecond=0) - timedelta(minutes=past)


def day_of(day: date, clinic: Clinic) -> list[datetime]:
    """Give the slots of a local day."""
    opens, closes = (datetime.combine(day, t, clock.zone()) for t in (clinic.opens, clinic.closes))
    count = int((closes - opens).total_seconds() // 60) // clinic.slot_minutes
    return [opens + timedelta(minutes=clinic.slot_minutes * n) for n in range(count)]


def in_the_way(
    at: datetime,
    now: datetime,
    clinic: Clinic,
    *,
    taken: int,
    own: Iterable[datetime] = (),
    plans: Iterable[Busy] = (),
) -> Text | None:
    """Say why a visit can't be then: past, clinic full, the person elsewhere, or another visit of theirs that day."""
    if at <= now:
        return Text("Choose a time that lies ahead.", "Elija una hora que venga.")
    for plan in plans:
        if plan.starts <= at < plan.ends:
            return _ELSEWHERE.filled(what=plan.what, at=f"{clock.local(plan.starts):%d %b %H:%M}")
    if others := [clock.local(o) for o in own]:
        if slot_of(at, clinic) in [slot_of(o, clinic) for o in others]:
            return None  # two requests are heard in one visit
        day = clock.local(at).date()
        same_day = next((o for o in others if o.date() == day), None)
        if same_day is not None:
            return _TWICE.filled(at=f"{same_day:%H:%M}")
    if taken >= clinic.places:
        return _FULL.filled(at=f"{slot_of(at, clinic):%H:%M}")
    return None


def free(
    now: datetime,
    clinic: Clinic,
    *,
    taken: Mapping[datetime, int],
    own: Sequence[datetime] = (),
    plans: Sequence[Busy] = (),
    days: int = 3,
    most: int = 6,
) -> list[datetime]:
    """Give the next slots that are free for this person."""
    today = clock.local(now).date()
    ahead = (slot for n in range(days) for slot in day_of(today + timedelta(days=n), clinic))
    fit = (s for s in ahead if in_the_way(s, now, clinic, taken=taken.get(s, 0), own=own, plans=plans) is None)
    return list(islice(fit, most))  # who needs three does not ask for a fortnight's


_ELSEWHERE = Text(
    "This person has {what} from {at}. Choose another time.",
    "Esta persona tiene previsto {what} desde {at}. Elija otra hora.",
)
_TWICE = Text(
    "This person is to be seen at {at} that day already. Choose that time: both are heard in one visit.",
    "A esta persona ya la van a atender a las {at} ese día. Elija esa hora: se atienden las dos en una visita.",
)
_FULL = Text("The clinic is full at {at}. Choose another time.", "La clínica está llena a las {at}. Elija otra hora.")
