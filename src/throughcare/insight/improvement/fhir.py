"""Projects, turns, annotations, targets and meetings as the ledger keeps them; they name no patient. Pure."""

from throughcare.insight.improvement.models import Annotation, Cycle, Meeting, Project, Target
from throughcare.kernel.fhir import Json, filled, instant, reference


def project(row: Project) -> Json:
    """Render a project as it now stands."""
    return filled(
        resourceType="ImprovementProject",
        id=str(row.id),
        status=row.state,
        title=row.title,
        aim=row.aim,
        kind=row.kind,
        measure=row.measure,
        location=reference("Location", row.facility_id) if row.facility_id else None,
        owner={"id": str(row.owner_id), "name": row.owner_name},
        dueOn=row.due_on.isoformat(),
        started={"by": row.started_by, "at": instant(row.started_at)},
        concluded={"by": row.concluded_by, "at": instant(row.concluded_at)} if row.concluded_at else None,
        learned=row.learned,
    )


def cycle(row: Cycle) -> Json:
    """Render a turn as it now stands."""
    return filled(
        resourceType="ImprovementCycle",
        id=str(row.id),
        project=str(row.project_id),
        number=row.number,
        status=row.state,
        change=row.change,
        prediction=row.prediction,
        dueOn=row.due_on.isoformat(),
        planned={"by": row.planned_by, "at": instant(row.planned_at)},
        did={"words": row.did, "on": row.did_on.isoformat(), "by": row.done_by, "at": instant(row.done_at)}
        if row.did_on and row.done_at
        else None,
        studied={"words": row.saw, "asPredicted": row.as_predicted, "by": row.studied_by, "at": instant(row.studied_at)}
        if row.studied_at
        else None,
        acted={"how": row.act, "words": row.act_words, "by": row.acted_by, "at": instant(row.acted_at)}
        if row.acted_at
        else None,
    )


def annotation(row: Annotation) -> Json:
    """Render what was changed when, and whether it was taken back."""
    back = {"by": row.taken_back_by, "why": row.taken_back_why}
    return filled(
        resourceType="ImprovementAnnotation",
        id=str(row.id),
        measure=row.measure,
        location=reference("Location", row.facility_id) if row.facility_id else None,
        since=row.since.isoformat(),
        words=row.words,
        newLimits=row.new_limits,
        cycle=str(row.cycle_id) if row.cycle_id else None,
        by=row.by,
        at=instant(row.at),
        takenBack={**back, "at": instant(row.taken_back_at)} if row.taken_back_at else None,
    )


def target(row: Target) -> Json:
    """Render a target."""
    return filled(
        resourceType="ImprovementTarget",
        id=str(row.id),
        measure=row.measure,
        location=reference("Location", row.facility_id) if row.facility_id else None,
        value=float(row.value),
        since=row.since.isoformat(),
        why=row.why,
        by=row.by,
        at=instant(row.at),
    )


def meeting(row: Meeting) -> Json:
    """Render a meeting."""
    return filled(
        resourceType="ImprovementMeeting",
        id=str(row.id),
        location=reference("Location", row.facility_id),
        kind=row.kind,
        heldOn=row.held_on.isoformat(),
        disciplines=row.disciplines,
        decided=row.decided,
        by=row.by,
        at=instant(row.at),
    )
