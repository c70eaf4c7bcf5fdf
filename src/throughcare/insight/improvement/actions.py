"""The only writers of projects, their turns, annotations, targets and meetings. No patient is named in any of them."""

import re
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Literal
from uuid import UUID

from throughcare import ledger
from throughcare.insight.improvement import fhir, states
from throughcare.insight.improvement.events import (
    AdministrativeMeetingHeld,
    QualityCommitteeMet,
    QualityStudiesDone,
    StaffMeetingHeld,
)
from throughcare.insight.improvement.models import Annotation, Cycle, Meeting, Project, Target
from throughcare.insight.improvement.policy import LEADS, TEAMS
from throughcare.insight.measures import definitions
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed, NotFound, Refused, Stale
from throughcare.kernel.events import emit
from throughcare.kernel.ids import derived, uuid7
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.ledger import SubjectKind

AGENCY = derived("agency")
YEAR = timedelta(days=365)
LONGEST = 2000
PERSON_NUMBER = re.compile(r"\bT\d{7}\b", re.IGNORECASE)
NOBODY = "Name nobody here: a person's number stands in these words. Nothing was kept yet."


# What the clocks hear of each kind of meeting.
HEARD: dict[str, type[QualityCommitteeMet | AdministrativeMeetingHeld | StaffMeetingHeld]] = {
    "quality": QualityCommitteeMet,
    "administrative": AdministrativeMeetingHeld,
    "staff": StaffMeetingHeld,
}


@action("improvement.start_project")
def start_project(
    *,
    actor: Actor,
    intent: UUID | None = None,
    title: str,
    aim: str,
    kind: Literal["process", "outcome"],
    measure: str,
    facility_id: UUID | None,
    due_on: date,
) -> UUID:
    """Begin a project with its aim, its measure and the day by which it is to be reached; whoever begins it owns it."""
    _of(actor, TEAMS)
    if kind not in states.KINDS:
        raise Invalid("Say whether it is a study of process or of outcome.", fields={"kind": "Choose one."})
    now = clock.now()
    row = Project.objects.create(
        id=uuid7(),
        title=_said("title", title, longest=120),
        aim=_said("aim", aim),
        kind=kind,
        measure=_measure(measure),
        facility_id=facility_id,
        owner_id=actor.id,
        owner_name=actor.name,
        due_on=_ahead(due_on),
        started_at=now,
        started_by=actor.label(),
    )
    _keep("ImprovementProject", row.id, row.facility_id, fhir.project(row))
    return row.id


@action("improvement.plan_cycle")
def plan_cycle(
    *, actor: Actor, intent: UUID | None = None, project: UUID, change: str, prediction: str, due_on: date
) -> UUID:
    """Plan one turn: what is changed, and what one thinks will be seen. The turn before must be ended."""
    _of(actor, TEAMS)
    of = _project(project)
    if of.state != "open":
        raise Stale("This project is concluded. Nothing was planned; begin another one.")
    if of.cycles.exclude(state="acted").exists():
        raise Stale("A turn is still open. Say what follows from it first; then plan the next.")
    row = Cycle.objects.create(
        id=uuid7(),
        project=of,
        number=of.cycles.count() + 1,
        change=_said("change", change),
        prediction=_said("prediction", prediction),
        due_on=_ahead(due_on),
        planned_at=clock.now(),
        planned_by=actor.label(),
    )
    _keep("ImprovementCycle", row.id, of.facility_id, fhir.cycle(row))
    return row.id


@action("improvement.record_done")
def record_done(
    *,
    actor: Actor,
    intent: UUID | None = None,
    cycle: UUID,
    did: str,
    did_on: date,
    new_limits: bool = False,
) -> UUID:
    """Record what was done and since when; the measure's chart shows it from then on."""
    _of(actor, TEAMS)
    row = _cycle(cycle)
    state, words = states.CYCLE.after(row.state, "do"), _said("did", did)
    if did_on > clock.today():
        raise Invalid("Give the day on which it began, today at the latest.", fields={"did_on": "A day to come."})
    now = clock.now()
    row.bump(state=state, did=words, did_on=did_on, done_at=now, done_by=actor.label())
    _keep("ImprovementCycle", row.id, row.project.facility_id, fhir.cycle(row))
    _annotate(
        actor, row.project.measure, row.project.facility_id, did_on, row.change[:240], new_limits=new_limits, cycle=row
    )
    return row.id


