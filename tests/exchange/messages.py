"""Builds HL7 v2 ADT messages for tests: visibly synthetic people in made-up cells, one keyword for each fact."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")
START = datetime(2026, 11, 2, 8, 0, tzinfo=ZONE)
EVENTS = ("A01", "A02", "A03", "A04", "A08", "A11", "A12", "A13", "A28", "A31", "A40")


@dataclass(frozen=True)
class Arrival:
    """The facts of one person and stay, from which every event's message is written."""

    number: str = "T0000001"
    authority: str = "CTDOC"
    family: str = "Sample-Ortiz"
    given: str = "Luis"
    birth: str = "19900214"
    sex: str = "M"
    race: str = "2131-1^Other Race^HL70005"
    language: str = "es^Spanish^ISO639"
    facility: str = "HARTFORD CC"
    unit: str = "A"
    cell: str = "114"
    bed: str = "1"
    visit: str = "V0000001"
    at: datetime = START
    legal_status: str = "accused"

    def moved(self, facility: str, unit: str, cell: str = "", bed: str = "", hours: float = 1) -> "Arrival":
        """The same person elsewhere, later."""
        return replace(self, facility=facility, unit=unit, cell=cell, bed=bed, at=self.at + timedelta(hours=hours))


def hl7_time(at: datetime) -> str:
    """A time with its offset, as HL7 writes it."""
    return at.strftime("%Y%m%d%H%M%S%z")


def message(
    event: str,
    arrival: Arrival | None = None,
    *,
    control_id: str = "C1",
    prior: Arrival | None = None,
    gives_up: str = "",
    sender: str = "CUSTODY|CTDOC",
    processing: str = "T",
    version: str = "2.5.1",
    extra: tuple[str, ...] = (),
) -> bytes:
    """One ADT message as bytes, with carriage returns between segments."""
    person = arrival or Arrival()
    when = hl7_time(person.at)
    structure = {"A04": "ADT_A01", "A08": "ADT_A01", "A28": "ADT_A05", "A31": "ADT_A05", "A40": "ADT_A39"}
    structure |= {"A11": "ADT_A09", "A12": "ADT_A09", "A13": "ADT_A01"}
    kind = f"ADT^{event}^{structure.get(event, f'ADT_{event}')}"
    lines = [
        f"MSH|^~\\&|{sender}|THROUGHCARE|CT|{when}||{kind}|{control_id}|{processing}|{version}",
        f"EVN|{event}|{when}||||{when}",
        pid(person),
    ]
    if event == "A40":
        lines.append(f"MRG|{gives_up or 'T0000002'}^^^{person.authority}^MR")
    elif event not in ("A28", "A31"):
        lines.append(pv1(event, person, prior))
        lines.append(f"ZCU|{person.legal_status}")
    return "".join(f"{line}\r" for line in (*lines, *extra)).encode()


def pid(person: Arrival) -> str:
    """The PID segment of a person."""
    return (
        f"PID|1||{person.number}^^^{person.authority}^MR||{person.family}^{person.given}^^^^^L||{person.birth}|"
        f"{person.sex}||{person.race}|||||{person.language}"
    )


def pv1(event: str, person: Arrival, prior: Arrival | None) -> str:
    """The PV1 segment of a stay."""
    fields = [""] * 46
    fields[0], fields[1], fields[2] = "PV1", "1", "I"
    fields[3] = place(person)
    fields[6] = place(prior) if prior else ""
    fields[19] = person.visit
    if event in ("A01", "A04"):
        fields[44] = hl7_time(person.at)
    if event == "A03":
        fields[45] = hl7_time(person.at)
    return "|".join(fields).rstrip("|")


def place(person: Arrival) -> str:
    """A person location: unit, cell, bed, facility."""
    return f"{person.unit}^{person.cell}^{person.bed}^{person.facility}"
