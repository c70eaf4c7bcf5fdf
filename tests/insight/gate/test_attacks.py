"""Attacks on what is published. Each must fail on what the gate let through, and succeed on the same numbers ungated:
otherwise it proves nothing.
"""

import csv
import dataclasses
import io
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.insight.gate.attacker import Attacker, succeeded
from tests.insight.gate.making import at_chance, dimension, draft, table, words
from throughcare.insight.gate import writing
from throughcare.insight.gate.cells import Draft
from throughcare.insight.gate.editions import Edition, PublishedTable
from throughcare.insight.gate.periods import period_of
from throughcare.insight.gate.release import Release, decide
from throughcare.insight.gate.tables import Identity

SITES = dimension("facility", "ash", "birch", "cedar", "dogwood", top="state")
SEX = dimension("sex", "women", "men")
FEW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def bodies(release: Release) -> list[dict]:
    return [writing.table_body(one, demonstration=False) for one in release.tables]


def ungated(one: Draft) -> dict:
    """The same table as somebody would publish who only blanks the small numbers."""
    rules = dataclasses.replace(one.table.rules, small_from=10**9, small_to=10**9, base=0)
    open_table = dataclasses.replace(one.table, rules=rules)
    body = bodies(decide("x", [dataclasses.replace(one, table=open_table)]))[0]
    for row in body["rows"]:
        for part in ("numerator", "denominator"):
            if 1 <= row[part].get("number", 0) <= 10:
                row[part] = {"reason": "small"}
        if {"reason": "small"} in (row["numerator"], row["denominator"]):
            row["value"] = {"reason": "small"}
    return body


def attacked(*tables: dict, knows_codes: bool = False, spans=(), identities=()) -> list:
    attacker = Attacker(knows_codes=knows_codes, identities=identities)
    for body in tables:
        attacker.read(body, spans)
    return succeeded(attacker.attack(), knows_codes=knows_codes)


def both(*tables: dict, **more) -> list:
    return attacked(*tables, **more) + attacked(*tables, knows_codes=True, **more)


# --- one table ---------------------------------------------------------------------------------------------------------


def test_a_total_does_not_give_away_the_one_hidden_place():
    of = table(SITES, unit="count")
    one = draft(of, {("ash",): (40, 0), ("birch",): (3, 0), ("cedar",): (120, 0), ("dogwood",): (75, 0)})
    assert attacked(ungated(one))
    assert not both(*bodies(decide("e", [one])))


def test_numerator_and_denominator_do_not_give_away_the_few_who_were_not():
    of = table(SITES)
    one = draft(of, {("ash",): (395, 400), ("birch",): (450, 500), ("cedar",): (120, 160), ("dogwood",): (80, 90)})
    release = decide("e", [one])
    rows = {row.at["facility"]: row for row in release.tables[0].rows}
    assert not (rows["ash"].numerator.is_shown and rows["ash"].denominator.is_shown)
    assert rows["ash"].value.number is None
    assert not both(*bodies(release))


def test_a_percentage_does_not_give_away_the_count():
    of = table(SITES)
    one = draft(of, {("ash",): (7, 140), ("birch",): (45, 180), ("cedar",): (30, 120), ("dogwood",): (60, 200)})
    leaky = ungated(one)
    for row in leaky["rows"]:
        if row["at"]["facility"] == "ash":
            row["value"] = {"number": 5.0}
    assert attacked(leaky)
    release = decide("e", [one])
    assert not both(*bodies(release))
    assert all(
        row.numerator.is_shown and row.denominator.is_shown for row in release.tables[0].rows if row.value.is_shown
    )


def test_two_small_places_whose_sum_is_known_stay_open():
    of = table(SITES, unit="count")
    one = draft(of, {("ash",): (2, 0), ("birch",): (3, 0), ("cedar",): (120, 0), ("dogwood",): (75, 0)})
    assert attacked(ungated(one))
    assert not both(*bodies(decide("e", [one])))


def test_the_reasons_themselves_give_nothing_away():
    of = table(SITES, unit="count")
    one = draft(of, {("ash",): (10, 0), ("birch",): (10, 0), ("cedar",): (120, 0), ("dogwood",): (75, 0)})
    assert attacked(ungated(one), knows_codes=True)
    assert not both(*bodies(decide("e", [one])))


