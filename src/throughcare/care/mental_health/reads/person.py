"""One person's watch: the order, the rounds with their intervals, and, for who may, what was found and planned."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from throughcare.care.mental_health import states
from throughcare.care.mental_health.models import (
    FollowUp,
    SafetyPlan,
    SelfHarmEvent,
    Watch,
    WatchAssessment,
    WatchCheck,
    WatchFinding,
    WatchObserver,
    WatchReason,
)
from throughcare.custody.models import Placement
from throughcare.kernel import clock, db
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb
from throughcare.people import reads as people

DAY = timedelta(hours=24)


@dataclass(slots=True)
class Page:
    """What the page of one person's watch shows; what the reader may not see is empty, and `sees` says how much that is."""

    watch: Watch | None
    earlier: list[Watch]
    sees: str
    checks: list[WatchCheck] = field(default_factory=list)
    posts: list[WatchObserver] = field(default_factory=list)
    findings: list[WatchFinding] = field(default_factory=list)
    reasons: list[WatchReason] = field(default_factory=list)
    assessments: list[WatchAssessment] = field(default_factory=list)
    plan: SafetyPlan | None = None
    follow_ups: list[FollowUp] = field(default_factory=list)
    events: list[SelfHarmEvent] = field(default_factory=list)

    @property
    def running(self) -> bool:
        """Tell whether a watch is in force."""
        return self.watch is not None and self.watch.state in states.RUNNING


def watch_of(lens: Lens, family: Sequence[UUID], watch_id: UUID | None = None) -> Page:
    """Give the running watch of a person, else the last one, with all that this reader may see of it."""
    lens.require(Verb.READ, DataClass.OPERATIONAL_ALERT, person_id=family[0])
    with db.reading(lens):
        rows = list(Watch.objects.filter(person_id__in=family).order_by("-started_at")[:20])
        row = next((r for r in rows if r.state in states.RUNNING), rows[0] if rows else None)
        if watch_id is not None:
            row = next((r for r in rows if r.id == watch_id), None)
            if row is None:
                raise NotFound("There is no such watch here.")
        page = Page(row, [r for r in rows if r is not row], _sees(lens, family[0]))
        if row is not None:
            since = (row.ended_at or clock.now()) - DAY
            page.checks = list(row.checks.filter(at__gte=since).order_by("-at")[:400])
            page.posts = list(row.observers.order_by("-since")[:40])
            page.findings = list(row.findings.order_by("-found_at")[:20])
        if page.sees:
            _clinical(page, family, row)
    return page


def _sees(lens: Lens, person_id: UUID) -> str:
    if lens.may(Verb.READ, DataClass.MENTAL_HEALTH, person_id=person_id):
        return "whole"
    # A summary: that somebody assessed, when, the risk and the decision, and the plan, which the person may show to anybody.
    return "summary" if lens.may(Verb.SUMMARY, DataClass.MENTAL_HEALTH, person_id=person_id) else ""


def _clinical(page: Page, family: Sequence[UUID], row: Watch | None) -> None:
    page.plan = SafetyPlan.objects.filter(person_id__in=family, replaced_at=None).first()
    page.follow_ups = list(FollowUp.objects.filter(person_id__in=family).order_by("-earliest_at")[:9])
    page.events = list(SelfHarmEvent.objects.filter(person_id__in=family).order_by("-happened_at")[:20])
    if row is None:
        return
    page.assessments = list(row.assessments.order_by("-at")[:30])
    page.reasons = list(row.reasons.order_by("-at")[:20])
    if page.sees == "summary":
        for one in page.assessments:
            one.formulation = one.risk_factors = one.protective = one.changes = one.why = ""
        for event in page.events:
            event.words = event.review = ""


@dataclass(frozen=True, slots=True)
class Owed:
    """One thing that waits for a mental health professional: whose, what, from when, by when."""

    who: people.Card
    what: str
    since: datetime
    due_at: datetime
    watch: Watch | None = None
    follow_up: FollowUp | None = None
    event: SelfHarmEvent | None = None


def owed(lens: Lens, facility_id: UUID | None, days: int = 7) -> list[Owed]:
    """Give what waits for a professional at a facility: acts to class, assessments, visits of the coming week."""
    lens.require(Verb.READ, DataClass.MENTAL_HEALTH)
    now = clock.now()
    with db.reading(lens):
        watches = Watch.objects.filter(state__in=states.RUNNING)
        visits = FollowUp.objects.filter(state="open", earliest_at__lt=now + timedelta(days=days))
        events = SelfHarmEvent.objects.filter(classed_at=None)
        if facility_id is not None:
            here = Placement.objects.filter(facility_id=facility_id, until=None, cancelled=False).values("person_id")
            watches = watches.filter(facility_id=facility_id)
            visits, events = visits.filter(person_id__in=here), events.filter(facility_id=facility_id)
        watched = list(watches.order_by("started_at")[:200])
        last = dict(
            WatchAssessment.objects.filter(watch__in=[w.id for w in watched])
            .order_by("watch_id", "-at")
            .distinct("watch_id")
            .values_list("watch_id", "at")
        )
        rows: list[Watch | FollowUp | SelfHarmEvent] = [
            *watched,
            *visits.order_by("latest_at")[:200],
            *events.order_by("happened_at")[:100],
        ]
        cards = people.cards(lens, [r.person_id for r in rows])
    found = [_owed(row, cards[row.person_id], last) for row in rows if row.person_id in cards]
    return sorted(found, key=lambda o: o.due_at)


def _owed(row: Watch | FollowUp | SelfHarmEvent, who: people.Card, last: dict[UUID, datetime]) -> Owed:
    if isinstance(row, Watch):
        since = last.get(row.id, row.started_at)
        return Owed(who, "assess" if row.id in last else "first", since, since + DAY, watch=row)
    if isinstance(row, FollowUp):
        return Owed(who, row.visit, row.earliest_at, row.latest_at, follow_up=row)
    return Owed(who, "class", row.happened_at, row.happened_at + timedelta(hours=1), event=row)