@action("improvement.record_study")
def record_study(*, actor: Actor, intent: UUID | None = None, cycle: UUID, saw: str, as_predicted: bool) -> UUID:
    """Record what was seen, and whether it is what was predicted."""
    _of(actor, TEAMS)
    row = _cycle(cycle)
    row.bump(
        state=states.CYCLE.after(row.state, "study"),
        saw=_said("saw", saw),
        as_predicted=as_predicted,
        studied_at=clock.now(),
        studied_by=actor.label(),
    )
    _keep("ImprovementCycle", row.id, row.project.facility_id, fhir.cycle(row))
    return row.id


@action("improvement.decide_act")
def decide_act(
    *,
    actor: Actor,
    intent: UUID | None = None,
    cycle: UUID,
    act: Literal["adopt", "adapt", "abandon"],
    words: str = "",
) -> UUID:
    """Say what follows from a turn: adopt the change, adapt it in a next turn, or abandon it."""
    _of(actor, TEAMS)
    row = _cycle(cycle)
    if act not in states.ACTS:
        raise Invalid("Say what follows.", fields={"act": "Choose one."})
    row.bump(
        state=states.CYCLE.after(row.state, "act"),
        act=act,
        act_words=_said("act_words", words) if words.strip() else "",
        acted_at=clock.now(),
        acted_by=actor.label(),
    )
    _keep("ImprovementCycle", row.id, row.project.facility_id, fhir.cycle(row))
    return row.id


@action("improvement.conclude_project")
def conclude_project(
    *, actor: Actor, intent: UUID | None = None, project: UUID, how: Literal["adopt", "abandon"], learned: str
) -> UUID:
    """Conclude a project with what was learned. To adopt, a change must have been studied; the year's studies may be done by it."""
    _of(actor, TEAMS)
    row = _project(project)
    state = states.PROJECT.after(row.state, how)
    if row.cycles.exclude(state="acted").exists():
        raise Stale("A turn is still open. Say what follows from it first; then conclude.")
    if how == "adopt" and not row.cycles.filter(act="adopt").exists():
        raise Invalid("No turn ended with the change adopted. Conclude it as abandoned, or plan another turn.")
    now = clock.now()
    row.bump(state=state, learned=_said("learned", learned), concluded_at=now, concluded_by=actor.label())
    _keep("ImprovementProject", row.id, row.facility_id, fhir.project(row))
    if row.facility_id is not None and _year_is_done(row.facility_id):
        emit(QualityStudiesDone(happened_at=now, facility_id=row.facility_id, ref=row.id))
    return row.id


@action("improvement.annotate")
def annotate(
    *,
    actor: Actor,
    intent: UUID | None = None,
    measure: str,
    facility_id: UUID | None,
    since: date,
    words: str,
    new_limits: bool = False,
) -> UUID:
    """Write on a measure's chart what was changed on a day; `new_limits` lets limits begin anew from that month."""
    _of(actor, TEAMS)
    if since > clock.today():
        raise Invalid("Write it down when it has happened.", fields={"since": "A day to come."})
    said = _said("words", words, longest=240)
    return _annotate(actor, _measure(measure), facility_id, since, said, new_limits=new_limits)


@action("improvement.take_annotation_back")
def take_annotation_back(*, actor: Actor, intent: UUID | None = None, annotation: UUID, why: str) -> UUID:
    """Take a wrong annotation off the chart; it stays in the list, with why."""
    _of(actor, TEAMS)
    row = Annotation.objects.select_for_update(of=("self",)).filter(id=annotation).first()
    if row is None:
        raise NotFound("There is no such annotation.")
    if row.taken_back_at is not None:
        raise Stale("It was taken back already.")
    row.bump(taken_back_at=clock.now(), taken_back_by=actor.label(), taken_back_why=_said("why", why, longest=240))
    _keep("ImprovementAnnotation", row.id, row.facility_id, fhir.annotation(row))
    return row.id


@action("improvement.set_target")
def set_target(
    *,
    actor: Actor,
    intent: UUID | None = None,
    measure: str,
    facility_id: UUID | None,
    value: str,
    since: date,
    why: str,
) -> UUID:
    """Set what a measure is to reach from a day on; the target before stays in the list."""
    _of(actor, LEADS)
    said = _measure(measure)
    if Target.objects.filter(measure=said, facility_id=facility_id, since=since).exists():
        raise Stale("A target from that day stands already. Choose another day.")
    row = Target.objects.create(
        id=uuid7(),
        measure=said,
        facility_id=facility_id,
        value=_number(value, percent=_is_share(said)),
        since=since,
        why=_said("target_why", why, longest=240),
        at=clock.now(),
        by=actor.label(),
    )
    _keep("ImprovementTarget", row.id, row.facility_id, fhir.target(row))
    return row.id


