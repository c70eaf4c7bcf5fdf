"""What tests of the API share: a small synthetic agency made once, a client for the door, and tokens."""

import hashlib
import io
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson
import pytest

import throughcare

NOW = datetime(2026, 11, 18, 15, 20, tzinfo=UTC)


@dataclass
class Reply:
    """One answer of the door."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Read its body."""
        return orjson.loads(self.body)

    @property
    def resources(self) -> list[dict[str, Any]]:
        """Give a Bundle's resources, without outcomes."""
        found = [e["resource"] for e in self.json.get("entry", ()) if "resource" in e]
        return [r for r in found if r["resourceType"] != "OperationOutcome"]


@dataclass
class Door:
    """Calls the API as a program would, without a server between."""

    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def __call__(self, method: str, path: str, body: Any = None, /, **headers: str) -> Reply:
        """Send one request; a path may be a whole address, such as a `next` link."""
        from throughcare.exchange.fhir import application

        parts = urlsplit(path)
        sent = body if isinstance(body, bytes) else b"" if body is None else orjson.dumps(body)
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": parts.path if parts.path.startswith("/fhir") else f"/fhir/{parts.path}".rstrip("/"),
            "QUERY_STRING": parts.query,
            "HTTP_HOST": "testserver",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(sent),
            "CONTENT_LENGTH": str(len(sent)),
            "CONTENT_TYPE": headers.pop("content_type", "application/fhir+json" if sent else ""),
        }
        if self.token:
            environ["HTTP_AUTHORIZATION"] = f"Bearer {self.token}"
        for name, value in {**self.headers, **headers}.items():
            environ["HTTP_" + name.upper().replace("-", "_")] = value
        told: dict[str, Any] = {}

        def start(status: str, found: list[tuple[str, str]]) -> None:
            told.update(status=int(status.split()[0]), headers=dict(found))

        content = b"".join(application.application(environ, start))
        return Reply(told["status"], told["headers"], content)

    def get(self, path: str, /, **params: Any) -> Reply:
        """Read."""
        query = urlencode(params, doseq=True)
        return self("GET", f"{path}{'&' if '?' in path else '?'}{query}" if query else path)


@pytest.fixture(scope="session")
def agency(template: str, django_db_blocker) -> str:
    """Give the name of a database with a small synthetic agency; kept between runs while nothing that makes it changes."""
    from django.db import connection

    from tests.conftest import superuser
    from throughcare.app.postgres import make_database
    from throughcare.kernel import clock
    from throughcare.world import build

    name = f"agency_{template.removeprefix('template_')}_{_makers()}"
    with superuser() as server:
        if server.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
            return name
        for (old,) in server.execute("select datname from pg_database where datname like 'agency_%'").fetchall():
            server.execute(f'drop database if exists "{old}" with (force)')
        draft = f"building_{os.getpid()}"
        make_database(server, draft, template)
        before = connection.settings_dict["NAME"]
        with django_db_blocker.unblock():
            connection.close()
            connection.settings_dict["NAME"] = draft
            try:
                with clock.frozen(NOW):
                    build.run(people=14, days=3, seed=3, progress=lambda part, what="": None)
            finally:
                connection.close()
                connection.settings_dict["NAME"] = before
        server.execute(f'alter database "{draft}" rename to "{name}"')
    return name


def _makers() -> str:
    """Digest the code that makes an agency and keeps it."""
    source = Path(throughcare.__file__).parent
    total = hashlib.sha256(Path(__file__).read_bytes())
    for file in sorted(source.rglob("*.py")):
        part = file.relative_to(source).as_posix()
        if not part.startswith(("exchange/", "app/", "ui/")) or "index" in part:
            total.update(file.read_bytes())
    return total.hexdigest()[:8]


@pytest.fixture
def in_agency(agency: str, django_db_blocker) -> Iterator[None]:
    """Run the test in the agency; what it writes is rolled back."""
    from django.db import connection, transaction

    from throughcare.access import tokens
    from throughcare.kernel import clock

    before = connection.settings_dict["NAME"]
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["NAME"] = agency
        tokens.forget()
        try:
            with clock.frozen(NOW + timedelta(minutes=5)), transaction.atomic():
                yield
                transaction.set_rollback(True)
        finally:
            tokens.forget()
            connection.close()
            connection.settings_dict["NAME"] = before


@pytest.fixture
def door_of(in_agency: None) -> Callable[..., Door]:
    """Give a function that opens the door as a role: `door_of("provider", facility="", person="")`."""
    return open_door


def open_door(role: str, *, facility: str = "", person: str = "", **more: Any) -> Door:
    """Issue a token for a role and give a client that brings it."""
    from throughcare.access import actions
    from throughcare.app import become
    from throughcare.kernel.actor import Actor
    from throughcare.kernel.vocabulary import Role

    posting = become.persona(Role(role), facility=facility, person=person)
    only = become.person_of(person) if person else None
    issued = actions.issue_token(
        actor=Actor.system("test"), posting_id=posting.id, person_id=only, lasts=timedelta(hours=1), **more
    )
    return Door(issued.secret)