def test_the_tree_of_places_gives_nothing_away():
    regions = {"north": ("ash", "birch"), "south": ("cedar", "dogwood", "elm")}
    of = table(
        dimension("facility", "ash", "birch", "cedar", "dogwood", "elm", top="state", groups=regions), unit="count"
    )
    leaves = {("ash",): (30, 0), ("birch",): (4, 0), ("cedar",): (60, 0), ("dogwood",): (25, 0), ("elm",): (44, 0)}
    one = draft(of, leaves)
    assert attacked(ungated(one))
    assert not both(*bodies(decide("e", [one])))


def test_small_facilities_with_strata():
    one = at_chance(table(SITES, SEX), 7, people=25)
    assert attacked(ungated(one))
    assert not both(*bodies(decide("e", [one])))


def test_what_everybody_knows_gives_nothing_away():
    of = table(SITES, SEX, unit="count")
    leaves = {("ash", "women"): (6, 0), ("ash", "men"): (0, 0), ("birch", "women"): (0, 0), ("birch", "men"): (52, 0)}
    leaves |= {
        ("cedar", "women"): (0, 0),
        ("cedar", "men"): (61, 0),
        ("dogwood", "women"): (0, 0),
        ("dogwood", "men"): (5, 0),
    }
    one = draft(of, leaves)
    known = [({"sex": "women"}, {"facility": "ash"})]
    assert attacked(ungated(one), identities=known)
    identity = Identity("women", (("sex", "women"),), (("facility", "ash"),))
    assert not both(*bodies(decide("e", [one], identities=[identity])), identities=known)


@FEW
@given(seed=st.integers(0, 10_000), people=st.sampled_from([15, 60, 300]), percent=st.booleans())
def test_tables_at_chance_give_nothing_away(seed, people, percent):
    of = table(SITES, SEX, unit="percent" if percent else "count")
    release = decide("e", [at_chance(of, seed, people=people)])
    assert release.may_be_published
    assert not both(*bodies(release))


@FEW
@given(seed=st.integers(0, 10_000), people=st.sampled_from([15, 60, 300]))
def test_tables_of_service_at_chance_keep_every_hidden_number_open(seed, people):
    release = decide("e", [at_chance(table(SITES, SEX, kind="service"), seed, people=people, share=0.9)])
    assert release.may_be_published
    attacker = Attacker()
    attacker.read(bodies(release)[0])
    assert not [one for one in attacker.attack() if one.is_exact or one.high - one.low < 10]


def test_most_tables_at_chance_would_give_something_away_ungated():
    of = table(SITES, SEX)
    assert sum(bool(attacked(ungated(at_chance(of, seed)))) for seed in range(5)) >= 4


# --- more than one -----------------------------------------------------------------------------------------------------


def test_two_tables_that_share_a_margin_give_nothing_away():
    by_place = draft(
        table(SITES, id="A", unit="count"),
        {("ash",): (33, 0), ("birch",): (4, 0), ("cedar",): (70, 0), ("dogwood",): (50, 0)},
    )
    by_both = draft(
        table(SITES, SEX, id="B", unit="count"),
        {
            **{
                (site, "men"): (count, 0)
                for site, count in zip(("ash", "birch", "cedar", "dogwood"), (20, 4, 45, 30), strict=True)
            },
            **{
                (site, "women"): (count, 0)
                for site, count in zip(("ash", "birch", "cedar", "dogwood"), (13, 0, 25, 20), strict=True)
            },
        },
    )
    assert attacked(ungated(by_place), ungated(by_both))
    assert not both(*bodies(decide("e", [by_place, by_both])))


def test_a_year_less_its_quarters_gives_nothing_away():
    of = table(SITES, unit="count")
    counts = {"ash": (14, 25, 18, 6), "birch": (33, 20, 31, 40), "cedar": (60, 3, 55, 52), "dogwood": (24, 28, 21, 22)}
    quarters = [
        draft(of, {(site,): (row[place], 0) for site, row in counts.items()}, f"2026-Q{place + 1}")
        for place in range(4)
    ]
    year = draft(of, {(site,): (sum(row), 0) for site, row in counts.items()}, "2026-Q4", "year")
    spans = [(year.period.id, year.period.quarters)]
    open_tables = [ungated(one) for one in (*quarters, year)]
    assert attacked(*open_tables, spans=spans)
    earlier, published = [], []
    for place, one in enumerate(quarters):
        release = decide(one.period.id, [one, year] if place == 3 else [one], earlier)
        assert release.may_be_published
        earlier.append(release.told)
        published += bodies(release)
    assert not both(*published, spans=spans)


