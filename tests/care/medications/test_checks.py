"""Order checks, case by case at every edge: what stops, what warns, what could not run, and what a sealed medicine tells."""

from decimal import Decimal
from itertools import product as product_of

import pytest

from throughcare.care.medications.formulary import Product
from throughcare.care.medications.rules.check_facts import (
    SEALED,
    AllergyFact,
    Candidate,
    CheckReport,
    Grade,
    Heart,
    Kidneys,
    Situation,
    Taken,
)
from throughcare.care.medications.rules.check_tables import checks
from throughcare.care.medications.rules.checks import check, check_in_force
from throughcare.kernel import content

TABLES = checks()
BOOK = TABLES.book
STOP, WARN, NOTE = Grade.STOP, Grade.WARN, Grade.NOTE
CLEAR = {"allergies_asked": True, "sex": "male", "age": 40, "pregnant": False, "kidneys": Kidneys(Decimal(95))}


def rx(name: str) -> str:
    found = BOOK.find(name, 1)
    assert found, name
    return found[0].rxcui


def order(name: str, quantity: float = 1, often: float = 1, **more) -> Candidate:
    product = BOOK.product(rx(name))
    return Candidate(product, quantity=Decimal(str(quantity)), doses_per_day=Decimal(str(often)), **more)


def taken(name: str, quantity: float = 1, often: float = 1, key: str = "", **more) -> Taken:
    code = rx(name)
    return Taken(key or f"o-{code}", code, "", Decimal(str(quantity)), Decimal(str(often)), **more)


def asked(new: str | Candidate, *others: str | Taken, **situation) -> CheckReport:
    candidate = order(new) if isinstance(new, str) else new
    medicines = tuple(taken(other) if isinstance(other, str) else other for other in others)
    return check(candidate, Situation(**{**CLEAR, "medicines": medicines, **situation}), TABLES)


def grades(report: CheckReport) -> dict[str, Grade]:
    return {alert.rule: alert.grade for alert in report.alerts}


def test_nothing_to_say_says_what_it_was_checked_against() -> None:
    report = asked("sertraline 50")
    assert report.alerts == report.could_not_run == ()
    assert not report.interrupts
    assert f"Checked against {TABLES.rules} rules" in report.coverage
    assert "edition 2026.1, provisional" in report.coverage and "not signed by a pharmacist" in report.coverage
    assert report.rules == TABLES.rules > 150 and report.provisional


# --- interactions ---------------------------------------------------------------------------------------------------------

PAIRS = [
    ("naltrexone hydrochloride 50", "methadone hydrochloride 10 mg tab", "DDI-03", STOP),
    ("tramadol", "buprenorphine 8 mg / naloxone 2 mg sublingual film", "DDI-04", STOP),
    ("rifampin", "methadone hydrochloride 10 mg tab", "DDI-05", STOP),
    ("carbamazepine", "buprenorphine 8 mg sublingual", "DDI-06", WARN),
    ("gabapentin 300", "methadone hydrochloride 10 mg tab", "DDI-02", WARN),
    ("clonazepam 1", "buprenorphine 8 mg sublingual", "DDI-01", WARN),
    ("ciprofloxacin 500", "methadone hydrochloride 10 mg tab", "DDI-09", WARN),
    ("sertraline 50", "linezolid", "DDI-11", STOP),
    ("sumatriptan", "linezolid", "DDI-11", STOP),
    ("sumatriptan", "sertraline 50", "DDI-12", WARN),
    ("trazodone hydrochloride 50", "sertraline 50", "DDI-12b", NOTE),
    ("ziprasidone", "ondansetron", "DDI-15", STOP),
    ("lithium carbonate 300 mg cap", "ibuprofen 600", "DDI-17", STOP),
    ("lithium carbonate 300 mg cap", "lisinopril 10", "DDI-18", STOP),
    ("lithium carbonate 300 mg cap", "losartan potassium 25", "DDI-18", STOP),
    ("lithium carbonate 300 mg cap", "hydrochlorothiazide 25", "DDI-19", STOP),
    ("clozapine 100", "carbamazepine", "DDI-21", STOP),
    ("lurasidone", "darunavir", "DDI-26", STOP),
    ("apixaban 5", "phenytoin", "DDI-30", STOP),
    ("dolutegravir 50 mg tablet", "carbamazepine", "DDI-31", STOP),
    ("lamotrigine 25", "divalproex sodium 500 mg delayed", "DDI-33", STOP),
    ("sulfamethoxazole", "warfarin sodium 5", "DDI-36", STOP),
    ("ibuprofen 600", "warfarin sodium 5", "DDI-39", STOP),
    ("aspirin 81 mg chew", "warfarin sodium 5", "DDI-39b", WARN),
    ("fluticasone propionate 0.05", "darunavir", "DDI-43", STOP),
    ("omeprazole", "rilpivirine 25", "DDI-46", STOP),
    ("azathioprine", "allopurinol", "DDI-53", STOP),
    ("methotrexate", "sulfamethoxazole", "DDI-54", STOP),
    ("lisinopril 10", "sacubitril", "DDI-56", STOP),
    ("metronidazole", "disulfiram", "DDI-66", STOP),
    ("omeprazole", "clopidogrel", "DDI-71", WARN),
    ("methylphenidate", "linezolid", "LBL-01", STOP),
    ("bupropion hydrochloride 100", "linezolid", "LBL-01", STOP),
    ("dexamethasone 4", "rilpivirine 25", "LBL-02", STOP),
    ("ciprofloxacin 3", "rilpivirine 25", "LBL-02", None),
]


