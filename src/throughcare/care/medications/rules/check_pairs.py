"""Medicine against medicine: duplicates, interactions, and too many of one kind. Opioid treatment is never barred for sedation."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import combinations

from throughcare.care.medications.rules.check_facts import Check, Grade
from throughcare.care.medications.rules.check_findings import Found
from throughcare.care.medications.rules.check_scene import Medicine, Scene
from throughcare.care.medications.rules.check_tables import Interaction

PRIORITY = {Grade.STOP: 0, Grade.WARN: 1, Grade.NOTE: 2}


def duplicates(scene: Scene) -> Found:
    """Find a second order of the same drug, or of the same class; parts of one regimen and home medicines are none."""
    found = Found()
    for other in scene.others:
        if not _same_body(scene.new, other):
            continue
        same = (scene.new.contents & other.contents) - scene.checks.duplicate_never
        if same and not other.home:
            grade = Grade.STOP if same & scene.checks.duplicate_stop else Grade.WARN
            grade = Grade.NOTE if other.together else grade
            sentence = f"{other.name} already gives {scene.names(same)}."
            action = "Replace that order, or say that both belong together."
            found.alerts.append(
                scene.alert("DUP-DRUG", Check.DUPLICATE, grade, sentence, action=action, source="2.3", by=(other,))
            )
        if not same:
            _same_class(scene, other, found)
    return found


def _same_class(scene: Scene, other: Medicine, found: Found) -> None:
    for group in scene.checks.groups.values():
        if group.duplicate is None or not scene.new.contents & group.members or not other.contents & group.members:
            continue
        grade = Grade.NOTE if other.home or other.together else group.duplicate
        sentence = f"{other.name} is of the same class ({group.title})."
        rule = f"DUP-{group.id}"
        action = "Stop one, or say why both."
        found.alerts.append(
            scene.alert(rule, Check.DUPLICATE, grade, sentence, action=action, source="2.3", by=(other,))
        )


def _same_body(one: Medicine, other: Medicine) -> bool:
    """Tell whether two medicines act in one place: a nasal spray is no second tablet, nor a rescue dose in the box a first."""
    if one.product is None or other.product is None:
        return one.systemic and other.systemic
    if one.product.has("emergency") or other.product.has("emergency"):
        return False
    local = {"topical", "ophthalmic", "otic", "dental", "nasal", "inhaled", "infiltration"}
    if one.product.route in local or other.product.route in local:
        return one.product.route == other.product.route
    return True


def interactions(scene: Scene) -> Found:
    """Find every pair of the tables; of several rules of one kind for a pair, the gravest and most particular speaks."""
    found = Found()
    mine = [
        rule for rule in scene.checks.interactions if scene.new.contents & (rule.side_a | rule.side_b | rule.side_c)
    ]
    for other in (*scene.others, *scene.over):
        chosen: dict[str, tuple[Interaction, Grade]] = {}
        for rule in mine:
            grade = _between(rule, scene, scene.new, other)
            if grade is None or not _still(rule, grade, other):
                continue
            known = chosen.get(rule.kind)
            if known is None or PRIORITY[grade] < PRIORITY[known[1]]:
                chosen[rule.kind] = (rule, grade)
        for rule, grade in chosen.values():
            sentence = f"{scene.new.name} with {other.name}: {rule.effect}."
            check = Check.QT if rule.kind == "qt" else Check.INTERACTION
            found.alerts.append(
                scene.alert(rule.id, check, grade, sentence, action=rule.action, source=rule.source, by=(other,))
            )
    _triples(scene, mine, found)
    return found


def _between(rule: Interaction, scene: Scene, one: Medicine, other: Medicine) -> Grade | None:
    if rule.how != "pair" or rule.shown is None or not (one.systemic and other.systemic):
        return None
    if not (_sides(rule, scene, one, other) or _sides(rule, scene, other, one)):
        return None
    if rule.kind == "sedation" and (one.moud or other.moud):
        return max(rule.shown, Grade.WARN, key=PRIORITY.__getitem__)
    return rule.shown


def _still(rule: Interaction, grade: Grade, other: Medicine) -> bool:
    """Tell whether a rule counts with a medicine: with one that is over and acts on, only what stops, of its kinds."""
    return other.kinds is None or (grade is Grade.STOP and (not other.kinds or rule.kind in other.kinds))


def _sides(rule: Interaction, scene: Scene, one: Medicine, other: Medicine) -> bool:
    a, b = one.contents & rule.side_a, other.contents & rule.side_b
    if not a or not b or (a == b and len(a) == 1):
        return False
    if not one.route_in(rule.a_routes) or not other.route_in(rule.b_routes):
        return False
    return _over(scene, one, a, rule.a_over) and _over(scene, other, b, rule.b_over)


def _over(scene: Scene, medicine: Medicine, codes: frozenset[str], limit: Decimal | None) -> bool:
    """Tell whether the daily amount is above the rule's; an unknown amount counts as above."""
    if limit is None:
        return True
    amounts = [medicine.amount(code, scene.book) for code in codes]
    return any(amount is None or amount > limit for amount in amounts)