@action("improvement.record_meeting")
def record_meeting(
    *,
    actor: Actor,
    intent: UUID | None = None,
    facility_id: UUID,
    kind: Literal["quality", "administrative", "staff"],
    held_on: date,
    disciplines: str,
    decided: str,
) -> UUID:
    """Record a meeting of the quality committee, with custody's administration or of health staff; the next one's clock runs from it."""
    _of(actor, LEADS)
    if kind not in states.MEETINGS:
        raise Invalid("Say which meeting it was.", fields={"meeting_kind": "Choose one."})
    now = clock.now()
    if held_on > clock.today():
        raise Invalid("Record it when it was held.", fields={"held_on": "A day to come."})
    row = Meeting.objects.create(
        id=uuid7(),
        facility_id=facility_id,
        kind=kind,
        held_on=held_on,
        disciplines=_said("disciplines", disciplines, longest=240),
        decided=_said("decided", decided),
        at=now,
        by=actor.label(),
    )
    _keep("ImprovementMeeting", row.id, facility_id, fhir.meeting(row))
    emit(HEARD[kind](happened_at=now, facility_id=facility_id, ref=row.id))
    return row.id


def _annotate(
    actor: Actor,
    measure: str,
    facility_id: UUID | None,
    since: date,
    words: str,
    *,
    new_limits: bool,
    cycle: Cycle | None = None,
) -> UUID:
    row = Annotation.objects.create(
        id=uuid7(),
        measure=measure,
        facility_id=facility_id,
        since=since,
        words=words,
        new_limits=new_limits,
        cycle=cycle,
        at=clock.now(),
        by=actor.label(),
    )
    _keep("ImprovementAnnotation", row.id, facility_id, fhir.annotation(row))
    return row.id


def _year_is_done(facility_id: UUID) -> bool:
    """Tell whether a process and an outcome study were concluded in a year, each with a turn that was studied."""
    since = clock.now() - YEAR
    done = Project.objects.filter(
        facility_id=facility_id, concluded_at__gte=since, cycles__studied_at__isnull=False
    ).values_list("kind", flat=True)
    return set(done) == set(states.KINDS)


def _of(actor: Actor, allowed: frozenset[Role]) -> None:
    if actor.kind != "staff" or actor.role not in allowed:
        raise NotAllowed("Your role reads this and does not write it. Nothing was changed.")


def _said(name: str, words: str, *, longest: int = LONGEST) -> str:
    words = words.strip()
    if not words:
        raise Invalid("Say it in a few words. Nothing was kept yet.", fields={name: "Say it in a few words."})
    if len(words) > longest:
        raise Invalid(f"At most {longest} characters. Nothing was kept yet.", fields={name: "Too long."})
    if PERSON_NUMBER.search(words):
        raise Invalid(NOBODY, fields={name: "Name nobody here."})
    return words


def _measure(measure: str) -> str:
    if definitions.find(measure, clock.today()) is None:
        raise Invalid("Choose a measure of the list.", fields={"measure": "Choose one."})
    return measure


def _is_share(measure: str) -> bool:
    found = definitions.find(measure, clock.today())
    return found is not None and not found.is_rate


def _ahead(day: date) -> date:
    if day < clock.today():
        raise Invalid("Give a day to come.", fields={"due_on": "A day to come."})
    return day


def _number(said: str, *, percent: bool) -> Decimal:
    try:
        value = Decimal(said.strip()).quantize(Decimal("0.01"))
    except InvalidOperation:
        value = Decimal(-1)
    if not 0 <= value <= (100 if percent else Decimal("99999999")):
        most = " from 0 to 100" if percent else ""
        raise Invalid(f"Give the target as a number{most}.", fields={"value": "Give a number."})
    return value


def _project(id: UUID) -> Project:
    row = Project.objects.select_for_update(of=("self",)).filter(id=id).first()
    if row is None:
        raise NotFound("There is no such project.")
    return row


def _cycle(id: UUID) -> Cycle:
    row = Cycle.objects.select_for_update(of=("self",)).select_related("project").filter(id=id).first()
    if row is None:
        raise NotFound("There is no such turn.")
    if row.project.state != "open":
        raise Refused("This project is concluded. Nothing was changed.")
    return row


def _keep(kind: str, id: UUID, facility_id: UUID | None, body: dict[str, Any]) -> None:
    ledger.record(
        type=kind,
        id=id,
        subject=(SubjectKind.AGENCY, AGENCY) if facility_id is None else (SubjectKind.PLACE, facility_id),
        data_class=DataClass.DUTY,
        media=f"throughcare/{kind}",
        body=body,
    )
