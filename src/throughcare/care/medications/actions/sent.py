"""What a device says of one dose that was charted without a network, and the word for one that may be a second."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from throughcare.care.medications.events import PossibleDoubleDose
from throughcare.care.medications.models import Dose, MedicationOrder
from throughcare.devices.entries import Taken
from throughcare.kernel.errors import Invalid
from throughcare.kernel.events import emit


@dataclass(frozen=True, slots=True)
class SentEvent:
    """What a device says of one dose. `at` is its own clock's time, `skew_ms` how far that clock is ahead of ours.

    `dose_id` names a laid-out dose; an as-needed one names its order alone. `second` is the other person where a leased
    dose was given by two.
    """

    event_id: UUID
    sequence: int
    person_id: UUID | None
    order_id: UUID | None
    dose_id: UUID | None
    status: str
    at: datetime
    skew_ms: int = 0
    reason: str = ""
    amount: Decimal | None = None
    detail: dict[str, str] | None = None
    corrects: UUID | None = None
    second: str = ""

    @property
    def happened_at(self) -> datetime:
        """The moment by the server's clock."""
        return self.at - timedelta(milliseconds=self.skew_ms)


def read_sent(body: Mapping[str, Any]) -> SentEvent:
    """Read what a device said of a dose; what can't be read raises Invalid."""
    try:
        return msgspec.convert(body, SentEvent, strict=False)
    except msgspec.ValidationError as error:
        raise Invalid("This entry can't be read.") from error


def stopped_at(order: MedicationOrder) -> datetime | None:
    """Say since when nobody may give an order: it is over, or held. Its doses are laid out as far as the hold, and no further."""
    return order.doses_until if order.status == "on-hold" else order.ended_at


def doubled(row: Dose, facility_id: UUID, now: datetime, beside: str = "") -> Taken:
    """Tell that a dose may be a second one; `beside` is what else is to be said of it."""
    emit(
        PossibleDoubleDose(
            happened_at=now, person_id=row.person_id, facility_id=row.facility_id or facility_id, ref=row.id
        )
    )
    return Taken("possible_double", "possible_double", f"Given twice, perhaps. See the person now. {beside}".strip())
