"""Writes over FHIR: a measurement created, a transaction of another record, a file of such records imported.

Work is that of the server and of the database's process together, per request or per resource; every write is durable, goes
through the token's lens, and stands in the ledger. Beside each stands how many least statements (SELECT 1) it cost: on a busy
machine those grow as all figures do. RECORDS names a folder with transaction Bundles of others (the shared
corpus' `synthea/r4_2019` where it is there).
"""

import gzip
import io
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from bench.measure import Figure, _worked, spread
from throughcare.kernel.ids import uuid7

RECORDS = Path(os.environ.get("RECORDS", "../shared/corpora/synthea/r4_2019"))
JSON = "application/fhir+json"


def figures() -> Iterator[Figure]:
    """Measure in a house of its own."""
    with tempfile.TemporaryDirectory() as scratch:
        os.environ |= {"THROUGHCARE_MODE": "demo", "THROUGHCARE_HOME": str(Path(scratch) / "home")}
        for command in (["setup"], ["world", "--people", "60", "--days", "2"]):
            subprocess.run([sys.executable, "-m", "throughcare.app", *command], check=True, capture_output=True)
        from throughcare.app import house

        with house.opened():
            yield from _measured()


def _measured() -> Iterator[Figure]:
    from django.db import connection

    post = _door("him")
    connection.ensure_connection()
    database = connection.connection.info.backend_pid
    person = post(
        "Patient", {"resourceType": "Patient", "name": [{"family": "Sample-Bench"}], "birthDate": "1980-01-01"}
    )
    pulse = _pulse(person["id"])
    before = _least(database)
    took = spread(lambda: post("Observation", pulse), 500, others=[database])
    least = (before + _least(database)) / 2
    how = f"{took.work / least:.0f} least statements of {least:.3f} ms, p95 {took.p95:.3g} ms"
    yield Figure("create an observation", took.work, "CPU-ms", 2.4, how)
    bundles = [gzip.decompress(file.read_bytes()) for file in sorted(RECORDS.glob("*.json.gz"))]
    if not bundles:
        return
    half = len(bundles) // 2
    work, count, _ = _work(lambda: sum(len(post("", one)["entry"]) for one in bundles[:half]), database)
    how = f"{work / count / _least(database):.0f} least statements; {count} resources, {half} transactions"
    yield Figure("transaction, a resource", work / count, "CPU-ms", 2, how)
    yield from _imports(bundles, database)


def _imports(bundles: list[bytes], database: int) -> Iterator[Figure]:
    """Import all files by one process, and once more, about other people, by as many as there are processors; stop where one
    is not whole. Fewer files say more of how a process begins than of what an import costs."""
    from throughcare.exchange import intake_files

    for hands in (1, os.cpu_count() or 1):
        some = [_anew(one) for one in bundles]
        with tempfile.TemporaryDirectory() as folder:
            for n, one in enumerate(some):
                (Path(folder) / f"{n}.json").write_bytes(one)
            total = sum(len(orjson.loads(one)["entry"]) for one in some)
            least, stood = _least(database), _standing()
            began, at = _all_work(), time.perf_counter()
            report = intake_files.run([Path(folder)], hands=hands)
            wall = time.perf_counter() - at
            work = _all_work() - began
            _require_whole(report, total, _standing() - stood)
        how = f"{total / wall:.0f} resources/s of {total}, {hands} processes; CPU {1000 * work / total:.2f} ms each"
        how += f", {1000 * work / total / least:.0f} least statements; {work / wall:.2f} processors busy with it"
        yield Figure(f"import, a resource, {hands} processes", 1000 * wall / total, "ms", 1, how)


_ID = re.compile(rb"urn:uuid:([0-9a-f]{8}-[0-9a-f-]{27})")


