"""Known already, or only like it: by code, by words, by what is in a medicine, and never across another strength."""

import pytest

from throughcare.exchange.documents.ccda.found import Code, Item
from throughcare.exchange.documents.matching import Charted, match
from throughcare.exchange.documents.summaries import lines

SNOMED = "http://snomed.info/sct"


def item(kind="problem", text="Essential hypertension", code="59621000", **more):
    return Item(kind, "S", 1, Code(SNOMED, code, text), **more)


@pytest.mark.parametrize(
    ("said", "line", "same"),
    [
        (item(), Charted("problem", "High blood pressure", frozenset({(SNOMED, "59621000")})), True),
        (item(code=""), Charted("problem", "essential  hypertension (disorder)"), True),
        (item(), Charted("allergy", "Essential hypertension"), None),
        (item(code="1", text="Asthma"), Charted("problem", "Gout"), None),
        (item("result", "A1c", "4548-4", since="2026-02-03", value="8.10"), Charted("result", "A1c", frozenset({(SNOMED, "4548-4")}), "2026-02-03", "8.1"), True),
        (item("result", "A1c", "4548-4", since="2026-02-03", value="8.1"), Charted("result", "A1c", frozenset({(SNOMED, "4548-4")}), "2026-02-03", "7"), False),
        (item("result", "A1c", "4548-4", since="2026-02-03", value="8.1"), Charted("result", "A1c", frozenset({(SNOMED, "4548-4")}), "2025-02-03", "8.1"), None),
        (item("immunization", "flu", "88", since="2025-10-03"), Charted("immunization", "flu", frozenset({(SNOMED, "88")}), "2024-10-03"), False),
    ],
)  # fmt: skip
def test_a_line_of_the_chart_is_the_same_like_it_or_neither(said, line, same):
    found = match(said, frozenset(), [line])
    assert (found.same if found else None) is same


@pytest.mark.parametrize(("text", "same"), [("lisinopril 10 mg", True), ("lisinopril 20 mg", False)])
def test_another_strength_is_like_it_and_not_the_same(text, same):
    said = item("medicine", "lisinopril 10 MG Oral Tablet", "314076")
    found = match(said, frozenset({"29046"}), [Charted("medicine", text, contents=frozenset({"29046"}))])
    assert found is not None
    assert found.same is same


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ("2026-02-04T02:30:00+00:00", "3 Feb 2026"),
        ("2026-02-04T02:30:00Z", "3 Feb 2026"),
        ("2019-03-04", "4 Mar 2019"),
        ("2019-03", "Mar 2019"),
        ("2019", "2019"),
        (None, ""),
    ],
)
def test_a_summary_says_days_in_words_where_we_are(kept, said):
    assert lines.day(kept) == said
