"""Order checks, measured: laws that hold for any medicines, how often they interrupt, and what a broad table knows beyond."""

import csv
import gzip
from collections import Counter, defaultdict
from decimal import Decimal
from itertools import product as pairs_of
from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.care.medications.orders_made import orders
from throughcare.care.medications.rules.check_facts import AllergyFact, Candidate, Check, Grade, Situation, Taken
from throughcare.care.medications.rules.check_tables import checks
from throughcare.care.medications.rules.checks import ORDER, check

TABLES = checks()
BOOK = TABLES.book
CODES = [item.rxcui for item in BOOK.products]
INTERRUPTION_BUDGET = 25
PAIRED = {Check.INTERACTION, Check.QT}

doses = st.decimals("0.5", "6", places=1)
medicines = st.builds(
    lambda code, quantity, often, sealed: (code, quantity, often, sealed),
    st.sampled_from(CODES),
    doses,
    st.sampled_from([Decimal(1), Decimal(2), Decimal(4)]),
    st.booleans(),
)
people = st.builds(
    Situation,
    allergies=st.lists(
        st.builds(AllergyFact, st.sampled_from(["penicillin", "sulfa", "codeine", "purple pill", "shellfish"])),
        max_size=2,
    ).map(tuple),
    allergies_asked=st.booleans(),
    sex=st.sampled_from(["female", "male", ""]),
    age=st.one_of(st.none(), st.integers(15, 90)),
    pregnant=st.sampled_from([True, False, None]),
)


def new(row: tuple[str, Decimal, Decimal, bool]) -> Candidate:
    return Candidate(BOOK.product(row[0]), quantity=row[1], doses_per_day=row[2])


def held(row: tuple[str, Decimal, Decimal, bool], number: int, *, sealed: bool | None = None) -> Taken:
    return Taken(f"o-{number}", row[0], "", row[1], row[2], sealed=row[3] if sealed is None else sealed)


def paired(
    candidate: tuple[str, Decimal, Decimal, bool], other: tuple[str, Decimal, Decimal, bool]
) -> set[tuple[str, Grade]]:
    report = check(new(candidate), Situation(medicines=(held(other, 1, sealed=False),), allergies_asked=True), TABLES)
    return {(alert.rule, alert.grade) for alert in report.alerts if alert.check in PAIRED and alert.with_key}


@settings(max_examples=150, deadline=None)
@given(medicines, medicines)
def test_an_interaction_is_one_whichever_is_ordered_first(one, other) -> None:
    assert paired(one, other) == paired(other, one)


@settings(max_examples=150, deadline=None)
@given(medicines, st.lists(medicines, max_size=6), medicines, people)
def test_one_more_medicine_never_takes_an_alert_away(candidate, others, more, person) -> None:
    from dataclasses import replace

    fewer = tuple(held(row, number) for number, row in enumerate(others))
    before = check(new(candidate), replace(person, medicines=fewer), TABLES)
    after = check(new(candidate), replace(person, medicines=(*fewer, held(more, 99))), TABLES)
    known = {alert.key: alert.grade for alert in after.alerts}
    for alert in before.alerts:
        assert alert.key in known, alert
        # Sealed findings of several rules share one sentence, so its grade is the gravest of them and may change.
        assert alert.sealed or ORDER[known[alert.key]] <= ORDER[alert.grade], alert
    assert set(before.could_not_run) <= set(after.could_not_run)


@settings(max_examples=100, deadline=None)
@given(medicines, st.lists(medicines, min_size=1, max_size=5), people)
def test_a_sealed_medicine_adds_one_sentence_and_no_name(candidate, others, person) -> None:
    from dataclasses import replace

    hidden = tuple(held(row, number, sealed=True) for number, row in enumerate(others))
    alone = check(new(candidate), replace(person, medicines=()), TABLES)
    report = check(new(candidate), replace(person, medicines=hidden), TABLES)
    said = {alert.sentence for alert in report.alerts if not alert.sealed}
    assert said == {alert.sentence for alert in alone.alerts}
    assert all(not (alert.with_key or alert.source or alert.action) for alert in report.alerts if alert.sealed)
    assert set(report.needs_reason) - {"SEALED", "could-not-run:acetaminophen:sealed"} == set(alone.needs_reason)


