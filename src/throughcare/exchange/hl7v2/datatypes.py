"""HL7 data types read as values: times, names, identifiers, places, codes. A text that can't be read is a Problem."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import TypeVar
from zoneinfo import ZoneInfo

from throughcare.exchange.hl7v2.facts import Address, Code, Identifier, Name, Place, Precision, Stamp, Value
from throughcare.exchange.hl7v2.problems import Problem, odd
from throughcare.exchange.hl7v2.wire import Repetition, Segment

LONGEST = 250  # no name, number or place of a person is longer; more than this is a fault of the sender
EARLIEST = 1800  # a year before this is a placeholder or a fault
_TIME = re.compile(r"(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:\.(\d{1,6}))?([+-]\d{4})?")
_PRECISIONS = (Precision.YEAR, Precision.MONTH, Precision.DAY, Precision.MINUTE, Precision.MINUTE, Precision.SECOND)
_CLOCK = re.compile(r"(\d\d)(\d\d)(\d\d(?:\.\d+)?)?([+-]\d{4})?")
_STRUCTURED = re.compile(r"(<=|>=|<>|<|>|=)?")

T = TypeVar("T")


@dataclass(slots=True)
class Reader:
    """Reads fields of segments and remembers what it could not read."""

    zone: ZoneInfo
    problems: list[Problem] = field(default_factory=list)

    def stamp(self, segment: Segment, number: int, component: int = 1) -> Stamp | None:
        """A time; None where it is absent, and a problem beside where it is there and unreadable."""
        text = segment.part(number, component)
        if not text:
            return None
        stamp = stamp_of(text, self.zone)
        if stamp is None:
            self.problems.append(odd(segment.name, number, "The time can't be read.", row=segment.row))
        return stamp

    def short(self, segment: Segment, number: int, text: str) -> str:
        """A text that must fit a name or number; cut with a problem where it does not."""
        if len(text) <= LONGEST:
            return text
        self.problems.append(
            odd(segment.name, number, f"The text is longer than {LONGEST} characters.", row=segment.row)
        )
        return text[:LONGEST]

    def every(self, segment: Segment, number: int, reads: Callable[[Repetition], T | None]) -> tuple[T, ...]:
        """Each repetition of a field that `reads` can make something of."""
        found = (reads(one) for one in segment.repetitions(number))
        return tuple(one for one in found if one is not None)


def stamp_of(text: str, zone: ZoneInfo) -> Stamp | None:
    """The instant that an HL7 time says, in the agency's zone where it names none; None where it can't be one."""
    match = _TIME.fullmatch(text.replace(" ", ""))
    if match is None:
        return None
    parts = [part for part in match.groups()[:6] if part is not None]
    fraction, offset = match[7], match[8]
    numbers = [int(part) for part in parts]
    year, month, day, hour, minute, second = numbers + [1, 1, 1, 0, 0, 0][len(numbers) :]
    if year < EARLIEST:
        return None
    micro = int(fraction.ljust(6, "0")) if fraction and len(parts) == 6 else 0
    try:
        tz = _offset(offset) if offset else zone
        second = 59 if second == 60 else second  # a leap second is told as the second before it
        at = datetime(year, month, day, hour, minute, second, micro, tzinfo=tz)
        return Stamp("".join(parts), at.astimezone(UTC), _PRECISIONS[len(parts) - 1])
    except (ValueError, OverflowError):
        return None


def _offset(text: str) -> timezone:
    sign = -1 if text[0] == "-" else 1
    hours, minutes = int(text[1:3]), int(text[3:5])
    if hours > 14 or minutes > 59:
        raise ValueError("no such offset")
    return timezone(sign * timedelta(hours=hours, minutes=minutes))


def code(one: Repetition) -> Code | None:
    """A CE, CWE, CNE or plain ID."""
    if not one.raw:
        return None
    read = Code(
        one.part(1),
        one.part(2),
        one.part(3),
        one.part(4),
        one.part(5),
        one.part(6),
        one.part(9),
    )
    return read if any((read.code, read.text, read.alternate_code, read.alternate_text, read.original_text)) else None


def identifier(one: Repetition) -> Identifier | None:
    """A CX; None without a value."""
    value = one.part(1)
    if not value:
        return None
    return Identifier(value, one.part(4, 1), one.part(4, 2), one.part(5), one.part(6, 1))


def name(one: Repetition) -> Name | None:
    """An XPN; None where it names nobody."""
    given = tuple(part for part in (one.part(2), one.part(3)) if part)
    family = one.part(1)
    if not family and not given:
        return None
    return Name(family, given, prefix=one.part(5), suffix=one.part(4), use=one.part(7), called=one.part(15))


def address(one: Repetition) -> Address | None:
    """An XAD; None where it is empty."""
    lines = tuple(
        part for part in (" ".join(filter(None, (one.part(1, 1), one.part(1, 2), one.part(1, 3)))), one.part(2)) if part
    )
    read = Address(lines, one.part(3), one.part(9), one.part(4), one.part(5), one.part(6), one.part(7))
    return read if any((lines, read.city, read.state, read.postal_code, read.country)) else None


def place(one: Repetition) -> Place:
    """A PL: point of care is the unit, room the cell."""
    return Place(
        facility=one.part(4, 1),
        unit=one.part(1),
        cell=one.part(2),
        bed=one.part(3),
        building=one.part(7),
        facility_id=one.part(4, 2),
        text=one.part(9),
    )


def value(kind: str, one: Repetition, zone: ZoneInfo) -> Value | None:
    """One repetition of OBX-5, typed by OBX-2; a number that is none stays text."""
    if kind in ("CE", "CWE", "CNE", "CF"):
        coded = code(one)
        return Value(_in_words(coded), code=coded) if coded else None
    if kind == "SN":
        pieces = [one.part(n) for n in (1, 2, 3, 4)]
        text = "".join(pieces)
        return Value(text, _decimal(pieces[1]), pieces[0]) if text else None
    if kind == "RP":
        shown = " ".join(filter(None, (one.part(1), f"({one.part(3)})" if one.part(3) else "")))
        return Value(shown or kind)
    if kind == "ED":
        shown = " ".join(filter(None, (one.part(2), one.part(3))))
        return Value(shown or kind)
    text = one.whole()
    if not text:
        return None
    if kind == "NM":
        return Value(text, _decimal(text))
    if kind in ("DT", "TM", "TS", "DTM"):
        stamp = stamp_of(one.part(1), zone) if kind != "TM" else None
        return Value(_told(kind, one.part(1), stamp), at=stamp)
    if kind == "DR":
        ends = [stamp_of(one.part(n), zone) for n in (1, 2)]
        told = [_told("TS", one.part(n), end) for n, end in enumerate(ends, 1)]
        return Value(" to ".join(told), at=ends[0])
    if kind == "CQ":
        counted = one.part(1), one.part(2, 1) or one.part(2, 2)
        return Value(" ".join(filter(None, counted))) if any(counted) else None
    if kind in ("CX", "EI", "HD", "XPN", "XCN", "XON", "XAD", "XTN", "AD", "PN", "CN", "PPN", "MO", "CP"):
        return Value(" ".join(filter(None, (one.part(n) for n in range(1, 10)))))
    return Value(text)


def _in_words(coded: Code) -> str:
    """Say a coded value with the words that its sender wrote first, where they say more than the name of the code."""
    label, original = coded.label, coded.original_text
    return f"{label} ({original})" if original and original.casefold() not in label.casefold() else label


def _told(kind: str, text: str, stamp: Stamp | None) -> str:
    """Write a day or a time as people do, as exactly as it was said."""
    digits = text.replace(":", "")
    if kind == "TM" and (hour := _CLOCK.fullmatch(digits)):
        return _hour(hour)
    if stamp is None:
        return text
    day = stamp.day_words
    hour = _CLOCK.fullmatch(text.replace(" ", "")[8:]) if len(stamp.text) >= 12 else None
    return f"{day} {_hour(hour)}" if hour else day


def _hour(clock: re.Match[str]) -> str:
    """Write hours and minutes, seconds where they say something, and the zone where one was named: another's noon is not ours."""
    hours, minutes, seconds, zone = clock.groups()
    exact = f":{seconds}" if seconds and seconds.strip("0.") else ""
    return f"{hours}:{minutes}{exact}" + (f" {zone[:3]}:{zone[3:]}" if zone else "")


def _decimal(text: str) -> Decimal | None:
    match = _STRUCTURED.match(text)
    bare = text[match.end() :].strip() if match else text
    if len(bare) > 40 or not re.fullmatch(r"[+-]?(?:\d+\.?\d*|\.\d+)", bare):
        return None
    try:
        return Decimal(bare)
    except InvalidOperation:
        return None
