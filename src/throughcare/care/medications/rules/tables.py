"""The reviewed numbers and words of medicines, read from content into the dataclasses that the rules take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import time, timedelta
from decimal import Decimal
from functools import lru_cache, wraps
from typing import Any, TypeVar

from throughcare.care.medications.rules.adherence import AdherenceTable
from throughcare.care.medications.rules.counting import CountTable
from throughcare.care.medications.rules.covering import CoveringTable, Door
from throughcare.care.medications.rules.gates import OrderTable
from throughcare.care.medications.rules.kop import Kop
from throughcare.care.medications.rules.missed_opioid import Alertness, LegalBasis, OpioidTable
from throughcare.care.medications.rules.passes import PassName, PassTable
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
Table = TypeVar("Table")


def _naming(path: str) -> Callable[[Callable[[str], Table]], Callable[[str], Table]]:
    """Name the file where its content can't be used; a wrong number must stop the start, not a dose at 08:00."""

    def reading(build: Callable[[str], Table]) -> Callable[[str], Table]:
        @wraps(build)
        def read(digest: str) -> Table:
            try:
                return build(digest)
            except KeyError as error:
                raise content.ContentError(path, f"lacks [{error.args[0]}], or a row names it wrongly.") from None
            except (TypeError, ValueError, ArithmeticError) as error:
                if isinstance(error, content.ContentError):
                    raise
                raise content.ContentError(path, f"can't be used: {error}.") from None

        return read

    return reading


def _require(holds: bool, sentence: str) -> None:
    if not holds:
        raise ValueError(sentence)


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
    """The numbers of an order's gates in force."""
    return _orders(content.document(ORDERS).digest)


def covering() -> CoveringTable:
    """How far the shadow of a move reaches, in force."""
    return _covering(content.document(COVERING).digest)


def passes() -> PassTable:
    """The day of medicines in force."""
    return _passes(content.document(PASSES).digest)


@lru_cache(maxsize=4)
@_naming(WINDOWS)
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
    return WindowTable(body["version"], agency, own)


def _window(row: Row, key: WindowClass) -> Window:
    early, late = timedelta(minutes=row["early"]), timedelta(minutes=row["late"])
    _require(min(early, late) >= timedelta(0), f"the window [{key}] is shorter than nothing")
    return Window(key, early, late, ", ".join(row.get("source", ())))


def _minutes(window: Window) -> dict[str, Any]:
    minute = timedelta(minutes=1)
    return {"early": window.early // minute, "late": window.late // minute}


@lru_cache(maxsize=4)
@_naming(REASONS)
def _reasons(digest: str) -> ReasonTable:
    found = [_reason(row) for row in content.rows(REASONS, "reason")]
    return ReasonTable(content.load(REASONS)["version"], {(r.status, r.key): r for r in found})


def _reason(row: Row) -> Reason:
    status, key = Status(row["status"]), str(row["id"]).removeprefix(f"{row['status']}/")
    _require("/" not in key, f"the reason [{row['id']}] doesn't begin with its status [{status}]")
    counts = Counts(row["counts"]) if "counts" in row else None
    needed = frozenset(Needs(name) for name in row.get("needs", ()))
    return Reason(key, status, Text(row["en"], row["es"]), frozenset(row["attested_by"]), counts, needed)


@lru_cache(maxsize=4)
@_naming(ADHERENCE)
def _adherence(digest: str) -> AdherenceTable:
    body = content.load(ADHERENCE)
    for name in ("share", "month_share"):
        _require(0 < body[name] <= 1, f"[{name}] is [{body[name]}]: give a part of 1")
    return AdherenceTable(**{name: body[name] for name in AdherenceTable.__dataclass_fields__})


@lru_cache(maxsize=4)
@_naming(OPIOID)
def _opioid(digest: str) -> OpioidTable:
    body = content.load(OPIOID)
    _require(0 < body["block_days"] < body["restart_days"], "[restart_days] must come after [block_days]")
    _require(0 < body["three_day_hours"] <= 72, "[three_day_hours] can't be more than the 72 hours of the rule")
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
@_naming(KOP)
def _kop(digest: str) -> Kop:
    body = content.load(KOP)
    right = 1 <= body["refill_from_day"] <= body["refill_to_day"] <= body["supply_days"]
    _require(right, "the refill days must lie within the supply, in their order")
    return Kop(**{name: body[name] for name in Kop.__dataclass_fields__})


@lru_cache(maxsize=4)
@_naming(COUNTING)
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
@_naming(ORDERS)
def _orders(digest: str) -> OrderTable:
    body = content.load(ORDERS)

    def hours(name: str) -> timedelta:
        return timedelta(hours=body[f"{name}_hours"])

    return OrderTable(
        version=body["version"],
        bridge_roles=frozenset(body["bridge_roles"]),
        monitoring_after=hours("monitoring_after"),
        monitoring_check=timedelta(days=body["monitoring_check_days"]),
        longest=timedelta(days=body["longest_days"]),
        longest_controlled=timedelta(days=body["longest_controlled_days"]),
        longest_unsigned=hours("longest_unsigned"),
        following=hours("following"),
        back_within=hours("back_within"),
        same_pass=timedelta(minutes=body["same_pass_minutes"]),
    )


@lru_cache(maxsize=4)
@_naming(COVERING)
def _covering(digest: str) -> CoveringTable:
    body = content.load(COVERING)
    return CoveringTable(
        version=body["version"],
        shadow={door: timedelta(hours=body["shadow_hours"][door]) for door in Door},
        early=timedelta(hours=body["early_hours"]),
        after_return=timedelta(minutes=body["after_return_minutes"]),
        early_share=float(body["early_share"]),
    )


@lru_cache(maxsize=4)
@_naming(PASSES)
def _passes(digest: str) -> PassTable:
    body = content.load(PASSES)
    names = (
        PassName(r["id"], Text(r["en"], r["es"]), r["at"], r.get("meal", False)) for r in content.rows(PASSES, "pass")
    )
    own: dict[str, dict[str, time]] = {}
    for row in content.rows(PASSES, "facility"):
        own.setdefault(row["facility"], {})[row["code"]] = row["at"]
    return PassTable(body["version"], tuple(names), body["seconds_per_dose"], body["seconds_per_cell"], own)
