"""How the checks of orders were heard: how often they interrupted, what they said, and why prescribers went past it.

Counts only, of a facility and a time. What a sealed medicine made the checks say counts nowhere here: a count would tell of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from throughcare.care.medications import formulary
from throughcare.care.medications.bulk import TAKEN_OVER
from throughcare.care.medications.rules.check_tables import checks
from throughcare.kernel import clock, db
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb
from throughcare.ui.wording import t

LOOKS_BACK = timedelta(days=90)
GAP = "could-not-run:"
BUDGET = 25  # clinical.md 2.0: at most one interruption in so many orders
# Orders that were checked here, each alert a row, also what came since (that interrupted no order as it was placed); those of a sealed medicine are left out. What a check lacked is one kind.
SAID = """
WITH ordered AS (
  SELECT id, findings, found_since FROM medications_medicationorder
   WHERE recorded_at >= %(since)s AND check_edition <> %(taken_over)s AND status <> 'entered-in-error'
     AND (%(everywhere)s OR facility_id = ANY (%(places)s::uuid[]))),
said AS (
  SELECT o.id, n <= jsonb_array_length(o.findings) AS at_order, (f ->> 'must_answer')::boolean AS stops,
         CASE WHEN (f ->> 'rule') LIKE 'could-not-run:%%' THEN 'could-not-run:' || split_part((f ->> 'rule'), ':', 2) ELSE (f ->> 'rule') END AS rule
    FROM ordered o, jsonb_array_elements(o.findings || o.found_since) WITH ORDINALITY x(f, n) WHERE (f ->> 'rule') NOT ILIKE '%%sealed%%'),
past AS (
  SELECT CASE WHEN v.rule LIKE 'could-not-run:%%' THEN 'could-not-run:' || split_part(v.rule, ':', 2) ELSE v.rule END AS rule,
         count(*) AS n, array_agg(v.reason ORDER BY v.at DESC) AS reasons
    FROM medications_orderoverride v JOIN ordered o ON o.id = v.order_id GROUP BY 1),
totals AS (
  SELECT (SELECT count(*) FROM ordered) AS orders, count(DISTINCT id) FILTER (WHERE stops AND at_order) AS stopped,
         count(DISTINCT id) FILTER (WHERE at_order) AS alerted FROM said)
SELECT t.orders, t.stopped, t.alerted, s.rule, s.stops, s.n, coalesce(p.n, 0), coalesce(p.reasons, '{}')
  FROM totals t
  LEFT JOIN (SELECT rule, bool_or(stops) AS stops, count(*) AS n FROM said GROUP BY rule) s ON true
  LEFT JOIN past p ON p.rule = s.rule
"""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: how often it was shown, how often somebody went past it, and with which words, the most used first."""

    rule: str
    title: str
    stops: bool
    shown: int
    passed: int
    reasons: tuple[tuple[str, int], ...]

    @property
    def gap(self) -> str:
        """Name the check that could not run, where it is one."""
        return self.rule.removeprefix(GAP) if self.rule.startswith(GAP) else ""


@dataclass(frozen=True, slots=True)
class Heard:
    """How the checks of a time were heard."""

    orders: int
    interrupted: int
    alerted: int
    rules: tuple[Rule, ...]

    @property
    def one_in(self) -> int | None:
        """Give the number of orders for one interruption; none where nothing interrupted."""
        return self.orders // self.interrupted if self.interrupted else None

    @property
    def too_many(self) -> bool:
        """Tell whether the checks interrupt more often than people can bear."""
        return self.interrupted * BUDGET > self.orders


def heard(lens: Lens, facilities: Sequence[UUID] | None = None) -> Heard:
    """Count the alerts of ninety days at these facilities, or at all that the reader works for. One query."""
    lens.require(Verb.READ, DataClass.MEDICATION)
    mine = lens.facilities
    places = list(mine or ()) if facilities is None else [f for f in facilities if mine is None or f in mine]
    about: dict[str, Any] = {
        "since": clock.now() - LOOKS_BACK,
        "taken_over": TAKEN_OVER.edition,
        "everywhere": facilities is None and mine is None,
        "places": places,
    }
    with db.reading(lens), connection.cursor() as cursor:
        cursor.execute(SAID, about)
        rows = cursor.fetchall()
    titles = _titles()
    rules = [_rule(titles.get(row[3]) or _by_kind(row[3]), *row[3:]) for row in rows if row[3]]
    orders, stopped, alerted = rows[0][:3]
    return Heard(orders, stopped, alerted, tuple(sorted(rules, key=lambda r: (not r.stops, -r.shown, r.rule))))


def _rule(title: str, rule: str, stops: bool, shown: int, passed: int, reasons: Sequence[str]) -> Rule:
    counted: dict[str, tuple[str, int]] = {}
    for words in reasons:
        key = " ".join(words.casefold().split()).rstrip(".")
        counted[key] = (words, counted.get(key, ("", 0))[1] + 1)
    most = sorted(counted.values(), key=lambda r: -r[1])
    return Rule(rule, title, stops, shown, passed, tuple(most))


# Rules that are made of one fact of one medicine or group: their name says the check, and of what.
KINDS = {
    "REN": "renal", "PRG": "pregnancy", "DOSE": "dose", "WEEKLY": "dose", "DUP": "duplicate", "ALG": "allergy", "QT": "qt",
}  # fmt: skip


def _by_kind(rule: str) -> str:
    """Name a rule that has no title of its own: the check, and the medicine or group that it is about."""
    kind, _, code = rule.partition("-")
    if kind not in KINDS:
        return ""
    known, group = formulary.load().ingredients.get(code), checks().groups.get(code)
    about = known.name if known else group.title if group else ""
    check = t(f"alerts.check.{KINDS[kind]}")
    return f"{check}: {about}" if about else check


def _titles() -> dict[str, str]:
    tables = checks()
    found = {row.id: row.title for row in tables.interactions} | {row.id: row.title for row in tables.burdens}
    found |= {row.id: row.title for row in tables.conditions}
    return found | {row.id: row.title for row in tables.allergy_groups}
