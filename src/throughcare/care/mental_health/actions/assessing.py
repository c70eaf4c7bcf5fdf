"""What a mental health professional does on watch: assess, plan, decide on the level; and the visits after it (SUI-03, SUI-04)."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from throughcare.care.mental_health import rules, states
from throughcare.care.mental_health.actions import ordering
from throughcare.care.mental_health.actions.keeping import a_professional, give_reason, keep, running, the_watch
from throughcare.care.mental_health.events import WatchAssessmentDone, WatchFollowUpDone
from throughcare.care.mental_health.models import FollowUp, SafetyPlan, Watch, WatchAssessment
from throughcare.care.mental_health.rule_table import load_table
from throughcare.chart.actions import keeping
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, Stale
from throughcare.kernel.events import emit
from throughcare.kernel.ids import uuid7
from throughcare.people.family import family

FORM = "c-ssrs-since-last-contact/1"
DECISIONS = ("keep", "raise", "lower", "end")


@dataclass(frozen=True, slots=True)
class Found:
    """What an assessment found: the answers since last contact and the formulation, in parts."""

    answers: Mapping[str, bool]
    formulation: str
    risk_factors: str = ""
    protective: str = ""
    changes: str = ""


@action("mental_health.assess_watch")
def assess_watch(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    watch_id: UUID,
    found: Found,
    decision: str,
    why: str = "",
    plan: Mapping[str, str] | None = None,
    version: int | None = None,
) -> UUID:
    """Sign an assessment made face to face, and decide on the level. Lowering and ending need a reason and a safety plan."""
    a_professional(actor)
    row = the_watch(watch_id, person_id, version)
    if row.state not in states.RUNNING:
        raise Stale("This watch has ended. What you typed is still on your page.")
    risk = rules.cssrs_level(found.answers)
    _check(row, found, decision, why, plan, risk)
    now = clock.now()
    made = (
        _plan(actor, person_id, plan) if plan and any(v.strip() for v in plan.values()) else _plan_in_force(person_id)
    )
    ordering.make_ordered(actor, row)
    kept = WatchAssessment.objects.create(
        id=uuid7(),
        person_id=person_id,
        watch=row,
        at=now,
        by=actor.label(),
        by_id=actor.id,
        answers=dict(found.answers),
        form=FORM,
        risk=risk,
        risk_factors=found.risk_factors.strip(),
        protective=found.protective.strip(),
        changes=found.changes.strip(),
        formulation=found.formulation.strip(),
        decision=decision,
        level_after={"raise": "constant", "lower": "staggered", "keep": row.level}.get(decision, ""),
        why=why.strip(),
        plan=made if made and made.person_id == person_id else None,
    )
    keep(kept)
    emit(WatchAssessmentDone(**ordering.about(row, now), risk=risk, decision=decision))
    _carry_out(actor, row, decision, why)
    return kept.id


@action("mental_health.write_safety_plan")
def write_safety_plan(*, actor: Actor, intent: UUID | None = None, person_id: UUID, parts: Mapping[str, str]) -> UUID:
    """Keep the plan that the person made with a professional; the one before it is replaced, never lost."""
    a_professional(actor)
    if not any(v.strip() for v in parts.values()):
        raise Invalid("Write at least one part of the plan.", fields={"plan-warnings": "Write at least one part."})
    return _plan(actor, person_id, parts).id


@action("mental_health.record_follow_up")
def record_follow_up(
    *,
    actor: Actor,
    intent: UUID | None = None,
    person_id: UUID,
    follow_up_id: UUID,
    answers: Mapping[str, bool],
    words: str,
    version: int | None = None,
) -> UUID:
    """Record a visit after a watch (SUI-04); where the answers say so, a watch begins again in the same breath."""
    a_professional(actor)
    row = keeping.mine(FollowUp, follow_up_id, person_id, version, what="visit")
    risk = rules.cssrs_level(answers)
    now = clock.now()
    if risk == "incomplete":
        raise Invalid("Ask every question that the answers call for.", fields={"cssrs-1": "Answer each question."})
    if not words.strip():
        raise Invalid("Write what you found.", fields={"words": "Write what you found."})
    if now < row.earliest_at:
        raise Invalid("This visit counts from its first day on. See the person again then; what you typed is below.")
    row.bump(
        state=states.FOLLOW_UP.after(row.state, "do"),
        done_at=now,
        done_by=actor.label(),
        answers=dict(answers),
        risk=risk,
        words=words.strip()[:8000],
    )
    keep(row)
    emit(
        WatchFollowUpDone(
            happened_at=now,
            person_id=person_id,
            facility_id=actor.facility_id,
            ref=row.id,
            visit=row.visit,
        )
    )
    if risk in ("high", "moderate") and running(person_id) is None:
        level = "constant" if risk == "high" else "staggered"
        again = ordering.begin(actor, person_id, level, alone=False, begun_by="staff")
        give_reason(actor, again, "started", words)
    return row.id


def _check(row: Watch, found: Found, decision: str, why: str, plan: Mapping[str, str] | None, risk: str) -> None:
    wrong: dict[str, str] = {}
    if decision not in DECISIONS:
        wrong["decision"] = "Decide on the level."
    if risk == "incomplete":
        wrong["cssrs-1"] = "Ask every question that the answers call for."
    if not found.formulation.strip():
        wrong["formulation"] = "Write the risk formulation."
    if decision in ("lower", "end", "raise") and not why.strip():
        wrong["why"] = "Write why the level changes."
    if (decision == "raise" and row.level == "constant") or (decision == "lower" and row.level == "staggered"):
        wrong["decision"] = f"This watch is {row.level} already."
    if decision == "lower" and row.alone:
        wrong["decision"] = "The person is kept alone: first a place with others, then a lower level (SUI-02)."
    planned = plan and any(v.strip() for v in plan.values())
    if decision in ("lower", "end") and not planned and _plan_in_force(row.person_id) is None:
        wrong["plan-warnings"] = "A watch is lowered or ended with a safety plan."
    if decision in ("lower", "end") and risk == "high" and len(why.strip()) < 40:
        wrong["why"] = "The answers say high: write fully why less is safe."
    if wrong:
        raise Invalid("The assessment is not signed yet; what you typed is below.", fields=wrong)


def _carry_out(actor: Actor, row: Watch, decision: str, why: str) -> None:
    if decision == "raise":
        ordering.change_level(actor, row, "constant", why="")
        give_reason(actor, row, "raised", why)
    elif decision == "lower":
        ordering.change_level(actor, row, "staggered", why="")
        give_reason(actor, row, "lowered", why)
    elif decision == "end":
        ordering.finish(actor, row, "stepped-off", why)


def _plan(actor: Actor, person_id: UUID, parts: Mapping[str, str]) -> SafetyPlan:
    now, table = clock.now(), load_table()
    for former in SafetyPlan.objects.select_for_update().filter(person_id__in=family(person_id), replaced_at=None):
        former.bump(replaced_at=now)
        keep(former)
    made = SafetyPlan.objects.create(
        id=uuid7(),
        person_id=person_id,
        parts={key: parts.get(key, "").strip()[:2000] for key in table.plan},
        made_at=now,
        made_by=actor.label(),
        table_version=table.version,
    )
    keep(made)
    return made


def _plan_in_force(person_id: UUID) -> SafetyPlan | None:
    return SafetyPlan.objects.filter(person_id__in=family(person_id), replaced_at=None).first()
