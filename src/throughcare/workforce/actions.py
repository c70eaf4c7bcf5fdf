"""The writers of workforce: equipment listed and checked, somebody who floats put on several sites of a night."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from throughcare import ledger
from throughcare.custody.models import Facility
from throughcare.duties import roster
from throughcare.duties.roster import ShiftPlan
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, Stale
from throughcare.kernel.events import emit
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.ledger import SubjectKind
from throughcare.workforce import fhir, rule_table, rules
from throughcare.workforce.events import EquipmentChecked
from throughcare.workforce.models import Equipment, EquipmentCheck


@dataclass(frozen=True, slots=True)
class Look:
    """What a check found of one piece."""

    equipment_id: UUID
    found: str
    quantity: int | None = None
    words: str = ""


@action("workforce.list_equipment")
def list_equipment(
    *, actor: Actor, intent: UUID | None = None, facility_id: UUID, kind: str, place: str, least: int = 0
) -> UUID:
    """List a piece of emergency equipment where it hangs."""
    known = rule_table.kinds().get(kind)
    if known is None:
        raise Invalid("Choose what it is.", fields={"kind": "Choose what it is."})
    if not place.strip():
        raise Invalid("Say where it is.", fields={"place": "Say where it is."})
    if Equipment.objects.filter(facility_id=facility_id, kind=kind, place=place.strip()[:80], gone_at=None).exists():
        raise Stale("This stands on the list already. Nothing was changed.")
    row = Equipment.objects.create(
        id=uuid7(),
        facility_id=facility_id,
        kind=kind,
        place=place.strip()[:80],
        least=least if known.counted else 0,
        listed_at=clock.now(),
        listed_by=actor.label(),
    )
    _keep(row)
    return row.id


@action("workforce.check_equipment")
def check_equipment(*, actor: Actor, intent: UUID | None = None, facility_id: UUID, looks: Sequence[Look]) -> int:
    """Keep what a round found; gives how many pieces are not ready. A round that leaves all ready ends the duty after a code."""
    known, good = rule_table.findings(), _good()
    rows = {r.id: r for r in Equipment.objects.select_for_update().filter(facility_id=facility_id, gone_at=None)}
    now, round_id = clock.now(), uuid7()
    for look in looks:
        if look.equipment_id not in rows or look.found not in known:
            raise Invalid("Choose what you found for each piece. Nothing was kept.", fields={"found": "Choose."})
        row = rows[look.equipment_id]
        if rule_table.kinds()[row.kind].counted and look.quantity is None:
            raise Invalid("Count what is there. Nothing was kept yet.", fields={f"n-{row.id}": "Count it."})
        check = EquipmentCheck.objects.create(
            id=uuid7(),
            equipment=row,
            at=now,
            by=actor.label(),
            found=look.found,
            quantity=look.quantity,
            words=look.words.strip()[:240],
        )
        row.bump(found=look.found, quantity=look.quantity, checked_at=now, checked_by=actor.label())
        _keep(row)
        _record("EquipmentCheck", check.id, facility_id, fhir.check(check))
    unready = [r for r in rows.values() if not rules.ready(r.found, r.quantity, r.least, good)]
    if looks and {look.equipment_id for look in looks} == set(rows) and not unready:
        emit(EquipmentChecked(happened_at=now, facility_id=facility_id, ref=round_id, pieces=len(rows)))
    return len(unready)


@action("workforce.float_between")
def float_between(
    *,
    actor: Actor,
    intent: UUID | None = None,
    user_id: UUID,
    role: Role,
    stops: Sequence[rules.Stop],
    phone: str = "",
) -> list[UUID]:
    """Put one person on several sites of a night: in person at one, by telephone at the others, without a hole."""
    if len(stops) < 2 or rules.clash(stops):
        raise Invalid("Nobody is at two sites at once. Give each site its own hours.", fields={"stops": "Check."})
    if not phone.strip():
        raise Invalid("Give the telephone by which the other sites reach them.", fields={"phone": "Give it."})
    _posted(user_id, role, [stop.facility_id for stop in stops])
    plans = [
        ShiftPlan(user_id, role, r.facility_id, r.starts, r.ends, on_call=r.on_call, phone=phone)
        for r in rules.reach(stops)
    ]
    return roster.put_on_shifts(actor=actor, plans=plans)


def _posted(user_id: UUID, role: Role, facility_ids: Sequence[UUID]) -> None:
    if missing := roster.unposted(user_id, role, facility_ids):
        names = ", ".join(Facility.objects.filter(id__in=missing).order_by("name").values_list("name", flat=True))
        raise Invalid(
            f"They have no posting there and would see nothing: {names}. Nothing was changed; give them one first.",
            fields={"stops": f"No posting at {names}."},
        )


def _good() -> frozenset[str]:
    return frozenset(key for key, (_, good) in rule_table.findings().items() if good)


def _keep(row: Equipment) -> None:
    _record("Equipment", row.id, row.facility_id, fhir.equipment(row))


def _record(kind: str, id: UUID, facility_id: UUID, body: dict[str, object]) -> None:
    ledger.record(
        type=kind,
        id=id,
        subject=(SubjectKind.PLACE, facility_id),
        data_class=DataClass.DUTY,
        media=f"throughcare/{kind}",
        body=body,
    )
