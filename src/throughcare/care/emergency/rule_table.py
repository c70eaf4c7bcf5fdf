"""Reviewed tables of emergency: limits, complaints, stamps, medicines at hand, endings, drills."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from throughcare.kernel import content

CODE = "emergency/code.toml"
HOSPITAL = "emergency/hospital.toml"
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StampKind:
    """One thing that a tap says: what it means for the clock, and who may say it."""

    key: str
    title: str
    group: str
    letter: str = ""
    hands_on: bool = False
    begins: bool = False
    custody: bool = False
    asks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Medicine:
    """One emergency medicine at hand; its dose only where the specification states one."""

    key: str
    title: str
    dose: str = ""
    unit: str = ""
    route: str = ""
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class Ending:
    """One way in which a code ends."""

    key: str
    title: str
    out: bool = False
    person: bool = False


@dataclass(frozen=True, slots=True)
class CodeTable:
    """All that emergency knows from content."""

    reach: timedelta
    vitals: timedelta
    again_from: timedelta
    again_by: timedelta
    before_call: timedelta
    forgotten: timedelta
    complaints: Mapping[str, str]
    stamps: Mapping[str, StampKind]
    medicines: Mapping[str, Medicine]
    responses: Mapping[str, str]
    enough: frozenset[str]
    awake: Mapping[str, str]
    endings: Mapping[str, Ending]
    drills: Mapping[str, str]
    version: str


@dataclass(frozen=True, slots=True)
class HospitalTable:
    """What the way to hospital and back knows from content."""

    results: timedelta
    link: timedelta
    inpatient: timedelta
    escort: str
    papers: Mapping[str, str]
    missing: frozenset[str]
    version: str


def load_hospital() -> HospitalTable:
    """Give the table of the way to hospital in force."""
    limits, body = content.load(HOSPITAL)["limits"], content.load(HOSPITAL)
    rows = content.rows(HOSPITAL, "papers")
    return HospitalTable(
        results=timedelta(days=limits["result_days"]),
        link=timedelta(hours=limits["link_hours"]),
        inpatient=timedelta(hours=limits["inpatient_hours"]),
        escort=body["escort"],
        papers={r["id"]: r["title"] for r in rows},
        missing=frozenset(r["id"] for r in rows if r.get("missing")),
        version=content.document(HOSPITAL).version,
    )


def load_table() -> CodeTable:
    """Give the table in force."""
    return _loaded(content.stamp())


@lru_cache(maxsize=4)
def _loaded(stamp: tuple[str, int]) -> CodeTable:
    limits = content.load(CODE)["limits"]
    return CodeTable(
        reach=timedelta(minutes=limits["reach_minutes"]),
        vitals=timedelta(minutes=limits["vitals_minutes"]),
        again_from=timedelta(minutes=limits["naloxone_again_from"]),
        again_by=timedelta(minutes=limits["naloxone_again_by"]),
        before_call=timedelta(minutes=limits["before_call_minutes"]),
        forgotten=timedelta(hours=limits["forgotten_hours"]),
        complaints=_titles("complaint"),
        stamps={r["id"]: _stamp(r) for r in content.rows(CODE, "stamp")},
        medicines={r["id"]: _medicine(r) for r in content.rows(CODE, "drug")},
        responses=_titles("response"),
        enough=frozenset(r["id"] for r in content.rows(CODE, "response") if r.get("enough")),
        awake=_titles("awake"),
        endings={r["id"]: _ending(r) for r in content.rows(CODE, "ending")},
        drills=_titles("drill"),
        version=content.document(CODE).version,
    )


def _titles(table: str) -> dict[str, str]:
    return {r["id"]: r["title"] for r in content.rows(CODE, table)}


def _stamp(row: Row) -> StampKind:
    return StampKind(
        key=row["id"],
        title=row["title"],
        group=row["group"],
        letter=row.get("key", ""),
        hands_on=row.get("hands_on", False),
        begins=row.get("begins", False),
        custody=row.get("custody", False),
        asks=tuple(row.get("asks", ())),
    )


def _medicine(row: Row) -> Medicine:
    said = {name: row.get(name, "") for name in ("dose", "unit", "route")}
    return Medicine(row["id"], row["title"], repeats=row.get("repeats", False), **said)


def _ending(row: Row) -> Ending:
    return Ending(row["id"], row["title"], out=row.get("out", False), person=row.get("person", False))
