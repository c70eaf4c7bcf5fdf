"""The guard at every door: thousands of moves of all kinds, with staff who are sometimes late and sometimes forget. After each
step every time-critical dose in a shadow must be charted, covered, or owned by an open duty; what was close is listed.

Orders, moves, coverings and doses are made by the same actions as everywhere; only the disk is not waited for. MOVES and PEOPLE
set the size (10,000 and 250), WORKERS how many walk at once (2): each person's doors are their own, so people are dealt out.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from bench.measure import Figure

# Product, timing, indication; all of them may not be missed. The two last are on the line or by needle.
TWICE = {"kind": "passes", "passes": ["morning", "evening"]}
DAILY = {"kind": "passes", "passes": ["morning"]}
MEDICINES = (
    ("311289", TWICE, "Seizures"),
    ("1999667", DAILY, "HIV"),
    ("197444", TWICE, "Parkinson disease"),
    ("311041", DAILY, "Diabetes"),
    ("1433873", DAILY, "HIV"),
)
KINDS = (
    ("transfer, planned", 20),
    ("transfer, sudden", 10),
    ("transfer, time changed", 5),
    ("transfer, cancelled", 5),
    ("court, planned", 25),
    ("court, sudden", 5),
    ("court, back late", 5),
    ("hospital", 10),
    ("furlough", 3),
    ("release, planned", 5),
    ("release, sudden", 5),
    ("release, cancelled", 2),
)
OWNING = ("DOOR-OUT", "DOOR-IN", "DOOR-BAG", "REL-MED", "REL-MOUD")
HOUR = timedelta(hours=1)
START = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


class AnyReason(dict[str, str]):
    """Answers every alert of the checks: they are not what is looked at here."""

    def get(self, key: str, default: Any = "") -> str:
        """Give the same reason to each."""
        return "Known and wanted"


@dataclass
class Tally:
    """What was seen."""

    moves: Counter[str] = field(default_factory=Counter)
    looked: Counter[str] = field(default_factory=Counter)
    covered: Counter[str] = field(default_factory=Counter)
    owned: Counter[str] = field(default_factory=Counter)
    unowned: list[str] = field(default_factory=list)
    near: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Take in what another walk saw."""
        for name in ("moves", "looked", "covered", "owned", "near"):
            getattr(self, name).update(getattr(other, name))
        self.unowned += other.unowned


def figures() -> Iterator[Figure]:
    """Move people through every door, print what each kind came to, and give what was lost: nothing may be."""
    moves, people = int(os.environ.get("MOVES", "10000")), int(os.environ.get("PEOPLE", "250"))
    with _empty_house():
        from django.db import connection

        connection.close()
        began = datetime.now(UTC)
        tally = run_together(moves, people, int(os.environ.get("WORKERS", "2")))
        took = (datetime.now(UTC) - began).total_seconds()
    show(tally)
    how = f"{sum(tally.moves.values()):,} moves of {people} people in {took:.0f} s, {sum(tally.looked.values()):,} looks at a dose"
    yield Figure("doors: time-critical doses uncovered and unowned", len(tally.unowned), "", 0, how)
    yield Figure("doors: uncovered and owned by a duty", sum(tally.owned.values()), "looks", None, "never by nobody")
    yield Figure("doors: near misses", sum(tally.near.values()), "", None, "listed above by kind")


@contextmanager
def _empty_house() -> Iterator[None]:
    """An agency with its facilities and nobody in it."""
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"THROUGHCARE_MODE": "demo", "THROUGHCARE_HOME": home}
        made = subprocess.run(
            [sys.executable, "-m", "throughcare.app", "setup"], capture_output=True, text=True, check=False
        )
        if made.returncode:
            raise RuntimeError(made.stderr[-2000:])
        from throughcare.app import house

        with house.opened():
            yield


