"""Charts of one person written twice with a slip: what the night's search finds, what it leaves alone, and that it only proposes."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path
from uuid import UUID

import pytest

from tests.people.made_doubles import SLIPS, made
from throughcare.kernel import content
from throughcare.kernel.actor import Actor
from throughcare.people import likeness
from throughcare.people.actions import Demographics, keep_apart, merge, register
from throughcare.people.likeness import Known, alike
from throughcare.people.models import MergeProposal
from throughcare.people.seeking import look_for_alike

BORN = date(1990, 3, 4)
NIGHT = Actor.system("clock's hand")


def chart(n: int, family: str, given: str, born: date | None = BORN, sex: str = "female") -> Known:
    return Known(UUID(int=n), (family,), (given,), born, sex)


ONE = chart(1, "Sample-Ortiz", "Marisol")


@pytest.mark.parametrize(
    ("other", "found"),
    [
        (chart(2, "Sample-Ortis", "Marisol"), True),
        (chart(2, "Test-Ortiz", "Marisol"), True),  # the mark of an invented name tells nothing
        (chart(2, "Sample-Marisol", "Ortiz"), True),
        (chart(2, "Sample-Ortiz", "Marisol", date(1990, 4, 3)), True),
        (chart(2, "Sample-Ortiz", "Marisol", sex="male"), True),
        (chart(2, "Sample-Ortiz", "Beatriz"), False),
        (chart(2, "Sample-Quinn", "Marisol"), False),
        (chart(2, "Sample-Ortiz", "Marisol", date(1971, 8, 29)), False),
        (chart(2, "Sample-Ortiz", "Marisol", None), False),
        (chart(2, "Sample-", ""), False),
    ],
)
def test_what_is_likely_one_person(other: Known, found: bool) -> None:
    pairs = alike([ONE, other])
    assert bool(pairs) is found
    assert all(pair.reasons and (pair.a, pair.b) == (ONE.id, other.id) for pair in pairs)


def test_the_reasons_are_those_that_speak_for_it() -> None:
    (pair,) = alike([chart(9, "Sample-Ortis", "Marisol", sex="unknown"), ONE])
    assert pair.reasons == (
        "family names written nearly alike",
        "a given name in common",
        "the same birth date",
    )


def test_nobody_and_one_alone_have_no_double() -> None:
    assert alike([]) == [] == alike([ONE])


def test_doubles_are_found_and_others_left_alone() -> None:
    world = made(people=3_000, each=15)
    pairs = alike(world.charts)
    found = Counter(world.doubles.get((pair.a, pair.b), "two people") for pair in pairs)
    assert found.pop("two people", 0) <= 3  # one in a thousand charts
    found.pop("a letter and a digit", 0)  # two slips at once are beyond what is promised
    assert {slip: n for slip, n in found.items() if n < 13} == {}
    assert set(found) == set(SLIPS) - {"a letter and a digit"}


def test_the_weights_add_up_and_every_way_of_comparing_is_known() -> None:
    for row in content.rows(likeness.FILE, "comparison"):
        for column in ("same", "others"):
            assert sum(level[column] for level in row["level"]) == pytest.approx(1, abs=1e-6)
        *named, last = [level["id"] for level in row["level"]]
        assert last == "else"
        assert all((row["id"], name) in likeness.HOLDS for name in named)


@pytest.fixture
def two_a_night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "people").mkdir()
    ours = (files("throughcare") / "content" / likeness.FILE).read_text("utf-8")
    (tmp_path / likeness.FILE).write_text(ours.replace("at_most = 25", "at_most = 2"))
    monkeypatch.setenv("THROUGHCARE_CONTENT", str(tmp_path))
    content.forget()
    yield
    content.forget()


def registered(family: str, day: int) -> UUID:
    return register(actor=NIGHT, demographics=Demographics(family, "Marisol", date(1990, 3, day), "female"))


@pytest.mark.django_db
@pytest.mark.usefixtures("two_a_night")
def test_each_night_proposes_the_likeliest_that_nobody_decided_on() -> None:
    for day in (3, 14, 25):
        registered(f"Sample-Ortiz{day}", day)
        registered(f"Sample-Ortis{day}", day)
    alone = registered("Sample-Quinn", 30)
    assert MergeProposal.objects.count() == 0, "registering compares exactly"
    assert [look_for_alike(actor=NIGHT) for _ in range(3)] == [2, 1, 0]
    proposals = list(MergeProposal.objects.order_by("proposed_at"))
    assert {p.source for p in proposals} == {"likeness"}
    assert not any(alone in (p.a_id, p.b_id) for p in proposals)
    keep_apart(actor=NIGHT, proposal_id=proposals[0].id, why="two sisters")
    merge(actor=NIGHT, proposal_id=proposals[1].id, survivor_id=proposals[1].a_id, why="one card")
    assert look_for_alike(actor=NIGHT) == 0
    assert MergeProposal.objects.filter(state="open").count() == 1
