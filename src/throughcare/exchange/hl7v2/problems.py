"""A problem with a message is a value: where it is, what is wrong in one sentence, and its code in HL7 table 0357."""

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """HL7 table 0357, message error condition codes."""

    SEGMENT_SEQUENCE = "100"
    REQUIRED_MISSING = "101"
    DATA_TYPE = "102"
    TABLE_VALUE = "103"
    UNSUPPORTED_TYPE = "200"
    UNSUPPORTED_EVENT = "201"
    UNSUPPORTED_PROCESSING = "202"
    UNSUPPORTED_VERSION = "203"
    UNKNOWN_KEY = "204"
    DUPLICATE_KEY = "205"
    INTERNAL = "207"

    @property
    def meaning(self) -> str:
        """The table's own words for this code."""
        return _MEANINGS[self]


_MEANINGS = {
    Code.SEGMENT_SEQUENCE: "Segment sequence error",
    Code.REQUIRED_MISSING: "Required field missing",
    Code.DATA_TYPE: "Data type error",
    Code.TABLE_VALUE: "Table value not found",
    Code.UNSUPPORTED_TYPE: "Unsupported message type",
    Code.UNSUPPORTED_EVENT: "Unsupported event code",
    Code.UNSUPPORTED_PROCESSING: "Unsupported processing id",
    Code.UNSUPPORTED_VERSION: "Unsupported version id",
    Code.UNKNOWN_KEY: "Unknown key identifier",
    Code.DUPLICATE_KEY: "Duplicate key identifier",
    Code.INTERNAL: "Application internal error",
}

# What is wrong with the envelope itself is answered AR; what is wrong inside it, AE.
REJECTING = frozenset(
    {Code.UNSUPPORTED_TYPE, Code.UNSUPPORTED_EVENT, Code.UNSUPPORTED_PROCESSING, Code.UNSUPPORTED_VERSION}
)


class Severity(StrEnum):
    """HL7 table 0516: an error stops the message, a warning travels with it."""

    ERROR = "E"
    WARNING = "W"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one place of a message. The sentence never repeats what the sender wrote."""

    segment: str
    field: int | None
    sentence: str
    code: Code
    severity: Severity = Severity.ERROR
    row: int = 1

    @property
    def place(self) -> str:
        """The place in the field's own notation, such as PID-7."""
        return self.segment if self.field is None else f"{self.segment}-{self.field}"

    @property
    def stops(self) -> bool:
        """True where the message can't be applied while this stands."""
        return self.severity is Severity.ERROR


def missing(segment: str, field: int | None, name: str) -> Problem:
    """A field or segment that this event can't do without is not there."""
    return Problem(segment, field, f"The {name} is missing.", Code.REQUIRED_MISSING)


def malformed(segment: str, field: int | None, sentence: str, row: int = 1) -> Problem:
    """A field is there, but can't be read as what the standard says it is."""
    return Problem(segment, field, sentence, Code.DATA_TYPE, row=row)


def odd(segment: str, field: int | None, sentence: str, code: Code = Code.DATA_TYPE, row: int = 1) -> Problem:
    """Something unusual that does not stop the message and that the board shows."""
    return Problem(segment, field, sentence, code, Severity.WARNING, row)
