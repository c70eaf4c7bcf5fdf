"""Exports are tested in the API's small synthetic agency; what a test writes is rolled back, and its files go with the test."""

from pathlib import Path

import pytest
from django.conf import LazySettings

from tests.exchange.fhir.conftest import agency, door_of, in_agency

__all__ = ["agency", "door_of", "in_agency"]


@pytest.fixture(autouse=True)
def _own_folder(settings: LazySettings, tmp_path: Path) -> None:
    settings.EXPORTS = tmp_path / "exports"
