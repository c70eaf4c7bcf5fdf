"""The days after: calls at day 1, 7 and 30 with their outcome, and what was left open handed on to who goes on with it."""

from uuid import UUID

from throughcare.care.medications.events import ReleaseMedicinesBridged, ReleaseOpioidTreatmentLinked
from throughcare.chart.models import Report
from throughcare.duties.models import Duty
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotFound
from throughcare.kernel.events import Event, emit
from throughcare.people.family import family
from throughcare.reentry import models as m
from throughcare.reentry import rules, states
from throughcare.reentry.actions import keeping
from throughcare.reentry.events import (
    ReleaseCareHandedOn,
    ReleaseContactFailed,
    ReleaseContactMade,
    ReleaseInfectionHandedOn,
    ReleaseMentalHealthLinked,
    ReleaseResultHandedOn,
)
from throughcare.reentry.tables import load_table

# What closes each duty of release.toml that is handed on to somebody outside.
CLOSES: dict[str, type[Event]] = {
    "REL-RESULT": ReleaseResultHandedOn,
    "REL-INFECTION": ReleaseInfectionHandedOn,
    "REL-MH": ReleaseMentalHealthLinked,
    "REL-REFER": ReleaseCareHandedOn,
    "REL-MED": ReleaseMedicinesBridged,
    "REL-MOUD": ReleaseOpioidTreatmentLinked,
}


@action("reentry.record_contact")
def record_contact(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    day: int,
    channel: str,
    reached: bool,
    kept: str = "",
    taking: str = "",
    words: str = "",
    no_way: bool = False,
    why: str = "",
) -> UUID:
    """Keep one attempt to reach somebody; the last failed one ends the calling, with its reason (clinical.md 2.12)."""
    _check(day, channel, reached, kept, taking, no_way=no_way, why=why)
    now, charts = clock.now(), family(person_id)
    plan = m.ReleasePlan.objects.filter(person_id__in=charts).exclude(state="cancelled").order_by("-begun_at").first()
    failed: list[int] = []
    if not reached:
        since = plan.left_at if plan and plan.left_at else now
        tried = m.Contact.objects.filter(person_id__in=charts, reached=False, at__gte=since)
        failed = [*tried.values_list("day", flat=True), day]
    calling = rules.after_failure(load_table(), failed, day, no_way=no_way) if not reached else None
    last = bool(calling and calling.ends)
    row = m.Contact.objects.create(
        person_id=person_id,
        facility_id=(plan.facility_id if plan else None) or actor.facility_id,
        plan=plan if plan and plan.person_id == person_id else None,
        day=day,
        at=now,
        by=actor.label(),
        channel=channel,
        reached=reached,
        last=last,
        kept=kept if reached else "",
        taking=taking if reached else "",
        why=(why.strip() or (f"{len(failed)} attempts, not reached" if last else ""))[:240],
        words=words.strip()[:1000],
    )
    keeping.keep_contact(row)
    _tell(row, calling)
    return row.id


def _check(day: int, channel: str, reached: bool, kept: str, taking: str, *, no_way: bool, why: str) -> None:
    wrong = {}
    if day not in states.DAYS:
        wrong["day"] = "Choose day 1, 7 or 30."
    if channel not in states.CHANNELS:
        wrong["channel"] = "Choose how you tried."
    if reached and (kept not in states.KEPT or not kept):
        wrong["kept"] = "Say whether they kept their appointment."
    if reached and (taking not in states.TAKING or not taking):
        wrong["taking"] = "Say whether they still take their medicines."
    if no_way and len(why.strip()) < 3:
        wrong["why"] = "Say why nobody can reach them."
    if wrong:
        raise Invalid("Nothing was kept.", fields=wrong)


def _tell(row: m.Contact, calling: rules.Calling | None) -> None:
    about = {"happened_at": row.at, "person_id": row.person_id, "facility_id": row.facility_id, "ref": row.id}
    if row.reached:
        emit(ReleaseContactMade(**about, day=row.day))  # type: ignore[arg-type]
    for day in calling.ends if calling else ():
        emit(ReleaseContactFailed(**about, day=day))  # type: ignore[arg-type]


@action("reentry.hand_on")
def hand_on(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, duty_id: UUID, to: str, words: str = ""
) -> UUID:
    """Hand on what the stay left open: name who goes on with it. Closes that duty, by the event of its rule."""
    duty = Duty.objects.filter(id=duty_id, person_id__in=family(person_id)).first()
    if duty is None or duty.rule not in CLOSES:
        raise NotFound("There is nothing of this person to hand on here.")
    if duty.closed_at is not None:
        raise Invalid("Somebody has done this already. Open the page again.")
    if len(to.strip()) < 3:
        raise Invalid("Nothing was closed.", fields={f"to-{duty_id}": "Name who goes on with it."})
    now = clock.now()
    row = m.HandedOn.objects.create(
        person_id=person_id,
        facility_id=duty.facility_id or actor.facility_id,
        duty_id=duty.id,
        rule=duty.rule,
        about=duty.about,
        at=now,
        by=actor.label(),
        to=to.strip()[:160],
        words=words.strip()[:1000],
    )
    keeping.keep_handed_on(row)
    ref = duty.about or duty.ref or row.id
    emit(CLOSES[duty.rule](happened_at=now, person_id=person_id, facility_id=row.facility_id, ref=ref))
    return row.id


def result_of(duty: Duty) -> str:
    """Give the test that a duty is about, in its own words; nothing where it is about something else."""
    found = Report.objects.filter(id=duty.about).values_list("text", flat=True).first() if duty.about else None
    return found or ""
