"""Content: what an agency lays over the package wins, and a bad file says where and why."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from throughcare.kernel import content

BASE = """
version = "1"
[[rule]]
id = "INT-02"
title = "Receiving screening"
owner = "rn"
refusal = { allowed = true, after = 4 }
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "package"
    (folder / "clocks").mkdir(parents=True)
    (folder / "clocks/intake.toml").write_text(BASE)
    monkeypatch.setattr(content, "_package_root", lambda: folder)
    monkeypatch.delenv(content.OVERLAY_SETTING, raising=False)
    content.forget()
    yield folder
    content.forget()


@pytest.fixture
def overlay(tmp_path: Path, package: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "own"
    (folder / "clocks").mkdir(parents=True)
    monkeypatch.setenv(content.OVERLAY_SETTING, str(folder))
    return folder


def test_a_file_loads_with_version_and_digest(package: Path) -> None:
    document = content.document("clocks/intake.toml")
    assert document.version == "1"
    assert len(document.digest) == 64
    assert not document.overlaid
    assert content.load("clocks/intake.toml") is document.body


def test_json_loads_too(package: Path) -> None:
    (package / "form.json").write_text('{"resourceType": "Questionnaire", "version": "3"}')
    assert content.load("form.json")["resourceType"] == "Questionnaire"


def test_a_file_of_the_agency_replaces_the_package_s(overlay: Path) -> None:
    (overlay / "clocks/intake.toml").write_text('version = "ct-1"\nrule = []\n')
    document = content.document("clocks/intake.toml")
    assert (document.version, document.overlaid, document.body["rule"]) == ("ct-1", True, [])


def test_overrides_change_only_the_named_fields_of_the_named_row(overlay: Path) -> None:
    (overlay / "clocks/intake.toml").write_text(
        'version = "ct-2"\n[[overrides]]\ntable = "rule"\nid = "INT-02"\nrefusal = { after = 2 }\n'
    )
    document = content.document("clocks/intake.toml")
    (row,) = content.rows("clocks/intake.toml", "rule")
    assert document.version == "ct-2"
    assert row["title"] == "Receiving screening"
    assert row["refusal"] == {"allowed": True, "after": 2}


def test_additions_add_rows_and_leave_the_others(overlay: Path) -> None:
    file = overlay / "clocks/intake.toml"
    file.write_text('version = "ct-2"\n[[additions]]\ntable = "rule"\nid = "OWN-01"\nowner = "rn"\n')
    first, own = content.rows("clocks/intake.toml", "rule")
    assert (first["id"], first["title"]) == ("INT-02", "Receiving screening")
    assert own == {"id": "OWN-01", "owner": "rn"}
    file.write_text('version = "ct-2"\n[[additions]]\ntable = "rule"\nid = "INT-02"\n')
    content.forget()
    with pytest.raises(content.ContentError, match="has already"):
        content.rows("clocks/intake.toml", "rule")


def test_an_override_changes_the_digest(overlay: Path) -> None:
    before = content.document("clocks/intake.toml").digest
    (overlay / "clocks/intake.toml").write_text(
        'version = "2"\n[[overrides]]\ntable = "rule"\nid = "INT-02"\nowner = "lpn"\n'
    )
    content.forget()
    assert content.document("clocks/intake.toml").digest != before


def test_names_lists_both_folders(overlay: Path) -> None:
    (overlay / "clocks/own.toml").write_text('version = "1"\n')
    assert content.names("clocks") == ("clocks/intake.toml", "clocks/own.toml")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("version = ", "is not TOML"),
        ("rule = []\n", "has no version"),
        ('version = "1"\n[[rule]]\ntitle = "x"\n', "row 1 of [[rule]] has no id"),
        ('version = "1"\n[[rule]]\nid = "A"\n[[rule]]\nid = "A"\n', "row [A]: stands twice"),
        ('version = "1"\n', "has no table [[rule]]"),
        ('version = "1"\n[[overrides]]\ntable = "rule"\nid = "X"\n', "row [X]: overrides a row that"),
        ('version = "1"\n[[overrides]]\ntable = "ruel"\nid = "X"\n', "row [X]: names a table [ruel]"),
    ],
)
def test_a_bad_file_is_named_with_its_row(overlay: Path, text: str, says: str) -> None:
    (overlay / "clocks/intake.toml").write_text(text)
    with pytest.raises(content.ContentError) as raised:
        content.rows("clocks/intake.toml", "rule")
    assert "content file [clocks/intake.toml]" in str(raised.value)
    assert says in str(raised.value)


def test_bad_json_names_its_line(package: Path) -> None:
    (package / "form.json").write_text('{\n"version": }')
    with pytest.raises(content.ContentError, match="is not JSON at line 2"):
        content.load("form.json")


def test_a_file_in_another_encoding_is_refused(package: Path) -> None:
    (package / "clocks/latin.toml").write_bytes(b'version = "1"\ntitle = "\xf1"\n')
    with pytest.raises(content.ContentError, match="is not UTF-8"):
        content.load("clocks/latin.toml")


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../settings.toml", "clocks/../../x.toml", "clocks\\x.toml"])
def test_only_names_inside_the_content_folder_are_taken(package: Path, path: str) -> None:
    with pytest.raises(content.ContentError, match="is no name of a content file"):
        content.load(path)


def test_a_missing_file_and_a_missing_overlay_folder_say_so(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(content.ContentError, match="is not there"):
        content.load("clocks/none.toml")
    monkeypatch.setenv(content.OVERLAY_SETTING, "/no/such/folder")
    with pytest.raises(content.ContentError, match="which is no folder"):
        content.load("clocks/intake.toml")


def test_a_long_table_lies_beside_as_csv(package: Path) -> None:
    (package / "drugs").mkdir()
    (package / "drugs/list.toml").write_text('version = "1"\ncsv = { product = "list.csv", pack = "packs.csv.gz" }\n')
    (package / "drugs/list.csv").write_text('id,name\n161,"acetaminophen, 500 mg"\n')
    (package / "drugs/packs.csv.gz").write_bytes(gzip.compress(b"id,packs\n161,0001\n"))
    assert content.rows("drugs/list.toml", "product") == ({"id": "161", "name": "acetaminophen, 500 mg"},)
    assert content.rows("drugs/list.toml", "pack") == ({"id": "161", "packs": "0001"},)


def test_the_agency_overrides_one_cell_of_a_csv_row(overlay: Path, package: Path) -> None:
    (package / "clocks/list.toml").write_text('version = "1"\ncsv = { product = "list.csv" }\n')
    (package / "clocks/list.csv").write_text("id,name\n161,old\n162,other\n")
    (overlay / "clocks/list.toml").write_text(
        'version = "own"\n[[overrides]]\ntable = "product"\nid = "161"\nname = "new"\n'
    )
    assert [row["name"] for row in content.rows("clocks/list.toml", "product")] == ["new", "other"]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (b"id,name\n161\n", "row 2 has 1 cells and the first 2"),
        (b'id,name\n161,"open\n', "is not CSV at line"),
        (b"id,name\n161,\xff\n", "no UTF-8 text"),
        (None, "is not there"),
    ],
)
def test_a_bad_csv_is_named(package: Path, table: bytes | None, said: str) -> None:
    (package / "clocks/list.toml").write_text('version = "1"\ncsv = { product = "list.csv" }\n')
    if table is not None:
        (package / "clocks/list.csv").write_bytes(table)
    with pytest.raises(content.ContentError, match="list") as refused:
        content.load("clocks/list.toml")
    assert said in refused.value.sentence
