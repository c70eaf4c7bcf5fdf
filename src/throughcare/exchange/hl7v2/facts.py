"""What a message says, as typed values: who it is from, whom it is about, where they are, what was observed."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from throughcare.exchange.hl7v2.problems import Problem
from throughcare.exchange.hl7v2.wire import Segment, Separators


class Precision(StrEnum):
    """How exactly a time was said."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    MINUTE = "minute"
    SECOND = "second"


@dataclass(frozen=True, slots=True)
class Stamp:
    """A point in time as it was written, as an instant, and how exact it is."""

    text: str
    at: datetime
    precision: Precision

    @property
    def is_exact(self) -> bool:
        """True where hours and minutes were said."""
        return self.precision in (Precision.MINUTE, Precision.SECOND)

    @property
    def day_words(self) -> str:
        """The day as exactly as the sender wrote it: 2015, 2015-07, 2015-07-03."""
        return "-".join(filter(None, (self.text[:4], self.text[4:6], self.text[6:8])))

    @property
    def day(self) -> date:
        """The calendar day as the sender wrote it."""
        return date(int(self.text[:4]), int(self.text[4:6] or 1), int(self.text[6:8] or 1))


@dataclass(frozen=True, slots=True)
class Code:
    """A coded item with its text and, where the sender gave one, the alternate coding."""

    code: str = ""
    text: str = ""
    system: str = ""
    alternate_code: str = ""
    alternate_text: str = ""
    alternate_system: str = ""
    original_text: str = ""

    @property
    def label(self) -> str:
        """What a reader should see."""
        return self.text or self.original_text or self.code or self.alternate_text or self.alternate_code


@dataclass(frozen=True, slots=True)
class Identifier:
    """One identifier of a person, with who assigned it and of what kind it is."""

    value: str
    authority: str = ""
    authority_id: str = ""
    type: str = ""
    facility: str = ""


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a person; `use` is HL7 table 0200 (L legal, A alias, D display, M maiden), `called` what they go by."""

    family: str
    given: tuple[str, ...] = ()
    prefix: str = ""
    suffix: str = ""
    use: str = ""
    called: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """One address of a person."""

    lines: tuple[str, ...] = ()
    city: str = ""
    district: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    use: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a PID segment describes. `cleared` names the facts that the sender explicitly took away."""

    identifiers: tuple[Identifier, ...] = ()
    names: tuple[Name, ...] = ()
    aliases: tuple[Name, ...] = ()
    birth: Stamp | None = None
    sex: str = ""
    races: tuple[Code, ...] = ()
    ethnicities: tuple[Code, ...] = ()
    language: Code | None = None
    addresses: tuple[Address, ...] = ()
    phones: tuple[str, ...] = ()
    account: str = ""
    died_at: Stamp | None = None
    is_dead: bool = False
    cleared: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is, in custody's words: facility, unit, cell, bed."""

    facility: str = ""
    unit: str = ""
    cell: str = ""
    bed: str = ""
    building: str = ""
    facility_id: str = ""
    text: str = ""

    @property
    def is_empty(self) -> bool:
        """True where nothing at all was said."""
        return not (self.facility or self.facility_id or self.unit or self.cell or self.bed or self.building)


@dataclass(frozen=True, slots=True)
class Visit:
    """The stay that a PV1 segment describes."""

    patient_class: str = ""
    place: Place = Place()
    prior_place: Place = Place()
    temporary_place: Place = Place()
    number: str = ""
    admission_type: str = ""
    admitted_at: Stamp | None = None
    discharged_at: Stamp | None = None
    disposition: str = ""
    discharged_to: str = ""


@dataclass(frozen=True, slots=True)
class Merge:
    """The identity that an MRG segment gives up, and the person of the PID before it, who survives."""

    survivor: Person
    identifiers: tuple[Identifier, ...]
    name: Name | None = None


@dataclass(frozen=True, slots=True)
class CustodyFacts:
    """What custody's own Z segment says: legal status, dates, what officers report; every field may be empty."""

    legal_status: str = ""
    offence: str = ""
    detainer: str = ""
    next_court: Stamp | None = None
    expected_release: Stamp | None = None
    officer_flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """Free text that travelled with the message, from NTE or a Z segment."""

    segment: str
    text: str


@dataclass(frozen=True, slots=True)
class Value:
    """One observed value: as text, and typed where its kind allows."""

    text: str
    number: Decimal | None = None
    comparator: str = ""
    code: Code | None = None
    at: Stamp | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """One OBX segment."""

    kind: str
    code: Code
    values: tuple[Value, ...]
    sub_id: str = ""
    unit: Code | None = None
    reference_range: str = ""
    flags: tuple[str, ...] = ()
    status: str = ""
    at: Stamp | None = None


@dataclass(frozen=True, slots=True)
class Allergy:
    """One AL1 segment."""

    kind: str
    code: Code
    severity: str = ""
    reactions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One DG1 segment."""

    code: Code
    kind: str = ""
    at: Stamp | None = None
    number: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """One OBR segment."""

    service: Code
    placer: str = ""
    filler: str = ""
    status: str = ""
    at: Stamp | None = None


@dataclass(frozen=True, slots=True)
class Vaccination:
    """One RXA segment."""

    code: Code
    at: Stamp | None = None
    amount: str = ""
    unit: str = ""
    lots: tuple[str, ...] = ()
    completion: str = ""


@dataclass(frozen=True, slots=True)
class Appointment:
    """One SCH segment."""

    placer: str
    filler: str
    reason: Code
    status: str = ""
    start: Stamp | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """The MSH segment. The `*_raw` texts are exactly as sent, for the acknowledgement to give back."""

    application: str
    facility: str
    control_id: str
    type: str
    event: str
    processing: str
    version: str
    sent_at: Stamp | None
    separators: Separators
    codec: str
    sender_raw: tuple[str, str]
    receiver_raw: tuple[str, str]
    control_id_raw: str
    processing_raw: str

    @property
    def sender(self) -> str:
        """The sending application and facility as one key."""
        return f"{self.application}@{self.facility}" if self.application or self.facility else ""


@dataclass(frozen=True, slots=True)
class Message:
    """Everything understood of one message, and everything odd about it."""

    header: Header | None
    segments: tuple[Segment, ...] = ()
    problems: tuple[Problem, ...] = ()
    event_at: Stamp | None = None
    recorded_at: Stamp | None = None
    people: tuple[Person, ...] = ()
    visit: Visit | None = None
    merges: tuple[Merge, ...] = ()
    custody: CustodyFacts = CustodyFacts()
    notes: tuple[Note, ...] = ()
    observations: tuple[Observation, ...] = ()
    allergies: tuple[Allergy, ...] = ()
    diagnoses: tuple[Diagnosis, ...] = ()
    orders: tuple[Order, ...] = ()
    vaccinations: tuple[Vaccination, ...] = ()
    appointments: tuple[Appointment, ...] = ()
    unknown_segments: tuple[str, ...] = field(default=())

    @property
    def person(self) -> Person | None:
        """The person whom the message is about, where it names exactly one."""
        return self.people[0] if len(self.people) == 1 else None

    @property
    def sender(self) -> str:
        """Who assigns a number that names no authority: the sending facility, else the application."""
        return (self.header.facility or self.header.application) if self.header else ""

    @property
    def trigger(self) -> str:
        """The kind of event, such as ADT^A01; empty without a header."""
        return f"{self.header.type}^{self.header.event}" if self.header else ""
