"""`throughcare measure`: what it prints, and what it says of files that are missing or broken."""

import gzip
import json

import pytest
from click.testing import CliRunner

from tests.insight.measures.making import bundle, encounter, patient, value_sets
from throughcare.app.commands.measure import command
from throughcare.insight.measures import aligned

NOTHING = {"0/initial-population": 0, "0/denominator": 0, "0/denominator-exclusion": 0, "0/numerator": 0}


@pytest.fixture
def sets(tmp_path):
    path = tmp_path / "valuesets.json.gz"
    path.write_bytes(gzip.compress(json.dumps(value_sets()).encode()))
    return path


def case(name, *resources):
    return {"case": name, "period": ["2026-01-01", "2026-12-31"], "bundle": bundle(*resources)}


def run(*arguments):
    return CliRunner().invoke(command, [str(a) for a in arguments], standalone_mode=False)


def printed(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.parametrize("name", ["Q-GSD9", "q-gsd9", "CMS122", "cms122", "122"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_measure_goes_by_our_name_and_theirs_and_a_file_may_be_zipped(tmp_path, sets, name, pack):
    cases = tmp_path / "cases"
    cases.write_bytes(pack((json.dumps(case("one", patient("1970-01-01"), encounter())) + "\n").encode()))
    result = run(name, "--cases", cases)
    assert printed(result) == [{"case": "one", "populations": NOTHING}]
    assert result.return_value == 0


def test_a_broken_line_is_told_with_its_number_and_the_others_are_judged(tmp_path, sets):
    cases = tmp_path / "cases.jsonl"
    good = json.dumps(case("good", patient("1970-01-01")))
    nobody = json.dumps(case("nobody"))
    no_date = json.dumps({**case("no date", patient("1970-01-01")), "period": ["soon", "later"]})
    cases.write_text("\n".join([good, "{", nobody, "", '{"case": "bare"}', no_date, "[]", '"x"', good]) + "\n")
    result = run("122", "--cases", cases)
    assert [row["case"] for row in printed(result)] == ["good", "good"]
    assert result.return_value == 1
    told = result.stderr.splitlines()
    assert [f"line {n}:" in line for n, line in zip((2, 3, 5, 6, 7, 8), told, strict=True)] == [True] * 6


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        ({"period": ["2026-01-01"]}, "its [period] is not two days"),
        ({"period": ["2026-12-31", "2026-01-01"]}, "its [period] is not two days"),
        ({"period": 2026}, "its [period] is not two days"),
        ({"period": None}, "it has no [period]"),
        ({"case": ""}, "it has no [case]"),
        ({"case": ["one"]}, "its [case] is no name"),
        ({"bundle": "Bundle"}, "its bundle is no Bundle of entries"),
        ({"bundle": {"entry": [None]}}, "its bundle is no Bundle of entries"),
        ({"bundle": {"entry": [{"resource": "Patient"}]}}, "an entry of its bundle holds no resource"),
        ({"bundle": bundle(patient("1970-01-01"), patient("1980-01-01"))}, "its bundle has 2 Patients and not one"),
        ({"bundle": bundle(patient("1970-01-01"), encounter(period="2026"))}, "its [Encounter/e] has not the shape of FHIR R4"),
        ({"bundle": bundle(patient("1970-01-01"), encounter(type={"coding": []}))}, "its [Encounter/e] has not the shape"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_line_is_said_in_words(tmp_path, sets, spoilt, said):
    """Never by what failed inside, and never the value: a line may be somebody's record."""
    cases = tmp_path / "cases.jsonl"
    good = case("good", patient("1970-01-01"))
    cases.write_text(json.dumps({**good, **spoilt}) + "\n" + json.dumps(good))
    result = run("122", "--cases", cases)
    assert (result.return_value, [row["case"] for row in printed(result)]) == (1, ["good"])
    assert f"line 1: {said}" in result.stderr and "object" not in result.stderr


def test_what_no_measure_asks_for_may_have_any_shape(tmp_path, sets):
    cases = tmp_path / "cases.jsonl"
    cases.write_text(
        json.dumps(case("one", patient("1970-01-01"), {"resourceType": "Coverage", "period": 5}, {"id": "x"}))
    )
    assert run("122", "--cases", cases).return_value == 0


def test_a_zipped_file_cut_off_is_told(tmp_path, sets):
    cases = tmp_path / "cases.jsonl.gz"
    packed = gzip.compress((json.dumps(case("one", patient("1970-01-01"))) + "\n").encode() * 500)
    cases.write_bytes(packed[:-20])
    result = run("122", "--cases", cases)
    assert result.return_value == 1
    assert "breaks off here" in result.stderr


def test_an_unknown_measure_is_answered_with_the_known_ones(tmp_path, sets):
    cases = tmp_path / "cases.jsonl"
    cases.write_text("")
    with pytest.raises(Exception, match="Q-GSD9") as told:
        raise run("CMS999", "--cases", cases).exception
    assert told.value.exit_code == 2
    assert all(m.source in str(told.value) for m in aligned.MEASURES)


def test_missing_value_sets_are_named(tmp_path):
    cases = tmp_path / "cases.jsonl"
    cases.write_text("")
    told = run("122", "--cases", cases).exception
    assert told.exit_code == 2
    assert str(tmp_path / "valuesets.json.gz") in str(told)


def test_a_file_that_holds_no_value_sets_is_refused(tmp_path):
    cases = tmp_path / "cases.jsonl"
    cases.write_text("")
    other = tmp_path / "other.json"
    other.write_text("[1]")
    told = run("122", "--cases", cases, "--valuesets", other).exception
    assert told.exit_code == 2


def test_a_list_that_the_file_lacks_is_named(tmp_path):
    cases = tmp_path / "cases.jsonl"
    cases.write_text(json.dumps(case("one", patient("1970-01-01"))))
    (tmp_path / "valuesets.json.gz").write_text("{}")
    told = run("122", "--cases", cases).exception
    assert told.exit_code == 2
    assert "diabetes" in str(told)
