"""The reviewed numbers and words of this room (`content/restriction/rules.toml`), as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from throughcare.kernel import content

PATH = "restriction/rules.toml"
LISTS = ("contact", "contraindication", "round", "device", "restraint_risk", "look", "care")


@dataclass(frozen=True, slots=True)
class Word:
    """One choice of a closed list; `acts`: the answer itself does something (a watch begins, a device comes off)."""

    key: str
    text: str
    acts: bool = False
    clinical_only: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """All numbers and words of this room."""

    version: str
    unit_kinds: frozenset[str]
    unknown: str
    minutes_out: int
    days_in_a_row: int
    days_of_span: int
    span_days: int
    order: timedelta
    whole_order: timedelta
    lists: Mapping[str, Mapping[str, Word]]

    def words(self, name: str) -> Mapping[str, Word]:
        """Give one closed list, by key, in the order of the page."""
        return self.lists[name]


def load_table() -> Table:
    """The table in force, the agency's overlay applied."""
    return _table(content.document(PATH).digest)


@lru_cache(maxsize=8)
def _table(digest: str) -> Table:
    body = content.load(PATH)
    housing, isolated, order = body["housing"], body["isolated"], body["order"]
    return Table(
        version=body["version"],
        unit_kinds=frozenset(housing["unit_kinds"]),
        unknown=housing["unknown"],
        minutes_out=int(isolated["minutes_out"]),
        days_in_a_row=int(isolated["days_in_a_row"]),
        days_of_span=int(isolated["days_of_span"]),
        span_days=int(isolated["span_days"]),
        order=timedelta(hours=order["hours"]),
        whole_order=timedelta(hours=order["whole_hours"]),
        lists={name: _words(name) for name in LISTS},
    )


def _words(name: str) -> Mapping[str, Word]:
    return {
        row["id"]: Word(
            row["id"],
            row["text"],
            bool(row.get("watch") or row.get("stop")),
            bool(row.get("clinical_only")),
        )
        for row in content.rows(PATH, name)
    }
