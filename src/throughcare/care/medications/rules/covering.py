"""The guard at every door (clinical.md TRN-03, REL-02, 2.11, 2.12): which time-critical doses fall in the shadow of a move, and
whether each has its supply, its next-dose time told and a named receiver. It finds work for both ends; it never holds up a move,
least of all a release.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from throughcare.care.medications.rules.traits import Traits
from throughcare.chart.forms.text import Text
from throughcare.duties.calendar import aware


class Door(StrEnum):
    """What kind of move it is."""

    TRANSFER = "transfer"
    COURT = "court"
    HOSPITAL = "hospital"
    FURLOUGH = "furlough"
    RELEASE = "release"


class Lack(StrEnum):
    """What a dose in the shadow of a move still lacks."""

    SUPPLY = "supply"
    NEXT_DOSE_TIME = "next_dose_time"
    RECEIVER = "receiver"


class Way(StrEnum):
    """What may be done about an uncovered dose."""

    GIVE_EARLY = "give_early"
    SEND_WITH = "send_with"
    KEEPS = "keeps"
    GIVE_THERE = "give_there"
    GIVE_ON_RETURN = "give_on_return"
    PRESCRIBE = "prescribe"
    ASK_PRESCRIBER = "ask_prescriber"


@dataclass(frozen=True, slots=True)
class CoveringTable:
    """How far the shadow of each kind of move reaches, and what may be given early or sent along."""

    version: str
    shadow: Mapping[Door, timedelta]
    early: timedelta
    after_return: timedelta
    early_share: float = 0.5
    """The share of the time between two doses that must have passed before the next is given early."""


@dataclass(frozen=True, slots=True)
class MoveWindow:
    """A move as the guard sees it; `back_at` is an expected return. `planned` false: it is happening or has happened."""

    door: Door
    leaves_at: datetime
    from_facility: str
    to_facility: str = ""
    back_at: datetime | None = None
    planned: bool = True
    open_for: timedelta = timedelta(0)
    """How long before the leaving a dose may have been due that was still to be given: the van left before the line came to it."""


@dataclass(frozen=True, slots=True)
class ShadowDose:
    """An expected dose of the person, with what the rules ask of its medicine."""

    id: str
    order: str
    due_at: datetime
    traits: Traits
    last_given_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Supply:
    """Doses of one order that stand ready beyond the door: a pack with the person, stock at the receiver, a prescription."""

    order: str
    doses: int


@dataclass(frozen=True, slots=True)
class Handover:
    """The next-dose time of one order, as it was told to the other side."""

    order: str
    next_dose_at: datetime


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who takes over beyond the door, by name; for one order, or for all where `order` is empty."""

    name: str
    order: str = ""


@dataclass(frozen=True, slots=True)
class Covered:
    """A dose that has its supply, its time told and a receiver."""

    dose: str
    order: str
    due_at: datetime
    receiver: str


@dataclass(frozen=True, slots=True)
class Uncovered:
    """A dose that would be lost: what it lacks, at which facilities somebody must act and by when, and the ways there are."""

    dose: str
    order: str
    due_at: datetime
    lacks: tuple[Lack, ...]
    ends: tuple[str, ...]
    act_by: datetime
    ways: tuple[Way, ...]
    early_from: datetime | None
    text: Text
    source: str = "TRN-03, REL-02"


def shadow_window(move: MoveWindow, table: CoveringTable) -> tuple[datetime, datetime]:
    """Say from when to when doses fall in the shadow: until the return with its margin, or as long as the table says."""
    leaves = aware(move.leaves_at)
    if move.back_at is None:
        return leaves, leaves + table.shadow[move.door]
    return leaves, max(leaves, aware(move.back_at) + table.after_return)


