"""Medicine against the body: problems that a label names, pregnancy, kidneys, the QT interval."""

from __future__ import annotations

from decimal import Decimal

from throughcare.care.medications.formulary_rows import Ingredient
from throughcare.care.medications.rules.check_facts import Check, CouldNotRun, Grade
from throughcare.care.medications.rules.check_findings import Found
from throughcare.care.medications.rules.check_scene import Scene
from throughcare.care.medications.rules.check_tables import Condition
from throughcare.care.medications.rules.check_words import names

LABELS = "US labels, draft facts"
RENAL_GRADE = {"avoid": Grade.STOP, "reduce": Grade.WARN, "consider": Grade.NOTE}
MEASURES = {"crcl": "creatinine clearance", "egfr": "eGFR"}


def conditions(scene: Scene) -> Found:
    """Find a problem on the list that the drug's label names."""
    found = Found()
    for rule in scene.checks.conditions:
        drugs = scene.new.contents & rule.of
        if not drugs or not scene.new.systemic:
            continue
        if not _on_the_list(scene, rule):
            continue
        if rule.over_mg is not None and all(_within(scene, code, rule.over_mg) for code in drugs):
            continue
        sentence = f"{scene.names(drugs)}: {rule.title} is on the problem list."
        found.alerts.append(
            scene.alert(rule.id, Check.CONDITION, rule.shown, sentence, action=rule.action, source=rule.source)
        )
    return found


def _on_the_list(scene: Scene, rule: Condition) -> bool:
    about = scene.situation
    if any(problem.startswith(rule.problems) for problem in about.problems):
        return True
    return any(names(said, rule.words, scene.checks.denials) for said in about.told_problems)


def _within(scene: Scene, code: str, limit: Decimal) -> bool:
    """Tell whether all orders of a drug together stay within a limit a day; one of unknown amount does not."""
    others = [m for m in scene.others if code in m.contents and m.systemic and not m.home and not m.sealed]
    amounts = [medicine.amount(code, scene.book) for medicine in (scene.new, *others)]
    return sum((a for a in amounts if a is not None), Decimal(0)) <= limit and None not in amounts


def pregnancy(scene: Scene) -> Found:
    """Find drugs to avoid or weigh in pregnancy; not knowing is a gap for a drug to avoid, never a no."""
    found = Found()
    if not scene.new.systemic or not _may_be_pregnant(scene):
        return found
    for code in sorted(scene.new.contents):
        fact = scene.book.ingredients.get(code)
        if fact is None or not fact.facts:
            _no_facts(scene, code, found)
        elif fact.pregnancy == "A" and _in_time(scene, code, fact):
            _avoid(scene, fact, found)
        elif fact.pregnancy == "A" and not scene.situation.pregnant:
            sentence = (
                f"Not for pregnancy in some weeks or doses: {fact.name} ({fact.pregnancy_text}); no test is on file."
            )
            found.alerts.append(
                scene.alert(f"PRG-{code}", Check.PREGNANCY, Grade.NOTE, sentence, action="Offer a test.", source=LABELS)
            )
        elif fact.pregnancy in {"A", "R"} and scene.situation.pregnant:
            sentence = f"Pregnant: weigh {fact.name} ({fact.pregnancy_text})."
            found.alerts.append(
                scene.alert(
                    f"PRG-{code}", Check.PREGNANCY, Grade.WARN, sentence, action="Ask obstetrics.", source=LABELS
                )
            )
    return found


def _avoid(scene: Scene, fact: Ingredient, found: Found) -> None:
    if scene.situation.pregnant:
        sentence = f"Pregnant: avoid {fact.name} ({fact.pregnancy_text})."
        action = "Choose another drug, or ask obstetrics."
        rule = f"PRG-{fact.rxcui}"
        found.alerts.append(scene.alert(rule, Check.PREGNANCY, Grade.STOP, sentence, action=action, source=LABELS))
        return
    sentence = f"{fact.name} is to be avoided in pregnancy, and whether she is pregnant is not known. Offer a test."
    found.gaps.append(CouldNotRun(Check.PREGNANCY, sentence, fact.rxcui))


def _no_facts(scene: Scene, code: str, found: Found) -> None:
    name = scene.book.ingredient_name(code)
    if scene.situation.pregnant:
        sentence = f"Pregnant: there are no facts on {name} here. Read the label."
        found.alerts.append(scene.alert(f"PRG-{code}", Check.PREGNANCY, Grade.WARN, sentence, source=LABELS))
    found.unchecked.append(f"pregnancy: no facts on {name}")


def _may_be_pregnant(scene: Scene) -> bool:
    about = scene.situation
    if about.pregnant is not None:
        return about.pregnant
    if about.sex == "male" and not about.pregnancy_asked:
        return False
    return about.age is None or scene.limit("pregnancy_from_age") <= about.age <= scene.limit("pregnancy_to_age")


