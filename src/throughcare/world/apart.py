"""Some are kept apart for days, some are in restraints for less than an hour: told, reviewed, walked to, looked at, ended.

By the rooms' own actions; how often is [D], nobody dies, and no known case is rebuilt.
"""

from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from throughcare.care.restriction import actions
from throughcare.care.restriction.models import Confinement, Restraint
from throughcare.custody import actions as custody
from throughcare.custody.homes import home_now
from throughcare.custody.models import Bed, Placement
from throughcare.custody.reads.places import HOUSED
from throughcare.duties.models import OPEN, Duty
from throughcare.kernel.vocabulary import Role
from throughcare.world.past import at_minute
from throughcare.world.recent import Playing
from throughcare.world.scenes import FEED
from throughcare.world.shares import about

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
# What each duty is answered by, and by whom.
VISITS = {
    "RHU-02-MEDICAL": ("medical", Role.RN),
    "RHU-02-MENTAL": ("mental_health", Role.PSYCH),
    "RHU-03": ("medical", Role.RN),
    "RHU-04": ("medical", Role.RN),
    "RHU-05-EXAM": ("exam", Role.PROVIDER),
    "RHU-05-MENTAL": ("evaluation", Role.PSYCH),
    "RHU-05-DAILY": ("check_in", Role.PSYCH),
}
AHEAD = timedelta(hours=3)
CONTACTS = ("extreme", "limited", "limited", "separated")
# How many of those placed are moved to the unit that keeps apart [D]; the others are kept apart where they live.
MOVED = 0.6


def plan_day(playing: Playing, day: datetime) -> None:
    """Lay out who is placed and who is held on a day."""
    random, stage, people = playing.stage.random, playing.stage, playing.period.people
    for name, scene in (("placements", place), ("restraints", hold)):
        for _ in range(about(random, stage.shares.a_day(name, people))):
            playing.at(at_minute(day, random.randint(0, 1400)), lambda at, play=scene: play(playing, at))  # type: ignore[misc]


def place(playing: Playing, at: datetime) -> None:
    """Let custody tell that somebody is kept apart; some days later it ends."""
    random, one = playing.stage.random, playing.crowd.any(playing.stage.random)
    if one is None or Confinement.objects.filter(person_id=one.id).exclude(state="ended").exists():
        return
    site, unit = playing.crowd.sites[one.site].id, playing.crowd.restricted.get(one.site)
    contact, isolated = random.choice(CONTACTS), random.random() < 0.2
    moves = Random(f"moved apart:{one.id}:{at:%Y%m%d}").random() < MOVED
    bed = _free(unit) if unit is not None and moves else None
    if bed is not None:
        # The move itself begins it: custody's system tells where, an officer then says how much contact there is.
        custody.move_within(actor=FEED, person_id=one.id, unit_id=unit, bed_id=bed)
    row = actions.tell_placement(
        actor=playing.on_shift(site, Role.CUSTODY, at), person_id=one.id, tier=contact, isolated=isolated
    )
    playing.at(at + random.uniform(2, 12) * DAY, lambda moment: _end(playing, row, moment))


def hold(playing: Playing, at: datetime) -> None:
    """Let custody put somebody in restraints for less than an hour: a nurse reviews the record and looks until they are off."""
    random, one = playing.stage.random, playing.crowd.any(playing.stage.random)
    if one is None or Restraint.objects.filter(person_id=one.id, until=None).exists():
        return
    site = playing.crowd.sites[one.site].id
    officer = playing.on_shift(site, Role.CUSTODY, at)
    row = actions.apply_restraint(actor=officer, person_id=one.id, device=random.choice(("wrists", "wrists", "chair")))
    off, look = at + random.uniform(15, 50) * MINUTE, at + random.uniform(4, 12) * MINUTE
    playing.at(look, lambda moment: _step(playing, row, "review", moment))
    while look < off:
        playing.at(look + MINUTE, lambda moment: _step(playing, row, "check", moment))
        look += random.uniform(9, 14) * MINUTE
    playing.at(off, lambda moment: _off(playing, row, moment))


