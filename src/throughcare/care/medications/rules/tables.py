"""The reviewed numbers and words of medicines, read from content into the dataclasses that the rules take."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any

from throughcare.care.medications.rules.statuses import Counts, Needs, Reason, ReasonTable, Status
from throughcare.care.medications.rules.windows import Window, WindowClass, WindowTable
from throughcare.chart.forms.text import Text
from throughcare.kernel import content

WINDOWS = "medications/windows.toml"
REASONS = "medications/reasons.toml"

Row = Mapping[str, Any]


def windows() -> WindowTable:
    """The windows in force, the agency's overlay applied."""
    return _windows(content.document(WINDOWS).digest)


def reasons() -> ReasonTable:
    """The reason codes in force, the agency's overlay applied."""
    return _reasons(content.document(REASONS).digest)


@lru_cache(maxsize=4)
def _windows(digest: str) -> WindowTable:
    body = content.load(WINDOWS)
    agency = {WindowClass(row["id"]): _window(row, WindowClass(row["id"])) for row in content.rows(WINDOWS, "window")}
    lacking = ", ".join(set(WindowClass) - set(agency))
    if lacking:
        raise content.ContentError(WINDOWS, f"has no window for [{lacking}]. Add it.")
    own = {}
    for row in content.rows(WINDOWS, "facility"):
        key = WindowClass(row["window"])
        own[row["facility"], key] = _window({**_minutes(agency[key]), **row}, key)
    return WindowTable(body["version"], agency, timedelta(minutes=body["blank_page_minutes"]), own)


def _window(row: Row, key: WindowClass) -> Window:
    early, late = timedelta(minutes=row["early"]), timedelta(minutes=row["late"])
    return Window(key, early, late, ", ".join(row.get("source", ())))


def _minutes(window: Window) -> dict[str, Any]:
    minute = timedelta(minutes=1)
    return {"early": window.early // minute, "late": window.late // minute}


@lru_cache(maxsize=4)
def _reasons(digest: str) -> ReasonTable:
    found = [_reason(row) for row in content.rows(REASONS, "reason")]
    return ReasonTable(content.load(REASONS)["version"], {(r.status, r.key): r for r in found})


def _reason(row: Row) -> Reason:
    status, key = Status(row["status"]), str(row["id"]).removeprefix(f"{row['status']}/")
    counts = Counts(row["counts"]) if "counts" in row else None
    needed = frozenset(Needs(name) for name in row.get("needs", ()))
    return Reason(key, status, Text(row["en"], row["es"]), frozenset(row["attested_by"]), counts, needed)