def _triples(scene: Scene, mine: Sequence[Interaction], found: Found) -> None:
    """Find three medicines, one of each side, with the new one among them."""
    around = [other for other in scene.others if other.systemic]
    for rule in mine:
        if rule.how != "triple" or rule.shown is None or not scene.new.systemic:
            continue
        sides = (rule.side_a, rule.side_b, rule.side_c)
        for pair in combinations(around, 2):
            if not _fills((scene.new, *pair), sides):
                continue
            sentence = f"{scene.new.name} with {pair[0].name} and {pair[1].name}: {rule.effect}."
            found.alerts.append(
                scene.alert(
                    rule.id, Check.INTERACTION, rule.shown, sentence, action=rule.action, source=rule.source, by=pair
                )
            )


def _fills(three: tuple[Medicine, ...], sides: tuple[frozenset[str], ...]) -> bool:
    a, b, c = three
    orders = ((a, b, c), (a, c, b), (b, a, c), (b, c, a), (c, a, b), (c, b, a))
    return any(all(m.contents & side for m, side in zip(order, sides, strict=True)) for order in orders)


def situations(scene: Scene) -> Found:
    """Tell, folded away, what no list of medicines can show: dehydration with lithium, a missed meal with insulin."""
    found = Found()
    for rule in scene.checks.interactions:
        if rule.how == "situation" and scene.new.systemic and scene.new.contents & rule.side_a:
            sentence = f"Told, not checked: {rule.title}: {rule.effect}."
            found.alerts.append(
                scene.alert(rule.id, Check.INTERACTION, Grade.NOTE, sentence, action=rule.action, source=rule.source)
            )
    return found


def burdens(scene: Scene) -> Found:
    """Find too many of one kind at once, the new one among them; each drug counts once."""
    found = Found()
    for burden in scene.checks.burdens:
        if not scene.new.systemic or not scene.new.contents & burden.of:
            continue
        others = [other for other in scene.others if other.systemic and other.contents & burden.of]
        drugs = (scene.new.contents & burden.of).union(*(other.contents & burden.of for other in others))
        if len(drugs) < burden.at:
            continue
        open_drugs = (scene.new.contents & burden.of).union(
            *(other.contents & burden.of for other in others if not other.sealed)
        )
        by = () if len(open_drugs) >= burden.at else tuple(others)
        said = scene.names(open_drugs)
        sentence = f"{len(open_drugs)} {burden.title} together ({said}): {burden.effect}."
        found.alerts.append(
            scene.alert(
                burden.id, Check.INTERACTION, burden.shown, sentence, action=burden.action, source=burden.source, by=by
            )
        )
    return found
