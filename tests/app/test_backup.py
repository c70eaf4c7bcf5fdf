"""Backup and restore: what went in comes out, proved by the ledger; keys stay apart; nothing is overwritten."""

import json
import shutil
from pathlib import Path

import psycopg
import pytest

from tests.app.commands import throughcare
from throughcare.app import cli
from throughcare.app.postgres import OWNER, Cluster

pytestmark = pytest.mark.slow
KEYS = {"django.key", "sealing.key", "anchor.pem"}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home, its backup and its keys, side by side."""
    folder = tmp_path_factory.mktemp("kept")
    environment = {"THROUGHCARE_HOME": str(folder / "home"), "THROUGHCARE_MODE": "demo"}
    assert throughcare("setup", **environment).returncode == 0
    (folder / "home/warehouse/told/quarters").mkdir(parents=True)
    (folder / "home/warehouse/told/quarters/2026-Q3.6.parquet").write_bytes(b"as it was told")
    (folder / "home/warehouse/manifest.json").write_bytes(b"made again from the ledger")
    cluster = Cluster(folder / "home")
    with cluster.running(), psycopg.connect(cluster.url(OWNER)) as owner:
        owner.execute("create table remembered (what text)")
        owner.execute("insert into remembered values ('this')")
    done = throughcare("backup", str(folder / "backup"), "--keys", str(folder / "keys"), **environment)
    assert done.returncode == 0, done.stderr
    return folder


def test_a_backup_holds_no_key(kept: Path):
    assert {file.name for file in (kept / "keys").iterdir()} == KEYS
    assert not KEYS & {file.name for file in (kept / "backup").rglob("*")}
    assert "sealing.key" in (kept / "backup/KEYS.txt").read_text()


def test_a_backup_comes_back_verified(kept: Path, tmp_path: Path):
    home = tmp_path / "new"
    done = throughcare("restore", str(kept / "backup"), "--keys", str(kept / "keys"), THROUGHCARE_HOME=str(home))
    assert done.returncode == 0, done.stderr
    assert "sound" in done.stdout
    found = [str(file.relative_to(home / "warehouse")) for file in (home / "warehouse").rglob("*") if file.is_file()]
    assert found == ["told/quarters/2026-Q3.6.parquet"]  # what oversight was told, and not what is made again
    cluster = Cluster(home)
    with cluster.running(), psycopg.connect(cluster.url(OWNER)) as owner:
        assert owner.execute("select what from remembered").fetchone() == ("this",)
    assert cluster.passwords != Cluster(kept / "home").passwords


def test_a_home_in_use_is_not_overwritten(kept: Path):
    words = ["restore", str(kept / "backup"), "--keys", str(kept / "keys")]
    done = throughcare(*words, THROUGHCARE_HOME=str(kept / "home"))
    assert done.returncode == cli.WRONG_USE
    assert "is not empty" in done.stderr


def test_an_older_backup_is_not_mixed_with_a_new_one(kept: Path):
    done = throughcare("backup", str(kept / "backup"), THROUGHCARE_HOME=str(kept / "home"))
    assert done.returncode == cli.WRONG_USE
    assert "is not empty" in done.stderr


def test_half_a_backup_or_half_the_keys_are_named(kept: Path, tmp_path: Path):
    home = {"THROUGHCARE_HOME": str(tmp_path / "new")}
    (tmp_path / "half").mkdir()
    done = throughcare("restore", str(tmp_path / "half"), "--keys", str(kept / "keys"), **home)
    assert done.returncode == cli.WRONG_USE
    assert "backup.json" in done.stderr
    done = throughcare("restore", str(kept / "backup"), "--keys", str(tmp_path / "half"), **home)
    assert done.returncode == cli.WRONG_USE
    assert "sealing.key" in done.stderr
    assert not (tmp_path / "new").exists()


def test_another_release_of_the_server_is_named(kept: Path, tmp_path: Path):
    shutil.copytree(kept / "backup", tmp_path / "old")
    (tmp_path / "old/postgres/PG_VERSION").write_text("12\n")
    words = ["restore", str(tmp_path / "old"), "--keys", str(kept / "keys")]
    done = throughcare(*words, THROUGHCARE_HOME=str(tmp_path / "new"))
    assert done.returncode == cli.WRONG_USE
    assert "THROUGHCARE_POSTGRES" in done.stderr


def test_a_backup_of_production_never_wakes_up_as_a_demonstration(kept: Path, tmp_path: Path):
    shutil.copytree(kept / "backup", tmp_path / "real")
    about = json.loads((tmp_path / "real/backup.json").read_text())
    (tmp_path / "real/backup.json").write_text(json.dumps({**about, "mode": "production"}))
    home = {"THROUGHCARE_HOME": str(tmp_path / "new")}
    done = throughcare("restore", str(tmp_path / "real"), "--keys", str(kept / "keys"), **home)
    assert done.returncode == 0, done.stderr
    assert "DATABASE_URL" in done.stdout
    assert throughcare("env", **home).returncode == cli.REFUSED
