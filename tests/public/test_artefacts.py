"""What the site's files tell of a hidden number: two truths that differ only in what is hidden must give the same site, byte by byte.

Whatever somebody could look at is in those bytes: the words read out for a chart, its points, the order of rows, JSON, the statistics of
a Parquet file, the catalogue; and so the length and the tag of each file. Each attack is held against a gate that is weak on purpose.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.insight.gate.making import dimension, draft
from tests.insight.gate.making import table as spec
from tests.public.making import PLACES, QUARTERS, period
from tests.public.making import table as made
from throughcare.insight.gate import writing
from throughcare.insight.gate.editions import Edition, Listed, Node, Shown
from throughcare.insight.gate.release import decide
from throughcare.public.site import Site

QUARTER = QUARTERS[-1]
SITES = dimension("facility", "ash", "birch", "cedar", "dogwood", top="state")
ONE = {("ash",): (40, 0), ("birch",): (3, 0), ("cedar",): (120, 0), ("dogwood",): (21, 0)}
OTHER = {**ONE, ("birch",): (4, 0), ("dogwood",): (20, 0)}


def gated(truth):
    """Give the rows that the gate lets out."""
    release = decide("e", [draft(spec(SITES, unit="count"), truth)])
    assert release.may_be_published
    return [replace(row, at={"period": QUARTER, "facility": row.at["facility"]}) for row in release.tables[0].rows]


def site_of(rows, folder: Path) -> dict[str, bytes]:
    """Publish rows as an edition and make the whole site of it: each file by its path."""
    names = [row.at["facility"] for row in rows]
    places = replace(PLACES, nodes=tuple(Node(name, {"en": f"Demo-{name}", "es": f"Demo-{name}"}, None if name == "state" else "state") for name in dict.fromkeys(names)))  # fmt: skip
    one = made("R-F7", (QUARTER,))
    table = replace(one, axes=(one.axes[0], places), rows=tuple(rows))
    told = Listed(QUARTER, QUARTER, "2026-05-06")
    edition = Edition(id=QUARTER, folder=folder / QUARTER, period={"id": QUARTER, "start": "", "end": ""}, title=period(QUARTER).title, published_on=told.published_on, demonstration=True, corrects=None, corrections=(), signed=(), tables=("R-F7",))  # fmt: skip
    writing.write(folder, writing.files_of(edition, [table]), QUARTER, [told])
    site = Site(folder, demonstration=True)
    return {path: site.body(path) for path in site.paths()}


def told_apart(first: dict[str, bytes], second: dict[str, bytes]) -> list[str]:
    """Name the files by which the two truths can be told apart."""
    return sorted(path for path in first.keys() | second.keys() if first.get(path) != second.get(path))


def test_no_file_of_the_site_tells_two_truths_apart(tmp_path):
    first, second = gated(ONE), gated(OTHER)
    assert [row for row in first if not row.numerator.is_shown]
    here, there = site_of(first, tmp_path / "a"), site_of(second, tmp_path / "b")
    assert told_apart(here, there) == []
    ends = {path.rpartition(".")[2] for path in here}
    assert {"html", "csv", "json", "parquet", "jsonld"} <= ends
    assert any(b"Demo-birch" in body for path, body in here.items() if path.endswith(".html"))


def _ungated(rows, truth):
    """Show every number."""
    whole = {"state": tuple(map(sum, zip(*truth.values(), strict=True)))} | {
        site: pair for (site,), pair in truth.items()
    }
    return [replace(row, numerator=Shown(whole[row.at["facility"]][0]), value=Shown(100.0)) for row in rows]


def _sorted_by_number(rows, truth):
    """Hide the numbers, and lay the rows in their order."""
    number = {site: pair[0] for (site,), pair in truth.items()}
    return sorted(rows, key=lambda row: number.get(row.at["facility"], 10_000) % 21)


def _with_interval(rows, truth):
    """Hide the numbers, and keep the interval that was made of them."""
    number = {site: pair[0] for (site,), pair in truth.items()}
    return [
        row if row.numerator.is_shown else replace(row, low=number[row.at["facility"]] / 2, high=99.0) for row in rows
    ]


def _with_flag(rows, truth):
    """Hide the numbers, and say of one whether it stands on few."""
    number = {site: pair[0] for (site,), pair in truth.items()}
    return [row if row.numerator.is_shown or number[row.at["facility"]] > 3 else replace(row, flags=("unstable",)) for row in rows]  # fmt: skip


def _small_only(rows, truth):
    """Give the reason by the number: one truth hides as small what the other hides to protect another."""
    number = {site: pair[0] for (site,), pair in truth.items()}
    said = {True: Shown(reason="small"), False: Shown(reason="complement")}
    return [row if row.numerator.is_shown else replace(row, numerator=said[number[row.at["facility"]] in (3, 20)]) for row in rows]  # fmt: skip


FILES = {f"data/editions/{QUARTER}/tables/R-F7.{end}" for end in ("csv", "json", "parquet")}
PAGES = {"scorecard/R-F7.html", "es/scorecard/R-F7.html"}


@pytest.mark.parametrize(
    ("weak", "told"),
    [
        (_ungated, FILES | PAGES),
        (_sorted_by_number, FILES | PAGES),
        (_with_interval, FILES),  # a page says no interval where it says no number
        (_with_flag, FILES | PAGES),
        (_small_only, FILES | PAGES),
    ],
)
def test_the_attack_finds_each_weakness(tmp_path, weak, told):
    first, second = (weak(gated(truth), truth) for truth in (ONE, OTHER))
    assert told <= set(told_apart(site_of(first, tmp_path / "a"), site_of(second, tmp_path / "b")))
