"""Two hundred moves through every door: no time-critical dose is ever both uncovered and nobody's (`make bench` walks 10,000)."""

import pytest

from bench.doors import KINDS, run
from throughcare.ledger import verify

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_two_hundred_moves_leave_nothing_uncovered_and_unowned() -> None:
    tally = run(moves=200, people=10)
    assert tally.unowned == []
    assert sum(tally.moves.values()) == 200
    assert len(tally.moves) > len(KINDS) // 2
    assert sum(tally.owned.values()) > 0, "somebody forgot, and it was owned"
    assert sum(tally.covered.values()) > 0
    assert verify.run().sound
