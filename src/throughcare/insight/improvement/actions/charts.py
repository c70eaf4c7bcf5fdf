"""What stands on a measure's chart: what was changed and when, and what it is to reach."""

from datetime import date
from decimal import Decimal, InvalidOperation
from uuid import UUID

from throughcare.insight.improvement import fhir
from throughcare.insight.improvement.actions.keeping import in_words, keep, known_measure, of_role
from throughcare.insight.improvement.models import Annotation, Cycle, Target
from throughcare.insight.improvement.policy import LEADS, TEAMS
from throughcare.insight.measures import definitions
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotFound, Stale
from throughcare.kernel.ids import uuid7


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
    of_role(actor, TEAMS)
    if since > clock.today():
        raise Invalid("Write it down when it has happened.", fields={"since": "A day to come."})
    said = in_words("words", words, longest=240)
    return write_annotation(actor, known_measure(measure), facility_id, since, said, new_limits=new_limits)


@action("improvement.take_annotation_back")
def take_annotation_back(*, actor: Actor, intent: UUID | None = None, annotation: UUID, why: str) -> UUID:
    """Take a wrong annotation off the chart; it stays in the list, with why."""
    of_role(actor, TEAMS)
    row = Annotation.objects.select_for_update(of=("self",)).filter(id=annotation).first()
    if row is None:
        raise NotFound("There is no such annotation.")
    if row.taken_back_at is not None:
        raise Stale("It was taken back already.")
    row.bump(taken_back_at=clock.now(), taken_back_by=actor.label(), taken_back_why=in_words("why", why, longest=240))
    keep("ImprovementAnnotation", row.id, row.facility_id, fhir.annotation(row))
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
    of_role(actor, LEADS)
    said = known_measure(measure)
    if Target.objects.filter(measure=said, facility_id=facility_id, since=since).exists():
        raise Stale("A target from that day stands already. Choose another day.")
    row = Target.objects.create(
        id=uuid7(),
        measure=said,
        facility_id=facility_id,
        value=_number(value, percent=_is_share(said)),
        since=since,
        why=in_words("target_why", why, longest=240),
        at=clock.now(),
        by=actor.label(),
    )
    keep("ImprovementTarget", row.id, row.facility_id, fhir.target(row))
    return row.id


def write_annotation(
    actor: Actor,
    measure: str,
    facility_id: UUID | None,
    since: date,
    words: str,
    *,
    new_limits: bool,
    cycle: Cycle | None = None,
) -> UUID:
    """Write an annotation; of a turn of a project where it is one\'s."""
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
    keep("ImprovementAnnotation", row.id, facility_id, fhir.annotation(row))
    return row.id


def _is_share(measure: str) -> bool:
    found = definitions.find(measure, clock.today())
    return found is not None and not found.is_rate


def _number(said: str, *, percent: bool) -> Decimal:
    try:
        value = Decimal(said.strip()).quantize(Decimal("0.01"))
    except InvalidOperation:
        value = Decimal(-1)
    if not 0 <= value <= (100 if percent else Decimal("99999999")):
        most = " from 0 to 100" if percent else ""
        raise Invalid(f"Give the target as a number{most}.", fields={"value": "Give a number."})
    return value
