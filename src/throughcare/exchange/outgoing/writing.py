"""Segments of HL7 v2.5.1 written: fields escaped, empty ends cut, a person as PID. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

VERSION = "2.5.1"
_ESCAPES = {"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "~": "\\R\\", "&": "\\T\\", "\r": "\\.br\\", "\n": "\\.br\\"}
_SPECIAL = re.compile(r"[\\|^~&\r\n]")


@dataclass(frozen=True, slots=True)
class Who:
    """The person whom a message is about."""

    numbers: tuple[tuple[str, str], ...]
    family: str
    given: str
    middle: str = ""
    birth: date | None = None
    sex: str = "unknown"


def text(said: object) -> str:
    """Write a text so that no sign of it is taken for a separator."""
    return _SPECIAL.sub(lambda found: _ESCAPES[found[0]], str(said)) if said not in (None, "") else ""


def coded(code: str, said: str, system: str) -> str:
    """Write a coded field; words alone where there is no code."""
    return "^".join((text(code), text(said), system if code else "")).rstrip("^")


def segment(name: str, fields: Mapping[int, str]) -> str:
    """Write a segment of numbered fields that are escaped already."""
    last = max((number for number, said in fields.items() if said), default=0)
    return "|".join((name, *(fields.get(number, "") for number in range(1, last + 1))))


def stamp(at: datetime) -> str:
    """Write an instant with its offset."""
    return at.strftime("%Y%m%d%H%M%S%z")


def header(
    trigger: str, to: tuple[str, str], control_id: str, at: datetime, *, processing: str, profile: str = ""
) -> str:
    """Write MSH."""
    kind, event = trigger.split("^")
    structure = {"VXU": "VXU_V04", "QBP": "QBP_Q11", "OML": "OML_O21", "RDE": "RDE_O11"}.get(kind, f"ADT_{event}")
    fields = {
        2: "THROUGHCARE", 3: "CTDOC", 4: text(to[0]), 5: text(to[1]), 6: stamp(at),
        8: f"{kind}^{event}^{structure}", 9: control_id, 10: processing, 11: VERSION, 14: "ER", 15: "AL", 20: profile,
    }  # fmt: skip
    return segment("MSH", {1: "^~\\&", **fields})


def person(who: Who) -> str:
    """Write PID."""
    numbers = "~".join(f"{text(value)}^^^{text(authority)}^MR" for authority, value in who.numbers)
    sex = {"male": "M", "female": "F", "other": "O"}.get(who.sex, "U")
    born = who.birth.strftime("%Y%m%d") if who.birth else ""
    name = f"{text(who.family)}^{text(who.given)}^{text(who.middle)}^^^^L"
    return segment("PID", {1: "1", 3: numbers, 5: name, 7: born, 8: sex})


def message(segments: Sequence[str]) -> bytes:
    """Give a message's bytes."""
    return "".join(f"{one}\r" for one in segments).encode()