@pytest.mark.parametrize(("new", "old", "rule", "grade"), PAIRS, ids=[row[2] + row[0][:6] for row in PAIRS])
def test_a_pair_is_found_either_way_round(new: str, old: str, rule: str, grade: Grade | None) -> None:
    assert grades(asked(new, old)).get(rule) is grade
    assert grades(asked(old, new)).get(rule) is grade


RANK = {STOP: 0, WARN: 1, NOTE: 2}
PAIRED = {rule.id for rule in TABLES.interactions if rule.how in ("pair", "sum")}


def _worst(new: Product, old: Product) -> int:
    """Give the gravest interaction of two products in amounts that reach every limit; 3 is none."""
    much = {"quantity": Decimal(9), "doses_per_day": Decimal(9)}
    report = asked(Candidate(new, **much), Taken("o", old.rxcui, **much))
    assert not [gap for gap in report.could_not_run if gap.about == "broke"]
    return min((RANK[a.grade] for a in report.alerts if a.rule in PAIRED), default=3)


def test_every_rule_of_two_drugs_is_found_either_way_round_at_its_grade_or_a_graver() -> None:
    by_drug: dict[str, list[Product]] = {}
    for product in BOOK.products:
        for code in product.ingredients if product.systemic else ():
            by_drug.setdefault(BOOK.base(code), []).append(product)
    tried = 0
    for rule in TABLES.interactions:
        if rule.how not in ("pair", "sum") or rule.shown is None:
            continue
        sides = [
            [p for code in sorted(side) for p in by_drug.get(code, ())[:2] if not routes or p.route in routes][:20]
            for side, routes in ((rule.side_a, rule.a_routes), (rule.side_b, rule.b_routes))
        ]
        for one, two in product_of(*sides):
            if one.ingredients & two.ingredients:
                continue
            assert _worst(one, two) == _worst(two, one) <= RANK[rule.shown], (rule.id, one.name, two.name)
            tried += 1
    assert tried > 2000, tried


def test_every_alert_says_rule_source_and_what_to_do() -> None:
    for new, old, *_ in PAIRS:
        for alert in asked(new, old).alerts:
            assert alert.sentence.endswith("."), alert
            assert alert.action and alert.source and alert.rule, alert


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("ketoconazole", "quetiapine 300"),  # shampoo: not taken up
        ("erythromycin", "carbamazepine"),  # eye ointment
        ("ciprofloxacin 3", "methadone hydrochloride 10 mg tab"),  # ear drops
        ("olanzapine 10 mg tab", "lorazepam 1 mg tab"),  # only needle with needle
        ("rilpivirine + cabotegravir", "omeprazole"),
    ],
)
def test_the_route_decides(new: str, old: str) -> None:
    candidate = Candidate(BOOK.product("2475415")) if "cabotegravir" in new else order(new)
    report = asked(candidate, old)
    assert not {rule for rule, grade in grades(report).items() if rule.startswith("DDI") and grade is STOP}


def test_a_needle_with_a_needle_stops() -> None:
    assert grades(asked("olanzapine 10 mg injection", taken("lorazepam 2 mg/ml", 0.5)))["DDI-25"] is STOP


@pytest.mark.parametrize(
    ("quantity", "found"), [(1, False), (1.5, True), (2, True)]
)  # 20 mg tablets: the rule speaks above 20 mg
def test_citalopram_stops_above_20_mg_only(quantity: float, found: bool) -> None:
    report = asked(order("citalopram 20", quantity), "omeprazole")
    assert (grades(report).get("DDI-14") is STOP) is found
    assert ("DDI-14" in grades(asked("omeprazole", taken("citalopram 20", quantity)))) is found


def test_an_unknown_amount_counts_as_above() -> None:
    assert "DDI-14" in grades(asked("omeprazole", Taken("x", rx("citalopram 20"))))


