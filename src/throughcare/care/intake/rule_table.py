"""The reviewed table of what answers at intake do (`content/forms/intake-rules.toml`), read strictly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from throughcare.chart.forms.reading_scale import ACTION_KINDS
from throughcare.chart.forms.scale import within
from throughcare.chart.forms.text import NO_TEXT, Text
from throughcare.kernel import content

PATH = "forms/intake-rules.toml"

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Doing:
    """One thing that can be done; for a duty, the event and facts that its clock opens by."""

    kind: str
    key: str
    owner: str
    due: str
    text: Text
    source: str
    event: str = ""
    facts: Mapping[str, bool | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reaction:
    """What acts at once and what is proposed when a row of the table applies."""

    key: str
    auto: tuple[Doing, ...] = ()
    offer: tuple[Doing, ...] = ()
    text: Text = NO_TEXT
    source: str = ""
    lane: str = ""
    every: tuple[frozenset[str], ...] = ()
    count: int = 0
    of: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    fact: str = ""
    """Of history: the fact of the record that it hangs on; several rows may hang on one."""


@dataclass(frozen=True, slots=True)
class Disposition:
    """Where a person can go, its rank of protection, and the consequences that call for it."""

    key: str
    rank: int
    calls: frozenset[str]


@dataclass(frozen=True, slots=True)
class RuleTable:
    """The whole table, with its version."""

    version: str
    retry: str
    doings: Mapping[str, Doing]
    always: tuple[Doing, ...]
    always_if_can_be_pregnant: tuple[Doing, ...]
    positive: Mapping[str, Reaction]
    combination: tuple[Reaction, ...]
    history: tuple[Reaction, ...]
    unable: Mapping[str, Reaction]
    quick_look: Mapping[str, Reaction]
    dispositions: tuple[Disposition, ...]
    ladders: tuple[tuple[str, ...], ...] = ()
    meanings: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """What several rows ask alike: by name, the answers and facts of the record any of which means it."""

    def on_positive(self, key: str) -> Reaction | None:
        """The row for a positive answer, else the row for any option of that item."""
        return _find(self.positive, key)

    def on_quick_look(self, key: str) -> Reaction | None:
        """The row for an answer of the quick look, else the row for any option of that item."""
        return _find(self.quick_look, key)


def load_table() -> RuleTable:
    """The table in force, the agency's overlay applied; ContentError names the row that can't be used."""
    return _read(content.document(PATH).digest)


@lru_cache(maxsize=8)
def _read(digest: str) -> RuleTable:
    body = content.load(PATH)
    doings = {row["id"]: _doing(row) for row in content.rows(PATH, "action")}

    meanings = {row["id"]: frozenset(row["any"]) for row in content.rows(PATH, "meaning")}

    def reactions(table: str) -> dict[str, Reaction]:
        return {row["id"]: _reaction(row, doings, str(body["source"]), meanings) for row in content.rows(PATH, table)}

    return RuleTable(
        version=str(body["version"]),
        retry=str(body["retry"]),
        doings=doings,
        always=_named(body["always"], doings, "always"),
        always_if_can_be_pregnant=_named(body["always_if_can_be_pregnant"], doings, "always_if_can_be_pregnant"),
        positive=reactions("positive"),
        combination=tuple(reactions("combination").values()),
        history=tuple(reactions("history").values()),
        unable=reactions("unable"),
        quick_look=reactions("quick_look"),
        dispositions=tuple(
            Disposition(row["id"], int(row["rank"]), frozenset(row.get("calls", ())))
            for row in content.rows(PATH, "disposition")
        ),
        meanings=meanings,
        ladders=tuple(tuple(d.key for d in _named(steps, doings, "ladders")) for steps in body.get("ladders", ())),
    )


def _doing(row: Row) -> Doing:
    missing = {"kind", "owner", "due", "en", "es", "source"} - set(row)
    if missing or row["kind"] not in ACTION_KINDS:
        raise content.ContentError(PATH, f"lacks {sorted(missing)} or has an unknown kind. Complete it.", row["id"])
    within(row["due"])
    return Doing(
        kind=row["kind"],
        key=row["id"],
        owner=row["owner"],
        due=row["due"],
        text=Text(row["en"], row["es"]),
        source=row["source"],
        event=row.get("event", ""),
        facts=dict(row.get("facts", {})),
    )


def _named(names: list[str], doings: Mapping[str, Doing], row: str) -> tuple[Doing, ...]:
    for name in names:
        if name not in doings:
            raise content.ContentError(PATH, f"names [{name}], which no [[action]] has. Correct it.", row)
    return tuple(doings[name] for name in names)


def _reaction(row: Row, doings: Mapping[str, Doing], source: str, meanings: Mapping[str, frozenset[str]]) -> Reaction:
    return Reaction(
        key=row["id"],
        auto=_named(row.get("auto", []), doings, row["id"]),
        offer=_named(row.get("offer", []), doings, row["id"]),
        text=Text(row.get("en", ""), row.get("es", "")),
        source=row.get("source", source),
        lane=row.get("lane", ""),
        every=tuple(_meant(part.split("|"), meanings, row["id"]) for part in row.get("all", ())),
        count=int(row.get("count", 0)),
        of=frozenset(row.get("of", ())),
        needs=_meant(row.get("needs", ()), meanings, row["id"]),
        fact=row.get("fact", row["id"]),
    )


def _meant(names: Iterable[str], meanings: Mapping[str, frozenset[str]], row: str) -> frozenset[str]:
    """Give the answers that are named, each `@meaning` in its own; an unknown meaning is an error of the content."""
    found: set[str] = set()
    for name in names:
        if name.startswith("@") and name[1:] not in meanings:
            raise content.ContentError(PATH, f"names [{name}], which no [[meaning]] has. Correct it.", row)
        found |= meanings[name[1:]] if name.startswith("@") else {name}
    return frozenset(found)


def _find(table: Mapping[str, Reaction], key: str) -> Reaction | None:
    return table.get(key) or table.get(key.split("=")[0] + "=*")
