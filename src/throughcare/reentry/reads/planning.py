"""The registry of who goes home, tomorrow's docket with its go-bags, and one person's plan with all that belongs to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q

from throughcare.care.medications.models import MedicationOrder
from throughcare.care.medications.taken_along import taken_along
from throughcare.custody import reads as custody
from throughcare.duties import reads as duties
from throughcare.duties.reads import WorkItem
from throughcare.kernel import clock, db
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb
from throughcare.people import reads as people
from throughcare.reentry import models as m
from throughcare.reentry import partners, rules, states
from throughcare.reentry.rules import StepNow
from throughcare.reentry.tables import load_table


@dataclass(frozen=True, slots=True)
class Leaving:
    """One expected release: when, how sure, and where the plan stands."""

    who: people.Card
    at: datetime | None
    confidence: str
    place: str
    plan: m.ReleasePlan | None
    late: tuple[str, ...]
    following: str
    answered: int
    steps: int


@dataclass(frozen=True, slots=True)
class Bag:
    """Somebody whom a court may let go tomorrow, and what is packed for them."""

    who: people.Card
    at: datetime
    place: str
    kind: str
    medicines: tuple[str, ...]
    controlled: tuple[str, ...]
    observed: bool
    kit: str
    language: str


@dataclass(frozen=True, slots=True)
class PlanPage:
    """One person's plan, with everything a planner does about it."""

    plan: m.ReleasePlan | None
    release_at: datetime | None
    confidence: str
    steps: tuple[StepNow, ...]
    notes: dict[str, m.PlanStep]
    appointments: list[m.Appointment]
    bridge: m.Bridge | None
    contacts: list[m.Contact]
    handed_on: list[m.HandedOn]
    duties: list[WorkItem]
    clinic: partners.Partner | None


def registry(lens: Lens, facility_id: UUID) -> list[Leaving]:
    """Give who is expected to go home from a facility, soonest first, with what of each plan is late."""
    lens.require(Verb.READ, DataClass.DEMOGRAPHICS)
    table, today = load_table(), _today()
    with db.reading(lens):
        coming = custody.outgoing(lens, facility_id, ahead=timedelta(days=table.ahead_days), kinds=("release",))
        ids = {c.who.person_id for c in coming}
        known = {p.person_id: p for p in m.ReleasePlan.objects.filter(state__in=states.LIVE, person_id__in=ids)}
        loose = m.ReleasePlan.objects.filter(state__in=states.LIVE, facility_id=facility_id).exclude(person_id__in=ids)
        undated = list(loose.order_by("begun_at")[:100])
        cards = people.cards(lens, [p.person_id for p in undated])
        done = _done([p.id for p in (*known.values(), *undated)])
    rows = [_leaving(c.who, c.at, c.confidence, c.cell, known.get(c.who.person_id), done, today) for c in coming]
    return rows + [_leaving(cards[p.person_id], None, "", "", p, done, today) for p in undated if p.person_id in cards]


def _leaving(
    who: people.Card,
    at: datetime | None,
    confidence: str,
    place: str,
    plan: m.ReleasePlan | None,
    done: dict[UUID, dict[str, str]],
    today: date,
) -> Leaving:
    table = load_table()
    answers = done.get(plan.id, {}) if plan else {}
    day = clock.local(at).date() if at else None
    steps = [s for s in rules.steps_now(table, day, today, answers, left=False) if s.step.day <= 0]
    open_ = [s for s in steps if s.standing in ("late", "now", "later")]
    return Leaving(
        who,
        at,
        confidence,
        place,
        plan,
        tuple(s.step.id for s in open_ if s.standing == "late"),
        open_[0].step.id if open_ else "",
        len(steps) - len(open_),
        len(steps),
    )


def _done(plans: Sequence[UUID]) -> dict[UUID, dict[str, str]]:
    found: dict[UUID, dict[str, str]] = {}
    for plan_id, step, outcome in m.PlanStep.objects.filter(plan_id__in=plans).values_list(
        "plan_id", "step", "outcome"
    ):
        found.setdefault(plan_id, {})[step] = outcome
    return found


