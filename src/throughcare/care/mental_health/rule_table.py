"""The watch's reviewed numbers and words (`content/mental_health/watch.toml`), as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from throughcare.kernel import content

PATH = "mental_health/watch.toml"


@dataclass(frozen=True, slots=True)
class Word:
    """One choice of a closed list."""

    key: str
    text: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What an observer may see; `code` calls for help at once, `tell` asks a nurse to come."""

    key: str
    text: str
    short: str
    code: bool
    tell: bool


@dataclass(frozen=True, slots=True)
class Item:
    """One thing the person may have, may not have, or may use while seen."""

    key: str
    text: str
    constant: str
    staggered: str

    def begins_with(self, level: str) -> str:
        """Give what an order of that level begins with."""
        return self.constant if level == "constant" else self.staggered

    @property
    def stands_in(self) -> bool:
        """Tell whether it is given in the place of something taken: where nothing is taken it is not forbidden, but not needed."""
        return self.constant == "yes" and self.staggered == "no"


@dataclass(frozen=True, slots=True)
class Visit:
    """One follow-up after a watch: from when, until when."""

    key: str
    text: str
    earliest: timedelta
    latest: timedelta


@dataclass(frozen=True, slots=True)
class Rounds:
    """How far apart staggered checks are."""

    earliest: timedelta
    latest: timedelta
    alarm: timedelta
    limit: timedelta


@dataclass(frozen=True, slots=True)
class Detectors:
    """When the shape of the rounds itself says that something is wrong."""

    even_intervals: int
    even: timedelta
    quarter_marks: int
    quarter: timedelta
    block_rows: int
    block: timedelta
    late: timedelta
    other_unit: timedelta
    other_facility: timedelta


@dataclass(frozen=True, slots=True)
class WatchTable:
    """All numbers and words of a watch."""

    version: str
    rounds: Rounds
    in_place: timedelta
    relief: timedelta
    out: Mapping[str, str]
    isolating: frozenset[str]
    detectors: Detectors
    visits: Mapping[str, Visit]
    behaviours: Mapping[str, Behaviour]
    items: Mapping[str, Item]
    out_of_cell: Mapping[str, Word]
    supplements: Mapping[str, Word]
    room: Mapping[str, Word]
    event_classes: Mapping[str, Word]
    event_steps: Mapping[str, Word]
    plan: Mapping[str, Word]


def load_table() -> WatchTable:
    """Give the table in force, the agency's overlay applied."""
    return _table(content.document(PATH).digest)


@lru_cache(maxsize=4)
def _table(digest: str) -> WatchTable:
    body = content.load(PATH)
    rounds, constant = body["rounds"], body["constant"]
    return WatchTable(
        version=body["version"],
        rounds=Rounds(*(_minutes(rounds[f"{n}_minutes"]) for n in ("earliest", "latest", "alarm", "limit"))),
        in_place=_minutes(constant["in_place_minutes"]),
        relief=_minutes(constant["relief_minutes"]),
        out=dict(body["out"]),
        isolating=frozenset(body["isolation"]["unit_kinds"]),
        detectors=_detectors(body["detectors"]),
        visits={row["id"]: _visit(row) for row in content.rows(PATH, "follow_up")},
        behaviours={row["id"]: _behaviour(row) for row in content.rows(PATH, "behaviour")},
        items={
            row["id"]: Item(row["id"], row["en"], row["constant"], row["staggered"])
            for row in content.rows(PATH, "property")
        },
        **{name: _words(table) for name, table in WORDS.items()},
    )


WORDS = {
    "out_of_cell": "out_of_cell",
    "supplements": "supplement",
    "room": "room",
    "event_classes": "event_class",
    "event_steps": "event_step",
    "plan": "plan",
}


def _words(table: str) -> Mapping[str, Word]:
    return {row["id"]: Word(row["id"], row["en"], row.get("hint", "")) for row in content.rows(PATH, table)}


def _minutes(value: int) -> timedelta:
    return timedelta(minutes=value)


def _detectors(row: Mapping[str, Any]) -> Detectors:
    return Detectors(
        even_intervals=row["even_intervals"],
        even=timedelta(seconds=row["even_seconds"]),
        quarter_marks=row["quarter_marks"],
        quarter=timedelta(seconds=row["quarter_seconds"]),
        block_rows=row["block_rows"],
        block=_minutes(row["block_minutes"]),
        late=_minutes(row["late_minutes"]),
        other_unit=timedelta(seconds=row["other_unit_seconds"]),
        other_facility=_minutes(row["other_facility_minutes"]),
    )


def _visit(row: Mapping[str, Any]) -> Visit:
    return Visit(row["id"], row["title"], timedelta(hours=row["from_hours"]), timedelta(hours=row["until_hours"]))


def _behaviour(row: Mapping[str, Any]) -> Behaviour:
    return Behaviour(row["id"], row["en"], row["short"], row.get("act") == "code", bool(row.get("tell")))