def test_three_that_harm_the_kidney_together() -> None:
    assert grades(asked("ibuprofen 600", "lisinopril 10", "hydrochlorothiazide 25"))["DDI-58"] is WARN
    assert grades(asked("lisinopril 10", "ibuprofen 600", "hydrochlorothiazide 25"))["DDI-58"] is WARN
    assert "DDI-58" not in grades(asked("ibuprofen 600", "lisinopril 10"))
    assert "DDI-58" not in grades(asked("sertraline 50", "lisinopril 10", "ibuprofen 600", "hydrochlorothiazide 25"))


def test_burdens_count_drugs_and_the_new_one_takes_part() -> None:
    two = asked("benztropine mesylate 1", "hydroxyzine hydrochloride 25")
    three = asked("benztropine mesylate 1", "hydroxyzine hydrochloride 25", "olanzapine 10 mg tab")
    assert "BUR-ANTICHOLINERGIC" not in grades(two)
    assert grades(three)["BUR-ANTICHOLINERGIC"] is WARN
    same = asked("benztropine mesylate 1", "hydroxyzine hydrochloride 25", "hydroxyzine pamoate 50")
    assert "BUR-ANTICHOLINERGIC" not in grades(same)
    outside = asked("cetirizine", "benztropine mesylate 1", "hydroxyzine hydrochloride 25", "olanzapine 10 mg tab")
    assert "BUR-ANTICHOLINERGIC" not in grades(outside)


@pytest.mark.parametrize(
    ("name", "rule"),
    [("lithium carbonate 300 mg cap", "DDI-20"), ("clozapine 100", "DDI-24"), ("clonidine", "DDI-60"), ("insulin lispro", "DDI-65")],
)  # fmt: skip
def test_what_no_list_can_show_is_told_as_a_note(name: str, rule: str) -> None:
    assert grades(asked(name))[rule] is NOTE


SEDATING = [code for group in ("benzodiazepine", "gabapentinoid", "other_cns_depressant") for code in TABLES.groups[group].members]  # fmt: skip


@pytest.mark.parametrize("moud", [p.rxcui for p in BOOK.products if p.has("last_dose_gate")])
def test_sedation_never_bars_opioid_treatment(moud: str) -> None:
    sedating = [p for p in BOOK.products if p.systemic and p.ingredients & set(SEDATING)]
    assert len(sedating) > 30
    medicines = tuple(
        Taken(p.rxcui, p.rxcui) for p in sedating if "phenobarbital" not in p.name
    )  # an inducer: its own stop
    report = asked(Candidate(BOOK.product(moud), quantity=Decimal(1), doses_per_day=Decimal(1)), *medicines)
    assert report.of(WARN)
    assert report.of(STOP) == ()
    assert not report.interrupts


# --- duplicates -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("new", "old", "rule", "grade"),
    [
        ("lisinopril 10", "lisinopril 20", "DUP-DRUG", WARN),
        ("methadone hydrochloride 10 mg tab", "methadone hydrochloride 5 mg tab", "DUP-DRUG", STOP),
        ("warfarin sodium 5", "warfarin sodium 1", "DUP-DRUG", STOP),
        ("insulin glargine 100 units/ml inj", "3 ml insulin glargine", "DUP-DRUG", STOP),
        ("lithium carbonate 300 mg cap", "lithium carbonate 450", "DUP-DRUG", STOP),
        ("emtricitabine 200 mg / tenofovir d", "tenofovir disoproxil fumarate 300 mg tab", "DUP-DRUG", WARN),
        ("tenofovir alafenamide 25 mg tab", "tenofovir disoproxil fumarate 300 mg tab", "DUP-DRUG", WARN),
        ("ibuprofen 600", "naproxen 500", "DUP-nsaid", WARN),
        ("sertraline 50", "fluoxetine 20", "DUP-ssri", WARN),
        ("apixaban 5", "warfarin sodium 5", "DUP-anticoagulant", STOP),
        ("olanzapine 10 mg tab", "haloperidol 5 mg tab", "DUP-antipsychotic", NOTE),
        ("insulin glargine 100 units/ml inj", "insulin lispro", "DUP-insulin", None),
        ("fluticasone propionate 0.05", "salmeterol", "DUP-DRUG", None),
        ("hydrocortisone", "prednisone 20", "DUP-corticosteroid", None),
        ("naloxone hydrochloride 40", "buprenorphine 8 mg / naloxone 2 mg sublingual film", "DUP-DRUG", None),
    ],
)
def test_duplicates(new: str, old: str, rule: str, grade: Grade | None) -> None:
    assert grades(asked(new, old)).get(rule) is grade


def test_what_an_order_replaces_is_no_duplicate_and_parts_of_one_regimen_are_a_note() -> None:
    old = taken("methadone hydrochloride 5 mg tab", key="old")
    new = "methadone hydrochloride 10 mg tab"
    assert "DUP-DRUG" not in grades(asked(order(new, replaces=frozenset({"old"})), old))
    assert grades(asked(order(new, together_with=frozenset({"old"})), old))["DUP-DRUG"] is NOTE


