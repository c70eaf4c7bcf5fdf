"""What every test may ask for: a database that rolls back, a throwaway copy to commit in, addresses, a served site.

Tests run as `throughcare_app`, never as the owner. The embedded server lives under THROUGHCARE_TEST_HOME and is kept
between runs; a template database is made once per content of migrations, grants and content, and copied.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import hypothesis
import pytest

from throughcare.app import postgres_programs
from throughcare.app.postgres import APP, OWNER, SUPER, Cluster, make_database

pytest_plugins = ["tests.fixtures_lenses"]

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = postgres_programs.find_programs()
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "alone")
# A server for each worker: whoever reads by the snapshot's horizon would otherwise wait for another worker's transactions.
HOME = Path(os.environ.get("THROUGHCARE_TEST_HOME") or ROOT / ".test-home") / PROGRAMS.parent.name / WORKER
CLUSTER = Cluster(HOME, durable=False, programs=PROGRAMS)
DATABASE = f"test_{os.getpid()}_{WORKER}"
KEPT = {"THROUGHCARE_POSTGRES", "THROUGHCARE_TEST_HOME"}

# Hundreds of processes begin in a run: each would compile the whole house again where the environment forbids to keep that.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

HOME.mkdir(parents=True, exist_ok=True, mode=0o700)
for variable in [name for name in os.environ if name.startswith("THROUGHCARE_") and name not in KEPT]:
    del os.environ[variable]
os.environ.update(
    THROUGHCARE_MODE="test",
    THROUGHCARE_HOME=str(HOME),
    DATABASE_URL=CLUSTER.url(APP, DATABASE),
)
os.environ.pop("OWNER_DATABASE_URL", None)

os.environ["DJANGO_SETTINGS_MODULE"] = "throughcare.app.settings"

from django.conf import settings  # noqa: E402  (only now does the environment say which database)
from django.contrib.auth.hashers import Argon2PasswordHasher  # noqa: E402
from django.middleware import csrf  # noqa: E402

# A password here is a word that everybody may read: it is hashed by the same function, without the work that slows a guesser.
# What production's hashes cost is proved in tests/access/test_hashes.py, by a process that knows nothing of this.
Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 1, 8, 1

# A page carries random letters against forgery. Tests say of pages which words are not in them ("HIV", "A1c"): these letters
# can spell none.
csrf.CSRF_ALLOWED_CHARS = "JKQXZjkqxz"

# How long a draw takes says something of the machine's load and nothing of the code. Whether the same code passes never hangs
# on luck: every run draws the same cases, and `make test-long` looks for new ones.
hypothesis.settings.register_profile(
    "house",
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    deadline=None,
    derandomize=os.environ.get("DRAWS") != "new",
)
hypothesis.settings.load_profile("house")

settings.INSTALLED_APPS  # noqa: B018  (read now, so that pytest-django sets Django up)
del os.environ["DJANGO_SETTINGS_MODULE"]  # a worker that inherits it would read its settings before this file


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give `browser` tests their reason to be skipped where there is no Chromium; in CI there must be one."""
    if Path("/usr/bin/chromium").exists() or os.environ.get("CI") == "true":
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="Chromium is not installed (Debian: apt-get install chromium)"))


# --- the database ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Have the embedded server up; whoever of several workers or runs is last ends it."""
    with CLUSTER.running():
        yield CLUSTER


@pytest.fixture(scope="session")
def template(cluster: Cluster) -> str:
    """Give the name of a database that `throughcare setup` made, built once per content of what makes it."""
    with _lock("template"), superuser() as connection:
        _forget_leftovers(connection)
        # Content changes more often than tables do: they are kept beside, so that a change of words makes no table anew.
        tables = _kept(connection, "tables", _fingerprint(*TABLES), "template1", MAKE_TABLES)
        return _kept(connection, "template", _fingerprint(*TABLES, "content/**/*"), tables, SET_UP)


@pytest.fixture(scope="session")
def django_db_setup(template: str, django_db_blocker) -> Iterator[None]:
    """Give this worker a copy of the template for tests that roll back (fixture `db`)."""
    from django.db import connections

    with copy_of(template, DATABASE), django_db_blocker.unblock():
        yield
        connections.close_all()


@pytest.fixture
def database_copy(template: str, django_db_blocker) -> Iterator[str]:
    """Run the test in a throwaway copy where it may commit; gives the copy's name."""
    from django.db import connection

    name = f"copy_{os.getpid()}_{WORKER}"
    before = connection.settings_dict["NAME"]
    with copy_of(template, name), django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["NAME"] = name
        try:
            yield name
        finally:
            connection.close()
            connection.settings_dict["NAME"] = before