def test_a_rolling_year_less_the_last_one_gives_nothing_away():
    of = table(SITES, unit="count", periods=("rolling-year",))
    rows = {
        "ash": (14, 25, 18, 16, 12),
        "birch": (33, 20, 31, 40, 22),
        "cedar": (60, 0, 55, 52, 4),
        "dogwood": (24, 28, 21, 22, 30),
    }
    spans, earlier, published, opened = [], [], [], []
    names = ["2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4", "2026-Q1"]
    unseen = [
        draft(of, {(site,): (row[place], 0) for site, row in rows.items()}, name) for place, name in enumerate(names)
    ]
    for last in (3, 4):
        sums = {(site,): (sum(row[last - 3 : last + 1]), 0) for site, row in rows.items()}
        one = draft(of, sums, names[last], "rolling-year")
        spans.append((one.period.id, one.period.quarters))
        release = decide(names[last], [one], earlier, unseen=unseen[:4] if last == 3 else unseen[4:])
        assert release.may_be_published
        earlier.append(release.told)
        published += bodies(release)
        opened.append(ungated(one))
    assert len(opened) == 2
    assert not both(*published, spans=spans)


def test_a_correction_does_not_tell_how_few_were_corrected():
    of = table(SITES, unit="count")
    leaves = {("ash",): (40, 0), ("birch",): (33, 0), ("cedar",): (120, 0), ("dogwood",): (75, 0)}
    first = decide("e1", [draft(of, leaves)])
    second = decide("e2", [draft(of, {**leaves, ("birch",): (36, 0)})], [first.told])
    assert second.may_be_published
    before = {row.at["facility"]: row.numerator.number for row in first.tables[0].rows}
    after = {row.at["facility"]: row.numerator for row in second.tables[0].rows}
    differences = {site: after[site].number - before[site] for site in before if after[site].is_shown}
    assert not [site for site, difference in differences.items() if 1 <= abs(difference) <= 10]
    large = decide("e3", [draft(of, {**leaves, ("birch",): (66, 0)})], [first.told])
    assert all(row.numerator.is_shown for row in large.tables[0].rows)


