"""The reviewed numbers and words of medicines, read from content into the dataclasses that the rules take."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from throughcare.care.medications.rules.adherence import AdherenceTable
from throughcare.care.medications.rules.counting import CountTable
from throughcare.care.medications.rules.covering import CoveringTable, Door
from throughcare.care.medications.rules.kop import Kop
from throughcare.care.medications.rules.missed_opioid import Alertness, LegalBasis, OpioidTable
from throughcare.care.medications.rules.passes import PassName, PassTable
from throughcare.care.medications.rules.standing import OrderTable
from throughcare.care.medications.rules.statuses import Counts, Needs, Reason, ReasonTable, Status
from throughcare.care.medications.rules.windows import Window, WindowClass, WindowTable
from throughcare.chart.forms.text import Text
from throughcare.kernel import content

WINDOWS = "medications/windows.toml"
REASONS = "medications/reasons.toml"
ADHERENCE = "medications/adherence.toml"
OPIOID = "medications/opioid_treatment.toml"
KOP = "medications/kop.toml"
COUNTING = "medications/counting.toml"
ORDERS = "medications/orders.toml"
COVERING = "medications/covering.toml"
PASSES = "medications/passes.toml"

Row = Mapping[str, Any]


def windows() -> WindowTable:
    """The windows in force, the agency's overlay applied."""
    return _windows(content.document(WINDOWS).digest)


def reasons() -> ReasonTable:
    """The reason codes in force, the agency's overlay applied."""
    return _reasons(content.document(REASONS).digest)


def adherence() -> AdherenceTable:
    """The limits of adherence in force."""
    return _adherence(content.document(ADHERENCE).digest)


def opioid_treatment() -> OpioidTable:
    """The limits of opioid treatment in force."""
    return _opioid(content.document(OPIOID).digest)


def kop() -> Kop:
    """The numbers of keeping on the person in force."""
    return _kop(content.document(KOP).digest)


def counting() -> CountTable:
    """Who counts controlled stock, in force."""
    return _counting(content.document(COUNTING).digest)


def orders() -> OrderTable:
    """The times around an order in force."""
    return _orders(content.document(ORDERS).digest)


def covering() -> CoveringTable:
    """How far the shadow of a move reaches, in force."""
    return _covering(content.document(COVERING).digest)


def passes() -> PassTable:
    """The day of medicines in force."""
    return _passes(content.document(PASSES).digest)


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


@lru_cache(maxsize=4)
def _adherence(digest: str) -> AdherenceTable:
    body = content.load(ADHERENCE)
    return AdherenceTable(**{name: body[name] for name in AdherenceTable.__dataclass_fields__})


@lru_cache(maxsize=4)
def _opioid(digest: str) -> OpioidTable:
    body = content.load(OPIOID)
    scale = [Alertness(r["id"], Text(r["en"], r["es"]), r["act"]) for r in content.rows(OPIOID, "sedation")]
    return OpioidTable(
        version=body["version"],
        block_days=int(body["block_days"]),
        restart_days=int(body["restart_days"]),
        minimum_interval=timedelta(hours=body["minimum_interval_hours"]),
        three_day=timedelta(hours=body["three_day_hours"]),
        three_day_warn=timedelta(hours=body["three_day_warn_hours"]),
        methadone_first_mg=Decimal(body["methadone_first_mg"]),
        methadone_first_day_mg=Decimal(body["methadone_first_day_mg"]),
        bases=frozenset(LegalBasis(name) for name in body["registered_bases"]),
        sedation={answer.key: answer for answer in scale},
        take_home=tuple(sorted((r["from_day"], r["doses"]) for r in content.rows(OPIOID, "take_home"))),
    )


@lru_cache(maxsize=4)
def _kop(digest: str) -> Kop:
    body = content.load(KOP)
    return Kop(**{name: body[name] for name in Kop.__dataclass_fields__})


@lru_cache(maxsize=4)
def _counting(digest: str) -> CountTable:
    body = content.load(COUNTING)
    return CountTable(
        version=body["version"],
        licensed=frozenset(body["licensed"]),
        single_nurse_second=frozenset(body["single_nurse_second"]),
        significant_units=Decimal(body["significant_units"]),
        open_reports=int(body["open_reports"]),
        form_106_days=int(body["form_106_days"]),
        notice_business_days=int(body["notice_business_days"]),
    )


@lru_cache(maxsize=4)
def _orders(digest: str) -> OrderTable:
    body = content.load(ORDERS)

    def hours(name: str) -> timedelta:
        return timedelta(hours=body[f"{name}_hours"])

    return OrderTable(
        version=body["version"],
        decide=hours("decide"),
        dose_critical=hours("dose_critical"),
        dose_opioid=hours("dose_opioid"),
        dose_other=hours("dose_other"),
        first_stock=hours("first_stock"),
        first_formulary=hours("first_formulary"),
        renew_days=tuple(body["renew_days"]),
        cosign=hours("cosign"),
        bridge_roles=frozenset(body["bridge_roles"]),
        monitoring_after=hours("monitoring_after"),
    )


@lru_cache(maxsize=4)
def _covering(digest: str) -> CoveringTable:
    body = content.load(COVERING)
    return CoveringTable(
        version=body["version"],
        shadow={door: timedelta(hours=body["shadow_hours"][door]) for door in Door},
        early=timedelta(hours=body["early_hours"]),
        after_return=timedelta(minutes=body["after_return_minutes"]),
    )


@lru_cache(maxsize=4)
def _passes(digest: str) -> PassTable:
    body = content.load(PASSES)
    names = (
        PassName(r["id"], Text(r["en"], r["es"]), r["at"], r.get("meal", False)) for r in content.rows(PASSES, "pass")
    )
    own: dict[str, dict[str, time]] = {}
    for row in content.rows(PASSES, "facility"):
        own.setdefault(row["facility"], {})[row["code"]] = row["at"]
    return PassTable(body["version"], tuple(names), body["seconds_per_dose"], body["seconds_per_cell"], own)
