"""What a programme's record must hold, by when, and what is missing. Pure; 42 CFR 8.12 as clinical.md 2.7 gives it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from throughcare.kernel import content

FILE = "substance_use/programme.toml"


@dataclass(frozen=True, slots=True)
class Needed:
    """One thing that the record must hold: when it was last there, by when it is due, and whether that is past."""

    kind: str
    title: str
    last_on: date | None
    due_on: date | None
    late: bool
    source: str


def needed(
    since: date, today: date, entries: Sequence[tuple[str, date]], table: Mapping[str, Mapping[str, object]]
) -> list[Needed]:
    """Give what a record needs, what is late first; once done is done, what recurs is due again."""
    found = []
    for kind, row in table.items():
        days = [on for k, on in entries if k == kind]
        last = max(days, default=None)
        within, each = int(str(row.get("within_days", 0))), int(str(row.get("each_days", 0)))
        due: date | None = None
        if last is None:
            due = since + timedelta(days=max(0, (within or each) - 1))
        elif each:
            due = last + timedelta(days=each)
        found.append(Needed(kind, str(row["en"]), last, due, due is not None and due < today, str(row["source"])))
    return sorted(found, key=lambda n: (not n.late, n.due_on or date.max))


def load() -> dict[str, Mapping[str, object]]:
    """Give the table in force."""
    return {row["id"]: row for row in content.rows(FILE, "entry")}
