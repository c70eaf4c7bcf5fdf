"""Doses: the pass page for 120 people, one dose charted durably, doses a second by two processes, ledger bytes for each dose.

Measured at two sizes in one run, 100,000 rows and then one million (SIZE=small: 20,000 and 100,000; SIZE=full: one million and 65
million, with a look at the disk first; DOSES names the larger itself). The history is filled into closed partitions by SQL:
those rows were never charted by an action and have no ledger entries. All that is timed goes through the actions, and waits
for the disk. Beside each time stands the work of the processors in it and how many times the smaller size's that is.
"""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import islice
from typing import Any
from uuid import UUID

from bench.doors import AnyReason, _empty_house
from bench.measure import Figure, Spread, spread

MORNING = datetime(2026, 12, 1, 13, 0, tzinfo=UTC)
TWICE = {"kind": "passes", "passes": ["morning", "evening"]}
# Blood pressure, cholesterol, HIV.
USUAL = (("314076", "High blood pressure"), ("617311", "Cholesterol"), ("1433873", "HIV"))
BYTES_A_ROW = 330
LATER = MORNING + timedelta(days=30)
SIZES = {"small": (20_000, 100_000), "": (100_000, 1_000_000), "full": (1_000_000, 65_000_000)}
FIRST, LAST = date(2022, 11, 1), date(2026, 10, 1)
# A closed month: filled first, then made a part of the table, when the database builds its indexes and looks at every row's
# constraints, person and order. So many rows of each order lie evenly over the four years.
MONTH = """
DROP TABLE IF EXISTS {name};
CREATE TABLE {name} (LIKE medications_dose INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
INSERT INTO {name} (id, due_at, person_id, order_id, pass_code, amount, critical, controlled, status, version,
                    happened_at, recorded_at, facility_id, by, by_id)
SELECT gen_random_uuid(), at, o.person_id, o.id, 'morning', 1, false, false, 'given', 2, at, at, o.facility_id, 'Demo-Nurse', o.id
  FROM (SELECT timestamptz '{first}' + n * ((timestamptz '{end}' - timestamptz '{first}') / {each}) AS at
          FROM generate_series(0, {each} - 1) n OFFSET 0) made,
       LATERAL (SELECT id, person_id, facility_id FROM medications_medicationorder OFFSET 0) o
 WHERE at >= timestamptz '{since}' AND at < timestamptz '{until}';
ALTER TABLE medications_dose ATTACH PARTITION {name} FOR VALUES FROM ('{since}') TO ('{until}');
ANALYZE {name}
"""
# Every table of the ledger with its indexes but the log of reads, which charting does not write; months count together.
LEDGER = """
SELECT regexp_replace(c.relname, '_(rest|[0-9]{4}_[0-9]{2})', ''), sum(pg_relation_size(c.oid)) FROM pg_class c
 WHERE c.relkind IN ('r', 'i', 't') AND c.relname LIKE 'ledger_%' AND c.relname NOT LIKE 'ledger_read%' GROUP BY 1
"""


