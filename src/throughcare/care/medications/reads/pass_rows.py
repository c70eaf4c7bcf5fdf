"""What a pass shows of an order and of a dose, as plain rows: a line of 120 people has 360 of each, and a whole model of each
costs several times what its reading does.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import orjson


class OrderRow(NamedTuple):
    """An order as a pass shows it; its fields are columns of the order."""

    id: UUID
    version: int
    person_id: UUID
    facility_id: UUID | None
    code: str
    text: str
    amount: Decimal | None
    unit: str
    route: str
    timing: dict[str, Any]
    sig: str
    as_needed_for: str
    holds: list[Any]
    prepare: str
    indication: str
    mode: str
    status: str
    ended_at: datetime | None
    window_class: str
    time_critical: bool
    critical: str
    schedule: str
    psychotropic: bool
    high_alert: bool
    opioid_treatment: bool
    replaces_id: UUID | None


class DoseRow(NamedTuple):
    """A dose as a pass shows it, with its order; the other fields are columns of the dose."""

    order: OrderRow
    id: UUID
    due_at: datetime
    person_id: UUID
    pass_code: str
    amount: Decimal | None
    critical: bool
    controlled: bool
    status: str
    version: int
    happened_at: datetime | None
    recorded_at: datetime | None
    by: str | None
    reason: str | None
    detail: dict[str, Any] | None


ORDER_COLUMNS = ", ".join(
    f'"{name}"::text' if name in ("timing", "holds") else f'"{name}"' for name in OrderRow._fields
)
DOSE_COLUMNS = ", ".join(f'"{name}"' for name in DoseRow._fields[1:])
_TIMING, _HOLDS = OrderRow._fields.index("timing"), OrderRow._fields.index("holds")


def order_row(columns: Sequence[Any]) -> OrderRow:
    """Give an order from what was read as `ORDER_COLUMNS`."""
    told = list(columns)
    told[_TIMING], told[_HOLDS] = _read(told[_TIMING]), _read(told[_HOLDS])
    return OrderRow._make(told)


@lru_cache(maxsize=4096)
def _read(words: str) -> Any:
    """Most orders of a line have one of a few timings and nothing to hold for: each is read once. Nobody changes what is given."""
    return orjson.loads(words)
