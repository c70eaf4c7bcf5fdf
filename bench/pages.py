"""Server time of pages and reads, search, and the ledger's proof, at the small world's size and as an agency grows.

1,000 and 10,000 people on record; with `SIZE=full` 60,000 too. BENCH_HOME names a demonstration's stopped home to begin
with, which is copied; without it a home is made.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.growth import grow, lengthen
from bench.measure import Figure, Spread, seconds, spread

PAGES = (
    ("worklist of a nurse", "rn", "/work/"),
    ("intake queue", "rn", "/intake/"),
    ("sick-call queue", "rn", "/sick-call/"),
    ("chart", "rn", "/people/{person}/"),
    ("screening, one section", "rn", "/people/{arrived}/intake/{arrival}/?section=substances-section"),
    ("find a person", "rn", "/find/?q=sam"),
    ("officer's board", "custody", "/custody/board/"),
)
SEARCHES = (("name fragment", "ort"), ("number", "T0000123"), ("nobody", "zzqx"))
Measured = tuple[str, Spread, str, float | None]
GATHERED = 60  # five years of the small world's month


def figures() -> Iterator[Figure]:
    """Measure everything at each size; each figure says its work, and how many times the first size's work that is."""
    sizes = (1_000, 10_000, 60_000) if os.environ.get("SIZE") == "full" else (1_000, 10_000)
    first: dict[str, float] = {}
    with house() as superuser:
        for size in sizes:
            began = seconds(partial(grow, superuser, size))
            print(f"bench: {size:,} people after {began:.0f} s", file=sys.stderr, flush=True)
            for what, took, unit, budget in _measured(superuser, last=size == sizes[-1]):
                times = took.work / first.setdefault(what, took.work)
                how = f"best {took.best:.3g}, CPU {took.work:.3g} {unit}, {times:.1f} × the first size's"
                yield Figure(f"{what}, {size:,} people", took.p95, unit, budget, how)


@contextmanager
def house() -> Iterator[str]:
    """Have a scratch home open; give its superuser's address."""
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "home"
        os.environ |= {"THROUGHCARE_MODE": "demo", "THROUGHCARE_HOME": str(home)}
        if begun := os.environ.get("BENCH_HOME"):
            subprocess.run(["cp", "-a", begun, home], check=True)  # owners are kept too
        else:
            for command in (["setup"], ["world", "--people", "800", "--days", "30"]):
                subprocess.run([sys.executable, "-m", "throughcare.app", *command], check=True, capture_output=True)
        from throughcare.app import house
        from throughcare.app.postgres import SUPER, Cluster

        with house.opened():
            import_module("throughcare.app.wsgi")  # as the page server begins: what is loaded is frozen
            yield Cluster(home).url(SUPER)


def _measured(superuser: str, *, last: bool) -> Iterator[Measured]:
    yield from _pages(superuser, last=last)
    yield from _reads()
    yield from _proof()


def _pages(superuser: str, *, last: bool) -> Iterator[Measured]:
    from django.test import Client

    from throughcare.care.intake.models import Arrival
    from throughcare.custody.models import Facility

    facility = Facility.objects.get(short_name__istartswith="Hartford")
    here = Arrival.objects.filter(facility_id=facility.id).order_by("id")
    arrival, person = here.filter(state__in=("arrived", "looked")).first(), here.exclude(screening=None).first()
    if arrival is None or person is None:
        raise RuntimeError("the small world has no arrivals at Hartford")
    ids = {"person": person.person_id, "arrived": arrival.person_id, "arrival": arrival.id}
    for what, role, path in PAGES:
        yield f"page: {what}, p95", _page(Client, facility.id, role, path.format(**ids)), "ms", 100
    if last:
        entries = lengthen(superuser, person.person_id, GATHERED)
        long = _page(Client, facility.id, "rn", f"/people/{person.person_id}/")
        yield f"page: chart of {entries:,} entries, p95", long, "ms", 100


def _page(client: Callable[..., Any], facility: object, role: str, path: str) -> Spread:
    browser = client(headers={"host": "127.0.0.1"})
    browser.post("/demo/become", {"role": role, "facility": str(facility)})
    return spread(lambda: get(browser, path), others=database())


def database() -> list[int]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return [cursor.fetchone()[0]]


def get(client: Any, path: str) -> None:
    """Load a page; anything but the page is a mistake of the measurement."""
    answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}")


def _reads() -> Iterator[Measured]:
    from tests.fixtures_lenses import lens_of
    from throughcare.access import lenses
    from throughcare.custody.models import Facility
    from throughcare.duties import reads as duties
    from throughcare.kernel.ids import derived
    from throughcare.kernel.vocabulary import Role
    from throughcare.people import reads as people

    place = Facility.objects.get(short_name__istartswith="Hartford").id
    nurse = lenses.make(derived("bench"), "Demo-bench", Role.RN, facilities=frozenset({place}))
    yield "read: a shift's worklist, p95", spread(lambda: duties.worklist(nurse, place), others=database()), "ms", 50
    office = lens_of(Role.HIM)
    for what, text in SEARCHES:
        yield (
            f"search by {what}, p95",
            spread(partial(people.search, office, text), times=20, others=database()),
            "ms",
            50,
        )


def _proof() -> Iterator[Measured]:
    from throughcare.ledger import verify

    reports: list[verify.VerifyReport] = []
    took = seconds(lambda: reports.append(verify.run()))
    if not reports[0].sound:
        raise RuntimeError(f"the copied ledger does not verify: {reports[0].broken[0]}")
    each = 1_000_000 * took / reports[0].entries
    yield "ledger: proof of all entries", Spread(took, took, took), "s", None
    yield "ledger: proof of 1,000 entries", Spread(each, each, each), "ms", None
