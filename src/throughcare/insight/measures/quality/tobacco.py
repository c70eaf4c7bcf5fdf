"""Q-TOB, aligned with CMS138: asked about tobacco (group 0), users helped to stop (1), both (2). Pure."""

from __future__ import annotations

from collections.abc import Sequence

from throughcare.insight.measures.codes import CPT, ICD10CM
from throughcare.insight.measures.late_life import OF_2025, in_hospice
from throughcare.insight.measures.points import Span, during, within
from throughcare.insight.measures.populations import OUTSIDE, Group, Unit
from throughcare.insight.measures.rows import Observation, by_start
from throughcare.insight.measures.subject import FINAL, SURVEY, Subject

COUNSELLING = f"{ICD10CM}Z71.6"
TWO_OF = (
    "home-health",
    "occupational-therapy-evaluation",
    "office-visit",
    "eye-service",
    "physical-therapy-evaluation",
    "psychiatric-evaluation",
    "psychotherapy",
    "psychoanalysis",
    "speech-hearing-evaluation",
    "telephone-visit",
    "virtual-visit",
)
BEHAVIOUR_VISITS = (f"{CPT}96158", f"{CPT}96156")
ONE_OF = (
    "annual-wellness-visit",
    "preventive-visit-established-adult",
    "preventive-visit-initial-adult",
    "preventive-visit-established-minor",
    "preventive-visit-initial-minor",
    "preventive-counselling-group",
    "preventive-counselling-individual",
    "nutrition-service",
)
OTHER_PREVENTIVE = (f"{CPT}99429", f"{CPT}99024")


# --- the core -------------------------------------------------------------------------------------------------------------


def last_asked(who: Subject) -> Observation | None:
    """Give the last answer about tobacco in the period."""
    asked = [
        o
        for o in who.observations("tobacco-screening", statuses=FINAL)
        if SURVEY in o.categories and during(o.span, who.period, by_day=True)
    ]
    return sorted(asked, key=by_start)[-1] if asked else None


def answered(who: Subject, answer: Observation | None, name: str) -> bool:
    """Say whether an answer is in a list (user, non-user)."""
    return answer is not None and not answer.value_codes.isdisjoint(who.book[name])


def helped_to_stop(who: Subject) -> bool:
    """Say whether counselling or a medicine was given in the period or the six months before it."""
    window = Span(who.period.start.plus(months=-6), who.period.end)
    medicines = [o for o in who.medication_orders("tobacco-medicine") if o.intent == "order"]
    return (
        any(during(p.span, window, by_day=True) for p in who.procedures("tobacco-counselling"))
        or any(
            c.span is not None and within(c.span.start, window, by_day=True)
            for c in who.conditions(codes=[COUNSELLING])
        )
        or any(within(o.authored_at, window, by_day=True) for o in medicines if o.status in ("active", "completed"))
        or any(during(o.covers, window, by_day=True) for o in medicines if o.status == "active")
    )


# --- the populations ------------------------------------------------------------------------------------------------------


def ecqm(who: Subject) -> Sequence[Group]:
    """Judge by the aligned measure's own population: 12 and over, with two visits or one preventive visit."""
    if who.age_at_start < 12 or not (
        _visits(who, TWO_OF, BEHAVIOUR_VISITS) >= 2 or _visits(who, ONE_OF, OTHER_PREVENTIVE)
    ):
        return [[OUTSIDE]] * 3
    answer = last_asked(who)
    uses, abstains = answered(who, answer, "tobacco-user"), answered(who, answer, "tobacco-non-user")
    excluded, helped = in_hospice(who, OF_2025), helped_to_stop(who)
    evidence = (answer.id,) if answer else ()
    return [
        [Unit(True, True, excluded, uses or abstains, evidence=evidence)],
        [Unit(True, uses, excluded, helped, evidence=evidence)],
        [Unit(True, True, excluded, abstains or (uses and helped), evidence=evidence)],
    ]


def _visits(who: Subject, lists: Sequence[str], codes: Sequence[str]) -> int:
    found = who.encounters(*lists, codes=codes, statuses=OF_2025.encounters)
    return sum(during(e.span, who.period, by_day=True) for e in found)
