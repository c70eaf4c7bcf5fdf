"""The second person at a dose: proved at the screen by badge and PIN; where there was no network, as typed and marked unproved
until they prove themselves on the dose's own page.
"""

from collections.abc import Mapping
from uuid import UUID

from throughcare.care.medications.actions.keeping import doses_of, write_doses
from throughcare.care.medications.actions.stocking import Second
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor, called
from throughcare.kernel.errors import Invalid, Stale

# Who stood beside it; a device without a network writes a witness of its own where something was wasted or left.
PLACES = ("second", "witness")
OTHER = "Another person signs here: you can't be your own witness."


def beside(actor: Actor, detail: Mapping[str, str] | None, second: Second | None) -> dict[str, str]:
    """Give what stands beside a dose with the second person as they proved themselves; a typed name alone proves nobody."""
    kept = {k: v for k, v in (detail or {}).items() if k not in PLACES}
    if second is None:
        return kept
    if second.id == actor.id:
        raise Invalid(OTHER, fields={"second": OTHER})
    return kept | signed(second)


def signed(second: Second) -> dict[str, str]:
    """Give what a dose keeps of a second person who proved themselves."""
    return {"second": named(second), "second_id": str(second.id)}


def named(second: Second) -> str:
    """Write who signed second, and as what."""
    return called(second.name, second.role)


def unproved(detail: Mapping[str, str] | None) -> str:
    """Name the second person whom somebody typed and nobody proved yet; empty where all is proved."""
    said = detail or {}
    return next((said[k] for k in PLACES if said.get(k) and not said.get(f"{k}_id")), "")


@action("medications.sign_second")
def sign_second(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, dose_id: UUID, version: int, second: Second
) -> None:
    """Let the second person prove themselves after a dose that was charted without a network; what was typed stays readable."""
    (row,) = doses_of(person_id, [dose_id])
    if row.version != version:
        raise Stale("Somebody changed this dose since you opened it. Open it again to see what it says now.")
    if not unproved(row.detail):
        raise Invalid("Nobody is left to prove themselves for this dose.")
    if second.id == row.by_id:
        raise Invalid(OTHER, fields={"second": OTHER})
    said = dict(row.detail or {})
    for place in PLACES:
        if said.get(place) and not said.get(f"{place}_id"):
            said |= {f"{place}_typed": said[place], place: named(second), f"{place}_id": str(second.id)}
    row.detail, row.version = said, row.version + 1
    write_doses([row])
