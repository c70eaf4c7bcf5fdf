"""The versions of a fact as a page shows them: what was done in words, what changed in words, and folded the names of the software. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from throughcare.chart.views.told import Names, say, told
from throughcare.ledger.reads import VersionRow
from throughcare.ui.deeds import deed, from_where
from throughcare.ui.forms import id_or_none
from throughcare.ui.shapes import Change, Version
from throughcare.ui.wording import t

HIDDEN = frozenset({"resourceType", "id", "meta.versionId", "meta.lastUpdated"})
# By which of its parts an entry is called, in this order.
CALLED = ("code", "medicationCodeableConcept", "vaccineCode", "title", "type", "category", "questionnaire")


def flat(body: Any, name: str = "") -> dict[str, str]:
    """Give a body as dotted names with their values; lists count from one."""
    if isinstance(body, dict):
        found: dict[str, str] = {}
        for key, value in body.items():
            found.update(flat(value, f"{name}.{key}" if name else key))
        return found
    if isinstance(body, list):
        found = {}
        for place, value in enumerate(body, 1):
            found.update(flat(value, name if len(body) == 1 else f"{name} {place}"))
        return found
    if isinstance(body, bool):
        return {name: "yes" if body else "no"}
    return {name: str(body)}


def chosen(rows: Sequence[VersionRow], asked: str) -> VersionRow:
    """Give the version that was asked for, else the newest."""
    return next((r for r in rows if str(r.version) == asked), rows[0])


def before(rows: Sequence[VersionRow], row: VersionRow) -> VersionRow | None:
    """Give the version before this one, if there is one."""
    return next((r for r in rows if r.version < row.version), None)


def called(rows: Sequence[VersionRow], names: Names) -> str:
    """Say what the entry is about, of its newest version that still has words: "Asthma"; "" where it does not say."""
    body = next((r.body for r in rows if isinstance(r.body, dict)), {})
    return next((words for part in CALLED if part in body and (words := say(body[part], names))), "")


def ids_in(rows: Iterable[VersionRow | None]) -> set[UUID]:
    """List the ids that these versions keep, of whom and where they speak."""
    values = [value for row in rows if row is not None for value in flat(row.body).values()]
    return {found for value in values if (found := id_or_none(value.rpartition("/")[2])) is not None}


def forms_in(body: Any) -> list[tuple[str, str]]:
    """Give the form that an entry answers, as it is written there and by its name; nothing of other entries."""
    said = str(body.get("questionnaire", "")) if isinstance(body, dict) else ""
    return [(said, said.rpartition(":")[2].partition("|")[0])] if said else []


def changes(rows: Sequence[VersionRow], row: VersionRow, names: Names) -> list[Change]:
    """Give in words what this version changed; of the first, all that it says."""
    earlier = before(rows, row)
    return _apart(told(earlier.body, names) if earlier else {}, told(row.body, names))


def technical(rows: Sequence[VersionRow], row: VersionRow) -> list[Change]:
    """Give the same under the names of the software, with what has no words."""
    earlier = before(rows, row)
    return _apart(_shown(earlier.body) if earlier else {}, _shown(row.body))


def lines(rows: Sequence[VersionRow], here: str) -> list[Version]:
    """Draw the versions, newest first: what was done, by whom and when, why."""
    return [
        Version(
            number=r.version,
            at=r.recorded_at,
            actor=from_where(r.actor),
            did=deed(r.action),
            reason=r.reason if r.body is not None else f"{r.reason} {t('chart.words_destroyed')}".strip(),
            href=f"{here}?v={r.version}",
        )
        for r in rows
    ]


def _apart(old: Mapping[str, str], new: Mapping[str, str]) -> list[Change]:
    names = [*new, *(n for n in old if n not in new)]
    return [Change(n, old.get(n, ""), new.get(n, "")) for n in names if old.get(n) != new.get(n)]


def _shown(body: Any) -> dict[str, str]:
    return {n: v for n, v in flat(body).items() if n not in HIDDEN} if body is not None else {}
