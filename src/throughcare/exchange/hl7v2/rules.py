"""How a message is judged, before anything is applied: the envelope first (AR), then what its event needs (AE).

Pure: a parsed message and what this door accepts go in, a verdict with its reasons comes out. Source: HL7 v2.5.1
chapter 2 (acknowledgement codes, table 0008) and chapter 3 (patient administration).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from throughcare.exchange.hl7v2.facts import Message, Person, Place, Stamp
from throughcare.exchange.hl7v2.problems import REJECTING, Code, Problem, missing, odd


class Answer(StrEnum):
    """HL7 table 0008: what MSA-1 says."""

    ACCEPT = "AA"
    ERROR = "AE"
    REJECT = "AR"


EVENTS: dict[str, str] = {
    "A01": "Arrival",
    "A02": "Transfer",
    "A03": "Release",
    "A04": "Registration",
    "A08": "Update",
    "A11": "Arrival cancelled",
    "A12": "Transfer cancelled",
    "A13": "Release cancelled",
    "A28": "New person",
    "A31": "Update of a person",
    "A40": "Two numbers, one person",
}
# What other systems send beside the patient's administration, by its kind and event; title by kind.
TITLES: dict[str, str] = {
    "MDM": "Document",
    "OMG": "Request",
    "OML": "Request to a laboratory",
    "ORM": "Request",
    "ORU": "Results",
    "OUL": "Results of a specimen",
    "RSP": "Answer of a registry",
    "SIU": "Visit outside",
    "VXU": "Vaccines",
}
TAKEN: dict[str, frozenset[str]] = {
    "MDM": frozenset(f"T{n:02d}" for n in range(1, 12)),
    "OMG": frozenset({"O19"}),
    "OML": frozenset({"O21", "O33", "O35"}),
    "ORM": frozenset({"O01"}),
    "ORU": frozenset({"R01", "R03", "R30", "R31", "R32", "W01"}),
    "OUL": frozenset({"R21", "R22", "R23", "R24"}),
    "RSP": frozenset({"K11", "K22"}),
    # S18 to S22 change what belongs to a visit, and tell the whole of it again; S23 and S24 block slots and are about nobody.
    "SIU": frozenset({*(f"S{n}" for n in range(12, 23)), "S26"}),
    "VXU": frozenset({"V04"}),
}
VERSIONS = frozenset("2.2 2.3 2.3.1 2.4 2.5 2.5.1 2.6 2.7 2.7.1 2.8 2.8.1 2.8.2 2.9 2.9.1".split())  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class Accepts:
    """What one door takes. Production takes production messages only; demo and test take training and debugging too."""

    processing: frozenset[str] = frozenset({"P"})
    versions: frozenset[str] = VERSIONS
    events: frozenset[str] = frozenset(EVENTS)


ANY_PROCESSING = Accepts(processing=frozenset({"P", "T", "D"}))


@dataclass(frozen=True, slots=True)
class Verdict:
    """AA: may be applied. AE: kept, not understandable. AR: kept, not for this door. With all problems found."""

    answer: Answer
    problems: tuple[Problem, ...]

    @property
    def reasons(self) -> tuple[Problem, ...]:
        """The problems that stop the message."""
        return tuple(problem for problem in self.problems if problem.stops)


def judge(message: Message, accepts: Accepts) -> Verdict:
    """Decide whether a message may be applied; the same bytes at the same door get the same verdict each time."""
    if message.header is None:
        return Verdict(Answer.REJECT, message.problems)
    found = [*message.problems, *_envelope(message, accepts)]
    if not any(problem.code in REJECTING for problem in found):
        found += _content(message)
    problems = tuple(dict.fromkeys(found))
    if any(problem.code in REJECTING and problem.stops for problem in problems):
        return Verdict(Answer.REJECT, problems)
    if any(problem.stops for problem in problems):
        return Verdict(Answer.ERROR, problems)
    return Verdict(Answer.ACCEPT, problems)


def _envelope(message: Message, accepts: Accepts) -> list[Problem]:
    header, problems = message.header, list[Problem]()
    if header is None:
        return problems
    if not header.type or not header.event:
        problems.append(missing("MSH", 9, "message type and event"))
    elif header.type != "ADT" and header.type not in TAKEN:
        problems.append(_refused(9, "This door does not take messages of this type.", Code.UNSUPPORTED_TYPE))
    elif header.event not in (accepts.events if header.type == "ADT" else TAKEN[header.type]):
        problems.append(_refused(9, f"This {header.type} event is not one we act on.", Code.UNSUPPORTED_EVENT))
    if not header.control_id:
        problems.append(missing("MSH", 10, "message control id"))
    if not header.processing and header.type in TAKEN and "T" in accepts.processing:
        # Where everybody is invented nothing hangs on it; in production a result that may be an exercise is refused.
        problems.append(odd("MSH", 11, "The processing id is missing.", Code.REQUIRED_MISSING))
    elif not header.processing:
        problems.append(missing("MSH", 11, "processing id"))
    elif header.processing not in accepts.processing:
        problems.append(_refused(11, "This processing id is not taken here.", Code.UNSUPPORTED_PROCESSING))
    if not header.version:
        problems.append(missing("MSH", 12, "version id"))
    elif header.version not in accepts.versions:
        problems.append(_refused(12, "This version of HL7 is not one we read.", Code.UNSUPPORTED_VERSION))
    return problems


def _refused(field: int, sentence: str, code: Code) -> Problem:
    return Problem("MSH", field, sentence, code)


def _content(message: Message) -> list[Problem]:
    event = event_of(message)
    if not event:
        return []
    if type_of(message) != "ADT":
        return _clinical(message)
    problems = _who(message)
    for need in _NEEDS.get(event, ()):
        problem = need(message)
        if problem is not None:
            problems.append(problem)
    if event != "A40" and event_time(message) is None:
        problems.append(missing("EVN", 2, "time of the event"))
    return problems


def _clinical(message: Message) -> list[Problem]:
    """A clinical message is about one person at most, and carries what its kind is for; whose it is, the chart decides."""
    found = []
    if sum(segment.name == "PID" for segment in message.segments) > 1 and type_of(message) != "RSP":
        found.append(Problem("PID", None, "The message is about more than one person.", Code.SEGMENT_SEQUENCE, row=2))
    wanted = _CARRIES.get(type_of(message), ())
    if wanted and not any(segment.name in wanted for segment in message.segments):
        found.append(missing(wanted[0], None, f"{wanted[0]} segment"))
    return found


_CARRIES: dict[str, tuple[str, ...]] = {
    "MDM": ("TXA",),
    "OMG": ("OBR", "ORC"),
    "OML": ("OBR", "ORC"),
    "ORM": ("ORC", "OBR"),
    "ORU": ("OBR", "OBX"),
    "OUL": ("OBR", "OBX"),
    "RSP": ("MSA",),
    "SIU": ("SCH",),
}


def _who(message: Message) -> list[Problem]:
    event = event_of(message)
    if not message.people:
        return [missing("PID", None, "PID segment")]
    if event != "A40" and len(message.people) > 1:
        sentence = "The message is about more than one person."
        return [Problem("PID", None, sentence, Code.SEGMENT_SEQUENCE, row=2)]
    return [
        Problem("PID", 3, "There is no identifier of the person.", Code.REQUIRED_MISSING, row=row)
        for row, person in enumerate(message.people, 1)
        if not person.identifiers
    ]


def _named(message: Message) -> Problem | None:
    person = message.person
    return None if person is None or person.names else missing("PID", 5, "name")


def _birth_readable(message: Message) -> Problem | None:
    unreadable = any(p.segment == "PID" and p.field == 7 for p in message.problems)
    return Problem("PID", 7, "The date of birth can't be read.", Code.DATA_TYPE) if unreadable else None


def _visited(message: Message) -> Problem | None:
    return None if message.visit else missing("PV1", None, "PV1 segment")


def _placed(message: Message) -> Problem | None:
    visit = message.visit
    return missing("PV1", 3, "place") if visit and visit.place.is_empty else None


def _merging(message: Message) -> Problem | None:
    if not message.merges:
        return missing("MRG", None, "MRG segment")
    if any(not merge.identifiers for merge in message.merges):
        return missing("MRG", 1, "identifier that is given up")
    return None


Need = Callable[[Message], Problem | None]
_NEEDS: dict[str, tuple[Need, ...]] = {
    "A01": (_named, _birth_readable, _visited, _placed),
    "A02": (_visited, _placed),
    "A03": (_visited,),
    "A04": (_named, _birth_readable),
    "A08": (_birth_readable,),
    "A11": (),
    "A12": (),
    "A13": (),
    "A28": (_named, _birth_readable),
    "A31": (_birth_readable,),
    "A40": (_merging,),
}


def type_of(message: Message) -> str:
    """The type of MSH-9, such as ORU; empty without a header."""
    return message.header.type if message.header else ""


def title_of(trigger: str) -> str:
    """What a kind of message is called, by its trigger such as ADT^A01 or ORU^R01."""
    kind, _, event = trigger.partition("^")
    return (EVENTS.get(event, "") if kind == "ADT" else TITLES.get(kind, "")) or trigger.replace("^", " ").strip()


def event_of(message: Message) -> str:
    """The event of MSH-9, such as A01; empty without a header."""
    return message.header.event if message.header else ""


def event_time(message: Message) -> Stamp | None:
    """When it happened: the most exact of what the message says, the event's own time before the sender's clock."""
    event = event_of(message)
    visit = message.visit
    said: list[Stamp | None] = [message.event_at]
    if visit is not None and event == "A01":
        said.append(visit.admitted_at)
    if visit is not None and event == "A03":
        said.append(visit.discharged_at)
    said += [message.recorded_at, message.header.sent_at if message.header else None]
    stamps = [stamp for stamp in said if stamp is not None]
    return next((stamp for stamp in stamps if stamp.is_exact), stamps[0] if stamps else None)


def person_of(message: Message) -> Person | None:
    """The person to act on: of an A40 the one who survives."""
    if message.person is not None:
        return message.person
    return message.merges[0].survivor if message.merges else None


def place_of(message: Message) -> Place | None:
    """Where the person is now, by this message; None where it does not say."""
    return message.visit.place if message.visit and not message.visit.place.is_empty else None
