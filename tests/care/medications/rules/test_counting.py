"""Controlled stock: what should be there, who counts, what a difference holds up."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughcare.care.medications.rules import counting, tables
from throughcare.care.medications.rules.counting import SIGN, WITNESSED, Count, Counter, Discrepancy, Entry, Move

TABLE = tables.counting()
TEN = Decimal(10)
DOSE = Entry("e1", Move.REMOVE, Decimal(1), "nurse", order="o", person="p")
RN, LPN, OFFICER = Counter("a", "rn"), Counter("b", "lpn"), Counter("c", "custody")


def amounts() -> st.SearchStrategy[Decimal]:
    return st.decimals(Decimal("0.25"), 500, places=2)


@pytest.mark.parametrize(
    ("move", "then"),
    [
        ("receive", 13), ("remove_for_dose", 7), ("return_to_stock", 13), ("waste", 7), ("transfer_in", 13), ("transfer_out", 7),
        ("send_back", 7), ("destroy", 7), ("correction", 13), ("use", 7), ("waste_of_removed", 10),  # what was removed is out already
    ],
)  # fmt: skip
def test_every_move_changes_the_book_so(move: str, then: int) -> None:
    assert counting.expected(TEN, [Entry("e", Move(move), Decimal(3), "x")]) == then


def test_every_move_has_its_sign() -> None:
    assert set(SIGN) == set(Move)


@given(st.lists(st.tuples(st.sampled_from(Move), amounts())), st.randoms(use_true_random=False))
def test_the_expected_count_is_the_sum_of_moves_in_any_order(moves: list[tuple[Move, Decimal]], chance: object) -> None:
    entries = [Entry(str(n), move, amount, "x") for n, (move, amount) in enumerate(moves)]
    should = counting.expected(TEN, entries)
    chance.shuffle(entries)  # type: ignore[attr-defined]
    assert counting.expected(TEN, entries) == should
    half = len(entries) // 2
    assert counting.expected(counting.expected(TEN, entries[:half]), entries[half:]) == should


@given(amounts(), amounts())
def test_a_correction_by_the_difference_makes_the_book_right(should: Decimal, counted: Decimal) -> None:
    found = counting.compare(Count("s", counted, (RN, LPN)), should)
    apart = found.apart if found else Decimal(0)
    assert counting.expected(should, [Entry("c", Move.CORRECT, apart, "a", "b", reason="report 1")]) == counted
    assert (found is None) == (should == counted)


@pytest.mark.parametrize(
    ("entry", "codes"),
    [
        (DOSE, []), (replace(DOSE, order=""), ["tied"]), (replace(DOSE, person=""), ["tied"]), (replace(DOSE, quantity=Decimal(0)), ["quantity"]),
        (replace(DOSE, quantity=Decimal(-1)), ["quantity"]), (Entry("e", Move.WASTE, TEN, "a"), ["witness"]),
        (Entry("e", Move.WASTE, TEN, "a", "a"), ["witness"]), (Entry("e", Move.WASTE, TEN, "a", "b"), []),
        (Entry("e", Move.CORRECT, Decimal(-2), "a", "b"), ["reason"]), (Entry("e", Move.CORRECT, Decimal(-2), "a", "b", reason="r"), []),
        (Entry("e", Move.RECEIVE, TEN, "a"), []), (Entry("e", Move.DESTROY, Decimal(11), "a", "b"), ["below_zero"]),
    ],
)  # fmt: skip
def test_what_keeps_a_move_from_standing(entry: Entry, codes: list[str]) -> None:
    assert [f.code for f in counting.problems(entry, TEN)] == codes


def test_waste_and_destruction_are_witnessed() -> None:
    assert {Move.WASTE, Move.WASTE_REMOVED, Move.DESTROY} <= WITNESSED


def test_a_book_below_zero_asks_for_a_count_and_stops_no_dose() -> None:
    found = counting.problems(DOSE, Decimal(0))
    assert [f.code for f in found] == ["below_zero"]
    assert counting.stops(found) == ()


@pytest.mark.parametrize(
    ("counters", "single", "right"),
    [
        ((RN, LPN), False, True), ((RN,), False, False), ((RN, RN), False, False), ((RN, OFFICER), False, False), ((RN, OFFICER), True, True),
        ((RN,), True, False), ((OFFICER, Counter("d", "hsa")), True, False), ((RN, LPN), True, True), ((), False, False),
    ],
)  # fmt: skip
def test_who_counts(counters: tuple[Counter, ...], single: bool, right: bool) -> None:
    assert (counting.count_problems(Count("s", TEN, counters, single), TABLE) == ()) is right


def test_a_shift_closes_when_all_is_counted_and_differences_are_reported() -> None:
    apart = Discrepancy("s1", TEN, Decimal(9))
    assert [f.code for f in counting.may_close_shift(["s1", "s2"], ["s1"], [apart])] == ["uncounted", "unreported"]
    assert counting.may_close_shift(["s1", "s2"], ["s2", "s1"], [replace(apart, reported=True)]) == ()


@pytest.mark.parametrize(
    ("missing", "open_", "theft", "tell", "form"),
    [
        (1, 1, False, False, False), (1, 2, False, True, False), (4, 1, False, False, False), (5, 1, False, True, True), (1, 1, True, True, True),
        (-9, 1, False, False, False),
    ],
)  # fmt: skip
def test_who_is_told_of_a_loss(missing: int, open_: int, theft: bool, tell: bool, form: bool) -> None:
    found = [Discrepancy(f"s{n}", TEN, TEN - missing) for n in range(open_)]
    report = counting.loss_report(found, TABLE, theft=theft)
    assert bool(report.tell) is tell
    assert report.form_106 is form
    assert not counting.loss_report([replace(d, explained=True) for d in found], TABLE).tell


@pytest.mark.parametrize(
    ("schedule", "number", "fine"),
    [
        ("CII", "", False), ("CII", "123456789", True), ("CII", "26X0000AB", True), ("CII", "12345678", False), ("CII", "1234567890", False),
        ("CII", "26Y0000AB", False), ("CII", "26x0000ab", False), ("CIII", "", True), ("CIV", "", True), ("", "", True), ("CIII", "12", False),
    ],
)  # fmt: skip
def test_schedule_two_comes_on_an_order_form(schedule: str, number: str, fine: bool) -> None:
    assert (counting.order_form_problem(schedule, number) is None) is fine


@pytest.mark.parametrize(
    ("kind", "apart", "theft", "tell", "form", "codes"),
    [
        ("medicine", -1, False, False, False, []), ("medicine", -5, False, True, True, ["form_106"]), ("medicine", -1, True, True, True, ["form_106"]),
        ("sharp", -1, False, True, False, ["missing_thing"]), ("sharp", 1, False, False, False, []), ("key", -1, False, True, False, ["missing_thing"]),
        # No federal form is about a needle or a key, however many are gone and whoever took them.
        ("sharp", -50, True, True, False, ["missing_thing"]),
    ],
)  # fmt: skip
def test_a_sharp_or_a_key_that_is_missing_is_told_at_once(
    kind: str, apart: int, theft: bool, tell: bool, form: bool, codes: list[str]
) -> None:
    found = counting.loss_report([Discrepancy("it", TEN * 10, TEN * 10 + apart, kind=kind)], TABLE, theft=theft)
    assert (bool(found.tell), found.form_106, [f.code for f in found.findings]) == (tell, form, codes)


def test_a_key_is_never_used_up_and_only_a_medicine_is_wasted() -> None:
    assert set(counting.MOVES_BY_KIND) == {"medicine", "sharp", "key"}
    assert Move.USE in counting.MOVES_BY_KIND["sharp"]
    for kind in ("medicine", "key"):
        assert Move.USE not in counting.MOVES_BY_KIND[kind]
    for kind in ("sharp", "key"):
        assert not set(counting.MOVES_BY_KIND[kind]) & {Move.WASTE, Move.REMOVE, Move.RETURN}
