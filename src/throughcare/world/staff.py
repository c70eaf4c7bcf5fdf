"""Who works there: accounts, postings and shifts, with the share of vacancies that real agencies have."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random
from uuid import UUID

from throughcare.access import actions as access
from throughcare.access.models import User
from throughcare.duties import roster
from throughcare.duties.rulebook import place
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import Role
from throughcare.world import staff_files
from throughcare.world.past import Site
from throughcare.world.shares import Shares

HIRING = Actor.system("the synthetic agency")
GIVEN = ("Ada", "Ben", "Cleo", "Dev", "Eve", "Flor", "Gus", "Hana", "Ines", "Jo", "Kim", "Lou", "Max", "Noor", "Ola", "Pat",
         "Quinn", "Rey", "Sam", "Tess", "Uma", "Val", "Wren", "Yan", "Zoe")  # fmt: skip
TITLES = {
    Role.RN: "Nurse",
    Role.LPN: "Nurse",
    Role.PROVIDER: "Doctor",
    Role.PSYCH: "Psychologist",
    Role.PLANNER: "Planner",
    Role.CUSTODY: "Officer",
    Role.HSA: "Administrator",
    Role.HIM: "Records",
    Role.DENTAL: "Dentist",
    Role.SUD: "Counselor",
    Role.PREA: "Safety",
    Role.PHARMACY: "Pharmacist",
}
# Of each site: the role, how many of it on each shift (day, evening, night), and from how many people on there is another.
SITE_ROLES: tuple[tuple[Role, tuple[int, int, int], int], ...] = (
    (Role.RN, (2, 2, 1), 250),
    (Role.LPN, (1, 1, 0), 250),
    (Role.PROVIDER, (1, 0, 0), 400),
    (Role.PSYCH, (1, 1, 0), 400),
    (Role.CUSTODY, (1, 1, 1), 400),
    (Role.HSA, (1, 0, 0), 10_000),
    (Role.PLANNER, (1, 0, 0), 600),
    (Role.DENTAL, (1, 0, 0), 1000),
)
AGENCY_ROLES = (Role.HIM, Role.PREA, Role.PHARMACY, Role.SUD, Role.OMBUDS, Role.PAROLE, Role.SCHEDULER)
SHIFTS = ("day", "evening", "night")
ON_CALL = (Role.PROVIDER, Role.PSYCH, Role.HSA, Role.PHARMACY, Role.PREA, Role.DENTAL, Role.SUD, Role.HIM, Role.PLANNER)
NO_NIGHT_NURSE = "robinson"


@dataclass(frozen=True, slots=True)
class Worker:
    """One who works at a site (none: across the agency), usually on one shift."""

    user_id: UUID
    name: str
    role: Role
    facility_id: UUID | None
    shift: str

    @property
    def actor(self) -> Actor:
        """Give who acts."""
        return Actor("staff", self.user_id, self.name, self.role, self.facility_id, source="world")


@dataclass(slots=True)
class Staff:
    """Everybody who works there."""

    workers: list[Worker] = field(default_factory=list)
    _by: dict[tuple[UUID | None, Role], list[Worker]] = field(default_factory=dict)

    def add(self, worker: Worker) -> None:
        """Note one more."""
        self.workers.append(worker)
        self._by.setdefault((worker.facility_id, worker.role), []).append(worker)

    def at(self, facility_id: UUID | None, role: Role, when: datetime, random: Random) -> Worker:
        """Give one of the role there, on that shift where somebody is; else any other of the role."""
        there = self._by.get((facility_id, role)) or self._by.get((None, role)) or self._by[facility_id, Role.RN]
        shift = place(facility_id).working.shift_at(when).shift.id
        return random.choice([w for w in there if w.shift == shift] or there)


def hire(shares: Shares, sites: Mapping[str, Site], sizes: Mapping[str, int], random: Random) -> Staff:
    """Open accounts and postings at every site, less the vacancies; the faces of the first page are among them."""
    staff, names = Staff(), []
    for worker, username in _wanted(shares, sites, sizes, random):
        access.create_account(actor=HIRING, username=username, name=worker.name, user_id=worker.user_id)
        access.post(actor=HIRING, user_id=worker.user_id, role=worker.role, facility_id=worker.facility_id)
        staff.add(worker)
        names.append((username, worker))
    here = sites[staff_files.SITE].id if staff_files.SITE in sites else None
    mine = [(username, w.role) for username, w in names if here and w.facility_id == here]
    staff_files.begin(mine, Random(len(mine)), actor=HIRING)
    return staff


def found() -> Staff:
    """Give the staff that an earlier building hired."""
    staff = Staff()
    everybody = User.objects.filter(is_active=True, person_id=None).exclude(username=staff_files.FLOATS)
    for user in everybody.prefetch_related("postings"):
        for posting in user.postings.all():
            shift = next((s for s in SHIFTS if f"-{s}-" in user.username), "day")
            worker = Worker(user.id, user.name, Role(posting.role), posting.facility_id, shift)
            staff.add(worker)
    return staff


def put_on(staff: Staff, since: datetime, days: int, *, actor: Actor = HIRING) -> int:
    """Write the roster from that day on: everybody on their shift five days of seven, the others on call."""
    plans = [p for n in range(days) for p in _day(staff, since + timedelta(days=n))]
    roster.put_on_shifts(actor=actor, plans=plans)
    staff_files.put_float(since, days, actor=actor)
    return len(plans)


def _wanted(
    shares: Shares, sites: Mapping[str, Site], sizes: Mapping[str, int], random: Random
) -> Iterator[tuple[Worker, str]]:
    for code, site in sorted(sites.items()):
        for role, counts, each in SITE_ROLES:
            more = sizes.get(code, 0) // each
            for shift, base in zip(SHIFTS, counts, strict=True):
                if code == NO_NIGHT_NURSE and role is Role.RN and shift == "night":
                    continue
                for n in range(base + (more if base else 0)):
                    if n and random.random() < shares.rate("vacancies"):
                        continue
                    yield _worker(role, code, site.id, shift, n)
    for role in AGENCY_ROLES:
        yield _worker(role, "agency", None, "day", 0)


def _worker(role: Role, code: str, facility_id: UUID | None, shift: str, n: int) -> tuple[Worker, str]:
    # The first one of the day is whom a visitor of the demonstration becomes (`app.become` makes the same account).
    if shift == "day" and n == 0:
        username, user_id = f"demo-{role.value}-{code}", derived("demo", role.value, code)
    else:
        username = f"{role.value}-{code}-{shift}-{n}"
        user_id = derived("world", "staff", username)
    given = GIVEN[user_id.int % len(GIVEN)]
    return Worker(user_id, f"Demo-{TITLES.get(role, role.value.title())}, {given}", role, facility_id, shift), username


def _day(staff: Staff, day: datetime) -> Sequence[roster.ShiftPlan]:
    working = place(None).working
    local = working.day_of(day)
    spans = {}
    for hour in (12, 20, 27):
        span = working.shift_at(working.moment(local, time()) + timedelta(hours=hour))
        spans[span.shift.id] = span
    plans = []
    for worker in staff.workers:
        span = spans[worker.shift]
        off = (worker.user_id.int + local.toordinal()) % 7 < 2
        if not off or worker.role in (Role.CUSTODY, Role.RN):
            plans.append(roster.ShiftPlan(worker.user_id, worker.role, worker.facility_id, span.starts, span.ends))
        if worker.role in ON_CALL and worker.shift == "day":
            phone = f"47{worker.user_id.int % 100:02d}"
            # Who alone holds a role for the agency is on call whenever they are not on shift, the programme's staff too.
            alone = off and worker.facility_id is None
            for other in spans.values():
                if other is not span or alone:
                    plans.append(
                        roster.ShiftPlan(
                            worker.user_id, worker.role, worker.facility_id, other.starts, other.ends, True, phone
                        )
                    )
    return plans
