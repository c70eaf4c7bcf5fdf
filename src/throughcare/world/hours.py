"""The dangerous hours as the agency lives them: watches with their rounds, withdrawal checks, codes and the way to hospital,
drills, suicide-risk assessments. By the rooms' own actions, one by one; nobody dies, and no known case is rebuilt.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from throughcare.care.emergency import actions as emergency
from throughcare.care.emergency.models import Trip
from throughcare.care.mental_health import actions as mental_health
from throughcare.care.mental_health.actions.keeping import Spot, spot_of
from throughcare.care.mental_health.models import DoorTag, FollowUp, Watch, WatchObserver
from throughcare.care.mental_health.states import RUNNING
from throughcare.care.substance_use import actions as substance_use
from throughcare.care.substance_use.measures import read
from throughcare.care.substance_use.models import Check, Episode
from throughcare.care.substance_use.rule_table import load_table
from throughcare.chart import actions as chart
from throughcare.custody import actions as custody
from throughcare.duties.models import OPEN, Duty
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Refused
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import Role
from throughcare.world import answers, apart, recent
from throughcare.world.past import ZONE, at_minute
from throughcare.world.population import Somebody
from throughcare.world.recent import Playing, Scene
from throughcare.world.scenes import FEED
from throughcare.world.shares import about

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
WALK = 5 * MINUTE  # how often somebody looks at what rounds are due
RELIEF = 110 * MINUTE
WORST = 30 * HOUR  # how long withdrawal goes on before it eases
SUICIDE_SCREENER = "c-ssrs-screener"
CALM = {"1": False, "2": False, "6": False}
PLAN = {
    "warnings": "Stops eating, stays in bed",
    "coping": "Push-ups, reading",
    "people": "Sister; the unit's counselor",
}
FINE = {"systolic": "124", "diastolic": "78", "pulse": "82", "temperature": "98.2", "respiration": "16"}
COMPLAINTS = ("chest_pain", "breathing", "seizure", "other")
EPISODE_OF = {f"WDR-01-{name.upper()}": name for name in ("opioid", "alcohol", "sedative", "stimulant")}


def plan_day(playing: Playing, day: datetime, until: datetime) -> None:
    """Lay out what of a day is drawn: assessments, drills; and let somebody walk the rounds all the time."""
    shares, random, people = playing.stage.shares, playing.stage.random, playing.period.people
    for _ in range(about(random, shares.a_day("risk_assessments", people))):
        playing.at(at_minute(day, random.randint(8 * 60, 20 * 60)), lambda at: assess_risk(playing, at))
    for _ in range(about(random, shares.a_day("hospital_trips", people))):
        playing.at(at_minute(day, random.randint(0, 1400)), lambda at: to_hospital(playing, at))
    apart.plan_day(playing, day)
    for _ in range(about(random, shares.a_day("drills", people))):
        playing.at(at_minute(day, random.randint(9 * 60, 19 * 60)), lambda at: drill(playing, at))
    plan_rounds(playing, day, min(until, day + 24 * HOUR))


def plan_rounds(playing: Playing, since: datetime, until: datetime) -> None:
    """Let somebody look every few minutes at what is due."""
    at = since + WALK
    while at < until:
        playing.at(at, lambda moment: look_around(playing, moment))
        at += WALK


def look_around(playing: Playing, at: datetime, ahead: timedelta = WALK) -> None:
    """See which doors, observers, checks and visits are due before the next look, and let each be done at its own moment."""
    until = at + ahead
    for watch in Watch.objects.filter(state__in=RUNNING, rests_since=None).order_by("id"):
        if watch.level == "constant":
            playing.at(at, lambda moment, w=watch: _stand(playing, w, moment))  # type: ignore[misc]
        elif watch.next_check_at is not None and watch.next_check_at <= until:
            playing.at(max(at, watch.next_check_at), lambda moment, w=watch.id: _walk(playing, w, moment, until))  # type: ignore[misc]
        _see_daily(playing, watch, at)
    due = Duty.objects.filter(OPEN, rule__in=EPISODE_OF, due_at__lte=until)
    for duty in due.order_by("due_at", "id"):
        playing.at(max(at, duty.due_at - 4 * MINUTE), lambda moment, d=duty: check_withdrawal(playing, d, moment))  # type: ignore[misc]
    apart.keep(playing, at, until)
    for visit in FollowUp.objects.filter(state="open", earliest_at__lt=at).order_by("earliest_at")[:5]:
        playing.at(at, lambda moment, v=visit: _visit(playing, v, moment))  # type: ignore[misc]


# --- watch ----------------------------------------------------------------------------------------------------------------


def _walk(playing: Playing, watch_id: UUID, at: datetime, until: datetime) -> None:
    """Look through one door at the moment that the look before it proposed, and go on so until the next look around."""
    watch = Watch.objects.filter(id=watch_id, state__in=RUNNING, rests_since=None, next_check_at__lte=at).first()
    if watch is None:
        return  # somebody else was there, or it ended
    hour = at.astimezone(ZONE).hour
    seen = "asleep" if hour < 6 or hour >= 23 else Random(f"{watch.person_id}:{at}").choice(("calm", "calm", "pacing"))
    officer, door = _officer(playing, watch, at, busy=_in_place(watch)), _door(spot_of(watch.person_id))
    done = mental_health.record_round(actor=officer, id=uuid7(), watch_id=watch.id, behaviour=seen, door=door)
    if done.running and done.next_at is not None and done.next_at <= until:
        playing.at(done.next_at, lambda moment: _walk(playing, watch_id, moment, until))


def _stand(playing: Playing, watch: Watch, at: datetime) -> None:
    """Let an officer take the post of a constant watch, or relieve the one who stood there long enough."""
    post = WatchObserver.objects.filter(watch=watch, until=None).first()
    if post is not None and at - post.since < RELIEF:
        return
    mental_health.take_post(
        actor=_officer(playing, watch, at, busy={post.observer_id} if post else ()),
        person_id=watch.person_id,
        watch_id=watch.id,
        door=_door(spot_of(watch.person_id)),
        told="Nothing new." if post is not None else "",
    )


def _see_daily(playing: Playing, watch: Watch, at: datetime) -> None:
    """Let mental health see who is on watch once a day, and decide: most watches end within a day or two."""
    if not 8 <= at.astimezone(ZONE).hour < 20:
        return
    last = watch.assessments.order_by("-at").first()
    wait = 20 * HOUR if last is not None else 2 * HOUR
    if at - (last.at if last is not None else watch.started_at) < wait:
        return
    dice = Random(f"watch:{watch.person_id}:{at:%Y%m%d}").random()
    decision = (
        "end" if dice < 0.6 else "lower" if dice < 0.8 and watch.level == "constant" and not watch.alone else "keep"
    )
    playing.at(at, lambda moment: _assess(playing, watch, decision, moment))


def _assess(playing: Playing, watch: Watch, decision: str, at: datetime) -> None:
    psych = playing.on_shift(watch.facility_id, Role.PSYCH, at)
    mental_health.assess_watch(
        actor=psych,
        person_id=watch.person_id,
        watch_id=watch.id,
        found=mental_health.Found(CALM, "Worried about court. No plan, no intent, speaks of family visits."),
        decision=decision,
        why="" if decision == "keep" else "Talked at length; no thoughts since yesterday, plan made together.",
        plan=None if decision == "keep" else PLAN,
    )


def _visit(playing: Playing, visit: FollowUp, at: datetime) -> None:
    mental_health.record_follow_up(
        actor=playing.on_shift(visit.watch.facility_id, Role.PSYCH, at),
        person_id=visit.person_id,
        follow_up_id=visit.id,
        answers=CALM,
        words="Calm, eats, goes to recreation.",
    )


def _in_place(watch: Watch) -> set[UUID]:
    """Say who of the place has somebody in sight now: they can't walk a round meanwhile."""
    rows = WatchObserver.objects.filter(facility_id=watch.facility_id, until=None)
    return set(rows.values_list("observer_id", flat=True))


