"""What the exchange's pages are drawn from: plain rows of messages, files and their explanations."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Counts:
    """How many messages were received, and what became of them; nothing of any of them."""

    received: int
    by_status: dict[str, int]
    last_received: datetime | None
    oldest_held: datetime | None


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One message that waits for somebody, or was refused."""

    id: UUID
    received_at: datetime
    happened_at: datetime | None
    what: str
    who: str
    number: str
    place: str
    status: str
    reason: str
    sentence: str
    sender: str
    person_id: UUID | None


@dataclass(frozen=True, slots=True)
class Board:
    """A page of the board, and where the next one begins."""

    rows: list[BoardRow]
    older: datetime | None


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file that came by the file door: what became of its parts."""

    id: UUID
    name: str
    kind: str
    received_at: datetime
    understood: str
    left: list[tuple[str, str]]
    problems: list[str]


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field of a message: its place, its name, its text, and what is wrong with it."""

    place: str
    name: str
    text: str
    problem: str
    stops: bool


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """One segment of a message with the fields that say something."""

    name: str
    title: str
    fields: list[FieldRow]


@dataclass(frozen=True, slots=True)
class FacilityChoice:
    """A facility that a place's name may stand for."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """A corrected wording: who wrote it, when, why, and what it says."""

    n: int
    by: str
    at: datetime
    why: str
    text: str


@dataclass(frozen=True, slots=True)
class MessageView:
    """One message, explained, with what can be done about it."""

    row: BoardRow
    hold: str
    answer: str
    control_id: str
    says: list[tuple[str, str]]
    segments: list[SegmentRow]
    problems: list[FieldRow]
    place_code: str
    facilities: list[FacilityChoice]
    may_register: bool
    settled_at: datetime | None
    settled_by: str
    why: str
    family: str
    version: int
    text: str
    corrections: list[CorrectionRow]
    left: list[str]
    asks: str
