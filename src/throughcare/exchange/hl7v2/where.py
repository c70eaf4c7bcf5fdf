"""Which of our places a message means: facility for certain, unit and bed as far as they are known."""

from django.db.models import Q

from throughcare.custody.models import Bed, Facility, PlaceCode, Unit
from throughcare.exchange.hl7v2.facts import Place
from throughcare.exchange.hl7v2.history import Spot
from throughcare.exchange.hl7v2.holding import Hold


def resolve(place: Place) -> Spot | None:
    """Give the spot that a place names, or None where its facility is not one of ours."""
    facility = _facility(place.facility) or _facility(place.facility_id) or _facility(place.building)
    unit, cell, bed = place.unit, place.cell, place.bed
    if facility is None and not place.facility:
        facility = _facility(place.unit)  # some senders begin with the facility: facility^unit^cell
        unit, cell, bed = place.cell, place.bed, ""
    if facility is None:
        return None
    found_unit = _unit(facility, unit)
    found_bed = _bed(found_unit, cell, bed)
    complete = found_bed is not None or (found_unit is not None and not cell and not bed)
    named = "" if complete else "-".join(part for part in (unit, cell, bed) if part)[:40]
    return Spot(facility.id, found_unit.id if found_unit else None, found_bed.id if found_bed else None, named)


def required(place: Place | None) -> Spot:
    """Give the spot, or hold the message until somebody says which place is meant."""
    spot = resolve(place) if place is not None else None
    if spot is None:
        raise Hold(
            "unknown_place",
            "Say which facility is meant, and every message that waits for it is tried again.",
            key(place),
        )
    return spot


def key(place: Place | None) -> str:
    """Give the key under which messages wait for a place to be named."""
    return f"place:{code(place)}"[:300]


def code(place: Place | None) -> str:
    """Give the word by which the sender names the facility."""
    if place is None:
        return ""
    return normal(place.facility or place.facility_id or place.building or place.unit)


def normal(text: str) -> str:
    """Write a place's code as it is compared: one blank between words, capitals."""
    return " ".join(text.upper().split())


def _facility(text: str) -> Facility | None:
    if not text:
        return None
    code = normal(text)
    known = PlaceCode.objects.filter(code__iexact=code).select_related("facility").first()
    if known is not None:
        return known.facility
    for column in ("code", "short_name", "name"):
        found: Facility | None = Facility.objects.filter(**{f"{column}__iexact": code}).first()
        if found is not None:
            return found
    return None


def _unit(facility: Facility, text: str) -> Unit | None:
    return Unit.objects.filter(facility=facility, code__iexact=text).first() if text else None


def _bed(unit: Unit | None, cell: str, bed: str) -> Bed | None:
    if unit is None or not cell:
        return None
    named = Q(cell__code__iexact=cell) | Q(cell__code__iexact=f"{unit.code}-{cell}")
    beds = list(Bed.objects.filter(named, unit=unit).order_by("code")[:8])
    if bed:
        return next((one for one in beds if one.code.upper() == bed.upper()), None)
    return beds[0] if len(beds) == 1 else None
