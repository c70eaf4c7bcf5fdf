"""A dose's identifier: a UUID of version 7 whose time is the dose's due time and whose rest comes from its order.

So it is the same on every device and at every laying-out, and it tells in which month's partition the dose lies.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from uuid import UUID

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
LAST = (datetime.max.replace(tzinfo=UTC) - EPOCH) // MILLISECOND


def dose_id(order_id: UUID, due_at: datetime) -> UUID:
    """Name the dose of this order at this time (whole milliseconds)."""
    ms = (due_at - EPOCH) // MILLISECOND
    rest = int.from_bytes(hashlib.sha256(order_id.bytes + ms.to_bytes(8, "big")).digest()[:10], "big")
    value = (ms & (1 << 48) - 1) << 80 | 0x7 << 76 | (rest >> 62 & 0xFFF) << 64 | 0b10 << 62 | rest & (1 << 62) - 1
    return UUID(int=value)


def due_at_of(id: UUID) -> datetime:
    """Read the due time back from a dose's identifier; of one that names no time, a time at which nothing is due."""
    return EPOCH + min(id.int >> 80, LAST) * MILLISECOND
