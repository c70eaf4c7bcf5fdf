"""Reading duties, through a lens: the worklist in the order of harm, one person's duties, what waits in numbers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Case, Count, Min, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from throughcare.access.models import User
from throughcare.custody.models import Facility
from throughcare.duties import cover, policy, rulebook
from throughcare.duties.models import OPEN, Duty
from throughcare.duties.rule import LANES, LaneName
from throughcare.duties.rules import SHIFT_AHEAD, risen, standing
from throughcare.kernel import clock, db
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import Lane
from throughcare.people.family import family

ROWS = 12
COLUMNS = (
    "id", "person_id", "subject_id", "rule", "title", "lane", "opened_at", "soon_at", "due_at", "closed_at", "outcome",
    "facility_id", "owner_role", "owner_id", "owner__name", "ref", "about", "version", "trigger", "reason",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One duty as lists show it; `lane` is where it stands now, `harm` the lane of its own harm, from which it may have risen."""

    id: UUID
    person_id: UUID | None
    subject_id: UUID
    rule: str
    title: str
    lane: LaneName
    harm: LaneName
    opened_at: datetime
    soon_at: datetime
    due_at: datetime
    closed_at: datetime | None
    outcome: str
    facility_id: UUID | None
    owner_role: str
    owner_id: UUID | None
    owner_name: str
    ref: UUID | None
    version: int
    reason: str
    page: str
    verb: str
    form: str = ""


@dataclass(slots=True)
class WorkGroup:
    """A person with the duties that wait for them, worst first; for a place's duty, the place."""

    subject_id: UUID
    person_id: UUID | None
    name: str
    place: str
    items: list[WorkItem] = field(default_factory=list)

    @property
    def first(self) -> WorkItem:
        """Give the duty that harms soonest."""
        return self.items[0]

    @property
    def lane(self) -> LaneName:
        """Give the lane in which the person stands."""
        return self.items[0].lane


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many people and duties wait in one lane, how many late, and when the next is due."""

    people: int = 0
    duties: int = 0
    late: int = 0
    next_due: datetime | None = None
    next_title: str = ""


@dataclass(frozen=True, slots=True)
class Worklist:
    """The three lanes: groups shown, and what waits beyond them."""

    groups: dict[LaneName, list[WorkGroup]]
    waiting: dict[LaneName, Waiting]
    now: datetime


def worklist(
    lens: Lens,
    facility_id: UUID | None,
    *,
    roles: Sequence[str] | None = None,
    everybody: bool = False,
    limit: int = ROWS,
    more: str = "",
    numbers: bool = True,
) -> Worklist:
    """Give what waits for this reader: lanes now and this shift by person; of later the next few where asked.

    The lane now is whole, however long (decision 0043). At most `limit` people stand in each other lane, twenty times as
    many in the one named by `more`; none at all where `limit` is 0, for who wants only numbers. Without `numbers` what waits is
    not counted, for who wants only people.
    """
    now = clock.now()
    with db.reading(lens):
        rows = _mine(lens, facility_id, roles, everybody, now)
        heads = _heads(rows.filter(_soon(now)), now)
        shown = {lane: mine[: _room(lane, limit, more)] for lane, mine in heads.items()}
        near = items(rows.filter(_soon(now), _of_any([k for mine in shown.values() for k in mine])), now)
        far = rows.exclude(_soon(now))
        later = items(far.order_by("due_at")[: limit * 40], now) if more == Lane.LATER else []
        waiting = _counted(rows, heads, now) if numbers else {}
        groups: dict[LaneName, list[WorkGroup]] = {"now": [], "shift": [], "later": []}
        beyond = {k for mine in heads.values() for k in mine}
        new = [i for i in later if (i.person_id or i.id) not in beyond]
        for group in [*_grouped(near, now), *_grouped(new, now)]:
            groups[group.lane].append(group)
        groups["later"] = groups["later"][: limit * 20]
        _name([g for held in groups.values() for g in held], facility_id)
    return Worklist(groups, waiting, now)


def of_person(lens: Lens, person_id: UUID, *, closed: int = 0) -> list[WorkItem]:
    """Give a person's open duties, worst first, and the last few closed ones; all linked charts together."""
    now = clock.now()
    with db.reading(lens):
        everyone = Duty.objects.filter(policy.rows_of(lens, person_id), person_id__in=family(person_id))
        found = in_order(items(everyone.filter(OPEN), now), now)
        if closed:
            found += items(everyone.exclude(OPEN).order_by("-closed_at")[:closed], now)
    return found


