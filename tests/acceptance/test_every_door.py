"""Moves through every door: no time-critical dose is ever both uncovered and nobody's (`make bench` walks 10,000)."""

import os
import subprocess
import sys

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


@pytest.mark.long
def test_ten_thousand_moves_in_a_house_of_their_own() -> None:
    """The whole walk, to its end: two processes, a database by itself (MOVES and PEOPLE make it smaller)."""
    asked = {"MOVES": os.environ.get("MOVES", "10000"), "PEOPLE": os.environ.get("PEOPLE", "250")}
    lost = (
        "from bench.doors import figures; found = list(figures()); print(found[0].how); sys.exit(int(found[0].value))"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; {lost}"],
        env={k: v for k, v in os.environ.items() if not k.startswith(("THROUGHCARE_", "DJANGO_", "DATABASE_URL"))}
        | asked,
        capture_output=True,
        text=True,
        timeout=3 * 3600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.startswith(f"{int(asked['MOVES']):,} moves")
