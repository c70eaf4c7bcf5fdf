"""Cases of published measures with the populations their authors expect: every one of them, by the same code.

Cases and value sets are not part of the project; without the folder ../shared these tests are skipped with a reason.
"""

import gzip
import json

import pytest

from throughcare.insight.measures import aligned
from throughcare.insight.measures.codes import read_value_sets

# Every case that a second engine judges as its author does is judged so by us too: no disagreement stands here.
DISAGREEMENTS: dict[str, str] = {}
CASES = {
    "CMS2": 17,
    "CMS122": 26,
    "CMS128": 10,
    "CMS137": 17,
    "CMS138": 17,
    "CMS159": 22,
    "CMS161": 26,
    "CMS165": 32,
    "CMS177": 23,
    "CMS314": 18,
    "CMS349": 14,
}


@pytest.mark.parametrize("measure", aligned.MEASURES, ids=lambda m: m.source)
def test_every_case_is_judged_as_its_author_expects(shared, measure):
    folder = shared / "corpora/ecqm" / measure.source
    book = read_value_sets(folder / "valuesets.json.gz")
    expected = {}
    with gzip.open(folder / "cases.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            if row["oracle"] != "disagrees":
                expected[row["case"]] = row["expected"]
    judged = {line.case: line for line in aligned.run_file(measure, folder / "cases.jsonl.gz", book)}
    wrong = {
        case: (dict(judged[case].populations), counts)
        for case, counts in expected.items()
        if judged[case].trouble or dict(judged[case].populations) != counts
    }
    print(f"\n{measure.id} ({measure.source}): {len(expected) - len(wrong)} of {len(expected)} cases as expected")
    assert len(expected) == CASES[measure.source]
    assert wrong.keys() == DISAGREEMENTS.keys() & expected.keys(), wrong


def test_all_eleven_folders_have_a_measure(shared):
    folders = {path.name for path in (shared / "corpora/ecqm").iterdir()}
    assert folders == {m.source for m in aligned.MEASURES} == CASES.keys()
    assert sum(CASES.values()) == 222
