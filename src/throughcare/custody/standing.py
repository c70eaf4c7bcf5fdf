"""Standing: how one person stands with custody now, loaded under lock, changed by steps, written at the end of an action."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Max, Q, Subquery
from django.db.models.functions import Coalesce

from throughcare.custody.events import StayConflictSettled, conflict_ref
from throughcare.custody.models import Away, LegalStatus, Move, Placement, Stay
from throughcare.custody.refusals import Ahead, NotIn, OutOfOrder
from throughcare.custody.rules import timing
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import NotFound
from throughcare.kernel.events import Event, emit
from throughcare.kernel.models import Row
from throughcare.people.family import ask_anew, family
from throughcare.people.models import Person


@dataclass(frozen=True, slots=True)
class Said:
    """Who says that something happened, when it did, when we heard of it, and by which message."""

    actor: Actor
    happened_at: datetime
    received_at: datetime
    now: datetime
    ref: str = ""


def said(actor: Actor, happened_at: datetime | None, received_at: datetime | None, source_ref: str) -> Said:
    """Fill in what the sender left out: it happens now, and we hear of it now."""
    now = clock.now()
    return Said(actor, happened_at or now, received_at or now, now, source_ref)


@dataclass(slots=True)
class Standing:
    """What custody holds of one person now, and the rows that the present action adds and changes."""

    person_id: UUID
    sex: str
    stay: Stay | None = None
    placement: Placement | None = None
    away: Away | None = None
    segments: list[LegalStatus] = field(default_factory=list)
    last: Move | None = None
    count: int = 0
    added: list[Row] = field(default_factory=list)
    changed: dict[UUID, Row] = field(default_factory=dict)
    told: list[Event] = field(default_factory=list)

    @property
    def status(self) -> LegalStatus | None:
        """Give the segment that runs now."""
        return next((s for s in reversed(self.segments) if s.until is None and not s.cancelled), None)

    def open_stay(self) -> Stay:
        """Give the open stay; refuse where there is none."""
        if self.stay is None or self.stay.state != "open":
            raise NotIn("This person is not in custody here. Nothing was changed; admit them first.")
        return self.stay

    def any_stay(self) -> Stay:
        """Give the stay, open or ended; refuse where there is none."""
        if self.stay is None:
            raise NotIn("This person has no stay here. Nothing was changed.")
        return self.stay

    def housed(self) -> Placement:
        """Give where the person is housed; refuse where they are not."""
        self.open_stay()
        if self.placement is None:
            raise NotIn("This person is not housed anywhere now. Nothing was changed; return them first.")
        return self.placement

    def in_time(self, at: Said) -> None:
        """Refuse what comes too late or lies ahead."""
        verdict = timing(at.happened_at, last=self.last.happened_at if self.last else None, now=at.now)
        if verdict.verdict == "ahead":
            raise Ahead(verdict.sentence)
        if verdict.verdict == "out_of_order":
            raise OutOfOrder(verdict.sentence)

    def add(self, row: Row) -> None:
        """Let a new row be written."""
        self.added.append(row)

    def change(self, row: Row, **values: Any) -> None:
        """Let an existing row be changed."""
        for name, value in values.items():
            setattr(row, name, value)
        if row not in self.added and row.id not in self.changed:
            row.version += 1
            self.changed[row.id] = row

    def write(self, *, tell: bool = True) -> None:
        """Write everything, and tell the others."""
        for row in self.changed.values():
            row.save(force_update=True)
        for row in self.added:
            row.save(force_insert=True)
        self._settle()
        self.added.clear()
        self.changed.clear()
        if tell:
            for event in self.told:
                emit(event)
        self.told.clear()

    def _settle(self) -> None:
        """Say that a conflict of two open stays is settled where this action ended one of them."""
        stay = self.stay
        if stay is None or stay.id not in self.changed or stay.state == "open":
            return
        left = Stay.objects.filter(person_id__in=family(self.person_id), state="open").exclude(id=stay.id)
        if left.exists():
            person = Person.objects.get(id=self.person_id)
            root = person.survivor_id or person.id
            self.told.append(
                StayConflictSettled(happened_at=clock.now(), person_id=root, ref=conflict_ref(root), stay_id=stay.id)
            )


def load(person_id: UUID, *, ended: bool = False) -> Standing:
    """Load how a person stands, under lock. Linked charts count as one: the open stay may be any chart's.

    With `ended`, the last stay is loaded where none is open.
    """
    root, charts, sex = locked_family(person_id)
    stays = list(Stay.objects.filter(person_id__in=charts).exclude(state="cancelled").order_by("-admitted_at"))
    running = [s for s in stays if s.state == "open"]
    stay = next((s for s in running if s.person_id == person_id), running[0] if running else None)
    if stay is None and ended and stays:
        stay = stays[0]
    standing = Standing(person_id=stay.person_id if stay else root, sex=sex, stay=stay)
    if stay is None:
        standing.segments = list(
            LegalStatus.objects.filter(person_id__in=charts, until=None, cancelled=False).order_by("since")
        )
        standing.last = Move.objects.filter(person_id__in=charts, cancelled_at=None).order_by("-happened_at").first()
        return standing
    open_now = Q(stay=stay, until=None, cancelled=False)
    standing.placement = Placement.objects.filter(open_now).first()
    standing.away = Away.objects.filter(open_now).first()
    standing.segments = list(LegalStatus.objects.filter(stay=stay).order_by("since", "id"))
    made = Move.objects.filter(stay=stay).order_by("-n")
    newest = made.values("n")[:1]
    standing.last = made.filter(cancelled_at=None).annotate(newest=Subquery(newest)).first()
    standing.count = getattr(standing.last, "newest", None) or made.aggregate(n=Max("n"))["n"] or 0
    return standing


def locked_family(person_id: UUID) -> tuple[UUID, list[UUID], str]:
    """Lock a person's chart that stands for all linked ones; give its id, all their ids and the sex."""
    stands = Person.objects.filter(id=person_id).values(root=Coalesce(F("survivor_id"), F("id")))
    root = Person.objects.select_for_update(no_key=True).filter(id=Subquery(stands)).first()
    if root is None:
        raise NotFound("There is no such person here.")
    ask_anew()
    charts = [root.id, *Person.objects.filter(survivor=root).values_list("id", flat=True)]
    return root.id, charts, root.sex


def lock_in_order(person_ids: Iterable[UUID]) -> None:
    """Lock several people's charts in one order, so that two swaps never wait for each other."""
    for person_id in sorted(person_ids):
        locked_family(person_id)
