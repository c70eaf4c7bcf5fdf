"""What oversight sees: no number on few people, and none to be had by subtraction; reports say the same and are valid FHIR."""

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import throughcare
from throughcare.insight import fhir, pooling, views
from throughcare.insight import strata as by_strata
from throughcare.insight.measures import definitions
from throughcare.insight.numbers import Number
from throughcare.kernel import content
from throughcare.kernel.ids import derived

HEALTH, SERVICE, RATE = (definitions.find(name) for name in ("Q-GSD8", "A-INT", "S-SH"))


@pytest.mark.parametrize(
    ("measure", "hits", "of", "shown"),
    [
        (SERVICE, 1, 30, True),
        (SERVICE, 29, 29, False),
        (HEALTH, 10, 100, False),
        (HEALTH, 11, 100, True),
        (HEALTH, 90, 100, False),
        (HEALTH, 100, 100, True),
        (RATE, 10, 4000, False),
        (RATE, 0, 4000, True),
    ],
)
def test_enough_is_the_base_and_of_health_every_count(measure, hits, of, shown):
    assert pooling.enough(Number(of, hits), measure) is shown


def test_small_places_stand_together():
    found = pooling.pooled({"a": Number(100, 50), "b": Number(20, 10), "c": Number(15, 9)}, SERVICE)
    assert set(found) == {"a", pooling.TOGETHER}
    assert (found[pooling.TOGETHER].denominator, found[pooling.TOGETHER].numerator) == (35, 19)


def test_one_small_place_takes_the_next_with_it():
    """Else it would be the total less the others."""
    found = pooling.pooled({"a": Number(100, 50), "b": Number(60, 30), "c": Number(5, 5)}, SERVICE)
    assert set(found) == {"a", pooling.TOGETHER} and found[pooling.TOGETHER].denominator == 65


def test_what_everybody_knows_does_not_open_a_pool():
    """All women are at York: of York and a small site together, less the women, the small site would be left."""
    sites = pooling.pooled({"york": Number(60, 30), "manson": Number(5, 5), "osborn": Number(100, 50)}, SERVICE)
    sexes = pooling.pooled({"female": Number(60, 30), "male": Number(105, 55)}, SERVICE)
    assert set(sites) == {"osborn", pooling.TOGETHER} and set(sexes) == {"female", "male"}
    assert sites[pooling.TOGETHER].denominator - sexes["female"].denominator == 5
    assert not pooling.may_stand_beside(sexes, "female", sites, "york", SERVICE)
    assert not pooling.may_stand_beside(sites, "york", sexes, "female", SERVICE)
    york = str(derived("facility", "york"))
    by_id = {york if name == "york" else name: n for name, n in sites.items()}
    assert by_strata.beside_places("sex", sexes, by_id, SERVICE) == {}
    assert by_strata.beside_places("language", sexes, by_id, SERVICE) == sexes
    more = pooling.pooled({"york": Number(60, 30), "manson": Number(20, 5), "corrigan": Number(25, 9), "osborn": Number(100, 50)}, SERVICE)  # fmt: skip
    assert "york" in more and pooling.may_stand_beside(sexes, "female", more, "york", SERVICE)


@pytest.mark.parametrize(
    ("name", "told"),
    [("Q-GSD9", True), ("Q-GSD8", False), ("Q-CBP", True), ("Q-CBP130", False), ("Q-HIVsupp", True), ("Q-HIVsupp50", False), ("A-SC2", True)],
)  # fmt: skip
def test_of_two_limits_for_the_same_people_one_is_told(name, told):
    """60 of 80 below 200 copies and 57 below 50 leave three, and who they are is soon known."""
    known = definitions.every()
    assert pooling.tells_another(definitions.find(name), known) is not told


@pytest.mark.parametrize(("left_out", "count"), [(0, 0), (1, None), (10, None), (11, 11)])
def test_how_many_were_left_out_is_a_count_like_any_other(left_out, count):
    """Of a test at intake those left out are known to be positive; of a clock they were at court."""
    covers = date(2026, 10, 1), date(2026, 10, 31)
    for measure, seen in ((HEALTH, count), (SERVICE, left_out)):
        body = fhir.report(measure, "2026-10", covers, Number(120, 80, gone=left_out), {}, {}, None)
        told = {p["code"]["coding"][0]["code"]: p["count"] for p in body["group"][0]["population"]}
        assert told.get("denominator-exclusion") == seen and told["denominator"] == 120


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.tuples(st.integers(0, 80), st.integers(0, 80)), max_size=8))
def test_what_is_shown_adds_up_and_is_never_small(drawn):
    strata = {name: Number(max(n, hits), hits) for name, (n, hits) in drawn.items()}
    for measure in (HEALTH, SERVICE):
        found = pooling.pooled(strata, measure)
        assert all(pooling.enough(n, measure) for n in found.values())
        if found:
            assert sum(n.denominator for n in found.values()) == sum(n.denominator for n in strata.values())
        alone = [n for n in strata.values() if n.denominator and not pooling.enough(n, measure)]
        assert pooling.TOGETHER not in found or len(strata) - len(found) >= 1 or not alone


def test_a_report_is_valid_and_masks_what_is_small():
    from throughcare.exchange.fhir import validate
    from throughcare.exchange.fhir.exact import write

    covers = date(2026, 10, 1), date(2026, 10, 31)
    parts = {"sex": {"female": Number(40, 20), "male": Number(80, 60)}}
    large = fhir.report(SERVICE, "2026-10", covers, Number(120, 80), parts, {}, None)
    small = fhir.report(SERVICE, "2026-10", covers, Number(12, 8), parts, {}, None)
    for body in (large, small, *(fhir.measure(one, covers[0]) for one in definitions.measures(covers[1]))):
        assert not [i.text for i in validate.read(write(body)).issues], body["id"]
    assert large["group"][0]["measureScore"]["value"] == pytest.approx(66.6667)
    assert len(large["group"][0]["stratifier"][0]["stratum"]) == 2
    assert set(small["group"][0]) == {"measureScore"} and "value" not in small["group"][0]["measureScore"]


def test_what_an_office_is_told_follows_content(tmp_path, monkeypatch):
    """A state's own figures: the sentence on the page and what is shown are of one mind."""
    assert views.aggregate(told=False) == ""
    said = views.aggregate(told=True)
    assert "fewer than 30" in said and "from 1 to 10." in said and "14 days" in said
    for path, old, new in (
        ("measures/counting.toml", r"(smallest_base|settle_days) = \d+", r"\1 = 40"),
        ("gate/rules.toml", r"(small_to) += \d+", r"\1 = 15"),
    ):
        (tmp_path / path).parent.mkdir()
        shipped = Path(throughcare.__file__).parent / "content" / path
        (tmp_path / path).write_text(re.sub(old, new, shipped.read_text()))
    monkeypatch.setenv(content.OVERLAY_SETTING, str(tmp_path))
    content.forget()
    try:
        said = views.aggregate(told=True)
        assert "fewer than 40" in said and "from 1 to 15." in said and "40 days" in said
        assert not pooling.enough(Number(100, 15), HEALTH) and pooling.enough(Number(100, 16), HEALTH)
    finally:
        monkeypatch.undo()
        content.forget()
