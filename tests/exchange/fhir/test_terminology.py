"""Codes that can't be what their system says: units by UCUM's grammar, LOINC's check digit, HL7's complete code systems."""

import csv
import gzip
import json
import tarfile
from pathlib import Path

import pytest

from throughcare.chart import catalogue
from throughcare.exchange.fhir.checking import tables, terminology, units

ACT = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"


@pytest.mark.parametrize(
    "unit",
    ["1", "%", "mg/dL", "10*3/uL", "10*-6", "mm[Hg]", "[lb_av]", "{score}", "{INR}", "m[IU]/L", "U/L", "Cel", "[degF]", "kg/m2",
     "kg.m/s2", "/min", "{beats}/min", "mL/min/{1.73_m2}", "mL/min/1.73.m2", "ug{creat}", "g%", "(mg.kg)/d", "meq/L", "umol/L", "ng/mL{FEU}",
     "[arb'U]/mL", "a", "mo", "wk", "24.h", "10^3/uL", "d-1", "dB[SPL]", "m/s2"],
)  # fmt: skip
def test_units_that_are_read(unit: str) -> None:
    assert units.readable(unit)


@pytest.mark.parametrize(
    "unit",
    ["", "furlong", "mg/dl ", "mgdL", "MG/DL", "mmHg", "lbs", "mg//dL", "mg/", "[lb_av", "{score", "score}", "µg/L", "x10E3/uL", "K/uL",
     "mIU/mL!", "((mg)", "kmin", "Percent", "mg/dL/", ".mg", "m-", "{a}{b}", "°F"],
)  # fmt: skip
def test_units_that_are_none(unit: str) -> None:
    # K/uL is read as kelvin by microlitre: UCUM can't know what was meant.
    assert units.readable(unit) is (unit == "K/uL")


def test_every_common_unit_of_hl7_is_read(shared: Path) -> None:
    """HL7's own list of units in use, which nobody here wrote."""
    with tarfile.open(shared / "corpora/defs/hl7.fhir.r4.core-4.0.1.tgz") as package:
        listed = json.load(package.extractfile("package/ValueSet-ucum-common.json"))  # type: ignore[arg-type]
    codes = [one["code"] for part in listed["compose"]["include"] for one in part["concept"]]
    odd = [code for code in codes if not units.readable(code)]
    print(f"{len(codes)} units, {len(odd)} not read: {odd}")
    assert len(codes) > 1000
    assert odd == []


def test_every_unit_of_ours_is_read() -> None:
    own = {analyte.unit for item in catalogue.items().values() for analyte in item.analytes if analyte.unit}
    assert own and [unit for unit in own if not units.readable(unit)] == []


def test_the_check_digit_of_every_listed_loinc_number_fits(shared: Path) -> None:
    with (shared / "corpora/codes/loinc_used.csv").open() as file:
        codes = [next(iter(row.values())) for row in csv.DictReader(file)]
    assert len(codes) > 100
    assert [code for code in codes if not terminology.loinc(code)] == []


@pytest.mark.parametrize("code", ["2345-8", "2345", "23457-", "-7", "2345-77", "abc-1", "LX7839-5", "２３４５-7"])
def test_a_slipped_loinc_number_is_told(code: str) -> None:
    assert not terminology.loinc(code)


@pytest.mark.parametrize("code", ["2345-7", "8480-6", "LP7839-6", "LA6576-8", "85354-9"])
def test_a_loinc_number_is_taken(code: str) -> None:
    assert terminology.loinc(code)


def test_what_is_wrong_is_named_by_its_path() -> None:
    resource = {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [{"system": CATEGORY, "code": "laboratry"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "2345-8"}, {"system": "http://other.example", "code": "x"}]},
        "interpretation": [{"coding": [{"system": ACT, "code": "H"}]}],
        "valueQuantity": {"value": 5, "system": "http://unitsofmeasure.org", "code": "furlong"},
    }  # fmt: skip
    assert [one.expression for one in terminology.check(resource)] == [
        "Observation.category[0].coding[0].code",
        "Observation.code.coding[0].code",
        "Observation.valueQuantity.code",
    ]


def test_examples_of_us_core_have_no_such_code(shared: Path) -> None:
    """The profile makers' own examples: what is told of them is listed, and is not more than these."""
    told: dict[str, str] = {}
    with gzip.open(shared / "corpora/uscore_examples.jsonl.gz") as file:
        rows = [json.loads(line) for line in file]
    for row in rows:
        resource = row.get("resource", row)
        told |= {
            f"{resource['resourceType']}/{resource.get('id')} {one.expression}": one.text
            for one in terminology.check(resource)
        }
    print(f"{len(rows)} examples; {len(told)} findings")
    for place, words in told.items():
        print(place, words)
    assert len(told) <= 1, told  # a code of a later release of US Core


def test_the_systems_are_hl7s_own() -> None:
    assert len(tables.code_systems()) > 900
    assert {"H", "LL", "POS"} <= tables.code_systems()[ACT]