def keep(playing: Playing, at: datetime, until: datetime) -> None:
    """Let each round, review and hour out of the cell be done some time before it is due."""
    rows = {r.person_id: r for r in Confinement.objects.filter(state="running")}
    if not rows:
        return
    due = Duty.objects.filter(OPEN, person_id__in=rows, rule__startswith="RHU", due_at__lte=until + AHEAD)
    for duty in due.order_by("due_at", "id"):
        if duty.person_id is not None:
            playing.at(at, lambda moment, d=duty, r=rows[duty.person_id]: _do(playing, d, r, moment))  # type: ignore[misc]


def _do(playing: Playing, duty: Duty, row: Confinement, at: datetime) -> None:
    if not Duty.objects.filter(id=duty.id, closed_at=None).exists() or row.facility_id is None:
        return
    about_it: dict[str, Any] = {"person_id": row.person_id, "confinement_id": row.id}
    if duty.rule == "RHU-01":
        nurse = playing.on_shift(row.facility_id, Role.RN, at)
        found = ["serious_mental_illness"] if Random(f"{row.id}").random() < 0.1 else []
        actions.review_placement(actor=nurse, **about_it, items=found, words="Record read; vital signs as before.")
    elif duty.rule == "RHU-05-OUT":
        actions.record_out_of_cell(actor=playing.on_shift(row.facility_id, Role.CUSTODY, at), **about_it, minutes=130)
    elif duty.rule == "RHU-05-CAP":
        _end(playing, row.id, at)
    elif duty.rule in VISITS:
        kind, role = VISITS[duty.rule]
        who, seen = playing.on_shift(row.facility_id, role, at), "Calm, eats, sleeps; no complaint."
        actions.record_visit(actor=who, **about_it, kind=kind, items=["well"], words=seen)


def _free(unit: UUID) -> UUID | None:
    """Give a free bed of a unit; none where it is full."""
    taken = Placement.objects.filter(HOUSED, unit_id=unit, bed_id__isnull=False).values("bed_id")
    rows = Bed.objects.filter(unit_id=unit).exclude(id__in=taken).order_by("cell__code", "code")
    return rows.values_list("id", flat=True).first()


def _end(playing: Playing, confinement_id: UUID, at: datetime) -> None:
    row = Confinement.objects.filter(id=confinement_id).exclude(state="ended").first()
    one = playing.crowd.people.get(row.person_id) if row is not None else None
    if row is not None and one is not None and home_now([one.id]).unit_kind == "restricted":
        back = playing.crowd.bed(one.site)
        custody.move_within(actor=FEED, person_id=one.id, unit_id=back.unit_id, bed_id=back.bed_id)
    elif row is not None and row.facility_id is not None:
        officer = playing.on_shift(row.facility_id, Role.CUSTODY, at)
        actions.end_placement(actor=officer, person_id=row.person_id, confinement_id=row.id)


def _step(playing: Playing, restraint_id: UUID, kind: str, at: datetime) -> None:
    row = Restraint.objects.filter(id=restraint_id, until=None).first()
    if row is not None and row.facility_id is not None:
        nurse, items = playing.on_shift(row.facility_id, Role.RN, at), ["well"] if kind == "check" else []
        actions.record_step(
            actor=nurse,
            person_id=row.person_id,
            restraint_id=row.id,
            kind=kind,
            items=items,
            words="" if items else "Nothing in the record speaks against it.",
        )


def _off(playing: Playing, restraint_id: UUID, at: datetime) -> None:
    row = Restraint.objects.filter(id=restraint_id, until=None).first()
    if row is not None and row.facility_id is not None:
        officer = playing.on_shift(row.facility_id, Role.CUSTODY, at)
        actions.end_restraint(actor=officer, person_id=row.person_id, restraint_id=row.id)
