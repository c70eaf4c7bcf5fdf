"""Clinical segments read as facts: observations, orders, specimens, vaccinations, appointments, documents."""

from dataclasses import replace

from throughcare.exchange.hl7v2 import datatypes
from throughcare.exchange.hl7v2.datatypes import Reader
from throughcare.exchange.hl7v2.facts import (
    Allergy,
    Appointment,
    Code,
    Diagnosis,
    Observation,
    Order,
    Vaccination,
)
from throughcare.exchange.hl7v2.wire import Segment


def observation(obx: Segment, reader: Reader) -> Observation:
    """Read an OBX: its kind, what was observed, its values, and where it stands."""
    kind = obx.part(2).upper()
    values = (datatypes.value(kind, one, reader.zone) for one in obx.repetitions(5))
    return Observation(
        kind=kind,
        code=_observed(obx),
        values=tuple(one for one in values if one is not None),
        sub_id=f"{obx.part(4)}{_part(obx)}",
        unit=datatypes.code(obx.first(6)),
        reference_range=obx.first(7).whole(),
        flags=tuple(one.part(1) for one in obx.repetitions(8)),
        status=obx.part(11),
        at=reader.stamp(obx, 14),
    )


# What part of a report a line is, said behind the code of the whole (HL7 v2.3 to 2.5, 7.2.4): 71020&IMP.
SUFFIXES = {
    "ANT": "annotation", "ADT": "anatomy", "CNP": "course not planned", "DEV": "device", "GDT": "description",
    "IMP": "impression", "REC": "recommendation", "TCM": "comparison", "TEC": "technique", "VIEW": "view",
}  # fmt: skip


def _observed(obx: Segment) -> Code:
    """Read what was observed; a line that is a part of a report says which."""
    read = code(obx, 3)
    if not (suffix := _part(obx)):
        return read
    named = f"{read.label} {SUFFIXES[suffix]}".strip()
    return replace(read, text=named[:1].upper() + named[1:])


def _part(obx: Segment) -> str:
    suffix = obx.part(3, 1, 2).upper() or obx.part(3, 2, 2).upper()
    return suffix if suffix in SUFFIXES else ""


def allergy(al1: Segment, reader: Reader) -> Allergy:
    """Read an AL1."""
    return Allergy(al1.part(2), code(al1, 3), al1.part(4), reader.every(al1, 5, lambda one: one.whole() or None))


def diagnosis(dg1: Segment, reader: Reader) -> Diagnosis:
    """Read a DG1: its code, the words beside it, its own number; one that says only words keeps them."""
    coded, words = code(dg1, 3), dg1.first(4).whole()
    if not coded.label:
        coded = Code(text=words)
    elif words and not coded.original_text:
        coded = replace(coded, original_text=words)
    return Diagnosis(coded, dg1.part(6), reader.stamp(dg1, 5), dg1.part(20))


def order(obr: Segment, reader: Reader) -> Order:
    """Read an OBR."""
    return Order(code(obr, 4), obr.part(2), obr.part(3), obr.part(25), reader.stamp(obr, 7))


def vaccination(rxa: Segment, reader: Reader) -> Vaccination:
    """Read an RXA."""
    return Vaccination(
        code=code(rxa, 5),
        at=reader.stamp(rxa, 3),
        amount=rxa.part(6),
        unit=rxa.part(7),
        lots=tuple(one.whole() for one in rxa.repetitions(15)),
        completion=rxa.part(20),
    )


def appointment(sch: Segment, reader: Reader) -> Appointment:
    """Read an SCH."""
    status = sch.part(25)
    return Appointment(sch.part(1), sch.part(2), code(sch, 7), status, reader.stamp(sch, 11, 4))


def code(segment: Segment, number: int) -> Code:
    """Read a coded field; an empty one is an empty code."""
    return datatypes.code(segment.first(number)) or Code()
