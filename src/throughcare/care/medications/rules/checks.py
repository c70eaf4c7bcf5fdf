"""Checks an order against all that is known of the person, and says what could not be checked (fail closed; ruling 11)."""

from __future__ import annotations

import logging
from collections.abc import Callable

from throughcare.care.medications.formulary_rows import Product
from throughcare.care.medications.rules import check_allergies, check_body, check_doses, check_pairs, check_tables
from throughcare.care.medications.rules.check_facts import (
    SEALED_UNREAD,
    Alert,
    Candidate,
    Check,
    CheckReport,
    CouldNotRun,
    Grade,
    Situation,
)
from throughcare.care.medications.rules.check_findings import Found
from throughcare.care.medications.rules.check_scene import Scene, scene_of
from throughcare.care.medications.rules.check_tables import Checks
from throughcare.kernel.content import ContentError

ORDER = {Grade.STOP: 0, Grade.WARN: 1, Grade.NOTE: 2}
NO_CONTENT = "The tables of medicine checks can't be read, so nothing was checked. Tell the pharmacy, and call them before you order."
RUNS = (
    (Check.ALLERGY, check_allergies.run),
    (Check.DUPLICATE, check_pairs.duplicates),
    (Check.INTERACTION, check_pairs.interactions),
    (Check.INTERACTION, check_pairs.burdens),
    (Check.INTERACTION, check_pairs.situations),
    (Check.CONDITION, check_body.conditions),
    (Check.PREGNANCY, check_body.pregnancy),
    (Check.RENAL, check_body.kidneys),
    (Check.QT, check_body.heart),
    (Check.ACETAMINOPHEN, check_doses.acetaminophen),
    (Check.DOSE, check_doses.ceilings),
)
log = logging.getLogger(__name__)


def check(candidate: Candidate, situation: Situation, checks: Checks | None) -> CheckReport:
    """Give every finding about this order, each with rule, source and what to do; None for `checks` fails closed."""
    exempt = _exempt(candidate)
    if checks is None:
        gap = CouldNotRun(Check.CONTENT, NO_CONTENT)
        return CheckReport((), (gap,), (), NO_CONTENT, 0, "", True, exempt)
    scene = scene_of(candidate, situation, checks)
    alerts: list[Alert] = []
    gaps = _unreadable(scene)
    unchecked: list[str] = []
    if scene.new.contents:
        for about, run in RUNS:
            found = _found(about, run, scene)
            alerts += found.alerts
            gaps += found.gaps
            unchecked += found.unchecked
    return CheckReport(
        alerts=_graded(alerts, exempt=exempt),
        could_not_run=tuple(dict.fromkeys(gaps)),
        unchecked=tuple(dict.fromkeys(unchecked)),
        coverage=checks.coverage,
        rules=checks.rules,
        edition=checks.book.edition,
        provisional=checks.book.provisional,
        exempt=exempt,
    )


def _found(about: Check, run: Callable[[Scene], Found], scene: Scene) -> Found:
    """Run one check; one that breaks is one that could not run, and never one that found nothing."""
    try:
        return run(scene)
    except Exception:
        log.exception("the check of %s broke", about.value)
        sentence = f"The check of {about.value} broke and found nothing out. Compare by eye, or call the pharmacy."
        return Found(gaps=[CouldNotRun(about, sentence, "broke")])


def check_in_force(candidate: Candidate, situation: Situation) -> CheckReport:
    """Check against the tables in force; if they can't be read, say so and let nothing pass unnamed."""
    try:
        tables = check_tables.checks()
    except ContentError:
        tables = None
    return check(candidate, situation, tables)


def _exempt(candidate: Candidate) -> bool:
    product: Product | None = candidate.product
    if product is None:
        return False
    return product.has("emergency") or (product.has("emergency_if_seizure") and candidate.for_seizure)


def _unreadable(scene: Scene) -> list[CouldNotRun]:
    """Say which medicines could not be read: then no check against them ran."""
    gaps: list[CouldNotRun] = []
    if not scene.new.contents:
        named = scene.candidate.text or scene.candidate.code or "this medicine"
        sentence = f"[{named}] is not in the formulary's tables, so it was not checked. Choose a product, or call the pharmacy."
        gaps.append(CouldNotRun(Check.CONTENT, sentence, "product"))
    if not scene.situation.medicines_readable:
        sentence = "The person's other medicines can't be read now, so nothing was compared with them. Try again, or call the pharmacy."
        gaps.append(CouldNotRun(Check.INTERACTION, sentence, "medicines"))
    for taken in scene.unread:
        if taken.sealed:
            gaps.append(CouldNotRun(Check.INTERACTION, SEALED_UNREAD, "sealed"))
            continue
        sentence = f"[{taken.text or taken.code}] has no code, so it was not compared. Code it, or compare it by eye."
        gaps.append(CouldNotRun(Check.INTERACTION, sentence, taken.key))
    return gaps


def _graded(alerts: list[Alert], *, exempt: bool) -> tuple[Alert, ...]:
    """Give each finding once at its highest grade, the gravest first; for an emergency drug none interrupts."""
    best: dict[str, Alert] = {}
    for alert in alerts:
        known = best.get(alert.key)
        if known is None or ORDER[alert.grade] < ORDER[known.grade]:
            best[alert.key] = alert
    found = sorted(best.values(), key=lambda alert: (ORDER[alert.grade], alert.check, alert.key))
    if not exempt:
        return tuple(found)
    return tuple(_softened(alert) for alert in found)


def _softened(alert: Alert) -> Alert:
    if alert.grade is not Grade.STOP:
        return alert
    return Alert(
        alert.rule, alert.check, Grade.WARN, alert.sentence, alert.action, alert.source, alert.with_key, alert.sealed
    )
