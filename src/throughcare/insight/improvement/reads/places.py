"""Which places a reader of the workspace has, and what of the workspace is theirs."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from throughcare.custody import reads as custody
from throughcare.insight.improvement import series
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens

M = TypeVar("M", bound=Model)


def titles_of(lens: Lens) -> dict[str, str]:
    """Name the facilities that this reader compares."""
    found = {str(f.id): f.short_name for f in custody.facilities(lens)}
    return found if lens.facilities is None else {k: v for k, v in found.items() if UUID(k) in lens.facilities}


def within(lens: Lens, rows: QuerySet[M], *, whole: bool = True) -> QuerySet[M]:
    """Keep the rows of this reader's places, and the whole agency's where it is said."""
    if lens.facilities is None:
        return rows
    where = Q(facility_id__in=lens.facilities)
    return rows.filter(where | Q(facility_id=None) if whole else where)


def place(lens: Lens, said: str) -> UUID | None:
    """Read a facility that this reader may write about; None for the whole agency."""
    found = series.place_of(lens, said)
    if found and found not in titles_of(lens):
        raise NotFound("There is no such facility.")
    return UUID(found) if found else None