@pytest.fixture(autouse=True)
def _copy_when_marked(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("database_copy"):
        request.getfixturevalue("database_copy")


@pytest.fixture
def owner_dsn(database_copy: str) -> str:
    """Give the owner's address of this test's copy, to tamper with what the application cannot touch."""
    return CLUSTER.url(OWNER, database_copy)


@pytest.fixture
def app_dsn(database_copy: str) -> str:
    """Give the application's address of this test's copy, for a second connection beside Django's."""
    return CLUSTER.url(APP, database_copy)


@contextmanager
def copy_of(template: str, name: str) -> Iterator[None]:
    """Have a copy of a template database for a while."""
    with superuser() as connection, _lock("copy"):
        connection.execute(f'drop database if exists "{name}" with (force)')
        make_database(connection, name, template)
    try:
        yield
    finally:
        with superuser() as connection:
            connection.execute(f'drop database if exists "{name}" with (force)')


@contextmanager
def superuser() -> Iterator:
    """Have a superuser's connection, for making and dropping databases alone."""
    import psycopg

    with psycopg.connect(CLUSTER.url(SUPER, "postgres"), autocommit=True) as connection:
        yield connection


# --- a served site ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def serve(template: str) -> Iterator[Callable[..., str]]:
    """Give a function that serves a database (a fresh copy unless named) in a process of its own and gives its address."""
    from tests.serving import Sites

    sites = Sites(CLUSTER, lambda name: copy_of(template, name))
    try:
        yield sites.serve
    finally:
        sites.close()


@pytest.fixture(scope="session")
def site(serve: Callable[..., str]) -> str:
    """Give the address of a site shared by this worker's browser tests."""
    return serve()


@pytest.fixture(scope="session")
def shared() -> Path:
    """Give the folder of material kept beside the project; skip where it is not."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the folder ../shared with others' material is not here")
    return folder


# --- inside -------------------------------------------------------------------------------------------------------------------


TABLES = ("migrations/*", "grants.py", "sql/*.sql", "app/settings.py", "app/commands/setup.py", "app/migrating.py")
SET_UP = ("-m", "throughcare.app", "setup")
MAKE_TABLES = ("-c", "from throughcare.app.commands.setup import *; make_tables(configuration.current())")


def _fingerprint(*patterns: str) -> str:
    source = ROOT / "src/throughcare"
    makers = {
        file for pattern in patterns for file in source.rglob(pattern) if file.is_file() and file.suffix != ".pyc"
    }
    total = hashlib.sha256()
    for file in sorted(makers):
        total.update(str(file.relative_to(source)).encode() + b"\0" + file.read_bytes())
    return total.hexdigest()[:12]


def _kept(connection, kind: str, fingerprint: str, start: str, command: tuple[str, ...]) -> str:
    """Give the database of that kind and fingerprint; made from `start` where it isn't there, and older ones dropped."""
    name = f"{kind}_{fingerprint}"
    if not _exists(connection, name):
        old = "select datname from pg_database where datname ~ %s"
        for (former,) in connection.execute(old, [f"^{kind}_[0-9a-f]{{12}}$"]).fetchall():
            connection.execute(f'drop database if exists "{former}"')
        draft = f"building_{os.getpid()}"
        make_database(connection, draft, start)
        _run_on(draft, command)
        connection.execute(f'alter database "{draft}" rename to "{name}"')
    return name


def _run_on(database: str, command: tuple[str, ...]) -> None:
    environment = {
        **os.environ,
        "DATABASE_URL": CLUSTER.url(APP, database),
        "OWNER_DATABASE_URL": CLUSTER.url(OWNER, database),
    }
    done = subprocess.run([sys.executable, *command], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.exit(f"making the test database failed:\n{done.stdout}{done.stderr}", 3)


def _forget_leftovers(connection) -> None:
    """Drop the databases of test runs that were killed."""
    for (name,) in connection.execute(
        "select datname from pg_database where datname ~ '^(test|copy|building)_[0-9]+'"
    ).fetchall():
        if not Path(f"/proc/{name.split('_')[1]}").exists():
            connection.execute(f'drop database if exists "{name}" with (force)')


def _exists(connection, name: str) -> bool:
    return connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone() is not None


@contextmanager
def _lock(name: str) -> Iterator[None]:
    with (HOME / f".{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
