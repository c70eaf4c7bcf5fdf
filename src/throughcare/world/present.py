"""What must be seen now, whatever the dice said: arrivals in every state, a bus of twelve, an alias, a slip in Spanish, a red flag,
a refusal that the patient disputes, watches, a lockdown, tomorrow's lists, handovers, messages that could not be applied.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from throughcare.care.sick_call import actions as sick_call
from throughcare.custody import actions as custody
from throughcare.duties import handing
from throughcare.exchange.hl7v2 import actions as exchange
from throughcare.kernel.vocabulary import Role
from throughcare.people import actions as people
from throughcare.world import complaints, laboratory, recent, scenes
from throughcare.world.cast import SYSTEM
from throughcare.world.messages import Booking, admission
from throughcare.world.past import DAY, JAILS, WOMEN, Life, at_minute
from throughcare.world.population import Somebody
from throughcare.world.recent import HOUR, MINUTE, Playing
from throughcare.world.scenes import FEED

SICK_CALL = "osborn"
NOTES = (
    "Quiet shift. Two arrivals are half screened; the night van is announced for ten.",
    "One constant watch goes on. Blood pressures on unit B are to be taken again before supper.",
    "Slips collected on all units. Please see the red flag first if it is still open.",
)


def plan(playing: Playing, now: datetime, gone: Sequence[Life]) -> None:
    """Lay out the set pieces around now."""
    _arrivals(playing, now)
    _requests(playing, now)
    complaints.plan(playing, now)
    _watches(playing, now)
    _lists(playing, now)
    _handovers(playing, now)
    _messages(playing, now)
    _alias(playing, now, gone)
    laboratory.waiting(playing.stage, playing.at, lambda site, dice: playing.crowd.any(dice, site=site), now)
    hartford = playing.crowd.sites["hartford"]
    playing.at(
        now - 25 * MINUTE,
        lambda at: custody.start_lockdown(
            actor=playing.stage.worker(hartford.id, Role.CUSTODY, at),
            facility_id=hartford.id,
            unit_id=hartford.beds[0][0],
        ),
    )


def _arrivals(playing: Playing, now: datetime) -> None:
    for site in (*JAILS, WOMEN):
        sex = "female" if site == WOMEN else "male"
        for until, ago in (("arrived", 0.1), ("looked", 0.7), ("half", 1.6), ("housed", 4.5)):
            who = playing.casting.draw(arriving=True, sex=sex)
            recent.plan_arrival(playing, who, site, now - ago * HOUR, until=until)
    bus = now - 9 * MINUTE
    for n in range(12):
        who = playing.casting.draw(arriving=True, sex="male")
        recent.plan_arrival(playing, who, "hartford", bus + n * timedelta(seconds=20), until="arrived")
    who = playing.casting.draw(arriving=True, sex="male")
    recent.plan_arrival(playing, who, "hartford", now - 1.1 * HOUR, until="sent_out")


def _requests(playing: Playing, now: datetime) -> None:
    random = playing.stage.random
    for site in (SICK_CALL, "hartford", WOMEN):
        for ago in sorted((random.uniform(0.2, 10) for _ in range(5)), reverse=True):
            playing.at(now - ago * HOUR, lambda at, s=site: _plain(playing, s, at))  # type: ignore[misc]
        playing.at(now - 6 * MINUTE, lambda at, s=site: _red_flag(playing, s, at))  # type: ignore[misc]
        playing.at(now - 50 * MINUTE, lambda at, s=site: _spanish_slip(playing, s, at))  # type: ignore[misc]
        for n, priority in enumerate(("routine", "urgent", "routine", "routine", "routine")):
            playing.at(
                now - (9 - n) * HOUR,
                lambda at, s=site, p=priority, b=n > 1: _read(playing, s, at, now, p, booked=b),  # type: ignore[misc]
            )
    playing.at(now - 20 * HOUR, lambda at: _disputed(playing, SICK_CALL, at, now))


def _plain(playing: Playing, site: str, at: datetime) -> None:
    one = playing.crowd.any(playing.stage.random, site=site)
    if one is not None:
        scenes.ask(playing.stage, one.id, playing.crowd.sites[site].id, at, spanish=one.spanish)


def _read(playing: Playing, site: str, at: datetime, now: datetime, priority: str, *, booked: bool) -> None:
    """A request that a nurse has read: it waits for a time, or has one in the clinic's next hours."""
    stage, facility = playing.stage, playing.crowd.sites[site].id
    one = playing.crowd.any(stage.random, site=site)
    if one is None:
        return
    request = scenes.ask(stage, one.id, facility, at, spanish=one.spanish).request_id
    scenes.triage(stage, request, one.id, facility, at, priority)
    if booked:
        scenes.book(stage, request, one.id, facility, at, after=now)