@settings(max_examples=100, deadline=None)
@given(medicines, st.lists(medicines, max_size=5), people)
def test_what_needs_a_reason_is_named_once_and_order_does_not_matter(candidate, others, person) -> None:
    from dataclasses import replace

    rows = tuple(held(row, number) for number, row in enumerate(others))
    report = check(new(candidate), replace(person, medicines=rows), TABLES)
    turned = check(new(candidate), replace(person, medicines=rows[::-1]), TABLES)
    assert len(set(report.needs_reason)) == len(report.needs_reason)
    assert {(a.key, a.grade) for a in report.alerts} == {(a.key, a.grade) for a in turned.alerts}


@pytest.mark.slow
def test_at_most_one_interruption_in_25_realistic_orders() -> None:
    count, interrupted, lines = 3000, 0, 0
    why: Counter[str] = Counter()
    began = perf_counter()
    for candidate, situation in orders(TABLES, count):
        report = check(candidate, situation, TABLES)
        interrupted += report.interrupts
        lines += len(report.of(Grade.WARN))
        why.update(key.split(":")[0] for key in report.needs_reason)
    spent = (perf_counter() - began) / count * 1000
    print(
        f"{count} orders: one interruption in {count / interrupted:.1f}, {lines / count:.2f} warnings in line an order, {spent:.2f} ms"
    )
    print(f"why: {why.most_common(8)}")
    assert interrupted, "checks that never speak are no checks"
    assert count / interrupted >= INTERRUPTION_BUDGET
    assert spent < 50


def test_how_much_of_a_broad_table_the_rules_know(shared: Path) -> None:
    """Print, per severity, how many pairs of formulary drugs of the French thesaurus (2016) a rule here also names."""
    drugs = {BOOK.base(code) for item in BOOK.products if item.systemic for code in item.ingredients}
    members: dict[str, set[str]] = defaultdict(set)
    folder = shared / "corpora/drugs"
    with gzip.open(folder / "ddi_ansm_en_2016_classes.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if BOOK.base(row["rxcui"]) in drugs:
                members[row["class_code"]].add(BOOK.base(row["rxcui"]))
    broad: dict[frozenset[str], str] = {}
    grave = ["contraindicated", "not_recommended", "precaution", "take_into_account"]
    with gzip.open(folder / "ddi_ansm_en_2016.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["severity"] not in grave:
                continue
            sides = [
                members[row[f"code{n}"]] if row[f"kind{n}"] == "class" else {BOOK.base(row[f"code{n}"])} & drugs for n in (1, 2)
            ]  # fmt: skip
            for a, b in pairs_of(*sides):
                known = broad.get(frozenset((a, b)))
                if a != b and (known is None or grave.index(row["severity"]) < grave.index(known)):
                    broad[frozenset((a, b))] = row["severity"]
    ours = {
        frozenset(pair) for rule in TABLES.interactions if rule.how == "pair" for pair in pairs_of(rule.side_a, rule.side_b)
    }  # fmt: skip
    found: dict[str, tuple[int, int]] = {}
    for severity in grave:
        pairs = [pair for pair, said in broad.items() if said == severity]
        found[severity] = (sum(pair in ours for pair in pairs), len(pairs))
        hit, total = found[severity]
        print(f"{severity}: {hit} of {total} pairs ({hit / total:.0%})")
    mine = sum(1 for pair in ours if pair <= drugs and len(pair) == 2)
    print(f"pairs of formulary drugs that a rule here names: {mine}")
    assert len(broad) > 500
    assert found["contraindicated"][0] / found["contraindicated"][1] > 0.3
