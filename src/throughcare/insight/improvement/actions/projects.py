"""Projects and their turns: planned, done, studied, and what follows; concluded with what was learned."""

from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from throughcare.insight.improvement import fhir, states
from throughcare.insight.improvement.actions.charts import write_annotation
from throughcare.insight.improvement.actions.keeping import in_words, keep, known_measure, of_role, to_come
from throughcare.insight.improvement.events import QualityStudiesDone
from throughcare.insight.improvement.models import Cycle, Project
from throughcare.insight.improvement.policy import TEAMS
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotFound, Refused, Stale
from throughcare.kernel.events import emit
from throughcare.kernel.ids import uuid7

YEAR = timedelta(days=365)


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
    of_role(actor, TEAMS)
    if kind not in states.KINDS:
        raise Invalid("Say whether it is a study of process or of outcome.", fields={"kind": "Choose one."})
    now = clock.now()
    row = Project.objects.create(
        id=uuid7(),
        title=in_words("title", title, longest=120),
        aim=in_words("aim", aim),
        kind=kind,
        measure=known_measure(measure),
        facility_id=facility_id,
        owner_id=actor.id,
        owner_name=actor.name,
        due_on=to_come(due_on),
        started_at=now,
        started_by=actor.label(),
    )
    keep("ImprovementProject", row.id, row.facility_id, fhir.project(row))
    return row.id


@action("improvement.plan_cycle")
def plan_cycle(
    *, actor: Actor, intent: UUID | None = None, project: UUID, change: str, prediction: str, due_on: date
) -> UUID:
    """Plan one turn: what is changed, and what one thinks will be seen. The turn before must be ended."""
    of_role(actor, TEAMS)
    of = _project(project)
    if of.state != "open":
        raise Stale("This project is concluded. Nothing was planned; begin another one.")
    if of.cycles.exclude(state="acted").exists():
        raise Stale("A turn is still open. Say what follows from it first; then plan the next.")
    row = Cycle.objects.create(
        id=uuid7(),
        project=of,
        number=of.cycles.count() + 1,
        change=in_words("change", change),
        prediction=in_words("prediction", prediction),
        due_on=to_come(due_on),
        planned_at=clock.now(),
        planned_by=actor.label(),
    )
    keep("ImprovementCycle", row.id, of.facility_id, fhir.cycle(row))
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
    of_role(actor, TEAMS)
    row = _cycle(cycle)
    state, words = states.CYCLE.after(row.state, "do"), in_words("did", did)
    if did_on > clock.today():
        raise Invalid("Give the day on which it began, today at the latest.", fields={"did_on": "A day to come."})
    now = clock.now()
    row.bump(state=state, did=words, did_on=did_on, done_at=now, done_by=actor.label())
    keep("ImprovementCycle", row.id, row.project.facility_id, fhir.cycle(row))
    write_annotation(
        actor, row.project.measure, row.project.facility_id, did_on, row.change[:240], new_limits=new_limits, cycle=row
    )
    return row.id


@action("improvement.record_study")
def record_study(*, actor: Actor, intent: UUID | None = None, cycle: UUID, saw: str, as_predicted: bool) -> UUID:
    """Record what was seen, and whether it is what was predicted."""
    of_role(actor, TEAMS)
    row = _cycle(cycle)
    row.bump(
        state=states.CYCLE.after(row.state, "study"),
        saw=in_words("saw", saw),
        as_predicted=as_predicted,
        studied_at=clock.now(),
        studied_by=actor.label(),
    )
    keep("ImprovementCycle", row.id, row.project.facility_id, fhir.cycle(row))
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
    of_role(actor, TEAMS)
    row = _cycle(cycle)
    if act not in states.ACTS:
        raise Invalid("Say what follows.", fields={"act": "Choose one."})
    row.bump(
        state=states.CYCLE.after(row.state, "act"),
        act=act,
        act_words=in_words("act_words", words) if words.strip() else "",
        acted_at=clock.now(),
        acted_by=actor.label(),
    )
    keep("ImprovementCycle", row.id, row.project.facility_id, fhir.cycle(row))
    return row.id


@action("improvement.conclude_project")
def conclude_project(
    *, actor: Actor, intent: UUID | None = None, project: UUID, how: Literal["adopt", "abandon"], learned: str
) -> UUID:
    """Conclude a project with what was learned. To adopt, a change must have been studied; the year's studies may be done by it."""
    of_role(actor, TEAMS)
    row = _project(project)
    state = states.PROJECT.after(row.state, how)
    if row.cycles.exclude(state="acted").exists():
        raise Stale("A turn is still open. Say what follows from it first; then conclude.")
    if how == "adopt" and not row.cycles.filter(act="adopt").exists():
        raise Invalid("No turn ended with the change adopted. Conclude it as abandoned, or plan another turn.")
    now = clock.now()
    row.bump(state=state, learned=in_words("learned", learned), concluded_at=now, concluded_by=actor.label())
    keep("ImprovementProject", row.id, row.facility_id, fhir.project(row))
    if row.facility_id is not None and _year_is_done(row.facility_id):
        emit(QualityStudiesDone(happened_at=now, facility_id=row.facility_id, ref=row.id))
    return row.id


def _year_is_done(facility_id: UUID) -> bool:
    """Tell whether a process and an outcome study were concluded in a year, each with a turn that was studied."""
    since = clock.now() - YEAR
    done = Project.objects.filter(
        facility_id=facility_id, concluded_at__gte=since, cycles__studied_at__isnull=False
    ).values_list("kind", flat=True)
    return set(done) == set(states.KINDS)


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
