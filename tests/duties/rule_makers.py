"""Builders that the tests of the clock share: a rule with one limit, Connecticut's working time, and local moments."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from throughcare.duties.clock_row import rule_from
from throughcare.duties.rule import Rule
from throughcare.duties.working_time import working_time

NEW_YORK = ZoneInfo("America/New_York")
WORKING = working_time()


def local(text: str, *, fold: int = 0) -> datetime:
    """Read a wall-clock time in Connecticut, as 2026-03-08 01:30."""
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK, fold=fold).astimezone(UTC)


def make_rule(*limits: dict[str, Any], **fields: Any) -> Rule:
    """Make a rule as a content file would."""
    row = {
        "id": "TST-01",
        "title": "Test",
        "obligation": "Test.",
        "opens": [{"event": "opened"}],
        "closes": [{"event": "closed"}],
        "limits": list(limits) or [{"value": 4, "unit": "hours"}],
        "owner": "rn",
        "lane": "shift",
        "source": ["test"],
        "effective_from": date(2020, 1, 1),
    }
    return rule_from("clocks/test.toml", {**row, **fields}, {}, "1")
