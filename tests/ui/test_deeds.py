"""Every action of the software can be said as something that was done."""

import re

import pytest

from throughcare.app.reference.writing import load_rooms
from throughcare.kernel import content
from throughcare.kernel.actions import REGISTRY
from throughcare.ui.deeds import DEEDS, deed, from_where


def test_each_action_there_is_has_its_words() -> None:
    load_rooms()
    verbs, whole = ({row["id"] for row in content.rows(DEEDS, table)} for table in ("verb", "deed"))
    first = {name: name.rpartition(".")[2].split("_")[0] for name in REGISTRY}
    assert [name for name, verb in first.items() if verb not in verbs and name not in whole] == []
    assert [name for name in REGISTRY if not re.fullmatch(r"[A-Z][A-Za-z0-9' -]+", deed(name))] == []
    assert whole - REGISTRY.keys() == set(), "words for an action that is gone"
    assert verbs - set(first.values()) == set(), "a verb that no action begins with"


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("chart.add_condition", "Put on the problem list"),
        ("chart.sign_note", "Signed note"),
        ("chart.finish_encounter", "Finished visit"),
        ("of_an_older_release", "Of an older release"),
    ],
)
def test_an_action_is_said_as_done(action: str, said: str) -> None:
    assert deed(action) == said


def test_from_where_something_came_is_said_and_a_sender_keeps_its_name() -> None:
    assert from_where("screen") == "A page"
    assert from_where("clock's hand") == "The clock, by itself"
    assert from_where("Sample Hospital") == "Sample Hospital"
