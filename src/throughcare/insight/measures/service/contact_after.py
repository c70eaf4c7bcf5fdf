"""R-F7 and R-F30: people reached within 7 or 30 days of release."""

from __future__ import annotations

from throughcare.insight.measures.definitions import Definition
from throughcare.insight.measures.service.releases import released


def rows(definition: Definition) -> str:
    """Give the releases whose days have passed; a contact that reached the person in them is a hit, a return to custody leaves out."""
    days = int(definition.limit["days"])
    contact = (
        "SELECT {what} FROM release_step s WHERE s.kind = 'contact' AND s.reached AND s.person_id = r.person_id "
        f"AND s.start_at > r.counted_at AND local_day(s.start_at) <= local_day(r.counted_at) + {days}"
    )
    return released(
        f"EXISTS ({contact.format(what=1)})",
        where=f"local_day(r.counted_at) + {days} < local_day(p.now)",
        excluded=(
            "EXISTS (SELECT 1 FROM stay b WHERE b.person_id = r.person_id AND b.id <> r.stay_id "
            f"AND b.status <> 'cancelled' AND b.admitted_at > r.counted_at AND local_day(b.admitted_at) <= local_day(r.counted_at) + {days} "
            f"AND NOT EXISTS ({contact.format(what=1)} AND s.start_at < b.admitted_at))"
        ),
        done_at=f"({contact.format(what='min(s.start_at)')})",
    )