def docket(lens: Lens, facility_id: UUID) -> list[Bag]:
    """Give who goes to court tomorrow or may be released, with the medicines of their go-bag (clinical.md 2.12)."""
    lens.require(Verb.READ, DataClass.MEDICATION)
    table = load_table()
    with db.reading(lens):
        going = custody.outgoing(
            lens, facility_id, ahead=timedelta(days=table.docket_days + 1), kinds=("court", "release")
        )
        until = datetime.combine(
            _today() + timedelta(days=table.docket_days + 1), datetime.min.time(), tzinfo=clock.zone()
        )
        rows = [g for g in going if g.at < until]
        ids = [g.who.person_id for g in rows]
        orders: dict[UUID, list[MedicationOrder]] = {}
        for order in MedicationOrder.objects.filter(person_id__in=ids, status="active").order_by("text"):
            orders.setdefault(order.person_id, []).append(order)
        kits = dict(
            m.ReleasePlan.objects.filter(person_id__in=ids, state__in=states.LIVE).values_list(
                "person_id", "naloxone_kit"
            )
        )
    return [_bag(g, orders.get(g.who.person_id, []), kits.get(g.who.person_id, "")) for g in rows]


def _bag(going: custody.Movement, orders: Sequence[MedicationOrder], kit: str) -> Bag:
    critical = [o for o in orders if o.time_critical or o.critical]
    return Bag(
        going.who,
        going.at,
        going.place,
        going.kind.casefold(),
        tuple(f"{o.text}: {o.sig}" for o in critical if not o.schedule and not o.opioid_treatment),
        tuple(o.text for o in critical if o.schedule and not o.opioid_treatment),
        any(o.opioid_treatment for o in orders),
        kit,
        going.who.language,
    )


def one(lens: Lens, person_id: UUID) -> PlanPage:
    """Give a person's plan with its steps, appointments, bridge, calls and what is still somebody's."""
    lens.require(Verb.SUMMARY, DataClass.CLINICAL, person_id=person_id)
    with db.reading(lens):
        charts = people.family(lens, person_id)
        rows = m.ReleasePlan.objects.filter(person_id__in=charts).exclude(state="cancelled").order_by("-begun_at")
        plan = rows.first()
        expected = next((p for p in custody.plans(lens, person_id) if p.kind == "release"), None)
        release = (plan.left_at if plan else None) or (expected.starts_at if expected else None)
        notes = {s.step: s for s in m.PlanStep.objects.filter(plan=plan)} if plan else {}
        bridge = (
            m.Bridge.objects.filter(person_id__in=charts).exclude(state="withdrawn").order_by("-proposed_at").first()
        )
        opioid = MedicationOrder.objects.filter(
            Q(person_id__in=charts, status__in=("active", "on-hold")) | taken_along(charts), opioid_treatment=True
        )
        treated = opioid.values_list("text", flat=True).first()
        sees = lens.may(Verb.READ, DataClass.MEDICATION, person_id=person_id)
        return PlanPage(
            plan=plan,
            release_at=release,
            confidence=expected.confidence if expected else "",
            steps=rules.steps_now(
                load_table(),
                clock.local(release).date() if release else None,
                _today(),
                {k: s.outcome for k, s in notes.items()},
                left=bool(plan and plan.left_at),
            ),
            notes=notes,
            appointments=list(m.Appointment.objects.filter(person_id__in=charts).order_by("at", "made_at")[:40]),
            bridge=bridge if sees else None,
            contacts=list(m.Contact.objects.filter(person_id__in=charts).order_by("-at")[:30]),
            handed_on=list(m.HandedOn.objects.filter(person_id__in=charts).order_by("-at")[:30]),
            duties=[d for d in duties.of_person(lens, person_id) if d.rule.startswith("REL")],
            clinic=partners.next_dose_clinic(
                clock.now(), plan.town if plan else "", methadone="methadone" in (treated or "").casefold()
            )
            if treated and sees
            else None,
        )


def _today() -> date:
    return clock.today()
