"""Server time of the pages and reads that matter, on a home with the small world, and search at 1, 10 and 60 thousand people.

Uses the home in BENCH_HOME if one is named (a demonstration's, stopped or running), else makes one.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.measure import Figure, p95

PAGES = (
    ("worklist of a nurse", "rn", "/work/"),
    ("intake queue", "rn", "/intake/"),
    ("sick-call queue", "rn", "/sick-call/"),
    ("chart", "rn", "/people/{person}/"),
    ("screening, one section", "rn", "/people/{arrived}/intake/{arrival}/?section=substances-section"),
    ("find a person", "rn", "/find/?q=sam"),
    ("officer's board", "custody", "/custody/board/"),
)


def figures() -> Iterator[Figure]:
    """Measure pages at the small world's size, then search as the number of people grows."""
    with _house() as _:
        yield from _pages()
        yield from _search()


@contextmanager
def _house() -> Iterator[None]:
    with tempfile.TemporaryDirectory() as scratch:
        home = os.environ.get("BENCH_HOME") or scratch
        os.environ |= {"THROUGHCARE_MODE": "demo", "THROUGHCARE_HOME": home}
        if not (Path(home) / "postgres").exists():
            for command in (["setup"], ["world", "--people", "800", "--days", "30"]):
                subprocess.run([sys.executable, "-m", "throughcare.app", *command], check=True, capture_output=True)
        from throughcare.app import house

        with house.opened():
            yield


def _pages() -> Iterator[Figure]:
    from django.test import Client

    from throughcare.care.intake.models import Arrival
    from throughcare.custody.models import Facility

    facility = Facility.objects.get(short_name__istartswith="Hartford")
    arrival = Arrival.objects.filter(facility_id=facility.id, state__in=("arrived", "looked")).first()
    person = Arrival.objects.filter(facility_id=facility.id).exclude(screening=None).first() or arrival
    if arrival is None or person is None:
        return
    ids = {"person": person.person_id, "arrived": arrival.person_id, "arrival": arrival.id}
    for what, role, path in PAGES:
        client = Client(headers={"host": "127.0.0.1"})
        client.post("/demo/become", {"role": role, "facility": str(facility.id)})
        took = p95(lambda c=client, p=path: _get(c, p.format(**ids)))
        yield Figure(f"page: {what}, p95", took, "ms", 100, "in process, 800 people, 30 days")


def _get(client: Any, path: str) -> None:
    answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}")


def _search() -> Iterator[Figure]:
    from django.db import connection, transaction

    from tests.fixtures_lenses import lens_of
    from throughcare.kernel.vocabulary import Role
    from throughcare.people import reads

    lens = lens_of(Role.HIM)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM people_person")
            there = cursor.fetchone()[0]
            for size in (1_000, 10_000, 60_000):
                cursor.execute(GROW, [max(0, size - there)])
                there = max(there, size)
                for what, text in (("name fragment", "ort"), ("number", "T0000123"), ("nobody", "zzqx")):
                    took = p95(lambda t=text: reads.search(lens, t), times=20)
                    yield Figure(
                        f"search by {what}, {size:,} people, p95", took, "ms", 50, "trigram index, no statistics"
                    )
        transaction.set_rollback(True)


GROW = """
INSERT INTO people_person (id, version, family, given, middle, used_name, birth_date, birth_date_estimated, sex,
  race_ethnicity, language, needs_interpreter, synthetic, search, created_at)
SELECT gen_random_uuid(), 1, f, g, '', '', date '1960-01-01' + (n * 7919 %% 16000)::int, false, 'male', '', 'en', false,
  true, lower(replace(f, '-', ' ') || ' ' || g || ' ' || 't9' || lpad(n::text, 6, '0')), now()
FROM (SELECT n, 'Sample-' || chr(65 + n %% 26) || substr(md5(n::text), 1, 6) AS f, initcap(substr(md5((n * 3)::text), 1, 5)) AS g
      FROM generate_series(1, %s) AS n) made
"""