def test_what_was_hidden_once_is_not_told_later():
    of = table(SITES, unit="count")
    leaves = {("ash",): (40, 0), ("birch",): (3, 0), ("cedar",): (120, 0), ("dogwood",): (75, 0)}
    first = decide("e1", [draft(of, leaves)])
    again = decide("e2", [draft(of, leaves)], [first.told])
    assert bodies(first) == bodies(again)
    finer = table(SITES, SEX, id="B", unit="count")
    split = {
        (site, sex): (count // 2 + (sex == "men") * (count % 2), 0)
        for (site,), (count, _) in leaves.items()
        for sex in ("women", "men")
    }
    second = decide("e2", [draft(finer, split)], [first.told])
    assert second.may_be_published
    assert not both(*bodies(first), *bodies(second))


# --- rounding ------------------------------------------------------------------------------------------------------------


def test_rounding_twice_tells_nothing_more():
    of = table(SITES, unit="count", rounding=10)
    leaves = {("ash",): (44, 0), ("birch",): (33, 0), ("cedar",): (127, 0), ("dogwood",): (75, 0)}
    several = [bodies(decide(f"e{number}", [draft(of, leaves)], secret=b"kept"))[0]["rows"] for number in range(5)]
    assert all(rows == several[0] for rows in several)
    assert (
        len({json.dumps(bodies(decide("e", [draft(of, leaves)], secret=bytes([key])))[0]["rows"]) for key in range(20)})
        > 1
    )
    assert not both(*bodies(decide("e", [draft(of, leaves)], secret=b"kept")))


# --- the files -----------------------------------------------------------------------------------------------------------


def files(tables: list[PublishedTable], tmp_path: Path) -> dict[str, bytes]:
    edition = Edition(
        "E",
        tmp_path,
        {"id": "2026-Q1", "start": "2026-01-01", "end": "2026-04-01"},
        words("E"),
        "2026-05-01",
        True,
        None,
        (),
        (),
        ("T",),
    )
    return writing.files_of(edition, tables)


def test_no_file_holds_a_hidden_number_anywhere(tmp_path):
    """Two truths that differ only in what is hidden give the same bytes in every file."""
    of = table(SITES, unit="count")
    one = {("ash",): (40, 0), ("birch",): (3, 0), ("cedar",): (120, 0), ("dogwood",): (21, 0)}
    other = {**one, ("birch",): (4, 0), ("dogwood",): (20, 0)}
    first, second = (decide("e", [draft(of, leaves)]) for leaves in (one, other))
    assert first.told.cells != second.told.cells
    assert files(list(first.tables), tmp_path) == files(list(second.tables), tmp_path)


def test_rows_stand_in_the_order_of_places_not_of_numbers(tmp_path):
    of = table(SITES, unit="count")
    leaves = {("ash",): (3, 0), ("birch",): (300, 0), ("cedar",): (12, 0), ("dogwood",): (75, 0)}
    found = files(list(decide("e", [draft(of, dict(reversed(leaves.items())))]).tables), tmp_path)
    rows = list(csv.DictReader(io.StringIO(found["tables/T.csv"].decode())))
    assert [row["facility"] for row in rows] == ["state", "ash", "birch", "cedar", "dogwood"]


def test_json_keeps_no_key_of_what_is_hidden_but_its_reason(tmp_path):
    release = decide("e", [at_chance(table(SITES, SEX), 3, people=25)])
    for row in json.loads(files(list(release.tables), tmp_path)["tables/T.json"])["rows"]:
        for part in ("numerator", "denominator", "value"):
            assert set(row[part]) in ({"number"}, {"reason"})
        if "reason" in row["value"]:
            assert "low" not in row
            assert "high" not in row


def test_the_hash_of_a_hidden_cell_can_not_be_guessed_from_its_number(tmp_path):
    of = table(SITES, unit="count")
    one = draft(of, {("ash",): (40, 0), ("birch",): (3, 0), ("cedar",): (120, 0), ("dogwood",): (21, 0)})
    body = bodies(decide("e", [one]))[0]
    hashes = json.loads(files(list(decide("e", [one]).tables), tmp_path)["hashes.json"])["cells"]["T"]
    hidden = next(place for place, row in enumerate(body["rows"]) if row["numerator"] == {"reason": "small"})
    for guess in range(1, 11):
        tried = {**body["rows"][hidden], "numerator": {"number": guess}, "value": {"number": guess}}
        assert writing.cell_hash("T", tried) != hashes[hidden]


def test_three_divisions_of_percentages_are_protected_without_asking_the_solver_for_each():
    """Many small counts crosswise: nothing is within reach, and swaps do most of the work."""
    of = table(SITES, SEX, dimension("age", "young", "middle", "old"))
    one = at_chance(of, 3, people=40)
    proved = _swapped(one)
    assert proved > 20
    assert not both(*bodies(decide("e", [one])))


def _swapped(one: Draft) -> int:
    """Count what swaps alone prove or make room for, where few are enough to begin."""
    from throughcare.insight.gate import complementary

    before, complementary.MANY = complementary.MANY, 1
    seen = []
    find = complementary.Swaps.find

    def told(self, *args, **more):
        found = find(self, *args, **more)
        seen.append(found is not None)
        return found

    complementary.Swaps.find = told
    try:
        release = decide("e", [one])
        assert release.may_be_published
        assert not both(*bodies(release))
    finally:
        complementary.MANY, complementary.Swaps.find = before, find
    return sum(seen)


@pytest.mark.parametrize("kind", ["quarter", "year", "rolling-year", "rolling-5-years"])
def test_a_period_is_the_sum_of_its_quarters(kind):
    period = period_of(kind, "2026-Q4")
    assert period is not None
    assert len(period.quarters) == {"quarter": 1, "year": 4, "rolling-year": 4, "rolling-5-years": 20}[kind]
    assert period.end.isoformat() == "2027-01-01"
