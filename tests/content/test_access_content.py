"""Roles, labels, consents, break-glass and disclosures use the house's words and are whole in both languages."""

import pytest

from throughcare.access.matrix import load_matrix
from throughcare.kernel import content
from throughcare.kernel.vocabulary import DataClass, Role

TITLED = [
    ("access/roles.toml", "role"),
    ("access/labels.toml", "label"),
    ("access/labels.toml", "confidentiality"),
    ("access/break_glass.toml", "reason"),
    ("access/consents.toml", "consent"),
    ("access/detectors.toml", "detector"),
    ("access/disclosures.toml", "purpose"),
    ("access/matrix.toml", "class"),
    ("custody/legal_status.toml", "status"),
    ("vocabulary/duties.toml", "lane"),
    ("vocabulary/duties.toml", "state"),
    ("vocabulary/duties.toml", "unit"),
    ("vocabulary/notes.toml", "note"),
]


@pytest.mark.parametrize(("path", "table"), TITLED)
def test_each_row_has_its_words_in_english_and_spanish(path: str, table: str) -> None:
    for row in content.rows(path, table):
        assert row["title"], row["id"]
        assert row["title_es"], row["id"]


@pytest.mark.parametrize(
    "folder", ["access", "calendar", "clocks", "clocks/facility", "custody", "places", "vocabulary"]
)
def test_each_file_says_version_source_and_since_when(folder: str) -> None:
    for path in content.names(folder):
        body = content.load(path)
        assert body["version"], path
        assert body["source"], path
        assert body["effective_from"], path


def test_the_roles_are_the_vocabulary_s_in_order_and_covered_by_roles() -> None:
    rows = content.rows("access/roles.toml", "role")
    assert [row["id"] for row in rows] == [role.value for role in Role]
    for row in rows:
        assert set(row["covered_by"]) <= set(Role) - {row["id"]}
        assert row["home"].startswith("/")
        assert row["idle_minutes"] <= 15


def test_labels_have_bits_of_their_own_and_rules_use_them() -> None:
    labels = content.rows("access/labels.toml", "label")
    bits = [row["bit"] for row in labels]
    assert sorted(bits) == sorted(set(bits))
    names = {row["id"] for row in labels}
    for rule in content.rows("access/labels.toml", "rule"):
        assert set(rule["labels"]) <= names
        assert rule["confidentiality"] in {"N", "R", "V"}
        assert rule["system"] in {"icd10", "snomed", "loinc", "rxnorm", "house", "programme", "note"}
        assert bool(rule.get("codes")) is not bool(rule.get("prefixes"))
        assert rule.get("data_class", "clinical") in set(DataClass)


def test_tobacco_is_no_secret_and_opioid_treatment_is() -> None:
    rules = content.rows("access/labels.toml", "rule")
    prefixes = [prefix for rule in rules if rule["system"] == "icd10" for prefix in rule["prefixes"]]
    assert not any("F17.210".startswith(prefix) for prefix in prefixes)
    assert any("1819" in rule.get("codes", []) and "OPIOIDUD" in rule["labels"] for rule in rules)


def test_emergency_access_is_for_clinicians_for_an_hour() -> None:
    glass = content.load("access/break_glass.toml")
    assert (glass["minutes"], glass["people_at_once"], glass["review_business_days"]) == (60, 1, 2)
    assert set(glass["roles"]) | set(glass["never_roles"]) == set(Role)
    assert not set(glass["roles"]) & {"custody", "transport", "parole", "operator"}
    assert not set(glass["opens"]) & set(glass["never_opens"])
    assert set(glass["opens"]) | set(glass["never_opens"]) <= set(DataClass)


def test_each_consent_condition_of_the_matrix_has_its_consent() -> None:
    asked = {name for name, (kind, _) in load_matrix().conditions.items() if kind == "consent" and name != "consent"}
    given = {row["condition"] for row in content.rows("access/consents.toml", "consent") if "condition" in row}
    assert asked == given


def test_disclosures_to_custody_have_six_purposes() -> None:
    assert [row["id"] for row in content.rows("access/disclosures.toml", "purpose")] == list("ABCDEF")