def _red_flag(playing: Playing, site: str, at: datetime) -> None:
    stage, facility = playing.stage, playing.crowd.sites[site].id
    one = playing.crowd.any(stage.random, site=site)
    if one is None:
        return
    row = stage.random.choice(stage.shares.red_flags)
    sick_call.submit_request(
        actor=scenes.patient(one.id, facility),
        person_id=one.id,
        kind="sick",
        words=row["es" if one.spanish else "en"],
        language="es" if one.spanish else "en",
        facility_id=facility,
    )


def _spanish_slip(playing: Playing, site: str, at: datetime) -> None:
    """A paper slip in Spanish, logged by a nurse, not translated yet."""
    stage, facility = playing.stage, playing.crowd.sites[site].id
    one = next((p for p in playing.crowd.people.values() if p.site == site and p.spanish and not p.away), None)
    one = one or playing.crowd.any(stage.random, site=site)
    if one is None:
        return
    sick_call.submit_request(
        actor=stage.worker(facility, Role.RN, at),
        person_id=one.id,
        kind="sick",
        words="Me duele mucho la cabeza desde el sábado y veo borroso a veces.",
        channel="paper",
        language="es",
        submitted_at=at - 3 * HOUR,
        facility_id=facility,
    )


def _disputed(playing: Playing, site: str, at: datetime, now: datetime) -> None:
    """Health wrote a refusal; the patient says that nobody came for them."""
    stage = playing.stage
    one = playing.crowd.any(stage.random, site=site) or playing.crowd.any(stage.random)
    if one is None:
        return
    facility = playing.crowd.sites[one.site].id
    request = scenes.ask(stage, one.id, facility, at).request_id
    about = {"person_id": one.id, "request_id": request}
    playing.at(at + 2 * HOUR, lambda moment: scenes.triage(stage, request, one.id, facility, moment, "routine"))
    visit = now - 9 * HOUR
    playing.at(
        visit,
        lambda moment: sick_call.record_no_show(
            actor=stage.worker(facility, Role.RN, moment),
            reason="refused-in-person",
            said_by="health",
            visit_at=visit,
            words="Said at the cell door that he would not come.",
            witnesses=("Demo-Officer, Gus", "Demo-Nurse, Jo"),
            **about,  # type: ignore[arg-type]
        ),
    )
    playing.at(
        now - 7 * HOUR,
        lambda moment: sick_call.record_no_show(
            actor=scenes.patient(one.id, facility),
            reason="not-brought",
            said_by="patient",
            visit_at=visit,
            words="I never refused. Nobody opened my door.",
            **about,  # type: ignore[arg-type]
        ),
    )


def _watches(playing: Playing, now: datetime) -> None:
    # Not long ago: each look at each of them is made one by one.
    watches = (("hartford", "watch_constant", 5.0), ("hartford", "watch_staggered", 2.5), (WOMEN, "watch_constant", 9.0),
               ("garner", "watch_staggered", 3.5), ("osborn", "watch_staggered", 1.5))  # fmt: skip
    for site, template, ago in watches:

        def watch(at: datetime, site: str = site, template: str = template) -> None:
            one = playing.crowd.any(playing.stage.random, site=site)
            if one is not None:
                by = playing.stage.worker(playing.crowd.sites[site].id, Role.PSYCH, at)
                custody.raise_alert(actor=by, person_id=one.id, template=template)

        playing.at(now - ago * HOUR, watch)