def _anew(bundle: bytes) -> bytes:
    """Give a Bundle about other people: every id it gives out is another, and so is every number."""
    mark = uuid7().hex[-8:].encode()
    for old in set(_ID.findall(bundle)):
        bundle = bundle.replace(old, old[:-8] + mark)
    document = orjson.loads(bundle)
    people = [e["resource"] for e in document["entry"] if e["resource"]["resourceType"] == "Patient"]
    for number in (one for person in people for one in person.get("identifier", [])):
        number["value"] = f"{number['value']}-{mark.decode()}"
    return orjson.dumps(document)


def _require_whole(report: Any, total: int, came: int) -> None:
    """End the measuring where an import says of any file that it is not sound, or not every resource came to stand here."""
    said = [line for line in report.told if ": kept as sent " in line]
    kept = sum(int(n) for line in said for n in re.findall(r"(\d+) [A-Z]", line.partition(": kept as sent ")[2]))
    if not report.sound or kept != total or came != total:
        told = "\n".join(line for line in report.told if ": kept as sent " not in line)
        raise RuntimeError(f"of {total} resources {kept} were said to be kept and {came} stand here\n{told[:3000]}")


def _standing() -> int:
    from throughcare.exchange.models import Outside

    return Outside.objects.count()


def _all_work() -> float:
    """Give the seconds of work of this process, of those it began and that have ended, and of all of the database."""
    while True:
        with suppress(FileNotFoundError):  # a process of the database's ended as it was looked at
            return _work_now()


def _work_now() -> float:
    from throughcare.app import config
    from throughcare.app.postgres import Cluster

    server = Cluster(config.current().home).process()
    if server is None:
        raise RuntimeError("the database is not there")
    backends = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    own, ended = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    reaped = Path(f"/proc/{server}/stat").read_text().rsplit(")", 1)[1].split()[13:15]
    database = sum(map(int, reaped)) / os.sysconf("SC_CLK_TCK") + sum(_worked(int(one)) for one in (server, *backends))
    return database + own.ru_utime + own.ru_stime + ended.ru_utime + ended.ru_stime


def _least(database: int) -> float:
    """Give what the least statement there is costs now, in milliseconds of work."""
    from throughcare.kernel import statement

    return spread(partial(statement.run, "SELECT 1", []), 2000, others=[database]).work


def _work(call: Any, database: int) -> tuple[float, Any, float]:
    began, at = time.process_time() + _worked(database), time.perf_counter()
    found = call()
    return 1000 * (time.process_time() + _worked(database) - began), found, time.perf_counter() - at


def _pulse(person: str) -> dict[str, Any]:
    category = "http://terminology.hl7.org/CodeSystem/observation-category"
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [{"system": category, "code": "vital-signs"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}], "text": "Heart rate"},
        "subject": {"reference": f"Patient/{person}"},
        "effectiveDateTime": "2026-11-17T10:00:00Z",
        "valueQuantity": {"value": 72, "unit": "/min", "system": "http://unitsofmeasure.org", "code": "/min"},
    }


def _door(role: str) -> Any:
    from throughcare.access import actions
    from throughcare.app import become
    from throughcare.exchange.fhir import application
    from throughcare.kernel.actor import Actor
    from throughcare.kernel.vocabulary import Role

    posting = become.persona(Role(role), facility="", person="")
    secret = actions.issue_token(
        actor=Actor.system("bench"), posting_id=posting.id, person_id=None, lasts=timedelta(hours=1), client="bench"
    ).secret

    def post(path: str, body: Any) -> Any:
        raw = body if isinstance(body, bytes) else orjson.dumps(body)
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": f"/fhir/{path}".rstrip("/"),
            "QUERY_STRING": "",
            "HTTP_HOST": "localhost",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(raw),
            "CONTENT_LENGTH": str(len(raw)),
            "CONTENT_TYPE": JSON,
            "HTTP_AUTHORIZATION": f"Bearer {secret}",
        }
        told: list[str] = []
        answer = b"".join(application.application(environ, lambda status, headers: told.append(status)))
        if told[0][:1] != "2":
            raise RuntimeError(f"{told[0]}: {answer[:300]!r}")
        return orjson.loads(answer)

    return post
