"""`make bench`: runs every measurement (or those named), prints a table, and keeps it in bench/results/.

A measurement is a module of this folder with a function `figures()` that yields `Figure`s.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.measure import Figure

HERE = Path(__file__).parent
NOT_MEASUREMENTS = {"__init__", "__main__", "growth", "made_warehouse", "measure"}


def main(names: list[str]) -> int:
    """Measure, print, keep; give 1 if a budget is not kept. `--people N` chooses the size where a measurement has one."""
    if "--people" in names:
        at = names.index("--people")
        os.environ["PEOPLE"] = names[at + 1]
        del names[at : at + 2]
    found = sorted(file.stem for file in HERE.glob("*.py") if file.stem not in NOT_MEASUREMENTS)
    figures: list[Figure] = []
    for name in names or found:
        print(f"bench: {name}", file=sys.stderr, flush=True)
        for figure in import_module(f"bench.{name}").figures():
            print(f"bench: {figure.what}: {figure.value:.3g} {figure.unit} ({figure.how})", file=sys.stderr, flush=True)
            figures.append(figure)
    _print(figures)
    _keep(figures)
    return 0 if all(figure.within for figure in figures) else 1


def _print(figures: list[Figure]) -> None:
    table = Table("what", "measured", "budget", "", "how")
    for figure in figures:
        budget = "" if figure.budget is None else f"≤ {figure.budget:g} {figure.unit}"
        kept = "" if figure.budget is None else ("kept" if figure.within else "NOT kept")
        table.add_row(figure.what, f"{figure.value:.3g} {figure.unit}", budget, kept, figure.how)
    Console(width=160).print(table)


def _keep(figures: list[Figure]) -> None:
    folder = HERE / "results"
    folder.mkdir(exist_ok=True)
    file = folder / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    file.write_text(json.dumps([asdict(figure) for figure in figures], indent=1) + "\n")


sys.exit(main(sys.argv[1:]))