def _officer(playing: Playing, watch: Watch, at: datetime, busy: Collection[UUID] = ()) -> Actor:
    """Give an officer of the place who is not busy, a nurse where the shift has no other officer."""
    for n in range(8):
        role, dice = (Role.CUSTODY, Role.RN)[n // 4], Random(f"{watch.person_id}:{at:%Y%m%d%H}:{n}")
        one = playing.stage.staff.at(watch.facility_id, role, at, dice).actor
        if one.id not in busy:
            return one
    raise Refused("Nobody else is there.")


def _door(spot: Spot) -> str:
    """Give what the badge at a door says; the unit's doors get their tags when the first is needed."""
    if spot.place_id is None or spot.facility_id is None:
        return ""
    tags = DoorTag.objects.filter(place_id=spot.place_id, ended_at=None)
    if not tags.exists():
        mental_health.make_door_tags(actor=FEED, facility_id=spot.facility_id, unit=spot.unit)
    tag = tags.first()
    return tag.code if tag is not None else ""


def assess_risk(playing: Playing, at: datetime) -> None:
    """Let a professional ask the suicide-risk questions of somebody; a few answers begin a watch."""
    random = playing.stage.random
    one = playing.crowd.any(random)
    if one is None:
        return
    psych = playing.on_shift(playing.crowd.sites[one.site].id, Role.PSYCH, at)
    grave = random.random() < playing.stage.shares.rate("grave_risk")
    response = chart.start_form(actor=psych, person_id=one.id, form=SUICIDE_SCREENER, purpose="risk")
    posted = answers.instrument(SUICIDE_SCREENER, "suicidal" if grave else "")
    chart.sign_form(actor=psych, person_id=one.id, response_id=response, posted=posted)
    if grave and not Watch.objects.filter(person_id=one.id, state__in=RUNNING).exists():
        mental_health.start_watch(
            actor=psych, person_id=one.id, level="staggered", why="Wishes not to wake up; no plan."
        )


# --- withdrawal -----------------------------------------------------------------------------------------------------------


def check_withdrawal(playing: Playing, duty: Duty, at: datetime) -> None:
    """Let a nurse make the check that is due; a prescriber decides where it calls, and ends what is over."""
    substance = EPISODE_OF[duty.rule]
    row = Episode.objects.filter(person_id__in=[duty.person_id], substance=substance, state="active").first()
    if row is None or not Duty.objects.filter(id=duty.id, closed_at=None).exists():
        return
    scale = load_table().substances[substance].scale
    worst = "opioids" if substance == "opioid" else "alcohol"
    troubled = worst if at - row.opened_at < WORST else ""
    done = substance_use.record_check(
        actor=playing.on_shift(duty.facility_id, Role.RN, at),
        person_id=row.person_id,
        episode_id=row.id,
        posted=answers.instrument(scale, troubled) if scale else {},
        taken=read(FINE),
        signs=[],
    )
    doctor = playing.on_shift(duty.facility_id, Role.PROVIDER, at)
    about_it: Any = {"actor": doctor, "person_id": row.person_id, "episode_id": row.id}
    if done.level != "routine":
        substance_use.decide_care(**about_it, decision="medicate", words="Medicine ordered; checked again in an hour.")
    elif Check.objects.filter(id=done.check_id, may_end=True).exists():
        substance_use.end_monitoring(**about_it, why="Scores low for a day; eats and drinks.")


# --- codes and the way to hospital ----------------------------------------------------------------------------------------


def to_hospital(playing: Playing, at: datetime) -> None:
    """Let a code be called for somebody who is sent to hospital."""
    one = playing.crowd.any(playing.stage.random)
    if one is not None:
        code(playing, one, at)


def code(playing: Playing, one: Somebody, at: datetime) -> None:
    """Call a code for somebody, let help come, and send them out; HOS-01 follows when they are back."""
    random, site = playing.stage.random, playing.crowd.sites[one.site]
    called = emergency.call_code(
        actor=playing.on_shift(site.id, Role.CUSTODY, at),
        facility_id=site.id,
        place="Day room",
        person_id=one.id,
        complaint=random.choice(COMPLAINTS),
    )
    there = at + random.uniform(1.5, 3.8) * MINUTE

    def stamp(kind: str, role: Role, **detail: str) -> Scene:
        return lambda when: emergency.stamp(
            actor=playing.on_shift(site.id, role, when), code_id=called, kind=kind, detail=detail
        )

    back = at + random.uniform(4, 20) * HOUR
    playing.at(there, stamp("health_there", Role.RN))
    playing.at(
        there + 1 * MINUTE, stamp("vitals", Role.RN, systolic="138", diastolic="84", pulse="96", saturation="97")
    )
    playing.at(there + 3 * MINUTE, stamp("ems_called", Role.RN))
    playing.at(there + 16 * MINUTE, stamp("ems_gate", Role.CUSTODY))
    playing.at(there + 30 * MINUTE, lambda when: _send_out(playing, one, back))
    playing.at(
        there + 31 * MINUTE,
        lambda when: emergency.end_code(
            actor=playing.on_shift(site.id, Role.RN, when), code_id=called, ending="sent_out"
        ),
    )


def _send_out(playing: Playing, one: Somebody, back: datetime) -> None:
    custody.send_out(actor=FEED, person_id=one.id, kind="hospital", place="Emergency department", expected_back=back)
    one.away = True
    playing.at(back, lambda when: recent.come_back(playing, one))
    playing.at(back + 25 * MINUTE, lambda when: review(playing, one, when))


def review(playing: Playing, one: Somebody, at: datetime) -> None:
    """Let a nurse see who is back from the hospital, with the papers, and call the provider (HOS-01)."""
    trip = (
        Trip.objects.filter(person_id=one.id, reviewed_at=None).exclude(returned_at=None).order_by("-left_at").first()
    )
    if trip is not None:
        emergency.review_return(
            actor=playing.on_shift(playing.crowd.sites[one.site].id, Role.RN, at),
            person_id=one.id,
            trip_id=trip.id,
            findings="Walks, speaks clearly, vital signs as before.",
            papers="came",
            provider="Provider on call",
            before_housing=True,
        )


def drill(playing: Playing, at: datetime) -> None:
    """Let a place practise: a code that is about nobody."""
    stage, site = playing.stage, playing.crowd.sites[playing.stage.random.choice(sorted(playing.crowd.sites))]
    called = emergency.call_code(
        actor=playing.on_shift(site.id, Role.CUSTODY, at), facility_id=site.id, place="Gymnasium", drill="person_down"
    )
    nurse = playing.on_shift(site.id, Role.RN, at)
    minutes = stage.random.uniform(1.5, 5)
    playing.at(at + minutes * MINUTE, lambda when: emergency.stamp(actor=nurse, code_id=called, kind="health_there"))
    playing.at(at + 12 * MINUTE, lambda when: emergency.end_code(actor=nurse, code_id=called, ending="false_alarm"))
