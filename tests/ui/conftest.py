"""What the furniture's tests share: the environment, and a frozen night."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.template import engines
from django.test import RequestFactory
from django.utils import timezone, translation
from jinja2 import Environment

from throughcare.kernel import clock

NIGHT = datetime(2026, 11, 22, 3, 14, tzinfo=UTC)  # 22:14 in Hartford


@pytest.fixture(autouse=True)
def night() -> Iterator[datetime]:
    """Hold the clock at 22:14 on a November night, in English, in Connecticut's zone."""
    with clock.frozen(NIGHT), timezone.override("America/New_York"), translation.override("en"):
        yield NIGHT


@pytest.fixture
def env() -> Environment:
    """Give the template environment as the site uses it."""
    return engines["jinja2"].env


@pytest.fixture
def rf() -> RequestFactory:
    """Give requests without a site."""
    return RequestFactory()
