"""Migrating without making every model anew at each step: most of the time of a first start went into that.

Django keeps a class for every model while it migrates. When one model changes it makes that class anew and, so that no
class points to a former one, every class that is related to it at any distance. Here nearly everything is related to a
person: 277 changes made 11,000 classes. What a change of tables needs of its neighbours is the name of a table and of a
column, and a former class gives these as well. So only the changed one is made anew. Where Python code runs in a
migration and does need classes that know each other, Django makes all of them anew first, as it does for its own
shortcuts of this kind (`is_delayed`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations.state import ProjectState

_SEEK = "_find_reload_model"  # Django's own: gives the models to make anew when one changes


@contextmanager
def only_what_changes() -> Iterator[None]:
    """Let migrations make anew only the class of the model that changes; the tables come out the same to the byte."""
    before = getattr(ProjectState, _SEEK)
    setattr(ProjectState, _SEEK, _itself)
    try:
        yield
    finally:
        setattr(ProjectState, _SEEK, before)


def _itself(state: Any, app_label: str, model_name: str, delay: bool = False) -> set[tuple[str, str]]:
    state.is_delayed = True
    return {(app_label, model_name)}
