"""A check: scored by the form's own engine, with vital signs and what was seen; or why there was none. It acts at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from throughcare.care.substance_use import measures, rules
from throughcare.care.substance_use.actions.keeping import CHECKERS, about, episode, keep_check, past, require
from throughcare.care.substance_use.events import (
    WithdrawalCheckDone,
    WithdrawalCheckPutOff,
    WithdrawalEscalated,
)
from throughcare.care.substance_use.measures import Taken
from throughcare.care.substance_use.models import Check, Episode
from throughcare.care.substance_use.rule_table import load_table
from throughcare.care.substance_use.rules import Decision, Found
from throughcare.chart import actions as chart
from throughcare.chart import forms
from throughcare.chart.forms.scoring import weight_of
from throughcare.custody import actions as custody
from throughcare.duties import actions as duties
from throughcare.duties.models import Duty
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, Stale
from throughcare.kernel.events import emit
from throughcare.kernel.fhir import LOCAL
from throughcare.kernel.ids import uuid7
from throughcare.people.family import family

NURSE_NEEDED = "A nurse or a prescriber checks. Call the nurse."
PURPOSE = "withdrawal"
REFUSED_AGAIN = timedelta(hours=2)  # the clock table's own (WDR-01, refusal)
UNABLE = ("intoxicated", "unsafe", "no_interpreter", "away", "other")


@dataclass(frozen=True, slots=True)
class CheckDone:
    """What a check came to: its entry, how urgent, and when the next one is due."""

    check_id: UUID
    level: str
    next_at: datetime
    score: int | None = None


@dataclass(frozen=True, slots=True)
class Scale:
    """What a signed scale says: the score where all was asked, else what is certain already."""

    response_id: UUID | None = None
    score: int | None = None
    floor: int = 0
    band: str = ""


@action("substance_use.record_check")
def record_check(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    episode_id: UUID,
    posted: dict[str, list[str]],
    taken: Taken,
    signs: list[str],
    words: str = "",
) -> CheckDone:
    """Sign a check: the scale is scored, everything measured is kept, and what it means acts at once (WDR-01)."""
    require(actor, CHECKERS, NURSE_NEEDED)
    row = episode(episode_id, person_id)
    known = {s.id for s in load_table().signs}
    if not set(signs) <= known:
        raise Invalid("Choose what you saw from the list.", fields={"signs": "Choose from the list."})
    found_signs = frozenset(signs)
    _refuse_without_fluids(row, taken, found_signs)
    scale = _score(actor, row, posted)
    if taken.measured:
        chart.observe(actor=actor, person_id=person_id, measured=list(taken.measured))
    mine = None
    for each in _same_scale(row):
        done = enter_scored(actor, each, scale, taken.values, found_signs, words, taken.cannot_stand)
        mine = done if each.id == row.id else mine
    if mine is None:
        raise Stale("This monitoring is over. Nothing was recorded.")
    if "suicidal" in found_signs:
        _call_mental_health(actor, mine)
    return CheckDone(mine.id, mine.level, mine.next_at, mine.score)


@action("substance_use.record_asleep")
def record_asleep(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, episode_id: UUID, respiration: int
) -> CheckDone:
    """Record that somebody sleeps and breathes: no check; refused where they must be woken (3.3)."""
    require(actor, CHECKERS, NURSE_NEEDED)
    if not 0 <= respiration <= 80:
        raise Invalid("Count the breaths for a minute.", fields={"respiration": "Write a number up to 80."})
    row = episode(episode_id, person_id)
    table, now = load_table(), clock.now()
    may = rules.put_off(now, row.opened_at, past(row), Decimal(respiration), table)
    if not may.ok:
        raise Invalid(may.why.en, fields={"respiration": may.why.en})
    chart.observe(actor=actor, person_id=person_id, measured=[_breaths(respiration)])
    return _put_off(actor, row, "asleep", may.until, may.why.en, measured={"respiration": str(respiration)})


@action("substance_use.record_unable")
def record_unable(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, episode_id: UUID, reason: str, words: str = ""
) -> CheckDone:
    """Record that the person could not be assessed, and why; it is tried again within the hour."""
    require(actor, CHECKERS, NURSE_NEEDED)
    if reason not in UNABLE:
        raise Invalid("Say why it could not be done.", fields={"reason": "Choose one."})
    row = episode(episode_id, person_id)
    again = clock.now() + load_table().unable_retry
    return _put_off(actor, row, "unable", again, f"Could not be assessed ({reason}).", words=f"{reason} {words}")


@action("substance_use.record_refusal")
def record_refusal(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, episode_id: UUID, form: duties.RefusalForm
) -> CheckDone:
    """Record a signed, witnessed refusal of this check; the next is offered in two hours, and monitoring goes on."""
    row = episode(episode_id, person_id)
    duty = open_duty(row)
    if duty is None:
        raise Stale("No check is open now, so none can be refused. Open the page again.")
    duties.refuse_duty(actor=actor, duty_id=duty.id, version=duty.version, form=form)
    entry = _enter(
        actor, row, "refused", next_at=clock.now() + REFUSED_AGAIN, why="Refused: offered again.", words=form.said
    )
    return CheckDone(entry.id, entry.level, entry.next_at)


def open_duty(row: Episode) -> Duty | None:
    """Give the duty of the next check, if one is open."""
    mine = Duty.objects.filter(subject_id__in=sorted(family(row.person_id)), closed_at=None)
    return mine.filter(rule=f"WDR-01-{row.substance.upper()}").first()


def enter_scored(
    actor: Actor,
    row: Episode,
    scale: Scale,
    values: dict[str, str],
    signs: frozenset[str],
    words: str = "",
    cannot_stand: bool = False,
) -> Check:
    """Write down a check inside an action, decide what it means, and let that act at once."""
    found = Found(
        at=clock.now(),
        score=scale.score,
        floor=scale.floor,
        vitals=measures.vitals(values),
        signs=signs,
        prior_severe=row.prior_severe and row.decided_at is None,
        cannot_stand=cannot_stand,
    )
    table = load_table()
    decision = rules.decide(table.substances[row.substance], row.opened_at, found, past(row), table)
    check = _enter(
        actor,
        row,
        "scored",
        next_at=decision.next_at,
        why=decision.next_why.en,
        words=words,
        scale=scale,
        values=values,
        signs=signs,
        decision=decision,
    )
    emit(WithdrawalCheckDone(**about(check), substance=row.substance, next_check_at=check.next_at))
    if decision.level != rules.ROUTINE:
        emit(WithdrawalEscalated(**about(check), level=decision.level, substance=row.substance))
        custody.raise_alert(actor=actor, person_id=row.person_id, template="shaking_check", reason_ref=row.id)
    return check


def _score(actor: Actor, row: Episode, posted: dict[str, list[str]]) -> Scale:
    name = load_table().substances[row.substance].scale
    if not name:
        return Scale()
    response = chart.start_form(actor=actor, person_id=row.person_id, form=name, purpose=PURPOSE, ref=row.id)
    done = chart.sign_form(actor=actor, person_id=row.person_id, response_id=response, posted=posted)
    return scale_of(name, posted, response, done.value, done.band)


def scale_of(name: str, posted: dict[str, list[str]], response_id: UUID, value: Decimal | None, band: str) -> Scale:
    """Read what a signed scale says; where an item could not be asked, what the others come to is certain."""
    form = forms.load(name)
    answers = forms.parse(form, posted, zone=clock.zone(), now=clock.now())
    weights = [weight_of(item, v) for item in form.walk() if (v := answers.value(item.link_id)) is not None]
    floor = int(sum((w for w in weights if w is not None), Decimal(0)))
    return Scale(response_id, None if value is None else int(value), floor, band)


def _same_scale(row: Episode) -> list[Episode]:
    """Give the episodes that one scale serves: alcohol and sedatives are asked once, not twice."""
    table = load_table()
    if not table.substances[row.substance].scale:
        return [row]
    running = Episode.objects.select_for_update().filter(person_id=row.person_id, state="active").order_by("id")
    return [e for e in running if table.substances[e.substance].scale == table.substances[row.substance].scale]


def _refuse_without_fluids(row: Episode, taken: Taken, signs: frozenset[str]) -> None:
    values = measures.vitals(taken.values)
    found = Found(at=clock.now(), vitals=values, signs=signs, cannot_stand=taken.cannot_stand)
    if not taken.untaken and rules.fluids_asked(found, past(row), load_table()):
        need = "Vomiting or diarrhoea: weigh, and measure standing pressure and pulse, once each shift."
        raise Invalid(need, fields={"weight": need, "standing_systolic": "Measure it, or tick that they can't stand."})


def _put_off(
    actor: Actor,
    row: Episode,
    kind: str,
    until: datetime,
    why: str,
    *,
    words: str = "",
    measured: dict[str, str] | None = None,
) -> CheckDone:
    check = _enter(actor, row, kind, next_at=until, why=why, words=words, values=measured or {})
    emit(WithdrawalCheckPutOff(**about(check), substance=row.substance, next_check_at=until))
    return CheckDone(check.id, check.level, check.next_at)


def _enter(
    actor: Actor,
    row: Episode,
    kind: str,
    *,
    next_at: datetime,
    why: str,
    words: str = "",
    scale: Scale = Scale(),
    values: dict[str, str] | None = None,
    signs: Sequence[str] | frozenset[str] = (),
    decision: Decision | None = None,
) -> Check:
    reasons = decision.reasons if decision else ()
    check = Check.objects.create(
        id=uuid7(),
        person_id=row.person_id,
        episode=row,
        facility_id=actor.facility_id or row.facility_id,
        kind=kind,
        at=clock.now(),
        by=actor.label(),
        by_id=actor.id,
        response_id=scale.response_id,
        score=scale.score,
        band=scale.band,
        measured=values or {},
        signs=sorted(signs),
        words=words.strip()[:400],
        level=decision.level if decision else rules.ROUTINE,
        reasons=[
            {"code": r.code, "level": r.level, "en": r.text.en, "es": r.text.es, "source": r.source} for r in reasons
        ],
        next_at=next_at,
        next_why=why[:200],
        may_end=bool(decision and decision.may_end),
        table_version=load_table().version,
    )
    keep_check(check)
    return check


def _breaths(respiration: int) -> chart.Measured:
    return chart.Measured("http://loinc.org", "9279-1", "Breathing", Decimal(respiration), "/min")


def _call_mental_health(actor: Actor, check: Check) -> None:
    """Words of dying are acted on at once: constant watch until somebody of mental health has come (SUI-01)."""
    custody.raise_alert(actor=actor, person_id=check.person_id, template="watch_constant", reason_ref=check.id)
    chart.place_order(
        actor=actor,
        person_id=check.person_id,
        kind="referral",
        code="mental-health-now",
        system=LOCAL,
        text="Mental health now, or on call.",
        priority="stat",
        reason="Spoke of dying or self-harm at a check",
        due_at=check.at,
    )
