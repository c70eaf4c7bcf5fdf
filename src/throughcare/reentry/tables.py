"""The room's reviewed content, typed: numbers, steps of a plan, kinds of appointment."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from throughcare.kernel import content

RULES = "reentry/rules.toml"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a plan, and its day counted from the release."""

    id: str
    day: int


@dataclass(frozen=True, slots=True)
class ReleaseTable:
    """What a chief medical officer may change about going home."""

    version: str
    crisis: str
    emergency: str
    phone_line: str
    bridge_days: int
    planned_days: int
    go_bag_days: int
    standing_rule: str
    early_attempts: int
    late_attempts: int
    link_address: str
    link_days: int
    link_tries: int
    ahead_days: int
    docket_days: int
    docket_hours_back: int
    parole_alerts: tuple[str, ...]
    parole_statuses: tuple[str, ...]
    parole_words: Mapping[str, str]
    steps: tuple[Step, ...]
    appointments: Mapping[str, int]


def load_table() -> ReleaseTable:
    """Give the table in force."""
    return _table(content.stamp())


@lru_cache(maxsize=4)
def _table(stamp: tuple[str, int]) -> ReleaseTable:
    body = content.load(RULES)
    return ReleaseTable(
        version=body["version"],
        crisis=body["help"]["crisis"],
        emergency=body["help"]["emergency"],
        phone_line=body["help"]["phone_line"],
        bridge_days=body["bridge"]["days"],
        planned_days=body["bridge"]["planned_days"],
        go_bag_days=body["bridge"]["go_bag_days"],
        standing_rule=body["bridge"]["standing_rule"],
        early_attempts=body["contacts"]["early_attempts"],
        late_attempts=body["contacts"]["late_attempts"],
        link_address=body["link"]["address"].rstrip("/"),
        link_days=body["link"]["days"],
        link_tries=body["link"]["tries"],
        ahead_days=body["registry"]["ahead_days"],
        docket_days=body["registry"]["docket_days"],
        docket_hours_back=body["registry"]["docket_hours_back"],
        parole_alerts=tuple(body["parole"]["alerts"]),
        parole_statuses=tuple(body["parole"]["statuses"]),
        parole_words=dict(body["parole"]["words"]),
        steps=tuple(Step(r["id"], r["day"]) for r in content.rows(RULES, "step")),
        appointments={r["id"]: r["within_days"] for r in content.rows(RULES, "appointment")},
    )
