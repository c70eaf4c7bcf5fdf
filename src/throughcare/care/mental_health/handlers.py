"""What the watch does when others tell it something: an answer begins it, a move carries it, a release hands it on; wired in app/wiring.py."""

from datetime import timedelta
from uuid import UUID

from throughcare.care.mental_health import rules, states
from throughcare.care.mental_health.actions import keeping, ordering
from throughcare.care.mental_health.events import SuicideRiskNotAsked
from throughcare.care.mental_health.models import FollowUp, Watch, WatchAssessment
from throughcare.care.mental_health.rule_table import load_table
from throughcare.chart.events import NoteSigned
from throughcare.chart.models import FormResponse
from throughcare.custody.events import (
    AlertEnded,
    AlertRaised,
    MovedWithin,
    ReleaseCancelled,
    Released,
    ReturnedIn,
    SentOut,
    TransferCancelled,
    TransferredIn,
)
from throughcare.custody.models import OperationalAlert
from throughcare.kernel import db
from throughcare.kernel.errors import NotAllowed
from throughcare.kernel.events import emit
from throughcare.people.events import PersonDied
from throughcare.people.family import family

CONTACTS = frozenset(
    {"mental_health", "mental_health_visit", "mental_health_evaluation", "psychiatric_visit", "psychiatry"}
)
ASKED_LATELY = timedelta(hours=12)
SCREENER = "c-ssrs-screener"


def begin_by_alert(event: AlertRaised) -> None:
    """Officers were told to watch somebody: the watch is in force now, before any signature, and awaits its order (ruling 2)."""
    level = states.LEVEL_OF.get(event.template)
    if level is None or event.person_id is None:
        return
    actor, row = db.unit().actor, keeping.running(event.person_id)
    if row is None:
        ordering.begin(actor, event.person_id, level, alone=False, begun_by="answer")
    elif rules.rises(row.level, level):
        ordering.change_level(actor, row, level, why="")
    elif level != row.level:
        # The stricter sentence stands; two at once would leave an officer to choose.
        keeping.tell_custody(actor, row)


def hold_alert(event: AlertEnded) -> None:
    """Refuse that officers are told to stop while the watch goes on: its level is changed on its own page (SUI-03)."""
    if event.template not in states.LEVEL_OF or event.person_id is None:
        return
    row = keeping.running(event.person_id)
    if row is not None and not _stands(row):
        raise NotAllowed(
            "This sentence stands as long as the watch does. A mental health professional lowers or ends the watch on its page."
        )


def go_out(event: SentOut) -> None:
    """Let the rounds rest where another house watches the person; elsewhere the escort walks them."""
    row = _running(event.person_id)
    if row is not None and load_table().out.get(event.kind) == "rests":
        ordering.rest(row, event.kind)


def come_back(event: ReturnedIn) -> None:
    """Begin the rounds anew where they rested."""
    row = _running(event.person_id)
    if row is not None and row.rests_since is not None:
        ordering.resume(db.unit().actor, row, event.facility_id)


def arrive(event: TransferredIn | TransferCancelled) -> None:
    """Carry the watch to where the person is now: nobody there can say that they were not told."""
    row = _running(event.person_id)
    if row is not None:
        ordering.resume(db.unit().actor, row, event.facility_id)


def move_within(event: MovedWithin) -> None:
    """Make the watch constant where the person is kept alone now (SUI-02)."""
    row = _running(event.person_id)
    if row is not None and keeping.spot_of(row.person_id).alone:
        ordering.isolate(db.unit().actor, row)


def let_go(event: Released) -> None:
    """End the watch because the person is free; what was owed after it is the discharge planner's now (SUI-04, ruling 5)."""
    row = _running(event.person_id)
    if row is not None:
        ordering.finish(db.unit().actor, row, "released")
    for visit in FollowUp.objects.filter(person_id__in=_charts(event.person_id), state="open"):
        visit.bump(state=states.FOLLOW_UP.after(visit.state, "let_go"))
        keeping.keep(visit)


def release_cancelled(event: ReleaseCancelled) -> None:
    """Put back in force what the release ended, as it was."""
    charts = _charts(event.person_id)
    released = Watch.objects.select_for_update().filter(person_id__in=charts, ended_how="released")
    last = released.order_by("-ended_at").first()
    if last is not None and keeping.running(last.person_id) is None:
        ordering.restore(db.unit().actor, last)
    for visit in FollowUp.objects.filter(person_id__in=charts, state="converted"):
        visit.bump(state=states.FOLLOW_UP.after(visit.state, "restore"))
        keeping.keep(visit)


def died(event: PersonDied) -> None:
    """End the watch of somebody who died."""
    row = _running(event.person_id)
    if row is not None:
        ordering.finish(db.unit().actor, row, "died")


def _running(person_id: UUID | None) -> Watch | None:
    return keeping.running(person_id) if person_id is not None else None


def _charts(person_id: UUID | None) -> frozenset[UUID]:
    return family(person_id) if person_id is not None else frozenset()


def _stands(row: Watch) -> bool:
    wanted = states.ALERTS[row.level]
    return OperationalAlert.objects.filter(person_id__in=family(row.person_id), template=wanted, ended_at=None).exists()


def contact_signed(event: NoteSigned) -> None:
    """Tell of a mental health visit at which the suicide questions were not asked (clinical.md 3.2: at each contact)."""
    if event.kind not in CONTACTS or event.person_id is None:
        return
    kin, since = family(event.person_id), event.happened_at - ASKED_LATELY
    asked = FormResponse.objects.filter(person_id__in=kin, form=SCREENER, signed_at__gte=since).exclude(status="draft")
    assessed = WatchAssessment.objects.filter(person_id__in=kin, at__gte=since)
    if not asked.exists() and not assessed.exists():
        emit(
            SuicideRiskNotAsked(
                happened_at=event.happened_at,
                person_id=event.person_id,
                facility_id=event.facility_id,
                ref=event.ref,
            )
        )
