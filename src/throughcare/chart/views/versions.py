"""The versions of a fact as a page shows them: flat names and values, so that two can stand side by side. Pure."""

from collections.abc import Sequence
from typing import Any

from throughcare.ledger.reads import VersionRow
from throughcare.ui.shapes import Change, Version

KINDS = {
    "AllergyIntolerance": "Allergy",
    "Composition": "Note",
    "Condition": "Problem",
    "DiagnosticReport": "Result",
    "DocumentReference": "Document",
    "Encounter": "Visit",
    "Flag": "Flag",
    "MedicationStatement": "Home medicine",
    "Observation": "Measurement",
    "Patient": "Identity",
    "QuestionnaireResponse": "Form",
    "ServiceRequest": "Order",
}
HIDDEN = frozenset({"resourceType", "id", "meta.versionId", "meta.lastUpdated"})
DESTROYED = "The words of this version were destroyed by order of law; its header and digest stand."


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


def changes(rows: Sequence[VersionRow], row: VersionRow) -> list[Change]:
    """Give what this version changed; of the first, all that it says."""
    earlier = before(rows, row)
    old = _shown(earlier.body) if earlier else {}
    new = _shown(row.body)
    names = [*new, *(n for n in old if n not in new)]
    return [Change(n, old.get(n, ""), new.get(n, "")) for n in names if old.get(n) != new.get(n)]


def lines(rows: Sequence[VersionRow], here: str) -> list[Version]:
    """Draw the versions, newest first: who, when, what was done, why, from where, and the first digits of the hash."""
    return [
        Version(
            number=r.version,
            at=r.recorded_at,
            actor=r.actor,
            did=action_words(r.action),
            role=f"{r.source or 'page'} · {r.hash[:12]}",
            reason=r.reason if r.body is not None else f"{r.reason} {DESTROYED}".strip(),
            href=f"{here}?v={r.version}",
        )
        for r in rows
    ]


def action_words(action: str) -> str:
    """Say an action in words: chart.add_condition is "Add condition"."""
    return action.rpartition(".")[2].replace("_", " ").capitalize()


def _shown(body: Any) -> dict[str, str]:
    return {n: v for n, v in flat(body).items() if n not in HIDDEN} if body is not None else {}
