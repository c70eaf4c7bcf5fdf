"""What the pages of receivers show: counts without anybody in them, and one message to whoever settles it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Min

from throughcare.exchange.models import Delivery, Destination
from throughcare.exchange.outgoing.directory import receivers
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb

MOST = 100


@dataclass(frozen=True, slots=True)
class Place:
    """One receiver: whether it is open, how much waits, what came of the last try; nobody in it."""

    code: str
    title: str
    is_open: bool
    sends: str
    paused: bool
    paused_by: str
    queued: int
    oldest: datetime | None
    failed: int
    accepted: int
    last_ack_at: datetime | None
    trouble: str


@dataclass(frozen=True, slots=True)
class Sent:
    """One message to a receiver, with what came of it."""

    row: Delivery
    title: str
    segments: list[str]
    answer: list[str]


def places(lens: Lens) -> list[Place]:
    """Give every receiver of the content with its queue; constant in queries."""
    counts: dict[tuple[str, str], tuple[int, datetime | None]] = {
        (one["destination__code"], one["state"]): (one["n"], one["oldest"])
        for one in Delivery.objects.values("destination__code", "state").annotate(
            n=Count("id"), oldest=Min("queued_at")
        )
    }
    known = {row.code: row for row in Destination.objects.all()}
    return [
        Place(
            code=code,
            title=receiver.title,
            is_open=receiver.is_open,
            sends=", ".join(sorted(receiver.sends)).replace("^", " "),
            paused=code in known and known[code].paused_at is not None,
            paused_by=known[code].paused_by if code in known else "",
            queued=counts.get((code, "queued"), (0, None))[0],
            oldest=counts.get((code, "queued"), (0, None))[1],
            failed=counts.get((code, "failed"), (0, None))[0],
            accepted=counts.get((code, "accepted"), (0, None))[0],
            last_ack_at=known[code].last_ack_at if code in known else None,
            trouble=known[code].last_trouble if code in known else "",
        )
        for code, receiver in receivers().items()
    ]


def failed(lens: Lens) -> Sequence[Delivery]:
    """Give the messages that wait for somebody, longest first."""
    lens.require(Verb.READ, DataClass.INFECTION)
    return list(Delivery.objects.filter(state="failed").select_related("destination").order_by("queued_at")[:MOST])


def delivery(lens: Lens, delivery_id: UUID) -> Sent:
    """Give one message as it is sent, segment by segment, and its answer; only to who reads every class in it."""
    lens.require(Verb.READ, DataClass.INFECTION)
    row = Delivery.objects.select_related("destination").filter(id=delivery_id).first()
    if row is None:
        raise NotFound("There is no such message.")
    receiver = receivers().get(row.destination.code)
    return Sent(row, receiver.title if receiver else row.destination.code, _lines(row.raw), _lines(row.answer))


def _lines(raw: bytes | memoryview | None) -> list[str]:
    return [one for one in bytes(raw or b"").decode("utf-8", "replace").split("\r") if one]