def test_a_home_medicine_that_becomes_an_order_is_no_duplicate() -> None:
    assert grades(asked("lisinopril 10", taken("lisinopril 20", home=True))) == {}
    assert grades(asked("sertraline 50", taken("fluoxetine 20", home=True)))["DUP-ssri"] is NOTE


# --- dose -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "quantity", "often", "rule", "grade"),
    [
        ("sertraline 100", 2, 1, "DOSE-36437", None),
        ("sertraline 100", 2.5, 1, "DOSE-36437", STOP),
        ("ibuprofen 800", 1, 4, "DOSE-5640", None),
        ("ibuprofen 800", 1, 5, "DOSE-5640", STOP),
        ("lisinopril 40", 1, 1, "DOSE-29046", None),
        ("lisinopril 40", 2, 1, "DOSE-29046", WARN),
        ("lisinopril 40", 3, 1, "DOSE-29046", STOP),
        ("methotrexate", 10, 1 / 7, "DOSE-6851", None),
        ("methotrexate", 4, 1 / 7, "WEEKLY-6851", None),
        ("methotrexate", 1, 1, "WEEKLY-6851", STOP),
        ("methotrexate", 11, 1 / 7, "DOSE-6851", STOP),
        ("levothyroxine sodium 0.1", 3, 1, "DOSE-10582", None),
        ("levothyroxine sodium 0.1", 4, 1, "DOSE-10582", WARN),
        ("buprenorphine 8 mg / naloxone 2 mg sublingual film", 3, 1, "DOSE-1819", None),
        ("buprenorphine 8 mg / naloxone 2 mg sublingual film", 4, 1, "DOSE-1819", WARN),
        ("buprenorphine 8 mg / naloxone 2 mg sublingual film", 5, 1, "DOSE-1819", STOP),
        ("methadone hydrochloride 10 mg/ml", 12, 1, "DOSE-6813", None),
        ("acetaminophen 500 mg tab", 2, 3, "APAP", None),
        ("acetaminophen 500 mg tab", 2, 4, "APAP", WARN),
        ("acetaminophen 500 mg tab", 2, 5, "APAP", STOP),
    ],
)
def test_ceilings_at_their_edge(name: str, quantity: float, often: float, rule: str, grade: Grade | None) -> None:
    assert grades(asked(order(name, quantity, round(often, 6)))).get(rule) is grade


def test_ceilings_add_up_over_orders_of_one_drug() -> None:
    assert grades(asked(order("lisinopril 40", 1), taken("lisinopril 40", 2, key="b")))["DOSE-29046"] is STOP
    replaced = order("lisinopril 40", 1, replaces=frozenset({"b"}))
    assert "DOSE-29046" not in grades(asked(replaced, taken("lisinopril 40", 2, key="b")))


def test_acetaminophen_adds_up_over_products_and_leaves_home_out() -> None:
    combination = taken("acetaminophen 325 mg / oxycodone", 2, 4)  # 2600 mg
    report = asked(order("acetaminophen 500 mg tab", 1, 3), combination)
    assert grades(report)["APAP"] is STOP
    assert "4100 mg" in next(alert.sentence for alert in report.alerts if alert.rule == "APAP")
    home = asked(order("acetaminophen 500 mg tab", 1, 3), taken("acetaminophen 325 mg / oxycodone", 2, 4, home=True))
    assert "APAP" not in grades(home)


def test_an_unknown_dose_is_a_gap_where_there_is_a_ceiling() -> None:
    open_dose = Candidate(BOOK.product(rx("sertraline 50")))
    assert asked(open_dose).needs_reason == ("could-not-run:dose:36437",)
    apap = asked(order("acetaminophen 500 mg tab"), Taken("x", rx("acetaminophen 325 mg / oxycodone")))
    assert "could-not-run:acetaminophen:x" in apap.needs_reason
    insulin = asked(Candidate(BOOK.product(rx("insulin lispro"))))
    assert not insulin.interrupts and any("no ceiling" in said for said in insulin.unchecked)


# --- allergies ------------------------------------------------------------------------------------------------------------


def allergic(new: str, *facts: AllergyFact) -> dict[str, Grade]:
    report = asked(new, allergies=facts)
    assert report.could_not_run == ()
    return {alert.rule.split("-")[1]: alert.grade for alert in report.alerts if alert.rule.startswith("ALG")}


