"""The format of an edition: the same bytes each time, read back as written, any change found."""

import dataclasses
import io
from pathlib import Path

import pytest

from throughcare.insight.gate import editions, writing
from throughcare.insight.gate.editions import (
    Axis,
    Edition,
    EditionError,
    Listed,
    Node,
    PublishedRow,
    PublishedTable,
    Shown,
)

EN = {"en": "words", "es": "palabras"}
PLACES = Axis(
    "facility",
    EN,
    (Node("state", EN), Node("ash", EN, "state"), Node("birch", EN, "state"), Node("cedar", EN, "state")),
)
SMALL, OTHER, BASE = Shown(reason="small"), Shown(reason="complement"), Shown(reason="base")
ROWS = (
    PublishedRow({"facility": "cedar"}, SMALL, Shown(400), BASE),
    PublishedRow({"facility": "state"}, Shown(977), Shown(1000), Shown(97.7), 96.6, 98.5),
    PublishedRow({"facility": "birch"}, OTHER, Shown(500), OTHER),
    PublishedRow({"facility": "ash"}, Shown(19), Shown(100), Shown(19.0), 12.5, 27.8, ("unstable",)),
)
TABLE = PublishedTable(
    "A-INT", "service", "1", "access", EN, EN, {"id": "A-INT", "unit": "percent"}, (PLACES,), 0, ROWS
)


def made(tmp_path: Path) -> Edition:
    period = {"id": "2026-Q1", "start": "2026-01-01", "end": "2026-04-01"}
    signed = ({"part": "clinical", "on": "2026-05-04"}, {"part": "privacy", "on": "2026-05-05"})
    return Edition("2026-Q1", tmp_path / "2026-Q1", period, EN, "2026-05-06", True, None, (), signed, ("A-INT",))


def published(tmp_path: Path) -> Path:
    edition = made(tmp_path)
    writing.write(
        tmp_path, writing.files_of(edition, [TABLE]), edition.id, [Listed("2026-Q1", "2026-Q1", "2026-05-06")]
    )
    return tmp_path


def test_an_edition_is_read_back_as_it_was_written(tmp_path):
    root = published(tmp_path)
    edition = editions.latest(root)
    assert edition is not None
    table = edition.table("A-INT")
    assert [row.at["facility"] for row in table.rows] == ["state", "ash", "birch", "cedar"]
    assert table.rows_at(facility="cedar")[0].numerator == SMALL
    assert {row.at["facility"]: row for row in table.rows} == {row.at["facility"]: row for row in ROWS}
    assert editions.check(root, "2026-Q1") == 4


def test_a_rebuilt_edition_is_the_same_byte_for_byte_whatever_the_order_it_was_counted_in(tmp_path):
    edition = made(tmp_path)
    turned = dataclasses.replace(TABLE, rows=tuple(reversed(ROWS)))
    assert writing.files_of(edition, [TABLE]) == writing.files_of(edition, [turned])


@pytest.mark.parametrize("name", ["tables/A-INT.csv", "tables/A-INT.parquet", "tables/A-INT.json", "edition.json"])
def test_a_changed_file_is_found(tmp_path, name):
    root = published(tmp_path)
    file = root / "2026-Q1" / name
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(EditionError):
        editions.check(root, "2026-Q1")


def test_a_withdrawn_or_corrected_edition_stays_listed_and_is_not_the_latest(tmp_path):
    root = published(tmp_path)
    rows = [
        Listed("2026-Q1", "2026-Q1", "2026-05-06", corrected_by="2026-Q1-r2"),
        Listed(
            "2026-Q1-r2", "2026-Q1", "2026-06-01", corrects="2026-Q1", withdrawn_on="2026-06-02", withdrawn_because=EN
        ),
    ]
    (root / "index.json").write_bytes(writing.index_body(rows))
    assert [row.id for row in editions.listed(root)] == ["2026-Q1-r2", "2026-Q1"]
    assert editions.latest(root) is None


def test_parquet_carries_no_statistics_and_no_numbers_of_what_is_hidden(tmp_path):
    import pyarrow.parquet as pq

    file = pq.ParquetFile(io.BytesIO(writing.files_of(made(tmp_path), [TABLE])["tables/A-INT.parquet"]))
    for group in range(file.metadata.num_row_groups):
        for column in range(file.metadata.num_columns):
            assert file.metadata.row_group(group).column(column).statistics is None
    records = {record["facility"]: record for record in file.read().to_pylist()}
    assert records["cedar"]["numerator"] is None
    assert records["cedar"]["numerator_reason"] == "small"


@pytest.mark.parametrize("name", ["../x", "", "a/b", "a.b"])
def test_a_name_that_leads_elsewhere_is_refused(tmp_path, name):
    with pytest.raises(EditionError):
        editions.read(tmp_path, name)