def figures() -> Iterator[Figure]:
    """Measure with a short history, fill it, and measure again: the times must be the same."""
    small, rows = SIZES[os.environ.get("SIZE", "")]
    rows = int(os.environ.get("DOSES", rows))
    seconds = int(os.environ.get("SECONDS", "60"))
    first: dict[str, float] = {}
    with _empty_house():
        home = os.environ["THROUGHCARE_HOME"]
        if shutil.disk_usage(home).free < rows * BYTES_A_ROW * 1.3:
            raise RuntimeError(f"{rows:,} doses need about {rows * BYTES_A_ROW // 10**9} GB, and the disk has less")
        people = _people()
        orders = len(people) * len(USUAL)
        for size in (small, rows):
            _fill(size // orders)
            for what, took, budget in _timed(people):
                times = took.work / first.setdefault(what, took.work)
                how = f"{size:,} rows; best {took.best:.3g}, CPU {took.work:.3g} ms, {times:.2f} × the smaller size's"
                yield Figure(f"doses: {what}, p95", took.p95, "ms", budget, how)
        yield from _sustained(seconds)


def _people() -> list[UUID]:
    """120 people in one facility, each with three medicines, and their doses of 30 days laid out."""
    from throughcare.care.medications import actions
    from throughcare.chart import actions as chart
    from throughcare.custody import actions as custody
    from throughcare.kernel import clock
    from throughcare.kernel.actor import Actor
    from throughcare.people.actions import Demographics, register

    place, doctor, nurse, feed = _place(), _staff("doctor"), _staff("nurse"), Actor.feed("custody")
    found = []
    with clock.frozen(MORNING - timedelta(hours=2)):
        for n in range(120):
            person = register(
                actor=feed, demographics=Demographics(f"Specimen-Line{n}", "Alex", sex="male", synthetic=True)
            )
            custody.admit(actor=feed, person_id=person, to=custody.Spot(place))
            chart.no_known_allergies(actor=nurse, person_id=person)
            for code, why in USUAL:
                asked = actions.Prescription(
                    product=code, timing=TWICE, indication=why, amount=Decimal(1), days=60, reasons=AnyReason()
                )
                actions.place_order(actor=doctor, person_id=person, asked=asked)
            found.append(person)
        while actions.lay_doses(actor=actions.CLOCK, until=LATER):
            pass
    return found


def _place() -> UUID:
    from throughcare.custody.models import Facility

    return Facility.objects.get(short_name__istartswith="Hartford").id


def _staff(name: str) -> Any:
    from throughcare.kernel.actor import Actor
    from throughcare.kernel.ids import derived
    from throughcare.kernel.vocabulary import Role

    role = Role.PROVIDER if name == "doctor" else Role.RN
    return Actor("staff", derived("bench", name), f"Demo-{name}", role, _place())


def _fill(each: int) -> None:
    """Let the closed months hold so many rows of each order, evenly over four years."""
    months = [FIRST]
    while months[-1] < LAST:
        months.append(_next(months[-1]))
    with ThreadPoolExecutor(2) as both:
        list(both.map(partial(_fill_month, each), months))
    print(f"bench: {each:,} rows of each order lie in {len(months)} closed months", file=sys.stderr, flush=True)


def _fill_month(each: int, since: date) -> None:
    """Fill one month as the owner of the tables."""
    import psycopg

    about = {"name": f"medications_dose_{since:%Y_%m}", "since": since, "until": _next(since), "each": each}
    with psycopg.connect(os.environ["OWNER_DATABASE_URL"], autocommit=True) as owner:
        owner.execute("SET maintenance_work_mem = '256MB'; SET synchronous_commit = off; SET TimeZone = 'UTC'")
        for step in MONTH.format(**about, first=FIRST, end=_next(LAST)).split(";"):
            owner.execute(step)


def _next(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def _timed(people: Sequence[UUID]) -> Iterator[tuple[str, Spread, float]]:
    from django.db import connection
    from django.test import Client

    from bench.pages import get
    from tests.fixtures_lenses import lens_of
    from throughcare.care.medications import actions
    from throughcare.care.medications.actions import Charted
    from throughcare.care.medications.models import Dose
    from throughcare.care.medications.reads import passes
    from throughcare.kernel import clock
    from throughcare.kernel.vocabulary import Role

    lens, nurse, place = lens_of(Role.RN), _staff("nurse"), _place()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        database = [cursor.fetchone()[0]]
    gc.collect()
    gc.freeze()  # as the page server does, so that a page is measured as it is served
    browser = Client(headers={"host": "127.0.0.1"})
    browser.post("/demo/become", {"role": "rn", "facility": str(place)})
    with clock.frozen(MORNING):
        list_ = partial(passes.line, lens, place, code="morning")
        yield "list of a pass read, 120 people with 360 doses", spread(list_, 20, others=database), 100
        page = partial(get, browser, "/pass/list/?pass=morning")
        yield "page of a pass served, 120 people with 360 doses", spread(page, 20, others=database), 100

    def one() -> None:
        dose = next(due)
        said = [Charted(dose.id, "given", at=dose.due_at)]
        actions.record_doses(actor=nurse, person_id=dose.person_id, charted=said)

    waiting = Dose.objects.filter(person_id__in=people, status="expected").order_by("due_at")
    for which, is_first in (("first of its order", True), ("later one", False)):
        waiting = Dose.objects.filter(person_id__in=people, status="expected", order__first_dose_at__isnull=is_first)
        firsts: dict[UUID | None, Dose] = {}
        for dose in waiting.order_by("due_at")[:2000]:
            firsts.setdefault(dose.order_id, dose)
        due = iter(firsts.values())
        with clock.frozen(LATER):
            yield f"one charted durably, {which}", spread(one, 80, others=database), 30


def _ledger() -> dict[str, int]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(LEDGER)
        return {name: int(size) for name, size in cursor.fetchall()}


def _sustained(seconds: int) -> Iterator[Figure]:
    """Two processes chart for a minute, three doses of one person at a time, as a tap does."""
    before = _ledger()
    command = "import sys; from bench.doses import chart; chart(int(sys.argv[1]), int(sys.argv[2]))"
    workers = [
        subprocess.Popen([sys.executable, "-c", command, str(half), str(seconds)], stdout=subprocess.PIPE, text=True)
        for half in (0, 1)
    ]
    said = [[float(x) for x in w.communicate()[0].split()] for w in workers]
    charted = sum(s[0] for s in said)
    rate = sum(s[0] / s[1] for s in said)
    how = f"2 processes, {seconds} s, three doses of one person at a time"
    yield Figure("doses: time for 200 charted, sustained", 200 / rate, "s", 1, f"{rate:.0f} a second; {how}")
    after = _ledger()
    grown = {name: (size - before.get(name, 0)) / max(1, charted) for name, size in after.items()}
    for name, each in sorted(grown.items(), key=lambda x: -x[1]):
        if each:
            print(f"  {each:>8.1f} bytes for a dose in {name}", file=sys.stderr)
    how = f"{charted:,.0f} charted; tables and indexes, the page on each end included"
    yield Figure("doses: ledger bytes for one, indexes included", sum(grown.values()), "bytes", 450, how)


def chart(half: int, seconds: int) -> None:
    """Chart the doses of every second person for so long; print how many and how long it took."""
    from throughcare.app import house

    with house.opened():
        from throughcare.care.medications import actions
        from throughcare.care.medications.actions import Charted
        from throughcare.care.medications.models import Dose
        from throughcare.kernel import clock

        nurse, done = _staff("nurse"), 0
        rows = (
            Dose.objects.filter(status="expected")
            .order_by("due_at", "person_id")
            .values_list("id", "due_at", "person_id")
        )
        parcels: dict[tuple[Any, ...], list[Charted]] = {}
        people = sorted({str(p) for _, _, p in rows})
        mine = set(islice(people, half, None, 2))
        for dose, due_at, person in rows:
            if str(person) in mine:
                parcels.setdefault((due_at, person), []).append(Charted(dose, "given", at=due_at))
        began = time.monotonic()
        with clock.frozen(LATER):
            for (_, person), said in parcels.items():
                if time.monotonic() - began > seconds:
                    break
                actions.record_doses(actor=nurse, person_id=person, charted=said)
                done += len(said)
        print(done, time.monotonic() - began)
