"""The people, places and accounts on which every door is tried."""

import pytest


@pytest.fixture
def world(db):
    """Give somebody here, elsewhere, merged, released and never held."""
    from tests.security.objects import make_world

    return make_world()
