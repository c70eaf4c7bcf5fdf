"""What the exchange tells the others: a message needs a person, or needs one no more."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from throughcare.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class MessageHeld(Event):
    """A message is durable and not applied: somebody must look; `ref` is the message."""

    name: ClassVar[str] = "message_held"
    hold: str

    def payload(self) -> dict[str, Any]:
        """Give why."""
        return {"hold": self.hold}


@dataclass(frozen=True, kw_only=True)
class ResultHeld(MessageHeld):
    """A message with results is durable and not charted: somebody must look, the sooner the worse they are."""

    name: ClassVar[str] = "result_held"
    urgency: str = "normal"

    def payload(self) -> dict[str, Any]:
        """Give why, and how urgent the results are by their flags."""
        return {"hold": self.hold, "urgency": self.urgency}


@dataclass(frozen=True, kw_only=True)
class ResultUnordered(Event):
    """Results stand in the chart that answer no order of ours; `ref` is the message."""

    name: ClassVar[str] = "result_unordered"


@dataclass(frozen=True, kw_only=True)
class CameFromOutside(Event):
    """Another service asks, tells, books or sends something, and somebody must see it; `ref` is what waits."""

    name: ClassVar[str] = "came_from_outside"
    kind: str
    urgency: str = "routine"
    inside: bool = True
    received_at: datetime

    def payload(self) -> dict[str, Any]:
        """Give what kind of thing it is, how urgent its sender calls it, whether the person is held, and since when it waits."""
        return {"kind": self.kind, "urgency": self.urgency, "inside": self.inside, "received_at": self.received_at}


@dataclass(frozen=True, kw_only=True)
class OutsideSettled(Event):
    """Somebody has seen what came from outside, done it, or said that it is not for us; `ref` is what waited."""

    name: ClassVar[str] = "outside_settled"
    answer: str

    def payload(self) -> dict[str, Any]:
        """Give the answer."""
        return {"answer": self.answer}


@dataclass(frozen=True, kw_only=True)
class DeliveryFailed(Event):
    """A message could not be delivered, or its receiver refused it; `ref` is the delivery."""

    name: ClassVar[str] = "delivery_failed"


@dataclass(frozen=True, kw_only=True)
class DeliverySettled(Event):
    """A message that had failed is queued again, or set aside with a reason; `ref` is the delivery."""

    name: ClassVar[str] = "delivery_settled"


@dataclass(frozen=True, kw_only=True)
class MessageRefused(Event):
    """A message can't be understood, or is not for this door; the sender was told; `ref` is the message."""

    name: ClassVar[str] = "message_refused"
    answer: str

    def payload(self) -> dict[str, Any]:
        """Give the answer."""
        return {"answer": self.answer}


@dataclass(frozen=True, kw_only=True)
class MessageSettled(Event):
    """A message that was held is applied, or dismissed with a reason; `ref` is the message."""

    name: ClassVar[str] = "message_settled"


@dataclass(frozen=True, kw_only=True)
class DocumentHeld(Event):
    """A document of another health service is kept, and nobody knows whose it is; `ref` is the document."""

    name: ClassVar[str] = "document_held"


@dataclass(frozen=True, kw_only=True)
class DocumentSettled(Event):
    """It is known whose a document is, or it is set aside with a reason; `ref` is the document."""

    name: ClassVar[str] = "document_settled"


@dataclass(frozen=True, kw_only=True)
class DocumentReceived(Event):
    """A document of another health service says things that wait for a clinician; `ref` is the document."""

    name: ClassVar[str] = "document_received"


@dataclass(frozen=True, kw_only=True)
class DocumentReconciled(Event):
    """Every item of a document is decided; `ref` is the document."""

    name: ClassVar[str] = "document_reconciled"


@dataclass(frozen=True, kw_only=True)
class DocumentReopened(Event):
    """A decision on an item was taken back, and it waits again; `ref` is the document."""

    name: ClassVar[str] = "document_reopened"