@pytest.mark.parametrize(
    ("new", "text", "reaction", "expected"),
    [
        ("amoxicillin 500", "amoxicillin", "", ("DRUG", STOP)),
        ("amoxicillin 500", "Amoxil", "nausea", ("DRUG", WARN)),
        ("amoxicillin 500", "penicillin", "", ("penicillins", STOP)),
        ("amoxicillin 500", "PCN", "anaphylaxis", ("penicillins", STOP)),
        ("amoxicillin 500", "penicilina", "náuseas y vómitos", ("penicillins", WARN)),
        ("cephalexin", "amoxicillin", "anaphylaxis", ("aminopenicillin_side_chain", STOP)),
        ("cephalexin", "amoxicillin", "rash", ("aminopenicillin_side_chain", WARN)),
        ("cephalexin", "penicillin", "throat closed", ("penicillin_label_side_chain", STOP)),
        ("ceftriaxone 1000", "penicillin", "rash", ("penicillin_dissimilar", NOTE)),
        ("ceftriaxone 1000", "penicillin", "anaphylaxis", ("penicillin_dissimilar", WARN)),
        ("ceftriaxone 1000", "penicillin", "Stevens-Johnson", ("beta_lactams_delayed", STOP)),
        ("ceftriaxone 1000", "cephalosporins", "", ("cephalosporins", STOP)),
        ("sulfamethoxazole", "sulfa", "hives", ("sulfonamide_antibiotics", STOP)),
        ("sulfamethoxazole", "sulfur", "hives", ("sulfonamide_antibiotics", STOP)),
        ("furosemide 20", "sulfa", "hives", None),
        ("furosemide 20", "sulfa", "SJS in 2010", ("sulfonamide_other", WARN)),
        ("ibuprofen 600", "NSAIDs", "", ("nsaid_label", STOP)),
        ("naproxen 500", "ibuprofen", "rash", ("nsaid_propionic", WARN)),
        ("naproxen 500", "aspirin", "wheezing", ("nsaid_respiratory", STOP)),
        ("meloxicam 15", "aspirin", "stomach upset", None),
        ("acetaminophen 500 mg tab", "aspirin", "wheezing", None),
        ("buprenorphine 8 mg sublingual", "codeine", "itching", ("opioid_phenanthrenes", NOTE)),
        ("buprenorphine 8 mg sublingual", "codeine", "", ("opioid_phenanthrenes", WARN)),
        ("methadone hydrochloride 10 mg tab", "codeine", "anaphylaxis", None),
        ("lamotrigine 25", "carbamazepine", "DRESS", ("aromatic_anticonvulsants", STOP)),
        ("lamotrigine 25", "carbamazepine", "dizzy", None),
        ("lisinopril 10", "enalapril", "cough", ("ace_inhibitors", NOTE)),
        ("lisinopril 10", "ACE inhibitors", "angioedema", ("ace_inhibitors", STOP)),
        ("sacubitril", "lisinopril", "angioedema", ("ace_to_sacubitril", STOP)),
        ("losartan potassium 25", "lisinopril", "tongue swelling", ("ace_to_arb", WARN)),
        ("losartan potassium 25", "lisinopril", "cough", None),
        ("lithium carbonate 300 mg cap", "lithium", "tremor", ("DRUG", STOP)),
        ("levofloxacin", "Cipro", "", ("fluoroquinolones", STOP)),
        ("sertraline 50", "shellfish and peanuts", "throat swelling", None),
        ("sertraline 50", "no match: bee stings", "", "unread"),
        ("hydroxyzine hydrochloride 25", "tender skin", "", "unread"),
    ],
)  # fmt: skip
def test_allergies(new: str, text: str, reaction: str, expected) -> None:
    fact = AllergyFact(text, reaction=reaction)
    if expected == "unread":
        assert asked(new, allergies=(fact,)).could_not_run
    elif expected is None:
        assert {rule: grade for rule, grade in allergic(new, fact).items() if grade is not NOTE} == {}
    else:
        assert allergic(new, fact)[expected[0]] is expected[1]


def test_an_allergy_by_code_of_ingredient_salt_product_and_brand() -> None:
    brand = next(code for code in BOOK._codes if BOOK._codes[code] == "36437" and code != "36437")
    for code in ("36437", rx("sertraline 25"), brand):
        assert allergic("sertraline 50", AllergyFact("x", code=code, rxnorm=True)) == {"DRUG": STOP}
    assert allergic("lithium carbonate 300 mg cap", AllergyFact("x", code="52105", rxnorm=True)) == {"DRUG": STOP}


def test_high_criticality_is_severe_and_an_intolerance_is_mild() -> None:
    assert allergic("cephalexin", AllergyFact("amoxicillin", criticality="high"))["aminopenicillin_side_chain"] is STOP
    assert allergic("amoxicillin 500", AllergyFact("amoxicillin", intolerance=True)) == {"DRUG": WARN}


@pytest.mark.parametrize(
    "fact", [AllergyFact("purple pill"), AllergyFact("", code="91936005"), AllergyFact("penicillin, zanoxyl")]
)
def test_an_allergy_nobody_understands_fails_closed(fact: AllergyFact) -> None:
    report = asked("sertraline 50", allergies=(fact,))
    assert report.interrupts
    assert "eye" in report.could_not_run[0].sentence


