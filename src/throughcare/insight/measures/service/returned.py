"""R-RTC: releases followed by a return to custody within so many months. An association, never a judgement of care."""

from __future__ import annotations

from throughcare.insight.measures.definitions import Definition
from throughcare.insight.measures.service.releases import released


def rows(definition: Definition) -> str:
    """Give the releases whose months have passed; a later stay that began in them is a hit; who died is left out."""
    months = int(definition.limit["months"])
    return released(
        "EXISTS (SELECT 1 FROM stay b WHERE b.person_id = r.person_id AND b.id <> r.stay_id AND b.status <> 'cancelled' "
        f"AND b.admitted_at > r.counted_at AND local_day(b.admitted_at) <= local_day(r.counted_at) + INTERVAL {months} MONTH)",
        where=f"local_day(r.counted_at) + INTERVAL {months} MONTH < local_day(p.now)",
        excluded=(
            "EXISTS (SELECT 1 FROM person d WHERE d.id = r.person_id AND d.deceased_at > r.counted_at "
            f"AND local_day(d.deceased_at) <= local_day(r.counted_at) + INTERVAL {months} MONTH)"
        ),
        miss="",
    )
