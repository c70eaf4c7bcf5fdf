"""Door tags: what proves that somebody stood at a door. A badge carries its code with a prefix; a thumb types the code."""

import secrets
from uuid import UUID

from throughcare import ledger
from throughcare.care.mental_health import fhir
from throughcare.care.mental_health.actions.keeping import Spot
from throughcare.care.mental_health.models import DoorTag
from throughcare.custody.models import Bed, Unit
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import NotFound
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import DataClass
from throughcare.ledger import SubjectKind

# No 0/O, 1/I/L, 5/S, 2/Z: a code is typed at a door, at night.
ALPHABET = "ABCDEFGHJKMNPQRTUVWXY346789"
LENGTH = 4
BADGE = "TCDOOR:"


@action("mental_health.make_door_tags")
def make_door_tags(*, actor: Actor, intent: UUID | None = None, facility_id: UUID, unit: str) -> int:
    """Give every cell of a unit, and the unit itself, a tag where it has none; gives how many were made."""
    found = Unit.objects.filter(facility_id=facility_id, code=unit).first()
    if found is None:
        raise NotFound("There is no such unit here. Nothing was changed.")
    cells = dict(Bed.objects.filter(unit=found).values_list("cell_id", "cell__code"))
    wanted = {found.id: found.name, **cells}
    have = set(DoorTag.objects.filter(place_id__in=wanted, ended_at=None).values_list("place_id", flat=True))
    for place_id, place in wanted.items():
        if place_id not in have:
            _make(facility_id, found.code, place, place_id)
    return len(set(wanted) - have)


@action("mental_health.replace_door_tag")
def replace_door_tag(*, actor: Actor, intent: UUID | None = None, tag_id: UUID) -> UUID:
    """End a tag that was copied or lost, and give its door another."""
    old = DoorTag.objects.select_for_update().filter(id=tag_id, ended_at=None).first()
    if old is None:
        raise NotFound("There is no such tag. Nothing was changed.")
    old.bump(ended_at=clock.now())
    _keep(old)
    return _make(old.facility_id, old.unit, old.place, old.place_id).id


def have_tag(spot: Spot) -> None:
    """Give the door behind which somebody is watched a tag, where it has none yet."""
    if spot.place_id is None or spot.facility_id is None:
        return
    if not DoorTag.objects.filter(place_id=spot.place_id, ended_at=None).exists():
        _make(spot.facility_id, spot.unit, spot.place, spot.place_id)


def proof(typed: str, spot: Spot) -> tuple[str, str]:
    """Say what proves the door: a badge, a typed code, or nothing; a code of another door proves nothing, and is kept."""
    text = typed.strip().upper()
    badge, code = text.startswith(BADGE), text.removeprefix(BADGE).replace(" ", "").replace("-", "")[:20]
    if not code:
        return "none", ""
    tag = DoorTag.objects.filter(code=code, ended_at=None).first()
    if tag is None or tag.place_id != spot.place_id:
        return "none", code
    return ("badge" if badge else "code"), code


def _make(facility_id: UUID, unit: str, place: str, place_id: UUID) -> DoorTag:
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        if not DoorTag.objects.filter(code=code).exists():
            break
    tag = DoorTag.objects.create(
        id=uuid7(), facility_id=facility_id, unit=unit, place=place, place_id=place_id, code=code, made_at=clock.now()
    )
    _keep(tag)
    return tag


def _keep(tag: DoorTag) -> None:
    ledger.record(
        type="DoorTag",
        id=tag.id,
        subject=(SubjectKind.PLACE, tag.facility_id),
        data_class=DataClass.DEMOGRAPHICS,
        media="throughcare/DoorTag",
        body=fhir.tag(tag),
        happened_at=tag.ended_at or tag.made_at,
        live=tag.ended_at is None,
    )