def test_no_known_allergies_in_words_is_no_allergy() -> None:
    for text in ("NKDA", "No known drug allergies", "Ninguna"):
        assert not asked("sertraline 50", allergies=(AllergyFact(text),)).interrupts


def test_allergies_never_asked_fail_closed() -> None:
    report = asked("sertraline 50", allergies_asked=False)
    assert report.needs_reason == ("could-not-run:allergy:not-asked",)


# --- body -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "crcl", "grade"),
    [
        ("metformin hydrochloride 500 mg tab", 45, None),
        ("metformin hydrochloride 500 mg tab", 44, WARN),
        ("metformin hydrochloride 500 mg tab", 30, WARN),
        ("metformin hydrochloride 500 mg tab", 29, STOP),
        ("lithium carbonate 300 mg cap", 29, STOP),
        ("lithium carbonate 300 mg cap", 30, None),
        ("gabapentin 300", 59, WARN),
        ("gabapentin 300", 60, None),
        ("bupropion hydrochloride 100", 89, NOTE),
        ("sertraline 50", 10, None),
        ("hydrocortisone", 10, None),
    ],
)
def test_kidneys_at_their_edge(name: str, crcl: int, grade: Grade | None) -> None:
    report = asked(name, kidneys=Kidneys(Decimal(crcl), Decimal(crcl)))
    assert {alert.grade for alert in report.alerts if alert.rule.startswith("REN")} == ({grade} if grade else set())


def test_the_other_kidney_figure_serves_and_an_old_one_says_so() -> None:
    report = asked("gabapentin 300", kidneys=Kidneys(egfr=Decimal(40), days_ago=500))
    assert "eGFR is 40 (an old figure)" in report.alerts[0].sentence


def test_unknown_kidneys_warn_and_are_a_gap_for_high_alert_drugs() -> None:
    unknown = {"kidneys": None}
    assert grades(asked("naproxen 500", **unknown))["REN-7258"] is WARN
    assert grades(asked("gabapentin 300", **unknown))["REN-25480"] is NOTE
    assert asked("lithium carbonate 300 mg cap", **unknown).needs_reason == ("could-not-run:renal:42351",)


WOMAN = {"sex": "female", "age": 30}


@pytest.mark.parametrize(
    ("name", "about", "grade"),
    [
        ("divalproex sodium 500 mg delayed", {"pregnant": True}, STOP),
        ("divalproex sodium 500 mg delayed", {"pregnant": False}, None),
        ("lisinopril 10", {"pregnant": True, "pregnancy_weeks": 6}, STOP),
        ("ibuprofen 600", {"pregnant": True, "pregnancy_weeks": 19}, WARN),
        ("ibuprofen 600", {"pregnant": True, "pregnancy_weeks": 20}, STOP),
        ("ibuprofen 600", {"pregnant": True}, STOP),
        ("ibuprofen 600", {"pregnant": None}, NOTE),
        ("aspirin 81 mg chew", {"pregnant": True, "pregnancy_weeks": 24}, WARN),
        ("aspirin 325", {"pregnant": True, "pregnancy_weeks": 24}, STOP),
        ("methimazole", {"pregnant": True, "pregnancy_weeks": 13}, STOP),
        ("methimazole", {"pregnant": True, "pregnancy_weeks": 14}, WARN),
        ("methadone hydrochloride 10 mg tab", {"pregnant": True}, None),
        ("buprenorphine 8 mg / naloxone 2 mg sublingual film", {"pregnant": True}, None),
        ("prednisone 20", {"pregnant": True}, WARN),
        ("finasteride", {"pregnant": True}, WARN),
    ],
)
def test_pregnancy(name: str, about: dict[str, object], grade: Grade | None) -> None:
    report = asked(name, **{**WOMAN, **about})
    assert {alert.grade for alert in report.alerts if alert.rule.startswith("PRG")} == ({grade} if grade else set())


@pytest.mark.parametrize(
    ("about", "gap"),
    [
        ({**WOMAN, "pregnant": None}, True),
        ({"sex": "female", "age": 11, "pregnant": None}, False),
        ({"sex": "female", "age": 12, "pregnant": None}, True),
        ({"sex": "female", "age": 55, "pregnant": None}, True),
        ({"sex": "female", "age": 56, "pregnant": None}, False),
        ({"sex": "", "age": None, "pregnant": None}, True),
        ({"sex": "male", "age": 30, "pregnant": None}, False),
    ],
)
def test_not_knowing_of_a_pregnancy_is_a_gap_for_a_drug_to_avoid(about: dict[str, object], gap: bool) -> None:
    report = asked("divalproex sodium 500 mg delayed", **about)
    assert ("could-not-run:pregnancy:40254" in report.needs_reason) is gap


