"""R-NAL: releases with a naloxone kit in hand."""

from __future__ import annotations

from throughcare.insight.measures.definitions import Definition
from throughcare.insight.measures.service.releases import released


def rows(definition: Definition) -> str:
    """Give every release; a kit handed with a plan of the same stay counts."""
    return released(
        "EXISTS (SELECT 1 FROM release_step s WHERE s.kind = 'plan' AND s.naloxone AND s.person_id = r.person_id "
        "AND s.start_at >= r.admitted_at AND s.start_at <= r.counted_at)"
    )
