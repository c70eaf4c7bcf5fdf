"""The site made once for all tests of it: with made editions, and as it is before anything was published."""

from pathlib import Path

import pytest

from tests.public.making import publish
from throughcare.public.site import Site


@pytest.fixture(scope="session")
def editions_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish made editions."""
    return publish(tmp_path_factory.mktemp("editions"))


@pytest.fixture(scope="session")
def site(editions_root: Path) -> Site:
    """Give the site of a demonstration."""
    return Site(editions_root, demonstration=True)


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Give the site of an agency that has published no numbers yet."""
    return Site(tmp_path_factory.mktemp("nothing"), demonstration=False)