def waiting(lens: Lens, facility_id: UUID | None, *, roles: Sequence[str] | None = None) -> dict[LaneName, Waiting]:
    """Say in numbers what waits, for a card or a sentence."""
    return worklist(lens, facility_id, roles=roles, limit=0).waiting


def require(lens: Lens, duty_id: UUID) -> UUID | None:
    """Refuse as not found a duty that this reader's lists don't show; give whose it is."""
    with db.reading(lens):
        found = Duty.objects.filter(policy.rows(lens), id=duty_id).values_list("person_id", flat=True)[:1]
        for person_id in found:
            return person_id
    raise NotFound("There is no such duty here.")


def facility_name(facility_id: UUID | None) -> str:
    """Give a facility's short name; where none is named, the agency."""
    if facility_id is None:
        return "All facilities"
    names = Facility.objects.filter(id=facility_id).values_list("short_name", flat=True)
    return db.once(("facility_name", facility_id), lambda: next(iter(names), "All facilities"))


NAMES = """
SELECT p.id, p.family || ', ' || p.given, coalesce(c.code, u.name, f.short_name, '')
FROM people_person p
LEFT JOIN custody_placement h ON h.person_id = p.id AND h.until IS NULL AND NOT h.cancelled
LEFT JOIN custody_facility f ON f.id = h.facility_id
LEFT JOIN custody_unit u ON u.id = h.unit_id
LEFT JOIN custody_bed b ON b.id = h.bed_id
LEFT JOIN custody_cell c ON c.id = b.cell_id
WHERE p.id = ANY (%s)
"""


def names(people: Iterable[UUID]) -> dict[UUID, tuple[str, str]]:
    """Give names as lists show them, and where each person is now, in one query."""
    if not (ids := sorted(set(people))):
        return {}
    with connection.cursor() as cursor:
        cursor.execute(NAMES, [ids])
        return {id_: (name, spot) for id_, name, spot in cursor.fetchall()}


# --- inside -----------------------------------------------------------------------------------------------------------


def _mine(
    lens: Lens, facility_id: UUID | None, roles: Sequence[str] | None, everybody: bool, now: datetime
) -> QuerySet[Duty]:
    rows = Duty.objects.filter(OPEN, policy.rows(lens))
    if facility_id is not None:
        rows = rows.filter(Q(facility_id=facility_id) | Q(owner_id=lens.user_id))
    if everybody:
        return rows
    asked = list(roles) if roles is not None else [lens.role.value]
    mine = Q(owner_role__in=asked) | _covered(asked, facility_id, now)
    free = Q(owner_id=None) | Q(owner_id=lens.user_id)
    return rows.filter(mine & free | Q(owner_id=lens.user_id))


def _covered(asked: Sequence[str], facility_id: UUID | None, now: datetime) -> Q:
    """Duties of another role that nobody holds now, and whose rule lets one of these roles cover it."""
    book = rulebook.at(now)
    may = {r.id: r.owner for r in book.rules.values() if cover.covering(r) & set(asked)}
    if not may or facility_id is None:
        return Q(pk__in=[])
    present = {o.role for o in cover.there(facility_id)}
    absent = sorted({owner for owner in may.values() if owner not in present})
    return Q(rule__in=list(may), owner_role__in=absent) if absent else Q(pk__in=[])


KEY = Coalesce("person_id", "id")


def _room(lane: LaneName, limit: int, more: str) -> int | None:
    """Say how many people a lane may show: of the lane now everybody, for what hides there may kill."""
    if lane == "now" and limit:
        return None
    return limit * 20 if more == lane else limit


def _urgent(now: datetime) -> Q:
    return Q(lane="now") | Q(lane="shift", due_at__lt=now)


def _soon(now: datetime) -> Q:
    return Q(lane__in=["now", "shift"]) | Q(due_at__lte=now + SHIFT_AHEAD)


