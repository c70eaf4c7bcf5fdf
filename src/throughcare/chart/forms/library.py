"""Forms by name, read from reviewed content with the agency's overlay."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import PurePosixPath

from throughcare.chart.forms.questionnaire import Form
from throughcare.chart.forms.reading import read_form
from throughcare.kernel import content


def load(name: str) -> Form:
    """The form of that name with its scoring table; FormError lists every fault, ContentError names a missing file."""
    paths = [f"forms/{name}.json", f"forms/{name}.score.toml", f"forms/wording/{name}.json"]
    present = _present(os.environ.get(content.OVERLAY_SETTING, ""))
    digests = tuple(content.document(path).digest if path in present else "" for path in paths[1:])
    return _read(paths[0], paths[1], paths[2], (content.document(paths[0]).digest, *digests))


def names() -> tuple[str, ...]:
    """The names of all forms, the package's and the agency's."""
    return tuple(PurePosixPath(path).stem for path in content.names("forms", ".json"))


_PLACES = (("forms", ".score.toml"), ("forms/wording", ".json"))


@lru_cache(maxsize=8)
def _present(overlay: str) -> frozenset[str]:
    """Scoring tables and wordings that are there; listed once per overlay folder, as its files are read once."""
    return frozenset(path for folder, suffix in _PLACES for path in content.names(folder, suffix))


@lru_cache(maxsize=256)
def _read(form: str, scale: str, wording: str, digests: tuple[str, str, str]) -> Form:
    return read_form(
        content.load(form),
        content.load(scale) if digests[1] else None,
        content.load(wording) if digests[2] else None,
    )
