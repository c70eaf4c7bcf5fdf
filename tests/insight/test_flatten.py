"""A resource becomes rows: every column declared, nothing that may not be empty is; times keep how exact they are."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from throughcare.insight.flatten import bundle, rows
from throughcare.insight.flattening.reading import Head, between, negated, value
from throughcare.insight.schema import BY_NAME

HEAD = Head("i", "p", "clinical", datetime(2026, 1, 2, tzinfo=UTC))


@pytest.mark.parametrize("name", ["CMS122", "CMS2"])
def test_cases_of_others_fit_the_tables(shared: Path, name: str) -> None:
    """Every row of the official cases has columns of its table alone, and what may not be empty is not."""
    for line in gzip.decompress((shared / f"corpora/ecqm/{name}/cases.jsonl.gz").read_bytes()).splitlines():
        for table, row in bundle(orjson.loads(line)["bundle"]):
            assert set(row) <= set(BY_NAME[table].names)
            needed = {c.name for c in BY_NAME[table].columns if not c.null} - {"placed"}
            assert all(row.get(c) is not None for c in needed), (table, row)


def test_times_keep_how_exact_they_are() -> None:
    """A month begins with its first moment and ends with its last."""
    said = between("2026-02", "2026-02")
    assert said["start_at"] == datetime(2026, 2, 1, tzinfo=UTC)
    assert said["end_at"] == datetime(2026, 2, 28, 23, 59, 59, 999999, tzinfo=UTC)
    assert said["start_precision"] == "month"
    assert between("2026-02-03T04:05:06-05:00", None)["start_at"] == datetime(2026, 2, 3, 9, 5, 6, tzinfo=UTC)


def test_a_panel_gives_a_row_for_each_component() -> None:
    """Blood pressure: one row for the panel, one for each number."""
    part = {"code": {"coding": [{"system": "l", "code": "8480-6"}]}, "valueQuantity": {"value": 120, "code": "mm[Hg]"}}
    body = {"resourceType": "Observation", "status": "final", "component": [part], "effectiveDateTime": "2026-01-01"}
    found = [row for _, row in rows(body, HEAD)]
    assert [(r["part"], r.get("value_number")) for r in found] == [(0, None), (1, 120.0)]


def test_errors_and_words_stay_out() -> None:
    """What was entered in error has no row; words typed freely have no column."""
    assert rows({"resourceType": "Observation", "status": "entered-in-error"}, HEAD) == []
    wrong = {"verificationStatus": {"coding": [{"code": "entered-in-error"}]}}
    assert rows({"resourceType": "Condition", **wrong}, HEAD) == []
    assert value({"valueString": "typed freely"}) == {}


def test_not_done_is_seen_however_it_is_said() -> None:
    """By status, by doNotPerform, by the profiles' extensions."""
    why = {"valueCodeableConcept": {"coding": [{"system": "s", "code": "c"}]}}
    assert negated({"status": "not-done", "statusReason": [{"coding": [{"system": "s", "code": "c"}]}]}) == {
        "not_done": True,
        "not_done_codes": ["s|c"],
    }
    assert negated({"extension": [{"url": "x/qicore-notDoneReason", **why}]})["not_done_codes"] == ["s|c"]
    assert negated({"doNotPerform": True})["not_done"]
    assert not negated({"status": "completed", "statusReason": [{"coding": [{"code": "given"}]}]})["not_done"]
