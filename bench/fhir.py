"""The FHIR API by CPU: of the process that serves and of its database process, per request; noise moves that least.

Records of 100 entries each (`PEOPLE=500`, or several sizes in turn; a hundred are kept in the ledger as the rooms keep them, the others are copies by
SQL); requests go through the whole door (token, lens, read log) without a socket. A server adds about 0.1 ms for the wire.
What the least statement costs is printed first: on a busy machine it grows as all figures do, so compare by it. Beside each
stands how many pages of the database one request touched, which no load changes: what is flat touches as many at every size.
"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from bench.doors import _empty_house
from bench.fhir_writes import _door, _pulse
from bench.growth import grow
from bench.measure import Figure, alone, spread

MORNING = datetime(2026, 11, 1, 13, 0, tzinfo=UTC)
ENTRIES = 100
WRITTEN = int(os.environ.get("WRITTEN", "100"))  # people whose record goes through the ledger's own writer
MONTHS = int(
    os.environ.get("MONTHS", "0")
)  # so many months that are over, each a table of the ledger, for a second measuring
LOINC = "http://loinc.org"
CODES = ("4548-4", "8867-4", "8302-2", "29463-7", "2345-7", "2160-0", "718-7", "6690-2", "777-3", "2823-3")


def figures() -> Iterator[Figure]:
    """Give CPU-milliseconds per request, at each size in turn: `PEOPLE=1000,10000`."""
    sizes = [int(one) for one in os.environ.get("PEOPLE", "500").split(",")]
    with _empty_house():
        found = _fill(min(sizes[0], WRITTEN))
        token = _token()
        grow(_superuser(), len(found))  # whose copies are made is settled now
        other = _somebody()
        for size in sizes:
            people = grow(_superuser(), size) if size > len(found) else len(found)
            yield from _measured(token, found[len(found) // 2], other, f"{people:,} people", people)
        if MONTHS:
            there, middle = _months(MONTHS), found[len(found) // 2]
            yield from _measured(token, middle, other, f"{people:,} people, {there} months of tables", people)


def _somebody() -> UUID:
    """Register one of whom no copies are made: what is created while it is measured is about them."""
    from throughcare.kernel.actor import Actor
    from throughcare.people.actions import Demographics, register

    return register(actor=Actor.feed("custody"), demographics=Demographics("Sample-Bench", "Sam", synthetic=True))


def _measured(token: str, person: UUID, other: UUID, size: str, people: int) -> Iterator[Figure]:
    from django.db import connection

    from throughcare.kernel import statement

    one = _ask(token, f"Observation?patient={person}&_count=1")
    paths = {
        "read by id": (f"Observation/{one}", 0.35),
        "search of one patient's, 20 results": (f"Observation?patient={person}&_count=20", 1.2),
        "search by patient and code, 10 results": (f"Observation?patient={person}&code={LOINC}|4548-4", 1.2),
        "search by code, 20 results": (f"Observation?code={LOINC}|4548-4&_count=20", 1.2),
        "search by name, 20 results": ("Patient?family=specimen&_count=20", 1.2),
        f"$everything, {ENTRIES + 1} resources": (f"Patient/{person}/$everything", 8.0),
        "history of all, 20 versions": ("_history?_count=20", None),
    }
    post, pulse = _door("him"), _pulse(str(other))
    calls: dict[str, tuple[Callable[[], object], float | None]] = {
        name: (partial(_ask, token, path), budget) for name, (path, budget) in paths.items()
    }
    calls["create an observation"] = (partial(post, "Observation", pulse), 2.4)
    connection.ensure_connection()
    backend = connection.connection.info.backend_pid
    with alone(backend):
        least = spread(partial(statement.run, "SELECT 1", []), 3000, others=[backend])
    yield Figure("fhir: the least statement (SELECT 1)", round(least.work, 4), "CPU-ms", None, size)
    for name, (call, budget) in calls.items():
        for _ in range(20):
            call()
        touched = _touched(call)
        with alone(backend):
            took = spread(call, 1000 if budget and budget < 1 else 300, others=[backend])
        how = f"{people:,} people, {people * (ENTRIES + 1):,} entries; {took.work / least.work:.0f} least statements"
        how += f"; {touched:.0f} pages touched; p95 {took.p95:.3g} ms"
        yield Figure(f"fhir: {name}, {size}", round(took.work, 3), "CPU-ms", budget, how)


PAGES = "SELECT blks_hit + blks_read FROM pg_stat_database WHERE datname = current_database()"


def _touched(call: Callable[[], object], times: int = 50) -> float:
    """Give how many pages of the database one call touches."""
    from throughcare.kernel import statement

    def told() -> int:
        time.sleep(1.1)  # a session tells what it touched once a second, as a statement of it ends
        statement.run("SELECT pg_stat_force_next_flush()", [])
        return int(statement.run(PAGES, [])[0][0])

    idle = told()
    idle = told() - idle
    before = told()
    for _ in range(times):
        call()
    return max(told() - before - idle, 0) / times


def _fill(people: int) -> list[UUID]:
    """Keep a record for each person."""
    from throughcare import ledger
    from throughcare.kernel import clock, db
    from throughcare.kernel.actor import Actor
    from throughcare.kernel.fhir import coding, concept, instant, quantity, reference, resource
    from throughcare.kernel.ids import uuid7
    from throughcare.kernel.vocabulary import DataClass
    from throughcare.people.actions import Demographics, register

    feed, found = Actor.feed("custody"), []
    with clock.frozen(MORNING):
        for n in range(people):
            details = Demographics(f"Specimen-Bench{n}", "Alex", sex="male", synthetic=True)
            person = register(actor=feed, demographics=details)
            found.append(person)
            with db.writing(feed) as unit:
                unit.action = "bench.keep"
                for i in range(ENTRIES):
                    at, id_ = MORNING - timedelta(hours=i), uuid7()
                    body = resource(
                        "Observation",
                        id_,
                        status="final",
                        category=[
                            concept(coding("http://terminology.hl7.org/CodeSystem/observation-category", "laboratory"))
                        ],
                        code=concept(
                            coding(LOINC, CODES[(i + n) % len(CODES)]), text="Measured"
                        ),  # mixed in time, as copies are
                        subject=reference("Patient", person),
                        effectiveDateTime=instant(at),
                        issued=instant(at),
                        valueQuantity=quantity(i + 1, "mg/dL"),
                    )
                    ledger.record(
                        type="Observation",
                        id=id_,
                        person_id=person,
                        data_class=DataClass.CLINICAL,
                        body=body,
                        happened_at=at,
                    )
    _analyze()
    return found


def _months(back: int) -> int:
    """Lay the ledger's tables of so many months that are over, as years of history leave them; give how many there are."""
    import psycopg

    with psycopg.connect(os.environ["OWNER_DATABASE_URL"], autocommit=True) as owner:
        for parent in ("ledger_version", "ledger_sealed_version"):
            months = owner.execute(
                "SELECT to_char(m, '_YYYY_MM'), m::text, (m + interval '1 month')::text FROM generate_series("
                "date_trunc('month', now()) - %s * interval '1 month', now() - interval '1 month', interval '1 month') m",
                [back],
            ).fetchall()
            for name, begin, end in months:
                bounds = f"FROM ('{begin}') TO ('{end}')"
                owner.execute(f"CREATE TABLE IF NOT EXISTS {parent}{name} PARTITION OF {parent} FOR VALUES {bounds}")
        count = owner.execute("SELECT count(*) FROM pg_inherits WHERE inhparent = 'ledger_version'::regclass")
        return int((count.fetchone() or (0,))[0])


