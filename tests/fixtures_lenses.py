"""Lenses that many tests ask for."""

import pytest

from throughcare.kernel.ids import derived
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import Role


def lens_of(role: Role, **more: object) -> Lens:
    """Make the lens of a role across the agency."""
    from throughcare.access import lenses

    return lenses.make(derived("test", role), f"Demo-{role}", role, facilities=None, **more)  # type: ignore[arg-type]


@pytest.fixture
def rn_lens() -> Lens:
    """A registered nurse's."""
    return lens_of(Role.RN)


@pytest.fixture
def prea_lens() -> Lens:
    """The PREA coordinator's."""
    return lens_of(Role.PREA)


@pytest.fixture
def custody_lens() -> Lens:
    """An officer's."""
    return lens_of(Role.CUSTODY)
