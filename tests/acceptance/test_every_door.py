"""Moves through every door: no time-critical dose is ever both uncovered and nobody's (`make bench` walks 10,000)."""

import pytest

from bench.doors import KINDS, run
from throughcare.ledger import verify

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.mark.parametrize(("moves", "people"), [(60, 6), pytest.param(200, 10, marks=pytest.mark.long, id="long")])
def test_no_move_leaves_a_dose_uncovered_and_unowned(moves: int, people: int) -> None:
    tally = run(moves=moves, people=people)
    assert tally.unowned == []
    assert sum(tally.moves.values()) == moves
    assert len(tally.moves) > len(KINDS) // 2
    assert sum(tally.owned.values()) > 0, "somebody forgot, and it was owned"
    assert sum(tally.covered.values()) > 0
    assert verify.run().sound
