"""Places for the exchange's tests, and the door through which their messages come."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def places(db: None) -> None:
    """Have the agency's facilities, units and beds."""
    from throughcare.custody.actions import load_places
    from throughcare.custody.models import Facility
    from throughcare.kernel.actor import Actor

    if not Facility.objects.exists():
        load_places(actor=Actor.system("test"))


@pytest.fixture
def take(places: None) -> Callable[[bytes], Any]:
    """Give a function that receives one message and gives its receipt."""
    from throughcare.exchange.hl7v2.actions import receive

    return lambda raw: receive(raw, "test")[0]
