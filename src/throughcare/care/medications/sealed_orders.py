"""What a programme's order says once it is opened, and how it is sealed. The database never has the key."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from throughcare.care.medications.models import ProgrammeOrder
from throughcare.kernel import clock
from throughcare.kernel.fhir import decode, encode
from throughcare.ledger import body as bodies


@dataclass(frozen=True, slots=True)
class Programmed:
    """What a programme ordered: the medicine, how much and when, on what legal basis, for which programme, by whom."""

    product: str
    text: str
    amount: Decimal
    unit: str
    route: str
    timing: Mapping[str, Any]
    sig: str
    basis: str
    programme: str
    prescriber: str
    prescriber_id: str = ""
    # A dose above the first day's limits, with the prescriber's own reason (42 CFR 8.12).
    documented: str = ""
    minimum_hours: int = 0
    # It goes on from a dose that was verified outside: no first day of treatment.
    continues: bool = False
    check_edition: str = ""
    findings: tuple[Mapping[str, Any], ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)


def seal(id: UUID, said: Mapping[str, Any]) -> bytes:
    """Encrypt what a sealed row says, bound to that row: a body moved to another row can't be opened."""
    return bodies.seal(bodies.pack(encode(dict(said))), bound_to=id.bytes)


def opened(row: Any) -> dict[str, Any]:
    """Open what a sealed row says."""
    said: dict[str, Any] = decode(bodies.unpack(bodies.unseal(bytes(row.body), bound_to=row.id.bytes)))
    return said


def order_body(id: UUID, said: Programmed) -> bytes:
    """Seal an order."""
    return seal(id, {**asdict(said), "amount": str(said.amount)})


def programmed(row: ProgrammeOrder) -> Programmed:
    """Open an order."""
    said = opened(row)
    return Programmed(**{**said, "amount": Decimal(said["amount"]), "findings": tuple(said["findings"])})


def in_force(people: Sequence[UUID]) -> list[tuple[ProgrammeOrder, Programmed]]:
    """Give the sealed orders in force, as far as this transaction may open them."""
    rows = ProgrammeOrder.objects.filter(person_id__among=people, status="active", ends_at__gt=clock.now())
    return [(row, programmed(row)) for row in rows.order_by("id")]


def product_of(order_id: UUID | None) -> str:
    """Name the medicine of a sealed order by its code, for what is itself sealed."""
    row = ProgrammeOrder.objects.filter(id=order_id).first() if order_id else None
    return programmed(row).product if row else ""
