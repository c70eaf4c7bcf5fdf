"""A stamp in words, for the timeline, the note and the packet."""

from datetime import datetime

from throughcare.care.emergency.rule_table import CodeTable
from throughcare.care.emergency.rules import Stamped
from throughcare.kernel import clock

UNITS = {"pulse": "/min", "respiration": "/min", "saturation": "%", "temperature": "°F", "glucose": "mg/dL"}
NAMES = {
    "pulse": "pulse",
    "respiration": "breaths",
    "saturation": "oxygen",
    "temperature": "temperature",
    "glucose": "glucose",
}


def clock_time(at: datetime | None) -> str:
    """Write a time as the wall clock of the facility shows it."""
    return f"{clock.local(at):%H:%M}" if at else ""


def said(stamp: Stamped, table: CodeTable) -> str:
    """Say in a line what was stamped."""
    kind = table.stamps.get(stamp.kind)
    title = kind.title if kind else stamp.kind
    detail = _detail(stamp, table)
    if stamp.kind in ("note", "drug") and detail:
        return detail
    return f"{title}: {detail}" if detail else title


def _detail(stamp: Stamped, table: CodeTable) -> str:
    if stamp.kind == "drug":
        medicine = table.medicines.get(stamp.said("drug"))
        given = f"{medicine.title if medicine else stamp.said('drug')} {stamp.said('dose')} {stamp.said('unit')}"
        return f"{given} {stamp.said('route')}" + (f", {stamp.said('why')}" if stamp.said("why") else "")
    if stamp.kind == "naloxone_response":
        return table.responses.get(stamp.said("response"), "")
    if stamp.kind in ("vitals", "glucose"):
        return _vitals(stamp, table)
    if stamp.kind == "responder":
        return f"{stamp.said('who')}, {stamp.said('as')}" if stamp.said("as") else stamp.said("who")
    return stamp.said("words") or stamp.said("to")


def _vitals(stamp: Stamped, table: CodeTable) -> str:
    parts = []
    if stamp.said("systolic"):
        parts.append(f"{stamp.said('systolic')}/{stamp.said('diastolic')}")
    parts += [f"{NAMES[n]} {stamp.said(n)} {unit}" for n, unit in UNITS.items() if stamp.said(n)]
    if stamp.said("awake"):
        parts.append(table.awake.get(stamp.said("awake"), "").lower())
    return ", ".join(parts)
