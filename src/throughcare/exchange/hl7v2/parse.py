"""Reading a message: bytes in, everything understood and everything odd out; never an exception, never a guess."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from throughcare.exchange.hl7v2 import clinical, datatypes
from throughcare.exchange.hl7v2.datatypes import Reader
from throughcare.exchange.hl7v2.facts import (
    CustodyFacts,
    Header,
    Identifier,
    Merge,
    Message,
    Note,
    Person,
    Place,
    Stamp,
    Visit,
)
from throughcare.exchange.hl7v2.problems import Code as ProblemCode
from throughcare.exchange.hl7v2.problems import Problem, odd
from throughcare.exchange.hl7v2.wire import Segment, Wire, read

CONNECTICUT = ZoneInfo("America/New_York")
CUSTODY_SEGMENT = "ZCU"  # custody's own facts; its fields are described in the room's README

# Segments of the standard that we know; what of them is not charted stands with the message.
_KNOWN_AND_UNUSED = frozenset(
    [
        "ACC",
        "AIG",
        "AIL",
        "AIP",
        "AIS",
        "ARV",
        "AUT",
        "BHS",
        "BLG",
        "BTS",
        "CDO",
        "CON",
        "CTD",
        "CTI",
        "DB1",
        "DRG",
        "DSC",
        "FHS",
        "FT1",
        "FTS",
        "GOL",
        "GT1",
        "IAM",
        "IN1",
        "IN2",
        "IN3",
        "INV",
        "MSA",
        "NK1",
        "OBS",
        "ORC",
        "PD1",
        "PDA",
        "PR1",
        "PRB",
        "PRD",
        "PRT",
        "PTH",
        "PV2",
        "QAK",
        "QPD",
        "QRD",
        "RCP",
        "RF1",
        "RGS",
        "ROL",
        "RXC",
        "RXD",
        "RXE",
        "RXG",
        "RXO",
        "RXR",
        "SAC",
        "SFT",
        "SPM",
        "TQ1",
        "TQ2",
        "TXA",
        "UAC",
        "UB1",
        "UB2",
        "VAR",
        "ERR",
    ]
)
_USED = frozenset("MSH EVN PID PV1 MRG NTE OBX AL1 DG1 OBR RXA SCH".split()) | {CUSTODY_SEGMENT}  # noqa: SIM905
_SEXES = {"F": "F", "M": "M", "O": "O", "U": "U", "A": "A", "N": "N", "FEMALE": "F", "MALE": "M", "UNKNOWN": "U"}


def parse(raw: bytes, *, zone: ZoneInfo = CONNECTICUT) -> Message:
    """Understand any bytes as far as they can be understood; what is wrong stands in `problems`."""
    wire = read(raw)
    if not wire.segments:
        return Message(header=None, problems=wire.problems)
    reader = Reader(zone, list(wire.problems))
    header = _header(wire, reader)
    event = wire.first("EVN")
    unknown = tuple(dict.fromkeys(s.name for s in wire.segments if _is_unknown(s.name)))
    for name in unknown:
        reader.problems.append(odd(name[:3], None, "This segment is not one we know; it is kept and not used."))
    message = Message(
        header=header,
        segments=wire.segments,
        event_at=_event_time(event, reader, 6),
        recorded_at=_event_time(event, reader, 2),
        people=tuple(_person(segment, reader) for segment in wire.named("PID")),
        visit=next((_visit(segment, reader) for segment in wire.named("PV1")), None),
        merges=_merges(wire, reader),
        custody=next((_custody(segment, reader) for segment in wire.named(CUSTODY_SEGMENT)), CustodyFacts()),
        notes=_notes(wire),
        observations=tuple(clinical.observation(segment, reader) for segment in wire.named("OBX")),
        allergies=tuple(clinical.allergy(segment, reader) for segment in wire.named("AL1")),
        diagnoses=tuple(clinical.diagnosis(segment, reader) for segment in wire.named("DG1")),
        orders=tuple(clinical.order(segment, reader) for segment in wire.named("OBR")),
        vaccinations=tuple(clinical.vaccination(segment, reader) for segment in wire.named("RXA")),
        appointments=tuple(clinical.appointment(segment, reader) for segment in wire.named("SCH")),
        unknown_segments=unknown,
    )
    return _with(message, reader.problems)


def glance(raw: bytes, *, zone: ZoneInfo = CONNECTICUT) -> Message:
    """Read as much of a message as says what it is, from whom, of when, and whether it is whole: its segments, header and times."""
    wire = read(raw)
    if not wire.segments:
        return Message(header=None, problems=wire.problems)
    reader = Reader(zone, list(wire.problems))
    header, event = _header(wire, reader), wire.first("EVN")
    times = _event_time(event, reader, 6), _event_time(event, reader, 2)
    return Message(header, wire.segments, tuple(dict.fromkeys(reader.problems)), *times)


def _with(message: Message, problems: list[Problem]) -> Message:
    return replace(message, problems=tuple(dict.fromkeys(problems)))


def _is_unknown(name: str) -> bool:
    return name not in _USED and name not in _KNOWN_AND_UNUSED and not name.startswith("Z")


def _header(wire: Wire, reader: Reader) -> Header:
    msh = wire.segments[0]
    kind, event = msh.part(9, 1).upper(), msh.part(9, 2).upper()
    return Header(
        application=reader.short(msh, 3, msh.first(3).whole()),
        facility=reader.short(msh, 4, msh.first(4).whole()),
        control_id=reader.short(msh, 10, msh.first(10).whole()),
        type=reader.short(msh, 9, kind),
        event=reader.short(msh, 9, event),
        processing=msh.part(11).upper(),
        version=msh.part(12),
        sent_at=reader.stamp(msh, 7),
        separators=wire.separators,
        codec=wire.codec,
        sender_raw=(msh.raw(3), msh.raw(4)),
        receiver_raw=(msh.raw(5), msh.raw(6)),
        control_id_raw=msh.raw(10),
        processing_raw=msh.raw(11),
    )


def _event_time(event: Segment | None, reader: Reader, number: int) -> Stamp | None:
    return reader.stamp(event, number) if event else None


def _person(pid: Segment, reader: Reader) -> Person:
    sex = pid.part(8)
    if sex and sex.upper() not in _SEXES:
        reader.problems.append(
            odd("PID", 8, "The sex is not one of HL7 table 0001.", ProblemCode.TABLE_VALUE, row=pid.row)
        )
    cleared = {7: "birth", 8: "sex", 10: "races", 11: "addresses", 15: "language", 22: "ethnicities"}
    return Person(
        identifiers=_identifiers(pid, reader),
        names=reader.every(pid, 5, datatypes.name),
        aliases=reader.every(pid, 9, datatypes.name),
        birth=reader.stamp(pid, 7),
        sex=_SEXES.get(sex.upper(), sex[:20]),
        races=reader.every(pid, 10, datatypes.code),
        ethnicities=reader.every(pid, 22, datatypes.code),
        language=datatypes.code(pid.first(15)),
        addresses=reader.every(pid, 11, datatypes.address),
        phones=tuple(
            phone for number in (13, 14) for phone in reader.every(pid, number, lambda one: one.part(1) or one.part(12))
        ),
        account=reader.short(pid, 18, pid.part(18)),
        died_at=reader.stamp(pid, 29),
        is_dead=pid.part(30).upper() == "Y",
        cleared=frozenset(fact for number, fact in cleared.items() if pid.is_null(number)),
    )


def _identifiers(pid: Segment, reader: Reader) -> tuple[Identifier, ...]:
    listed = [one for number in (3, 2, 4) for one in reader.every(pid, number, datatypes.identifier)]
    for number, kind in ((19, "SS"), (20, "DL")):
        text = pid.part(number)
        if text:
            listed.append(Identifier(text, authority=pid.part(number, 2) if number == 20 else "", type=kind))
    fitting = []
    for one in dict.fromkeys(listed):
        if len(one.value) > datatypes.LONGEST or len(one.authority) > datatypes.LONGEST:
            reader.problems.append(odd("PID", 3, "An identifier is too long to be one; it is not used.", row=pid.row))
        else:
            fitting.append(one)
    return tuple(fitting)


def _visit(pv1: Segment, reader: Reader) -> Visit:
    def at(number: int) -> Place:
        return datatypes.place(pv1.first(number))

    return Visit(
        patient_class=pv1.part(2),
        place=at(3),
        prior_place=at(6),
        temporary_place=at(11),
        number=reader.short(pv1, 19, pv1.part(19)),
        admission_type=pv1.part(4),
        admitted_at=reader.stamp(pv1, 44),
        discharged_at=reader.stamp(pv1, 45),
        disposition=pv1.part(36),
        discharged_to=pv1.part(37),
    )


def _merges(wire: Wire, reader: Reader) -> tuple[Merge, ...]:
    merges = []
    survivor: Person | None = None
    for segment in wire.segments:
        if segment.name == "PID":
            survivor = _person(segment, Reader(reader.zone))
        elif segment.name == "MRG" and survivor is not None:
            merges.append(
                Merge(
                    survivor,
                    reader.every(segment, 1, datatypes.identifier),
                    next(iter(reader.every(segment, 7, datatypes.name)), None),
                )
            )
    return tuple(merges)


def _custody(segment: Segment, reader: Reader) -> CustodyFacts:
    return CustodyFacts(
        legal_status=reader.short(segment, 1, segment.part(1)),
        offence=reader.short(segment, 2, segment.part(2)),
        detainer=reader.short(segment, 3, segment.part(3)),
        next_court=reader.stamp(segment, 4),
        expected_release=reader.stamp(segment, 5),
        officer_flags=tuple(one.part(1) for one in segment.repetitions(6) if one.part(1)),
    )


def _notes(wire: Wire) -> tuple[Note, ...]:
    notes = []
    for segment in wire.segments:
        if segment.name == "NTE":
            text = "\n".join(one.whole() for one in segment.repetitions(3))
        elif segment.name.startswith("Z") and segment.name != CUSTODY_SEGMENT:
            text = " · ".join(segment.first(n).whole() for n in range(1, len(segment.fields)) if segment.raw(n))
        else:
            continue
        if text:
            notes.append(Note(segment.name, text))
    return tuple(notes)