def shadow(
    move: MoveWindow,
    doses: Iterable[ShadowDose],
    supplies: Iterable[Supply],
    handovers: Iterable[Handover],
    receivers: Iterable[Receiver],
    table: CoveringTable,
) -> list[Covered | Uncovered]:
    """Say of each time-critical dose in the shadow of a move whether it is covered; each is in the answer exactly once."""
    begins, ends = shadow_window(move, table)
    fallen = [d for d in doses if _guarded(d.traits) and begins - move.open_for <= aware(d.due_at) < ends]
    told = {h.order: aware(h.next_dose_at) for h in handovers}
    named = {r.order: r.name for r in receivers if r.name.strip()}
    stock: dict[str, int] = defaultdict(int)
    for supply in supplies:
        stock[supply.order] += max(0, supply.doses)
    answer: list[Covered | Uncovered] = []
    first: dict[str, datetime] = {}
    for dose in sorted(fallen, key=lambda d: (aware(d.due_at), d.order, d.id)):
        next_dose = first.setdefault(dose.order, aware(dose.due_at))
        receiver = named.get(dose.order) or named.get("", "")
        lacks = []
        if stock[dose.order] < 1:
            lacks.append(Lack.SUPPLY)
        if told.get(dose.order) != next_dose:
            lacks.append(Lack.NEXT_DOSE_TIME)
        if not receiver:
            lacks.append(Lack.RECEIVER)
        stock[dose.order] -= 1
        if lacks:
            answer.append(_uncovered(dose, tuple(lacks), move, table))
        else:
            answer.append(Covered(dose.id, dose.order, aware(dose.due_at), receiver))
    return answer


def early_from(dose: ShadowDose, table: CoveringTable) -> datetime | None:
    """Say from when a dose may be given before its time: never before its minimum interval, and not where none is known."""
    if dose.traits.minimum is None:
        return None
    earliest = aware(dose.due_at) - table.early
    if dose.last_given_at is None:
        return earliest
    return max(earliest, aware(dose.last_given_at) + dose.traits.minimum)


def may_send_with(traits: Traits) -> bool:
    """Tell whether a dose may travel with the person: never a controlled substance nor what needs a needle."""
    return not (traits.controlled or traits.opioid_line or traits.injected or traits.insulin)


def uncovered(answer: Sequence[Covered | Uncovered]) -> tuple[Uncovered, ...]:
    """Keep the doses that somebody must act on, the soonest first."""
    return tuple(sorted((a for a in answer if isinstance(a, Uncovered)), key=lambda u: (u.act_by, u.due_at, u.dose)))


def _guarded(traits: Traits) -> bool:
    return traits.door or traits.time_critical or traits.opioid_line


def _uncovered(dose: ShadowDose, lacks: tuple[Lack, ...], move: MoveWindow, table: CoveringTable) -> Uncovered:
    due, early = aware(dose.due_at), early_from(dose, table)
    facilities = dict.fromkeys(name for name in (move.from_facility, move.to_facility) if name)
    ways = tuple(_ways(dose, move, early)) or (Way.ASK_PRESCRIBER,)
    return Uncovered(
        dose=dose.id,
        order=dose.order,
        due_at=due,
        lacks=lacks,
        ends=tuple(facilities),
        act_by=min(due, aware(move.leaves_at)) if move.planned else due,
        ways=ways,
        early_from=early if Way.GIVE_EARLY in ways else None,
        text=_lacking(lacks),
    )


def _ways(dose: ShadowDose, move: MoveWindow, early: datetime | None) -> Iterable[Way]:
    """A dose is never given early at a release: liberty waits for no medicine, and the next dose is the community's."""
    leaves, due = aware(move.leaves_at), aware(dose.due_at)
    if move.door is Door.RELEASE:
        yield Way.GIVE_THERE if dose.traits.opioid_treatment else Way.PRESCRIBE
        if may_send_with(dose.traits):
            yield Way.SEND_WITH
        return
    if move.planned and early is not None and early <= leaves:
        yield Way.GIVE_EARLY
    if may_send_with(dose.traits) and move.door is not Door.HOSPITAL:
        yield Way.SEND_WITH
    if move.door in (Door.TRANSFER, Door.HOSPITAL, Door.FURLOUGH):
        yield Way.GIVE_THERE
    if move.back_at is not None and aware(move.back_at) <= due:
        yield Way.GIVE_ON_RETURN


_WORDS = {
    Lack.SUPPLY: Text("a supply", "un suministro"),
    Lack.NEXT_DOSE_TIME: Text("the next-dose time told", "la hora de la próxima dosis comunicada"),
    Lack.RECEIVER: Text("a named receiver", "una persona que la reciba"),
}


def _lacking(lacks: Iterable[Lack]) -> Text:
    said = [_WORDS[lack] for lack in lacks]
    return Text(f"Lacks {', '.join(t.en for t in said)}.", f"Falta {', '.join(t.es for t in said)}.")