def items(rows: QuerySet[Duty], now: datetime) -> list[WorkItem]:
    """Give duties as lists show them; the caller has asked the lens."""
    book = rulebook.at(now)
    found = []
    for row in rows.values_list(*COLUMNS, named=True):
        rule = book.rules.get(row.rule)
        found.append(
            WorkItem(
                id=row.id,
                person_id=row.person_id,
                subject_id=row.subject_id,
                rule=row.rule,
                title=row.title,
                lane=risen(row.lane, now, row.due_at),
                harm=row.lane,
                opened_at=row.opened_at,
                soon_at=row.soon_at,
                due_at=row.due_at,
                closed_at=row.closed_at,
                outcome=row.outcome,
                facility_id=row.facility_id,
                owner_role=row.owner_role,
                owner_id=row.owner_id,
                owner_name=row.owner__name or "",
                ref=row.ref,
                version=row.version,
                reason=row.reason,
                page=rule.do.page if rule else "",
                verb=rule.do.verb if rule else "",
                form=rule.do.form if rule else "",
            )
        )
    return found


def in_order(found: Iterable[WorkItem], now: datetime) -> list[WorkItem]:
    """Give open duties in the order of every list (`rules.standing`)."""
    return sorted(found, key=lambda i: (standing(i.harm, now, i.due_at), i.rule))


def _grouped(items: Sequence[WorkItem], now: datetime) -> list[WorkGroup]:
    groups: dict[UUID, WorkGroup] = {}
    for item in in_order(items, now):
        key = item.subject_id if item.person_id else item.id
        if key not in groups:
            groups[key] = WorkGroup(item.subject_id, item.person_id, "", "")
        groups[key].items.append(item)
    return list(groups.values())


def _heads(soon: QuerySet[Duty], now: datetime) -> dict[LaneName, list[UUID]]:
    """Give who stands in the lanes now and this shift (a person, else the duty itself), in the order of `rules.standing`."""
    first = {lane: Min("due_at", filter=Q(lane=lane)) for lane in LANES}
    best: dict[LaneName, list[tuple[tuple[int, int, bool, datetime], UUID]]] = {"now": [], "shift": []}
    for key, *dues in (
        soon.order_by().values_list(KEY).annotate(**{f"first_{lane}": due for lane, due in first.items()})
    ):
        place = min(standing(lane, now, due) for lane, due in zip(LANES, dues, strict=True) if due)
        best["now" if place[0] == 0 else "shift"].append((place, key))
    return {lane: [key for _, key in sorted(found)] for lane, found in best.items()}


def _of_any(keys: Sequence[UUID]) -> Q:
    return Q(person_id__among=keys) | Q(person_id=None, id__among=keys)


def _counted(rows: QuerySet[Duty], heads: dict[LaneName, list[UUID]], now: datetime) -> dict[LaneName, Waiting]:
    """Count in the lane in which each duty stands; who stands in two lanes counts in the first."""
    stands = Case(When(_urgent(now), then=Value("now")), When(_soon(now), then=Value("shift")), default=Value("later"))
    late, someone = Count("id", filter=Q(due_at__lt=now)), Count(KEY, distinct=True)
    counted = rows.order_by().values_list(stands).annotate(n=Count("id"), late=late, due=Min("due_at"), who=someone)
    found = {lane: numbers for lane, *numbers in counted}
    titles = dict(rows.filter(due_at__in=[due for _, _, due, _ in found.values()]).values_list("due_at", "title"))
    waiting: dict[LaneName, Waiting] = {"now": Waiting(), "shift": Waiting(), "later": Waiting()}
    for lane, (n, late_n, due, people) in found.items():
        waiting[lane] = Waiting(len(heads[lane]) if lane in heads else people, n, late_n, due, titles.get(due, ""))
    return waiting


def _name(groups: Sequence[WorkGroup], facility_id: UUID | None) -> None:
    known = names(g.person_id for g in groups if g.person_id)
    others = [g.subject_id for g in groups if g.person_id is None]
    place = facility_name(facility_id) if others else ""
    staff = staff_names(others)
    for group in groups:
        if group.person_id:
            group.name, group.place = known.get(group.person_id, (place, ""))
        else:
            group.name, group.place = staff.get(group.subject_id, place), place if group.subject_id in staff else ""


def staff_names(subjects: Sequence[UUID]) -> dict[UUID, str]:
    """Give the names of those subjects of duties who are members of staff."""
    found = User.objects.filter(id__in=subjects).values_list("id", "name") if subjects else ()
    return dict(found)
