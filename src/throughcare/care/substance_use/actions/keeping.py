"""What all writers of the room share: fetching an episode to change it, keeping rows in the ledger, telling the clock."""

from datetime import datetime
from typing import Any
from uuid import UUID

from throughcare import ledger
from throughcare.care.substance_use import fhir, measures
from throughcare.care.substance_use.models import Check, Episode
from throughcare.care.substance_use.rules import Earlier
from throughcare.chart.actions import keeping
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import NotAllowed, Stale
from throughcare.kernel.vocabulary import DataClass, Role

PRESCRIBERS = frozenset({Role.PROVIDER, Role.PSYCH})
CHECKERS = frozenset({Role.RN, Role.PROVIDER, Role.PSYCH})


def require(actor: Actor, roles: frozenset[Role], sentence: str) -> None:
    """Refuse whoever is of none of these roles; the house's own parts may."""
    if actor.kind == "staff" and actor.role not in roles:
        raise NotAllowed(sentence)
    if actor.kind == "patient":
        raise NotAllowed(sentence)


def episode(episode_id: UUID, person_id: UUID, version: int | None = None) -> Episode:
    """Fetch one person's episode that is not over, to change it."""
    row = keeping.mine(Episode, episode_id, person_id, version, what="monitoring")
    if row.state != "active":
        raise Stale(
            f"This monitoring ended {clock.local(row.ended_at):%d %b %H:%M}." if row.ended_at else "It is over."
        )
    return row


def keep(row: Episode) -> None:
    """Keep the episode in the ledger."""
    ledger.record(
        type="EpisodeOfCare",
        id=row.id,
        person_id=row.person_id,
        data_class=DataClass.CLINICAL,
        body=fhir.episode(row),
        happened_at=row.ended_at or row.opened_at,
    )


def keep_check(row: Check) -> None:
    """Keep a check in the ledger."""
    ledger.record(
        type="ClinicalImpression",
        id=row.id,
        person_id=row.person_id,
        data_class=DataClass.CLINICAL,
        body=fhir.check(row),
        happened_at=row.at,
    )


def about(row: Episode | Check, at: datetime | None = None) -> dict[str, Any]:
    """Give what every event of this room says of whom, where and when."""
    return {
        "happened_at": at or clock.now(),
        "person_id": row.person_id,
        "facility_id": row.facility_id,
        "ref": row.id,
    }


def past(row: Episode) -> list[Earlier]:
    """Give the checks of an episode so far to the rules, oldest first."""
    rows = Check.objects.filter(episode=row).order_by("at").values_list("at", "kind", "score", "measured")
    return [measures.earlier(at, kind, score, measured) for at, kind, score, measured in rows]
