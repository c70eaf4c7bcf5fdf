"""Reviewed tables of sick call: red-flag words, what request types say, no-show reasons, nursing protocols."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from functools import lru_cache
from typing import Any

from throughcare.chart.forms.text import Text
from throughcare.kernel import content

FLAGS = "sick_call/red_flags.toml"
RULES = "sick_call/rules.toml"
PROTOCOLS = "sick_call/protocols"

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FlagWords:
    """One red flag: its lowest priority, whether it pages now, its word stems in both languages, and whether they tell of sexual harm."""

    key: str
    floor: str
    page: bool
    text: Text
    stems: tuple[str, ...]
    sexual_safety: bool = False


@dataclass(frozen=True, slots=True)
class RequestType:
    """What the type of a request says by itself."""

    key: str
    floor: str
    symptom: bool
    reader: str


@dataclass(frozen=True, slots=True)
class NoShowReason:
    """Why somebody was not seen, whose word counts for it, and whether access failed."""

    key: str
    text: Text
    attested_by: frozenset[str]
    access_failure: bool
    second: str = ""


@dataclass(frozen=True, slots=True)
class Clinic:
    """The clinic's day: when it opens and closes, how long a slot is, how many are seen in one."""

    opens: time
    closes: time
    slot_minutes: int
    places: int
    # How long before and after a visit outside the person is on the way.
    way_minutes: int


@dataclass(frozen=True, slots=True)
class Copayment:
    """Whether a visit costs, how much, and what never does."""

    charged: bool
    cents: int
    never_types: frozenset[str]
    never_complaints: frozenset[str]
    never_channels: frozenset[str]


@dataclass(frozen=True, slots=True)
class SickCallTable:
    """All numbers, types and words of sick call."""

    version: str
    flags: tuple[FlagWords, ...]
    tell: Text
    custody_alert: str
    types: Mapping[str, RequestType]
    no_shows: Mapping[str, NoShowReason]
    triage_hours: int
    seen_hours: int
    provider_days: int
    repeat_visits: int
    repeat_window_days: int
    unresolved_days: int
    clinic: Clinic
    copayment: Copayment


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a protocol; a red flag says whom it goes to (`act`)."""

    key: str
    text: Text
    act: str = ""


@dataclass(frozen=True, slots=True)
class Remedy:
    """One over-the-counter drug that the protocol allows, with its limits."""

    key: str
    drug: str
    dose: Text
    maximum: str
    days: int
    not_if: str


@dataclass(frozen=True, slots=True)
class Protocol:
    """A nursing protocol: asked, measured, red flags, what a nurse may give, what is taught, when seen again."""

    key: str
    version: str
    title: Text
    stems: tuple[str, ...]
    asks: tuple[Line, ...]
    measure: tuple[str, ...]
    red_flags: tuple[Line, ...]
    otc: tuple[Remedy, ...]
    education: Text
    follow_up_due: str
    follow_up: Text
    scope: str
    collects: frozenset[str]


def load_table() -> SickCallTable:
    """The tables in force, the agency's overlay applied."""
    return _table(content.document(FLAGS).digest, content.document(RULES).digest)


def load_protocols() -> tuple[Protocol, ...]:
    """Every nursing protocol in force, by name."""
    return tuple(_protocol(path, content.document(path).digest) for path in content.names(PROTOCOLS))


@lru_cache(maxsize=8)
def _table(flags_digest: str, rules_digest: str) -> SickCallTable:
    flags, rules = content.load(FLAGS), content.load(RULES)
    return SickCallTable(
        version=f"{flags['version']}/{rules['version']}",
        flags=tuple(_flag(row) for row in content.rows(FLAGS, "flag")),
        tell=Text(flags["tell_en"], flags["tell_es"]),
        custody_alert=flags["custody_alert"],
        types={
            r["id"]: RequestType(r["id"], r["floor"], r["symptom"], r["reader"]) for r in content.rows(RULES, "type")
        },
        no_shows={r["id"]: _no_show(r) for r in content.rows(RULES, "no_show")},
        triage_hours=int(rules["triage_hours"]),
        seen_hours=int(rules["seen_hours"]),
        provider_days=int(rules["provider_days"]),
        repeat_visits=int(rules["repeat_visits"]),
        repeat_window_days=int(rules["repeat_window_days"]),
        unresolved_days=int(rules["unresolved_days"]),
        clinic=_clinic(rules["clinic"]),
        copayment=_copayment(rules["copayment"]),
    )


def _clinic(row: Row) -> Clinic:
    opens, closes = time.fromisoformat(row["opens"]), time.fromisoformat(row["closes"])
    return Clinic(opens, closes, int(row["slot_minutes"]), int(row["places"]), int(row["way_minutes"]))


def _copayment(row: Row) -> Copayment:
    never = (frozenset(row[name]) for name in ("never_types", "never_complaints", "never_channels"))
    return Copayment(bool(row["charged"]), int(row["cents"]), *never)


def _flag(row: Row) -> FlagWords:
    stems = (*row["stems_en"], *row["stems_es"])
    safety = bool(row.get("sexual_safety"))
    return FlagWords(row["id"], row["floor"], row["page"], Text(row["en"], row["es"]), stems, safety)


def _no_show(row: Row) -> NoShowReason:
    text = Text(row["en"], row["es"])
    return NoShowReason(row["id"], text, frozenset(row["attested_by"]), row["access_failure"], row.get("second", ""))


@lru_cache(maxsize=128)
def _protocol(path: str, digest: str) -> Protocol:
    body = content.load(path)
    return Protocol(
        key=body["id"],
        version=body["version"],
        title=Text(body["en"], body["es"]),
        stems=(*body["stems_en"], *body["stems_es"]),
        asks=tuple(_line(row) for row in content.rows(path, "ask")),
        measure=tuple(body["measure"]),
        red_flags=tuple(_line(row) for row in content.rows(path, "red_flag")),
        otc=tuple(_remedy(row) for row in content.rows(path, "otc")),
        education=Text(body["education"]["en"], body["education"]["es"]),
        follow_up_due=body["follow_up"]["due"],
        follow_up=Text(body["follow_up"]["en"], body["follow_up"]["es"]),
        scope=body["scope"],
        collects=frozenset(body["collects"]),
    )


def _line(row: Row) -> Line:
    return Line(row["id"], Text(row["en"], row["es"]), row.get("act", ""))


def _remedy(row: Row) -> Remedy:
    return Remedy(row["id"], row["drug"], Text(row["dose_en"], row["dose_es"]), row["max"], row["days"], row["not_if"])
