"""The content of medicines: every table reads, an agency may change it, and a wrong file stops with its name."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from throughcare.care.medications.rules import tables
from throughcare.care.medications.rules.windows import WindowClass
from throughcare.kernel import content

READERS = [
    tables.windows, tables.reasons, tables.adherence, tables.opioid_treatment, tables.kop, tables.counting, tables.orders, tables.covering, tables.passes,
]  # fmt: skip


@pytest.fixture
def overlay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "medications").mkdir()
    monkeypatch.setenv("THROUGHCARE_CONTENT", str(tmp_path))
    content.forget()
    yield tmp_path / "medications"
    monkeypatch.undo()
    content.forget()


@pytest.mark.parametrize("reader", READERS, ids=lambda r: r.__name__)
def test_every_table_reads_and_has_a_version(reader) -> None:
    assert reader().version


def test_every_file_says_its_source_and_that_nobody_signed_it() -> None:
    for path in content.names("medications"):
        body = content.load(path)
        assert body["source"]
        assert body["review"]
        assert "D" in body["marks"]


def test_a_facility_sets_its_own_window(overlay: Path) -> None:
    own = content.load(tables.WINDOWS)
    rows = "\n".join(f'[[window]]\nid = "{r["id"]}"\nearly = {r["early"]}\nlate = {r["late"]}' for r in own["window"])
    (overlay / "windows.toml").write_text(
        f'version = "x"\n{rows}\n[[facility]]\nid = "y"\nfacility = "york"\nwindow = "several_daily"\nlate = 120\n'
    )
    content.forget()
    window = tables.windows().facilities["york", WindowClass.SEVERAL_DAILY]
    assert (window.early.seconds, window.late.seconds) == (3600, 7200)


@pytest.mark.parametrize(
    ("file", "text", "sentence"),
    [
        ("kop.toml", 'version = "x"\nsupply_days = 30\nrefill_from_day = 28\nrefill_to_day = 27\nvariance = 0.2', "refill days"),
        ("kop.toml", 'version = "x"\nsupply_days = 30', "refill_from_day"),
        ("orders.toml", 'version = "x"\nbridge_roles = 4', "can't be used"),
        ("opioid_treatment.toml", 'version = "x"\nblock_days = 5\nrestart_days = 3', "restart_days"),
        ("reasons.toml", 'version = "x"\n[[reason]]\nid = "held/x"\nstatus = "refused"\nen = "x"\nes = "x"\nattested_by = []', "doesn't begin"),
        ("windows.toml", 'version = "x"\nfacility = []\n[[window]]\nid = "stat"\nearly = 0\nlate = 9', "has no window for"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_named(overlay: Path, file: str, text: str, sentence: str) -> None:
    (overlay / file).write_text(text)
    content.forget()
    readers = {"kop.toml": tables.kop, "orders.toml": tables.orders, "opioid_treatment.toml": tables.opioid_treatment}
    reader = readers.get(file) or {"reasons.toml": tables.reasons, "windows.toml": tables.windows}[file]
    with pytest.raises(content.ContentError) as refused:
        reader()
    assert file in str(refused.value)
    assert sentence in str(refused.value)
