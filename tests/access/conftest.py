"""Ports of the access room, filled for its own tests and given back."""

import pytest


@pytest.fixture(autouse=True)
def _care():
    from tests.access.makers import care_for
    from throughcare.access.ports import CARE

    before = CARE._filled
    care_for()
    yield
    CARE._filled = before
