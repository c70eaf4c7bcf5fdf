"""`throughcare measure`: a measure aligned with a published one, run over cases of the published form. Needs no database."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from throughcare.insight.measures.aligned import Line

VALUE_SETS = "valuesets.json.gz"


@click.command("measure")
@click.argument("measure", metavar="ID")
@click.option(
    "--cases",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="One JSON case a line: case, period, bundle. Plain or gzip.",
)
@click.option(
    "--valuesets",
    type=click.Path(dir_okay=False, path_type=Path),
    help=f"The measure's value sets; {VALUE_SETS} beside the cases where not named.",
)
def command(measure: str, cases: Path, valuesets: Path | None) -> int:
    """Judge cases of a published measure, and print what each counts in.

    ID is ours (Q-GSD9) or the published one (CMS122, 122). One JSON line a case: {"case": …, "populations": {…}}.
    Exit code 1 tells that a line could not be read; 2, that the measure or its value sets are not there.
    """
    from throughcare.insight.measures import aligned, codes

    found = aligned.find(measure)
    if found is None:
        known = ", ".join(f"{m.id} ({m.source})" for m in aligned.MEASURES)
        raise click.UsageError(f"There is no measure [{measure}] for cases. There are: {known}.")
    path = valuesets or cases.parent / VALUE_SETS
    if not path.is_file():
        raise click.UsageError(f"There is no file of value sets at {path}. Name it with --valuesets.")
    try:
        book = codes.read_value_sets(path)
    except (ValueError, KeyError, AttributeError, TypeError, OSError, EOFError):
        raise click.UsageError(f"{path} is no file of value sets. Name another with --valuesets.") from None
    try:
        return _print(aligned.run_file(found, cases, book), cases)
    except codes.MissingList as missing:
        raise click.UsageError(f"{missing} Name another file with --valuesets.") from None


def _print(lines: Iterable[Line], cases: Path) -> int:
    broken = False
    for line in lines:
        if line.trouble:
            broken = True
            click.echo(f"{cases}, line {line.number}: {line.trouble}. The other lines are judged.", err=True)
        else:
            click.echo(json.dumps({"case": line.case, "populations": dict(line.populations)}))
    return 1 if broken else 0
