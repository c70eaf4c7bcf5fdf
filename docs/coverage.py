"""Writes docs/coverage.md from what `make coverage` has just measured; with --show it prints the table and writes nothing."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
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
        room = _room(file)
        one = Figures(total["num_statements"], total["covered_lines"], total["num_branches"], total["covered_branches"])
        found[room] = found.get(room, Figures()) + one
    return dict(sorted(found.items()))


def floors() -> list[list[str]]:
    """Give the rooms floor by floor, ground first, as `make check` holds them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(one["layers"] for one in contracts if one["type"] == "layers")
    return [re.findall(r"throughcare\.(\w+)", layer) for layer in reversed(layers)]


def table(rooms: Mapping[str, Figures], house: Sequence[Sequence[str]] = ()) -> str:
    """Give the figures as a table: room by room, a floor's sum after each floor of several, all rooms together last."""
    head = ["| Room | Statements | Run | Branches | Taken |", "| --- | ---: | ---: | ---: | ---: |"]
    rows, left = [], dict(rooms)
    for floor in house:
        here = {room: left.pop(room) for room in rooms if room.split("/")[0] in floor}
        rows += [figures.row(room) for room, figures in here.items()]
        if len(here) > 1:
            rows.append(sum(here.values(), Figures()).row(f"*floor: {', '.join(floor)}*"))
    rows += [figures.row(room) for room, figures in left.items()]
    return "\n".join([*head, *rows, sum(rooms.values(), Figures()).row("**all**")])


def least(report: Mapping[str, Any], rooms: Mapping[str, Figures], count: int = 15) -> str:
    """Name the rooms with the smallest share of branches taken, and the files with most branches that no test takes."""
    order = sorted((r for r in rooms if rooms[r].branches), key=lambda r: rooms[r].taken / rooms[r].branches)
    files = []
    for file, measured in report["files"].items():
        total = measured["summary"]
        if _room(file) in rooms and total["num_branches"] > total["covered_branches"]:
            files.append((total["num_branches"] - total["covered_branches"], file.partition("src/throughcare/")[2]))
    files.sort(key=lambda one: (-one[0], one[1]))
    lines = [f"| `{file}` | {missed} |" for missed, file in files[:count]]
    named = ", ".join(f"{room} ({_percent(rooms[room].taken, rooms[room].branches)})" for room in order[:5])
    return "\n".join(
        [
            f"Fewest of their branches are taken in: {named}.",
            "",
            "| File | Branches that no test takes |",
            "| --- | ---: |",
            *lines,
        ]
    )


def main(words: list[str]) -> int:
    """Print the table, and keep it unless a part of somebody's own choice was measured; words name the tests that ran."""
    report = json.loads(MEASURED.read_text())
    ran = [word.removeprefix("tests/").rstrip("/") for word in words if not word.startswith("--")]
    rooms = {room: f for room, f in by_room(report).items() if not ran or room.split("/")[0] in ran}
    figures = table(rooms, floors())
    sys.stdout.write(f"{figures}\n\n{least(report, rooms)}\n")
    if "--show" in words:
        return 0
    asked = ["git", "log", "-1", "--format=%h", "--", "src"]
    commit = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    day = datetime.now(UTC).date().isoformat()
    what = f"the quick tests (no browser, nothing slow) of {', '.join(ran)}" if ran else "everything but the long tests"
    others = " Rooms whose tests did not run are not in the table." if ran else ""
    PAGE.write_text(
        "# How much of the code the tests run\n\n"
        f"Made by `make coverage` on {day} at commit {commit.stdout.strip() or 'unknown'}. What ran: {what}.{others}\n"
        "What browser tests do on a served site runs in another process and is not counted. The folder htmlcov, made by the same run, shows each line.\n"
        "`make coverage ALL=yes` runs everything but the long tests; `make coverage TESTS=tests/kernel` shows a part and writes nothing.\n\n"
        f"{figures}\n\n## Where least is taken\n\n{least(report, rooms)}\n"
    )
    return 0


def _room(file: str) -> str:
    parts = file.partition("src/throughcare/")[2].split("/")
    depth = 2 if parts[0] in _SPLIT and len(parts) > 2 else 1
    return "/".join(parts[:depth]) if len(parts) > 1 else "throughcare"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
