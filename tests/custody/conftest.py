"""People and places for custody's tests."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

import pytest

from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import derived


@pytest.fixture
def officer() -> Actor:
    """Give the feed of custody's own system."""
    return Actor.feed("custody feed")


@pytest.fixture
def person(db: None) -> Callable[..., UUID]:
    """Give a function that registers one more synthetic person."""
    from throughcare.people.actions import Demographics, Number, register

    count = iter(range(1, 1000))

    def make(**changes: object) -> UUID:
        n = next(count)
        details = {
            "family": f"Sample-Person{n}",
            "given": "Pat",
            "birth_date": date(1980, 1, n % 28 + 1),
            "sex": "male",
        }
        return register(
            actor=Actor.system("test"),
            demographics=Demographics(**{**details, "synthetic": True, **changes}),  # type: ignore[arg-type]
            numbers=[Number("urn:throughcare:person", f"T{n:07d}")],
        )

    return make


HARTFORD, YORK, OSBORN, NORTHERN = (derived("facility", c) for c in ("hartford", "york", "osborn", "northern"))
UNIT_A, UNIT_B, OSBORN_A = (derived("unit", *c) for c in (("hartford", "A"), ("hartford", "B"), ("osborn", "A")))


def bed(cell: str, number: int = 1, facility: str = "hartford") -> UUID:
    """Give the id of a bed, as bed("A-101", 2)."""
    return derived("bed", facility, cell, str(number))
