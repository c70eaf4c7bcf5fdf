"""A sheet of rounds as a form: whose lines, of which day, and what they say once they are typed. No queries."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from throughcare.care.mental_health.actions import Written
from throughcare.care.mental_health.rule_table import load_table
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid
from throughcare.ui.forms import moment_of
from throughcare.ui.shapes import FieldShape, Option
from throughcare.ui.wording import t

Typed = Mapping[str, str]
LINES = 14  # as many as the printed sheet has


def lines(typed: Typed, wrong: Typed) -> list[list[FieldShape]]:
    """Give the lines of a sheet of rounds: a time, what was seen, a note."""
    seen = (Option("", ""), *(Option(b.key, b.text) for b in load_table().behaviours.values()))

    def asked(n: int, name: str, kind: str, **more: Any) -> FieldShape:
        key = f"{name}-{n}"
        label = t(f"watch.paper_{name}", n=n)
        return FieldShape(key, label, kind, value=typed.get(key, ""), error=wrong.get(key, ""), **more)  # type: ignore[arg-type]

    return [
        [
            asked(n, "at", "time", width="s"),
            asked(n, "seen", "select", options=seen),
            asked(n, "note", "text", max_length=240),
        ]
        for n in range(1, LINES + 1)
    ]


def head(typed: Typed, wrong: Typed) -> list[FieldShape]:
    """Give whose lines they are, and of which day."""
    day = typed.get("paper_day", clock.local(clock.now()).date().isoformat())
    by, on = typed.get("seen_by", ""), wrong.get("paper_day", "")
    return [
        FieldShape("seen_by", t("watch.paper_by"), required=True, value=by, error=wrong.get("seen_by", "")),
        FieldShape("paper_day", t("watch.paper_day"), "date", required=True, value=day, error=on),
    ]


def written(typed: Typed) -> list[Written]:
    """Read the lines of a sheet; a time smaller than the one before is after midnight."""
    found: list[Written] = []
    for n in range(1, LINES + 1):
        hour, seen = typed.get(f"at-{n}", "").strip(), typed.get(f"seen-{n}", "")
        if not hour and not seen:
            continue
        try:
            at = moment_of(typed.get("paper_day", ""), hour)
        except ValueError:
            words = t("watch.paper_unreadable", n=n)
            raise Invalid(words, fields={f"at-{n}": words}) from None
        while found and at < found[-1].at:
            at += timedelta(days=1)
        found.append(Written(at, seen, typed.get(f"note-{n}", "")))
    return found