@pytest.mark.parametrize(
    ("heart", "rule", "grade"),
    [
        (Heart(469, 10), "QT-LONG", None), (Heart(470, 10), "QT-LONG", WARN), (Heart(499, 10), "QT-LONG", WARN),
        (Heart(500, 10), "QT-LONG", STOP), (Heart(400, 10, True), "QT-LOW", WARN), (Heart(), "QT-ECG", NOTE),
        (Heart(400, 360), "QT-ECG", None), (Heart(400, 361), "QT-ECG", NOTE),
    ],
)  # fmt: skip
def test_the_heart(heart: Heart, rule: str, grade: Grade | None) -> None:
    assert grades(asked("methadone hydrochloride 10 mg tab", heart=heart)).get(rule) is grade
    assert grades(asked("lisinopril 10", heart=heart)) == {}


def test_methadone_with_another_qt_drug_asks_for_an_ecg_and_does_not_stop() -> None:
    report = asked("ondansetron", "methadone hydrochloride 10 mg tab")
    found = next(alert for alert in report.alerts if alert.rule == "DDI-08")
    assert found.grade is WARN and "ECG" in found.action


@pytest.mark.parametrize(
    ("name", "problem", "rule", "grade"),
    [
        ("propranolol hydrochloride 10", "J45.909", "CON-ASTHMA", STOP),
        ("metoprolol tartrate 25", "J45.909", "CON-ASTHMA", None),
        ("bupropion hydrochloride 100", "G40.909", "CON-SEIZURE", STOP),
        ("sumatriptan", "I25.10", "CON-CORONARY", STOP),
        ("sumatriptan", "I10", "CON-CORONARY", None),
    ],
)
def test_problems_that_a_label_names(name: str, problem: str, rule: str, grade: Grade | None) -> None:
    assert grades(asked(name, problems=frozenset({problem}))).get(rule) is grade


def test_the_liver_takes_two_grams() -> None:
    liver = {"problems": frozenset({"K74.60"})}
    assert "CON-LIVER" not in grades(asked(order("acetaminophen 500 mg tab", 2, 2), **liver))
    assert grades(asked(order("acetaminophen 500 mg tab", 2, 3), **liver))["CON-LIVER"] is WARN


# --- fail closed ----------------------------------------------------------------------------------------------------------


def test_without_tables_nothing_passes_unnamed() -> None:
    report = check(order("sertraline 50"), Situation(**CLEAR), None)
    assert report.needs_reason == ("could-not-run:content",)
    assert "nothing was checked" in report.could_not_run[0].sentence


def test_tables_that_cannot_be_read_fail_closed(tmp_path, monkeypatch) -> None:
    (tmp_path / "formulary").mkdir()
    (tmp_path / "formulary/checks.toml").write_text('version = "broken')
    monkeypatch.setenv(content.OVERLAY_SETTING, str(tmp_path))
    content.forget()
    try:
        assert check_in_force(order("sertraline 50"), Situation(**CLEAR)).needs_reason == ("could-not-run:content",)
    finally:
        monkeypatch.delenv(content.OVERLAY_SETTING)
        content.forget()
    assert not check_in_force(order("sertraline 50"), Situation(**CLEAR)).interrupts


def test_an_unknown_product_fails_closed() -> None:
    assert asked(Candidate(None, text="herbal tea")).needs_reason == ("could-not-run:content:product",)
    known_drug = Candidate(None, code="5691", text="imipramine")
    report = asked(known_drug, "linezolid")
    assert grades(report)["DDI-11"] is STOP
    assert "could-not-run:dose:product" in report.needs_reason


def test_an_uncoded_home_medicine_fails_closed_and_a_named_one_is_read() -> None:
    report = asked("sertraline 50", Taken("home-1", text="water pill", home=True))
    assert report.needs_reason == ("could-not-run:interaction:home-1",)
    assert grades(asked("ibuprofen 600", Taken("home-1", text="Coumadin 5 mg daily", home=True)))["DDI-39"] is STOP


def test_unreadable_medicines_fail_closed() -> None:
    assert asked("sertraline 50", medicines_readable=False).interrupts


EMERGENCY = ["naloxone hydrochloride 40", "0.3 ml epinephrine", "glucagon 3", "midazolam"]


@pytest.mark.parametrize("name", EMERGENCY)
def test_emergency_drugs_are_never_held_up(name: str) -> None:
    worst = Situation(allergies=(AllergyFact("purple pill"), AllergyFact(name.split()[0])), medicines_readable=False)
    candidate = order(name)
    for tables in (TABLES, None):
        report = check(candidate, worst, tables)
        assert report.exempt and not report.interrupts and report.could_not_run
        assert report.of(STOP) == ()


def test_a_benzodiazepine_is_exempt_for_a_seizure_alone() -> None:
    for seizure in (True, False):
        report = asked(order("lorazepam 2 mg/ml", 0.5, for_seizure=seizure), allergies_asked=False)
        assert report.exempt is seizure
        assert report.interrupts is not seizure
    assert asked(order("lorazepam 1 mg tab", for_seizure=True), allergies_asked=False).interrupts


