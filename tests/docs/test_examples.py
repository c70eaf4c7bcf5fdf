"""What the pages tell people to run does what they say."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import psycopg
import pytest

from throughcare.kernel.ids import derived
from throughcare.ledger import body

ROOT = Path(__file__).resolve().parents[2]
DICTIONARIES = ROOT / "src/throughcare/ledger/dictionaries"


def from_outside() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify_chain", ROOT / "docs/explanation/verify_chain.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.database_copy
def test_a_stranger_can_verify_the_ledger(owner_dsn: str, tmp_path: Path, capsys) -> None:
    from throughcare.app.config import current
    from throughcare.ledger import anchors

    file = tmp_path / "anchors.jsonl"
    assert anchors.drop(file) is not None, "the content of setup is in the ledger"
    words = (owner_dsn, str(DICTIONARIES), str(file), str(current().home / "anchor.pub.pem"))
    assert from_outside().main(*words) == 0
    assert " 1 anchors, 0 faults" in capsys.readouterr().out
    with psycopg.connect(owner_dsn, autocommit=True) as owner:
        owner.execute("UPDATE ledger_head SET hash = sha256(hash) WHERE n > 0")
    assert from_outside().main(*words) > 0
    assert "does not end where its head says" in capsys.readouterr().out


@pytest.mark.database_copy
def test_a_stranger_finds_what_an_owner_changed(owner_dsn: str, capsys) -> None:
    with psycopg.connect(owner_dsn, autocommit=True) as owner:
        owner.execute("ALTER TABLE ledger_version DISABLE TRIGGER USER")  # as whoever owns the database could
        owner.execute(
            "UPDATE ledger_version SET actor = 'somebody else' WHERE position = (SELECT max(position) FROM ledger_version)"
        )
    assert from_outside().main(owner_dsn, str(DICTIONARIES)) == 1
    assert "does not hold" in capsys.readouterr().out


def test_the_page_names_the_fields_of_a_header_as_the_database_joins_them() -> None:
    sql = (ROOT / "src/throughcare/ledger/sql/header.sql").read_text()
    joined = sql.partition("concat_ws(E'\\x1f',")[2].partition("'UTF8')")[0]
    names = re.findall(
        r"\b(subject_kind|subject|n|type|id|version|media|data_class|action|actor|reason|source|\w+_at|renderer)\b",
        joined,
    )
    assert tuple(names) == from_outside().HEADER
    page = (
        (ROOT / "docs/explanation/ledger.md").read_text().partition("in this order: ")[2].partition(". Identifiers")[0]
    )
    assert tuple(re.split(r",\s+", page)) == from_outside().HEADER


def test_the_page_unpacks_a_dose_as_the_house_packs_it() -> None:
    own, subject = derived("dose"), derived("whose")
    said = (
        b'{"resourceType":"MedicationAdministration","id":"%b","subject":"%b","request":"%b",'
        b'"effectiveDateTime":"2026-11-22T13:03:50.235883Z","x":"2026-11-22T13:03:50Z"}'
    ) % tuple(str(i).encode() for i in (own, subject, derived("order")))
    packed = body.pack(said, (own, subject))
    assert from_outside().unpack(packed, str(DICTIONARIES), own, subject) == said
    for number in (1, 2, 3):
        short = body.short(said, (own, subject), number) if number > 1 else said
        before = body._compressor(number).compress(short)
        assert from_outside().unpack(before, str(DICTIONARIES), own, subject) == said
