"""Builds HL7 v2 messages of laboratories and other systems for tests, about the same visibly synthetic people."""

from datetime import datetime, timedelta

from tests.exchange.messages import START, Arrival, hl7_time, pid

TAKEN = START + timedelta(days=20)


def oru(
    *observations: str,
    person: Arrival | None = None,
    control_id: str = "L1",
    placer: str = "",
    filler: str = "F-1001",
    service: str = "24321-2^Basic metabolic panel^LN",
    status: str = "F",
    said_at: datetime = TAKEN,
    event: str = "R01",
    sender: str = "LAB|CTDOC",
    extra: tuple[str, ...] = (),
) -> bytes:
    """One ORU with one panel; each observation is the OBX segment after its number."""
    at = hl7_time(said_at)
    lines = [
        f"MSH|^~\\&|{sender}|THROUGHCARE|CT|{at}||ORU^{event}^ORU_R01|{control_id}|T|2.5.1",
        pid(person or Arrival()),
        f"ORC|RE|{placer}|{filler}",
        f"OBR|1|{placer}|{filler}|{service}|||{hl7_time(TAKEN)}|||||||||||||||{at}|||{status}",
        *(f"OBX|{n}|{one}" for n, one in enumerate(observations, 1)),
        *extra,
    ]
    return "".join(f"{line}\r" for line in lines).encode()


def nm(value: str, flag: str = "", code: str = "2823-3^Potassium^LN", unit: str = "mmol/L", status: str = "F") -> str:
    """A number as OBX says it, after its set id."""
    return f"NM|{code}||{value}|{unit}|3.5-5.1|{flag}|||{status}"
