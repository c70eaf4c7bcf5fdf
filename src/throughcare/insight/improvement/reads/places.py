"""Which places a reader of the workspace has, and what of the workspace is theirs."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from throughcare.insight.improvement import series
from throughcare.insight.sources import titles_here
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens

M = TypeVar("M", bound=Model)


def within(lens: Lens, rows: QuerySet[M], *, whole: bool = True) -> QuerySet[M]:
    """Keep the rows of this reader's places, and the whole agency's where it is said."""
    if lens.facilities is None:
        return rows
    where = Q(facility_id__in=lens.facilities)
    return rows.filter(where | Q(facility_id=None) if whole else where)


def place(lens: Lens, said: str) -> UUID | None:
    """Read a facility that this reader may write about; None for the whole agency."""
    found = series.place_of(lens, said)
    if found and found not in titles_here(lens):
        raise NotFound("There is no such facility.")
    return UUID(found) if found else None