def _in_time(scene: Scene, code: str, fact: Ingredient) -> bool:
    amount = scene.new.amount(code, scene.book)
    if fact.pregnancy_over and amount is not None and amount <= fact.pregnancy_over:
        return False
    weeks = scene.situation.pregnancy_weeks
    if weeks is None:
        # Without a test nobody is asked about a drug that harms late or in high doses alone.
        return bool(scene.situation.pregnant) or not (fact.pregnancy_from or fact.pregnancy_over)
    return fact.pregnancy_from <= weeks < fact.pregnancy_until


def kidneys(scene: Scene) -> Found:
    """Find drugs that the kidneys decide: avoid stops, a lower dose warns; unknown function warns, for high alert is a gap."""
    found = Found()
    if not scene.new.systemic:
        return found
    for code in sorted(_own(scene)):
        fact = scene.book.ingredients.get(code)
        if fact is None or not fact.facts:
            found.unchecked.append(f"kidneys: no facts on {scene.book.ingredient_name(code)}")
        elif fact.renal:
            _kidney(scene, fact, found)
    return found


def _own(scene: Scene) -> frozenset[str]:
    """Give the candidate's codes as its product has them, so that a salt's own facts are read."""
    return scene.new.product.ingredients if scene.new.product is not None else scene.new.contents


def _kidney(scene: Scene, fact: Ingredient, found: Found) -> None:
    rule = f"REN-{fact.rxcui}"
    if not _known(scene, fact):
        avoid = any(action == "avoid" for _, _, action in fact.renal)
        if avoid and scene.new.product is not None and scene.new.product.has("high_alert"):
            sentence = f"{fact.name} depends on the kidneys, and their function is not known. Order creatinine first."
            found.gaps.append(CouldNotRun(Check.RENAL, sentence, fact.rxcui))
            return
        grade = Grade.WARN if avoid else Grade.NOTE
        sentence = f"Kidney function is not known, and {fact.name} depends on it ({fact.renal_text})."
        found.alerts.append(scene.alert(rule, Check.RENAL, grade, sentence, action="Order creatinine.", source=LABELS))
        return
    for measure, below, action in sorted(fact.renal, key=lambda row: row[1]):
        found_value = _renal_value(scene, measure)
        if found_value is None:
            continue
        value, name, under = found_value
        if value < below or (under and value == below):
            about = scene.situation.kidneys
            old = " (an old figure)" if about and about.days_ago > 30 * scene.limit("renal_months") else ""
            sentence = f"{name} is {'below ' if under else ''}{value:f}{old}: {fact.name}: {fact.renal_text}."
            found.alerts.append(
                scene.alert(
                    rule, Check.RENAL, RENAL_GRADE[action], sentence, action=f"{action.title()}.", source=LABELS
                )
            )
            return


def _known(scene: Scene, fact: Ingredient) -> bool:
    """Tell whether the function says which rule holds: one told as `<60` may be far below a rule at 30, and says nothing."""
    for measure, below, _ in fact.renal:
        found = _renal_value(scene, measure)
        if found is None or (found[2] and found[0] > below):
            return False
    return True


def _renal_value(scene: Scene, measure: str) -> tuple[Decimal, str, bool] | None:
    """Give the figure the rule asks for, or the other one with its own name; and whether it was told as less than that."""
    about = scene.situation.kidneys
    if about is None:
        return None
    wanted, other = ("crcl", "egfr") if measure == "crcl" else ("egfr", "crcl")
    for name in (wanted, other):
        value = getattr(about, name)
        if value is not None:
            return value, MEASURES[name].capitalize() if name == "crcl" else MEASURES[name], name in about.under
    return None


def heart(scene: Scene) -> Found:
    """Find a QT-prolonging drug for a heart that is already slow to recover: at 500 ms it stops, and methadone asks for an ECG."""
    found = Found()
    facts = [scene.book.ingredients[code] for code in _own(scene) if code in scene.book.ingredients]
    worst = max((fact.qt for fact in facts), default=0)
    if not worst or not scene.new.systemic:
        return found
    about = scene.situation.heart
    name = scene.new.name
    if about.qtc_ms is not None and about.qtc_ms >= scene.limit("qtc_long_ms"):
        grade = Grade.STOP if about.qtc_ms >= scene.limit("qtc_stop_ms") else Grade.WARN
        sentence = f"The last QTc was {about.qtc_ms} ms, and {name} prolongs it."
        found.alerts.append(
            scene.alert("QT-LONG", Check.QT, grade, sentence, action="Cardiology, or another drug.", source="labels")
        )
    if about.low_potassium_or_magnesium:
        sentence = f"Potassium or magnesium is low, and {name} prolongs QT."
        found.alerts.append(
            scene.alert("QT-LOW", Check.QT, Grade.WARN, sentence, action="Correct them first.", source="labels")
        )
    if worst == 2 and (about.days_ago is None or about.days_ago > 30 * scene.limit("ecg_months")):
        sentence = f"{name} asks for an ECG, and none of the last {scene.limit('ecg_months')} months is on file."
        action = "ECG at start, 30 days and yearly; the first dose need not wait for it."
        found.alerts.append(
            scene.alert("QT-ECG", Check.QT, Grade.NOTE, sentence, action=action, source="label boxed warning")
        )
    return found
