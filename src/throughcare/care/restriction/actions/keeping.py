"""What every writer of this room shares: the open stretch, keeping rows, telling custody."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from throughcare import ledger
from throughcare.care.restriction import fhir
from throughcare.care.restriction.models import Confinement, ConfinementVisit, Restraint, RestraintStep
from throughcare.care.restriction.rule_table import load_table
from throughcare.custody import actions as custody
from throughcare.custody.models import OperationalAlert
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed
from throughcare.kernel.fhir import Json
from throughcare.kernel.models import PersonRow
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.people.family import family

# Custody knows who is kept apart and who is in restraints: it decided so, or holds the key. What was found is care's.
KEPT: dict[type[PersonRow], tuple[str, Callable[[Any], Json]]] = {
    Confinement: ("Procedure", fhir.confinement),
    ConfinementVisit: ("Observation", fhir.visit),
    Restraint: ("Procedure", fhir.restraint),
    RestraintStep: ("Observation", fhir.step),
}
MENTAL = frozenset({"mental_health", "evaluation", "check_in"})
# Sentences that custody is told (content/custody/alerts.toml), and nobody but this room ends.
APART_ALERTS = ("housing_reviewed", "housing_not_alone")
HELD_ALERTS = ("restrained", "restraint_off")


def class_of(row: PersonRow) -> DataClass:
    """Say which class of data a row of this room is."""
    if isinstance(row, ConfinementVisit):
        if row.kind == "out_of_cell":
            return DataClass.OPERATIONAL_ALERT
        return DataClass.MENTAL_HEALTH if row.kind in MENTAL else DataClass.CLINICAL
    return DataClass.CLINICAL if isinstance(row, RestraintStep) else DataClass.OPERATIONAL_ALERT


def keep(row: PersonRow) -> None:
    """Keep a row of this room in the ledger as it now stands."""
    kind, render = KEPT[type(row)]
    ledger.record(
        type=kind,
        id=row.id,
        person_id=row.person_id,
        data_class=class_of(row),
        body=render(row),
        media="fhir",
        happened_at=getattr(row, "at", None) or getattr(row, "since", None) or getattr(row, "noticed_at", None),
    )


def apart(person_id: UUID) -> Confinement | None:
    """Give the person's open stretch of restrictive housing, locked."""
    rows = Confinement.objects.select_for_update().filter(person_id__in=family(person_id))
    return rows.exclude(state="ended").first()


def held(person_id: UUID) -> Restraint | None:
    """Give the person's running restraint, locked."""
    return Restraint.objects.select_for_update().filter(person_id__in=family(person_id), until=None).first()


def only(actor: Actor, roles: Iterable[Role], sentence: str) -> None:
    """Refuse an act that is another profession's."""
    if actor.role not in frozenset(roles):
        raise NotAllowed(sentence)


def chosen(name: str, keys: Iterable[str], *, field: str) -> list[str]:
    """Give what was chosen of a closed list, in its order; refuse a word that is not of it."""
    known, given = load_table().words(name), list(keys)
    if unknown := [key for key in given if key not in known]:
        raise Invalid("Choose from the list.", fields={field: f"[{unknown[0][:20]}] is not on the list."})
    return [key for key in known if key in given]


def tell(actor: Actor, person_id: UUID, wanted: str, among: tuple[str, ...], ref: UUID) -> None:
    """Have officers told one sentence of a group and none of its others; "" tells nothing more."""
    # The new sentence stands before the old one ends: there is no moment without one.
    if wanted:
        custody.raise_alert(actor=actor, person_id=person_id, template=wanted, reason_ref=ref)
    standing = OperationalAlert.objects.filter(person_id__in=family(person_id), template__in=among, ended_at=None)
    for alert in standing.exclude(template=wanted):
        custody.end_alert(actor=actor, alert_id=alert.id)


def stamp(actor: Actor) -> dict[str, Any]:
    """Give the columns that say who did something, and when."""
    return {"at": clock.now(), "by": actor.label(), "by_id": actor.id}