def _superuser() -> str:
    from throughcare.app import config
    from throughcare.app.postgres import SUPER, Cluster

    return Cluster(config.current().home).url(SUPER)


def _analyze() -> None:
    import psycopg

    with psycopg.connect(os.environ["OWNER_DATABASE_URL"], autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")


def _token() -> str:
    from throughcare.access import actions
    from throughcare.app import become
    from throughcare.kernel.actor import Actor
    from throughcare.kernel.vocabulary import Role

    posting = become.persona(Role.PROVIDER)
    issued = actions.issue_token(actor=Actor.system("bench"), posting_id=posting.id, lasts=timedelta(hours=1))
    return issued.secret


def _ask(token: str, path: str) -> str:
    """Send one request through the door; gives the id of the first resource of a Bundle."""
    from throughcare.exchange.fhir.application import application

    path, _, query = path.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET", "PATH_INFO": f"/fhir/{path}", "QUERY_STRING": query, "HTTP_HOST": "127.0.0.1",
        "HTTP_AUTHORIZATION": f"Bearer {token}", "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(),
    }  # fmt: skip
    told: list[str] = []
    body = b"".join(application(environ, lambda status, headers: told.append(status)))
    if not told[0].startswith("200"):
        raise RuntimeError(f"[{path}] answered [{told[0]}]")
    begin = body.find(b'"id":"')
    return body[begin + 6 : begin + 42].decode()
