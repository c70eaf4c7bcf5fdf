"""Writes docs/coverage.md from what `make coverage` has just measured; with --show it prints the table and writes nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
MEASURED = ROOT / "htmlcov" / "coverage.json"
PAGE = ROOT / "docs" / "coverage.md"
_SPLIT = frozenset({"care"})  # one row for each room in it


@dataclass(frozen=True, slots=True)
class Figures:
    """What ran of a room: statements and branches."""

    statements: int = 0
    run: int = 0
    branches: int = 0
    taken: int = 0

    def __add__(self, other: Figures) -> Figures:
        """Add two files' figures."""
        return Figures(
            self.statements + other.statements,
            self.run + other.run,
            self.branches + other.branches,
            self.taken + other.taken,
        )

    def row(self, name: str) -> str:
        """Give the table's line."""
        lines, turns = _percent(self.run, self.statements), _percent(self.taken, self.branches)
        return f"| {name} | {self.statements:,} | {lines} | {self.branches:,} | {turns} |"


def by_room(report: Mapping[str, Any]) -> dict[str, Figures]:
    """Add up coverage's own report by room, in the order of names."""
    found: dict[str, Figures] = {}
    for file, measured in report["files"].items():
        total = measured["summary"]
        parts = file.partition("src/throughcare/")[2].split("/")
        depth = 2 if parts[0] in _SPLIT and len(parts) > 2 else 1
        room = "/".join(parts[:depth]) if len(parts) > 1 else "throughcare"
        one = Figures(total["num_statements"], total["covered_lines"], total["num_branches"], total["covered_branches"])
        found[room] = found.get(room, Figures()) + one
    return dict(sorted(found.items()))


def table(rooms: Mapping[str, Figures]) -> str:
    """Give the figures as a table, all rooms together last."""
    head = ["| Room | Statements | Run | Branches | Taken |", "| --- | ---: | ---: | ---: | ---: |"]
    return "\n".join(
        [*head, *(f.row(room) for room, f in rooms.items()), sum(rooms.values(), Figures()).row("**all**")]
    )


def main(words: list[str]) -> int:
    """Print the table, and keep it unless only a part was measured."""
    report = json.loads(MEASURED.read_text())
    figures = table(by_room(report))
    sys.stdout.write(f"{figures}\n")
    if "--show" in words:
        return 0
    commit = subprocess.run(["git", "log", "-1", "--format=%h"], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S607
    day = datetime.now(UTC).date().isoformat()
    PAGE.write_text(
        "# How much of the code the tests run\n\n"
        f"Made by `make coverage` on {day} at commit {commit.stdout.strip() or 'unknown'}, without the long tests. What browser tests do on a\n"
        "served site runs in another process and is not counted. `htmlcov/index.html` shows each line.\n\n"
        f"{figures}\n"
    )
    return 0


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