def show(tally: Tally) -> None:
    """Print the table and the near misses."""
    print(f"{'kind':26}{'moves':>8}{'looked at':>11}{'covered':>9}{'owned':>8}", file=sys.stderr)
    for kind, _ in KINDS:
        row = (tally.moves[kind], tally.looked[kind], tally.covered[kind], tally.owned[kind])
        print(f"{kind:26}{row[0]:>8,}{row[1]:>11,}{row[2]:>9,}{row[3]:>8,}", file=sys.stderr)
    print(f"uncovered and unowned: {len(tally.unowned)} {tally.unowned[:5]}\nnear misses:", file=sys.stderr)
    for what, count in tally.near.most_common():
        print(f"  {count:>6,}  {what}", file=sys.stderr)


def run_together(moves: int, people: int, workers: int) -> Tally:
    """Walk so many moves in several processes, each with people of its own and a seed of its own."""
    tally = Tally()
    shares = [(moves // workers + (n < moves % workers), -(-people // workers), 7 + n) for n in range(workers)]
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("fork")) as pool:
        for part in pool.map(_walk_apart, shares):
            tally.add(part)
    return tally


def _walk_apart(share: tuple[int, int, int]) -> Tally:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")
    return run(*share)


def run(moves: int, people: int, seed: int = 7) -> Tally:
    """Walk so many moves, person by person, each with a clock of their own."""
    walk = Walk(random.Random(seed))
    each = -(-moves // people)
    for n in range(people):
        walk.begin(n, f"{seed:02}{n:05}")
        for _ in range(min(each, moves - sum(walk.tally.moves.values()))):
            walk.move()
        if n % 10 == 9:
            done, lost = sum(walk.tally.moves.values()), len(walk.tally.unowned)
            print(
                f"bench: {done:,} of {moves:,} moves, {lost} doses uncovered and unowned", file=sys.stderr, flush=True
            )
    return walk.tally


class Walk:
    """One person after another, through door after door."""

    def __init__(self, chance: random.Random) -> None:
        from throughcare.custody.models import Facility
        from throughcare.kernel.actor import Actor
        from throughcare.kernel.ids import derived
        from throughcare.kernel.vocabulary import Role

        self.chance, self.tally = chance, Tally()
        self.places = list(
            Facility.objects.filter(kind__in=("prison", "jail", "jail_prison"), closed_on=None, sex__in=("any", "male"))
            .order_by("code")
            .values_list("id", flat=True)[:4]
        ) or list(Facility.objects.order_by("code").values_list("id", flat=True)[:4])
        self.feed = Actor.feed("custody")
        self.doctor = Actor("staff", derived("bench", "doctor"), "Demo-Doctor, Eve", Role.PROVIDER, self.places[0])
        self.nurse = Actor("staff", derived("bench", "nurse"), "Demo-Nurse, Ada", Role.RN, self.places[0])
        self.person, self.at, self.here, self.kind = UUID(int=0), START, self.places[0], ""

    def begin(self, n: int, number: str) -> None:
        """Admit somebody new, and order one to three medicines that may not be missed."""
        from throughcare.care.medications import actions
        from throughcare.chart import actions as chart
        from throughcare.custody import actions as custody
        from throughcare.kernel import clock
        from throughcare.people.actions import Demographics, register

        self.at, self.here = START + timedelta(minutes=n), self.places[n % len(self.places)]
        with clock.frozen(self.at - 48 * HOUR):
            self.person = register(
                actor=self.feed, demographics=Demographics(f"Specimen-Door{number}", "Alex", sex="male", synthetic=True)
            )
            custody.admit(actor=self.feed, person_id=self.person, to=custody.Spot(self.here))
            chart.no_known_allergies(actor=self.nurse, person_id=self.person)
            for code, timing, why in self.chance.sample(MEDICINES, self.chance.randint(1, 3)):
                asked = actions.Prescription(
                    product=code, timing=timing, indication=why, amount=Decimal(1), days=360, reasons=AnyReason()
                )
                actions.place_order(actor=self.doctor, person_id=self.person, asked=asked)

    def move(self) -> None:
        """One move, from its plan to its end; then the doses of the days between are given."""
        self.at += 72 * HOUR + timedelta(minutes=self.chance.randint(0, 1439))
        self._give_due()
        self.kind = self.chance.choices([k for k, _ in KINDS], [w for _, w in KINDS])[0]
        self.tally.moves[self.kind] += 1
        name, _, how = self.kind.partition(", ")
        getattr(self, f"_{name}")(how)
        self._give_due()

    # --- the doors --------------------------------------------------------------------------------------------------------

    def _transfer(self, how: str) -> None:
        there = self.chance.choice([p for p in self.places if p != self.here])
        if how != "sudden":
            plan = self._plan("transfer", self.at + 10 * HOUR, to_facility_id=there)
            if how == "time changed":
                self._cancel(plan)
                plan = self._plan("transfer", self.at + 4 * HOUR, to_facility_id=there)
            if how == "cancelled":
                self._cover_perhaps(0.5)
                self._cancel(plan)
                return
            self._cover_perhaps(0.7)
            self._wait(4 if how == "time changed" else 10)
        from throughcare.custody import actions as custody

        self._now(custody.transfer, person_id=self.person, to=custody.Spot(there))
        self.here = there
        self._afterwards()

    def _court(self, how: str) -> None:
        hours = 14 if how == "back late" else 10
        if how != "sudden":
            self._plan("court", self.at + 9 * HOUR, ends_at=self.at + (9 + 10) * HOUR, place="Sample court")
            self._early_perhaps()
            self._cover_perhaps(0.7)
            self._wait(9)
        self._out("court", hours)

    def _hospital(self, how: str) -> None:
        self._out("hospital", self.chance.choice((6, 30, 80)))

    def _furlough(self, how: str) -> None:
        self._out("furlough", 24)

    def _out(self, kind: str, hours: int) -> None:
        from throughcare.custody import actions as custody

        self._now(custody.send_out, person_id=self.person, kind=kind, place="Sample place")
        self._look("left")
        self._wait(1)
        self._cover_perhaps(0.6)
        self._watch()
        self._wait(hours - 1)
        self._watch()
        self._now(custody.return_in, person_id=self.person)
        self._look("came back")
        self._chart_away()

    def _release(self, how: str) -> None:
        from throughcare.custody import actions as custody

        if how == "planned":
            self._plan("release", self.at + 20 * HOUR)
            self._cover_perhaps(0.6)
            self._wait(20)
        self._now(custody.release, person_id=self.person, planned=how == "planned")
        self._look("left")
        self._wait(1)
        if how == "cancelled":
            self._now(custody.cancel_release, person_id=self.person, why="Detainer")
            self._look("release taken back")
            return
        self._cover_perhaps(0.8)
        self._wait(48)
        self._back_in()

    def _back_in(self) -> None:
        from throughcare.care.medications import actions
        from throughcare.care.medications.models import MedicationOrder
        from throughcare.custody import actions as custody

        self._now(custody.admit, person_id=self.person, to=custody.Spot(self.here))
        for row in MedicationOrder.objects.filter(person_id=self.person, status="on-hold"):
            self._now(
                actions.resume_order, who=self.doctor, person_id=self.person, order_id=row.id, version=row.version
            )

    # --- what staff do ----------------------------------------------------------------------------------------------------

    def _plan(self, kind: str, starts_at: datetime, **more: Any) -> UUID:
        from throughcare.custody import actions as custody

        plan: UUID = self._now(custody.schedule_event, person_id=self.person, kind=kind, starts_at=starts_at, **more)
        self._look("planned")
        return plan

    def _cancel(self, plan: UUID) -> None:
        from throughcare.custody import actions as custody

        self._now(custody.cancel_scheduled, event_id=plan)
        self._look("cancelled")

    def _cover_perhaps(self, likely: float) -> None:
        from throughcare.care.medications import actions
        from throughcare.care.medications.models import Crossing

        if self.chance.random() > likely:
            return
        rows = Crossing.objects.filter(person_id=self.person, state__in=("planned", "under_way"), waiting__gt=0)
        for row in rows.order_by("leaves_at"):
            lines = [x for x in row.lines.exclude(lacks=[]) if self.chance.random() < 0.95]
            said = tuple(actions.Covering(x.id, self._way(x.ways), note="As ordered") for x in lines)
            if said:
                about = {"crossing_id": row.id, "version": row.version, "receiver": "Demo-Receiver, Bea"}
                self._now(actions.cover_crossing, who=self.nurse, person_id=self.person, covered=said, **about)
                self._scan_perhaps(row)
        self._look("covered")

    def _scan_perhaps(self, row: Any) -> None:
        """Most bags are scanned as they go; one that is not is somebody's at once."""
        from throughcare.care.medications import actions
        from throughcare.care.medications.actions.bags import bag_code

        if self.chance.random() < 0.85:
            row.refresh_from_db()
            if row.state in ("planned", "under_way") and row.door != "release":
                sender = replace(self.nurse, facility_id=row.from_facility_id)
                self._now(actions.scan_bag, who=sender, code=bag_code(row.id))

    def _way(self, ways: list[str]) -> str:
        return self.chance.choice([w for w in ways if w != "give_early"] or ["ask_prescriber"])

    def _early_perhaps(self) -> None:
        from throughcare.care.medications import actions
        from throughcare.care.medications.models import CrossingLine
        from throughcare.kernel.errors import Invalid

        for line in CrossingLine.objects.filter(crossing__person_id=self.person, crossing__state="planned"):
            if "give_early" in line.ways and line.early_from and line.early_from < self.at and line.doses:
                about = {"crossing_id": line.crossing_id, "line_id": line.id}
                try:
                    self._now(actions.give_early, who=self.nurse, person_id=self.person, **about)
                except Invalid:
                    self.tally.near["an early dose was asked for that may not be given early"] += 1

    def _afterwards(self) -> None:
        self._look("left")
        self._wait(1)
        self._cover_perhaps(0.7)
        self._wait(26)
        self._give_due()
        self._watch()

    def _chart_away(self) -> None:
        """What nobody sent is asked about: the nurse says so, and it stays a miss of the system."""
        from throughcare.care.medications import actions
        from throughcare.care.medications.actions import Charted
        from throughcare.care.medications.models import Crossing, Dose

        for row in Crossing.objects.filter(person_id=self.person, state="returned"):
            ids = [d for x in row.lines.all() for d in x.doses]
            due = Dose.objects.filter(id__in=ids, status="expected").values_list("id", flat=True)
            said = [Charted(d, "away", reason=row.door, detail={"supply": "no"}) for d in due]
            if said:
                self.tally.near[f"{self.kind}: a dose was missed while away, charted as not sent"] += len(said)
                self._now(actions.record_doses, who=self.nurse, person_id=self.person, charted=said)
        self._watch()

    def _give_due(self) -> None:
        from throughcare.care.medications import actions
        from throughcare.care.medications.actions import Charted
        from throughcare.care.medications.models import Dose

        due = Dose.objects.filter(person_id=self.person, status="expected", due_at__lte=self.at)
        said = [Charted(d, "given", at=at) for d, at in due.values_list("id", "due_at")]
        if said:
            self._now(actions.record_doses, who=self.nurse, person_id=self.person, charted=said, entered_late=True)

    def _watch(self) -> None:
        """The clock's hand, for this person alone."""
        from throughcare.care.medications import actions

        self._now(actions.watch_doors, who=self.nurse, person_id=self.person)
        self._look("watched")

    def _wait(self, hours: int) -> None:
        self.at += hours * HOUR

    def _now(self, act: Any, who: Any = None, **said: Any) -> Any:
        from throughcare.kernel import clock

        with clock.frozen(self.at):
            return act(actor=who or self.feed, **said)

    # --- what must hold ---------------------------------------------------------------------------------------------------

    def _look(self, step: str) -> None:
        """Ask the tables, not the guard: each such dose is charted, covered by a line, or the person has an open duty."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(IN_SHADOW, {"person": self.person, "owning": list(OWNING)})
            for door, leaves_at, act_by, covered_at, lacks, owned in cursor.fetchall():
                self.tally.looked[self.kind] += 1
                if not lacks:
                    self.tally.covered[self.kind] += 1
                    if step == "covered" and covered_at and act_by and covered_at > act_by:
                        self.tally.near[f"{self.kind}: covered after the time by which somebody had to act"] += 1
                elif owned:
                    self.tally.owned[self.kind] += 1
                    if step == "left" and leaves_at <= self.at:
                        self.tally.near[f"{self.kind}: left through the {door} door uncovered; a duty was open"] += 1
                else:
                    self.tally.unowned.append(f"{self.kind}, {step}: {self.person} {self.at:%d %b %H:%M} {lacks}")


# Doses by themselves: of orders that may not be missed, with no status, in the time of a move that custody planned or made; a
# move without a crossing shows as a dose without a line.
IN_SHADOW = """
WITH away AS (
  SELECT 'plan' AS door, s.starts_at AS since, coalesce(s.ends_at, s.starts_at + interval '16 hours') AS until
    FROM custody_scheduledevent s WHERE s.person_id = %(person)s AND s.state = 'planned'
  UNION ALL
  SELECT a.kind, a.since, greatest(a.since + interval '16 hours', coalesce(a.expected_back, a.since))
    FROM custody_away a WHERE a.person_id = %(person)s AND a.until IS NULL AND NOT a.cancelled
  UNION ALL
  SELECT c.door, c.leaves_at, CASE WHEN c.state = 'returned' THEN c.back_at ELSE c.until END
    FROM medications_crossing c WHERE c.person_id = %(person)s AND c.state IN ('planned', 'under_way', 'returned')
), due AS (
  SELECT DISTINCT ON (d.id) d.id, d.order_id, a.door, a.since
    FROM away a JOIN medications_dose d
      ON d.person_id = %(person)s AND d.status = 'expected' AND d.due_at >= a.since AND d.due_at < a.until AND d.critical
   ORDER BY d.id, a.since
  ), left_with AS (
  SELECT x.order_id, c.door, c.leaves_at
    FROM medications_crossing c JOIN medications_crossingline x ON x.crossing_id = c.id
   WHERE c.person_id = %(person)s AND c.door = 'release' AND c.state = 'under_way' AND x.critical AND cardinality(x.doses) > 0
     AND NOT EXISTS (SELECT 1 FROM due WHERE due.order_id = x.order_id)
), asked AS (
  SELECT order_id, door, since, id FROM due UNION ALL SELECT order_id, door, leaves_at, NULL FROM left_with
)
SELECT k.door, k.since, l.act_by, l.covered_at, coalesce(l.lacks, ARRAY['line']::varchar[]),
       EXISTS (SELECT 1 FROM duties_duty y WHERE y.person_id = %(person)s AND y.closed_at IS NULL AND y.rule = ANY (%(owning)s))
  FROM asked k LEFT JOIN LATERAL (
    SELECT x.act_by, x.covered_at, x.lacks FROM medications_crossingline x JOIN medications_crossing c ON c.id = x.crossing_id
     WHERE x.person_id = %(person)s AND x.order_id = k.order_id AND c.state IN ('planned', 'under_way', 'returned')
       AND (k.id IS NULL OR k.id = ANY (x.doses))
     ORDER BY cardinality(x.lacks) DESC LIMIT 1) l ON true
"""