# --- sealed ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("new", "sealed", "grade"),
    [
        (order("clonazepam 1"), taken("methadone hydrochloride 10 mg tab", key="secret", sealed=True), WARN),
        (order("naltrexone hydrochloride 50"), taken("methadone hydrochloride 10 mg tab", key="secret", sealed=True), STOP),
        (order("methadone hydrochloride 10 mg tab"), taken("methadone hydrochloride 5 mg tab", key="secret", sealed=True), STOP),
        (order("acetaminophen 500 mg tab", 2, 2), taken("acetaminophen 300 mg", 4, 1, key="secret", sealed=True), WARN),
        (order("sertraline 100", 1), taken("sertraline 100", 2, key="secret", sealed=True), STOP),
    ],
)  # fmt: skip
def test_a_sealed_medicine_takes_part_and_is_not_told(new: Candidate, sealed: Taken, grade: Grade) -> None:
    report = asked(new, sealed)
    found = [alert for alert in report.alerts if alert.sealed]
    assert [alert.grade for alert in found] == [grade]
    assert found[0].sentence == SEALED and found[0].key == "SEALED"
    open_words = {alert.sentence for alert in asked(new).alerts} | {SEALED}
    assert {alert.sentence for alert in report.alerts} == open_words, "what a sealed medicine adds is one sentence"
    told = repr(report).casefold()
    product = BOOK.product(sealed.code)
    for name in set(product.ingredient_names) - set(new.product.ingredient_names):
        assert name.casefold() not in told
    assert "secret" not in told


def test_two_sealed_medicines_are_one_sentence_at_the_higher_grade() -> None:
    sealed = (
        taken("methadone hydrochloride 10 mg tab", key="a", sealed=True),
        taken("linezolid", key="b", sealed=True),
        Taken("c", text="unknown thing", sealed=True),
    )
    report = asked("sertraline 50", *sealed)
    assert [(alert.key, alert.grade) for alert in report.alerts if alert.sealed] == [("SEALED", STOP)]
    assert report.could_not_run[0].key == "could-not-run:interaction:sealed"
    assert "unknown thing" not in repr(report)


def test_what_may_be_seen_is_said_beside_the_sealed_sentence() -> None:
    report = asked(
        order("acetaminophen 500 mg tab", 2, 4), taken("acetaminophen 300 mg", 4, 2, key="secret", sealed=True)
    )
    apap = next(alert for alert in report.alerts if alert.rule == "APAP")
    assert apap.grade is WARN and "4000 mg" in apap.sentence, "the sum of what may be seen"
    assert next(alert.grade for alert in report.alerts if alert.sealed) is STOP


# --- what is over and acts on ---------------------------------------------------------------------------------------------

DEPOT = "buprenorphine 200 mg/ml"


@pytest.mark.parametrize(
    ("new", "over", "days", "rule"),
    [
        ("buprenorphine 8 mg / naloxone 2 mg sublingual film", "naltrexone 380", 5, "DDI-03"),
        ("buprenorphine 8 mg / naloxone 2 mg sublingual film", "naltrexone 380", 28, "DDI-03"),
        ("buprenorphine 8 mg / naloxone 2 mg sublingual film", "naltrexone 380", 29, ""),
        ("buprenorphine 8 mg / naloxone 2 mg sublingual film", "naltrexone hydrochloride 50", 1, ""),
        ("naltrexone hydrochloride 50", DEPOT, 60, "DDI-03"),
        ("naltrexone hydrochloride 50", DEPOT, 61, ""),
        ("linezolid", "fluoxetine 20", 35, "DDI-11"),
        ("linezolid", "fluoxetine 20", 36, ""),
        ("linezolid", "sertraline 50", 14, "DDI-11"),
        ("linezolid", "sertraline 50", 15, ""),
        ("sertraline 50", "linezolid", 14, "DDI-11"),
        ("sertraline 50", "linezolid", 15, ""),
        ("ibuprofen 600", "sertraline 50", 1, ""),
    ],
)
def test_what_is_over_and_acts_on_counts_where_it_stops(new: str, over: str, days: int, rule: str) -> None:
    report = asked(new, taken(over, ended_days_ago=days))
    stops = {alert.rule for alert in report.alerts if alert.grade is STOP}
    assert stops == ({rule} if rule else set())
    assert not rule or "acts on" in next(a.sentence for a in report.alerts if a.rule == rule)
    assert not report.could_not_run


def test_a_medicine_that_goes_on_under_another_order_is_told_once() -> None:
    report = asked("linezolid", "sertraline 50", taken("sertraline 50", key="former", ended_days_ago=2))
    assert [a.with_key for a in report.alerts if a.rule == "DDI-11"] == [f"o-{rx('sertraline 50')}"]