def _lists(playing: Playing, now: datetime) -> None:
    """Write tomorrow's transfers and court, and the releases that are expected."""
    random = playing.stage.random
    tomorrow = at_minute(now + DAY, 0)
    size = max(4, playing.period.people // 150)

    def schedule(at: datetime, kind: str, starts: datetime, site: str = "", sure: str = "fixed") -> None:
        one: Somebody | None = playing.crowd.any(random, site=site, but=WOMEN if kind == "transfer" else "")
        if one is None:
            return
        to = random.choice([p for p in recent.PRISONS if p != one.site]) if kind == "transfer" else ""
        custody.schedule_event(
            actor=FEED,
            person_id=one.id,
            kind=kind,
            starts_at=starts,
            place="Superior Court" if kind == "court" else "",
            to_facility_id=playing.crowd.sites[to].id if to else None,
            confidence=sure,
        )

    for n in range(size):
        site = ("hartford", SICK_CALL, "", "")[n % 4]
        playing.at(now - 5 * HOUR, lambda at, s=site: schedule(at, "transfer", tomorrow + 9 * HOUR, s))  # type: ignore[misc]
        playing.at(now - 5 * HOUR, lambda at, s=site: schedule(at, "court", tomorrow + 8.5 * HOUR, s))  # type: ignore[misc]
        days, sure = random.choice(((3, "fixed"), (12, "likely"), (35, "likely"), (95, "uncertain")))
        starts = tomorrow + days * DAY + 10 * HOUR
        playing.at(now - 6 * HOUR, lambda at, w=starts, c=sure: schedule(at, "release", w, "", c))  # type: ignore[misc]


def _handovers(playing: Playing, now: datetime) -> None:
    for n, (_, site) in enumerate(sorted(playing.crowd.sites.items())):

        def give(at: datetime, facility: UUID = site.id, n: int = n) -> None:
            giver = playing.stage.worker(facility, Role.RN, at - 8 * HOUR)
            note = NOTES[n % len(NOTES)]
            handover = handing.give_handover(actor=giver, facility_id=facility, role=Role.RN, notes=note)
            taker = playing.stage.worker(facility, Role.RN, at)
            if n % 3 and taker.id != giver.id:
                handing.accept_handover(actor=taker, handover_id=handover)

        playing.at(now - (3 + n / 10) * HOUR, give)


def _messages(playing: Playing, now: datetime) -> None:
    """Three arrivals by custody's own messages: applied, sent twice, and for a place that is not known here."""
    casting = playing.casting
    for facility, ago, times in (("BRIDGEPORT CC", 12, 1), ("HARTFORD CC", 30, 2), ("NEW HAVEN ANNEX", 40, 1)):
        who = casting.draw(arriving=True, sex="male")
        at = now - ago * MINUTE
        raw = admission(Booking(who, facility, "IN", at, accused=True))
        for n in range(times):
            playing.at(at + n * MINUTE, lambda moment, raw=raw: exchange.receive(raw, "mllp"))  # type: ignore[misc]


def _alias(playing: Playing, now: datetime, gone: Sequence[Life]) -> None:
    """Somebody who was here before comes back under another family name; whether it is the same, a person decides."""
    former = next((life for life in gone if life.who.sex == "male"), None)
    if former is None:
        return
    new = playing.casting.draw(arriving=True, sex="male")

    def come(at: datetime) -> None:
        old = former.who
        details = scenes.demographics(old)
        people.register(
            actor=FEED,
            person_id=new.id,
            demographics=people.Demographics(
                new.family,
                old.given,
                old.birth_date,
                old.sex,
                race_ethnicity=details.race_ethnicity,
                language=details.language,
                synthetic=True,
            ),
            numbers=[people.Number(SYSTEM, new.number)],
            aliases=[people.Name(old.family, old.given, old.birth_date)],
            source="custody",
        )
        custody.admit(actor=FEED, person_id=new.id, to=playing.crowd.door("hartford"))
        playing.crowd.add(Somebody(new.id, "hartford"))

    playing.at(now - 35 * MINUTE, come)
