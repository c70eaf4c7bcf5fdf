"""What every writer of this room shares: where a person is, the running watch, keeping rows, telling custody."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from throughcare import ledger
from throughcare.care.mental_health import fhir, states
from throughcare.care.mental_health.models import (
    FollowUp,
    SafetyPlan,
    SelfHarmEvent,
    Watch,
    WatchAssessment,
    WatchCheck,
    WatchFinding,
    WatchObserver,
    WatchReason,
)
from throughcare.care.mental_health.rule_table import load_table
from throughcare.chart.actions import keeping
from throughcare.custody import actions as custody
from throughcare.custody.homes import Home, home_now
from throughcare.custody.models import Away, OperationalAlert
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import NotAllowed, NotFound
from throughcare.kernel.fhir import Json
from throughcare.kernel.models import PersonRow
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.people.family import family

ORDER, NOTE = DataClass.OPERATIONAL_ALERT, DataClass.MENTAL_HEALTH
CLINICIANS = frozenset({Role.PROVIDER, Role.RN, Role.LPN, Role.PSYCH, Role.SUD, Role.DENTAL})
PROPERTY_ALERT = "property_limited"

# Custody knows the level, the list at the door and the rounds, for it keeps them; what was found and why is mental health's.
KEPT: dict[type[PersonRow], tuple[str, Callable[[Any], Json], DataClass, str]] = {
    Watch: ("CarePlan", fhir.watch, ORDER, "fhir"),
    WatchReason: ("ClinicalImpression", fhir.reason, NOTE, "fhir"),
    WatchCheck: ("Observation", fhir.check, ORDER, "fhir"),
    WatchObserver: ("Observation", fhir.observer, ORDER, "fhir"),
    WatchFinding: ("WatchFinding", fhir.finding, DataClass.GRIEVANCE, "throughcare/WatchFinding"),
    WatchAssessment: ("RiskAssessment", fhir.assessment, NOTE, "fhir"),
    FollowUp: ("RiskAssessment", fhir.follow_up, NOTE, "fhir"),
    SafetyPlan: ("CarePlan", fhir.plan, NOTE, "fhir"),
    SelfHarmEvent: ("Observation", fhir.event, NOTE, "fhir"),
}


@dataclass(frozen=True, slots=True)
class Spot(Home):
    """Where a person is housed, and how they are out if they are."""

    out: str = ""

    @property
    def alone(self) -> bool:
        """Tell whether this unit keeps people alone."""
        return self.unit_kind in load_table().isolating


def spot_of(person_id: UUID) -> Spot:
    """Say where a person is now, whichever of their charts holds the stay."""
    charts = family(person_id)
    out = Away.objects.filter(person_id__in=charts, until=None, cancelled=False).values_list("kind", flat=True).first()
    home = home_now(charts)
    return Spot(home.facility_id, home.unit, home.unit_kind, home.place, home.place_id, out or "")


def running(person_id: UUID, *, lock: bool = True) -> Watch | None:
    """Give the person's running watch, whichever chart it stands on."""
    rows = Watch.objects.select_for_update() if lock else Watch.objects
    return rows.filter(person_id__in=family(person_id), state__in=states.RUNNING).first()


def the_watch(watch_id: UUID, person_id: UUID | None = None, version: int | None = None) -> Watch:
    """Fetch a watch to change it; for its person where one is named."""
    if person_id is not None:
        return keeping.mine(Watch, watch_id, person_id, version, what="watch")
    row = Watch.objects.select_for_update().filter(id=watch_id).first()
    if row is None:
        raise NotFound("There is no such watch here.")
    return row


def keep(row: object) -> None:
    """Keep a row of this room in the ledger as it now stands."""
    kind, render, data_class, media = KEPT[type(row)]  # type: ignore[index]
    ledger.record(
        type=kind,
        id=row.id,  # type: ignore[attr-defined]
        person_id=row.person_id,  # type: ignore[attr-defined]
        data_class=data_class,
        body=render(row),
        media=media,
        happened_at=next(
            (at for n in ("at", "happened_at", "since", "made_at") if (at := getattr(row, n, None))), None
        ),
    )


def give_reason(actor: Actor, row: Watch, what: str, words: str) -> None:
    """Keep why, apart from the order that custody acts on."""
    if words.strip():
        keep(
            WatchReason.objects.create(
                person_id=row.person_id,
                watch=row,
                what=what,
                words=words.strip()[:4000],
                by=actor.label(),
                by_id=actor.id,
                at=clock.now(),
            )
        )


def tell_custody(actor: Actor, row: Watch) -> None:
    """Have officers told what this watch asks of them, and nothing that it no longer asks."""
    wanted = {states.ALERTS[row.level]} if row.state in states.RUNNING else set()
    if wanted and any(given != "yes" for given in row.property.values()):
        wanted.add(PROPERTY_ALERT)
    # The new sentence stands before the old one ends: there is no moment without one.
    for template in sorted(wanted):
        custody.raise_alert(actor=actor, person_id=row.person_id, template=template, reason_ref=row.id)
    for alert in standing_alerts(row.person_id).exclude(template__in=wanted):
        custody.end_alert(actor=actor, alert_id=alert.id)


def standing_alerts(person_id: UUID) -> QuerySet[OperationalAlert]:
    """Give what officers are told now because of a watch."""
    ours = [*states.ALERTS.values(), PROPERTY_ALERT]
    return OperationalAlert.objects.filter(person_id__in=family(person_id), template__in=ours, ended_at=None)


def only(actor: Actor, roles: frozenset[Role], sentence: str) -> None:
    """Refuse an act that is another profession's; a part of the house acts only where an answer called for it."""
    if actor.role not in roles:
        raise NotAllowed(sentence)


def a_professional(actor: Actor) -> None:
    """Refuse unless a qualified mental health professional acts (SUI-03)."""
    only(
        actor,
        frozenset({Role.PSYCH}),
        "Only a qualified mental health professional lowers or ends a watch. It goes on; ask the one on call.",
    )


def a_clinician(actor: Actor) -> None:
    """Refuse unless one of the clinical staff acts."""
    only(actor, CLINICIANS, "Clinical staff begin and raise a watch. Nothing was changed; call the nurse.")
