"""What every writer of this room asks first and does last: whose part it is, words that name nobody, a version in the ledger."""

import re
from datetime import date
from typing import Any
from uuid import UUID

from throughcare import ledger
from throughcare.insight.measures import definitions
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.ledger import SubjectKind

AGENCY = derived("agency")
LONGEST = 2000
PERSON_NUMBER = re.compile(r"\bT\d{7}\b", re.IGNORECASE)
NOBODY = "Name nobody here: a person's number stands in these words. Nothing was kept yet."


def of_role(actor: Actor, allowed: frozenset[Role]) -> None:
    """Refuse whoever's role only reads this."""
    if actor.kind != "staff" or actor.role not in allowed:
        raise NotAllowed("Your role reads this and does not write it. Nothing was changed.")


def in_words(name: str, words: str, *, longest: int = LONGEST) -> str:
    """Give words as they are kept: not empty, not too long, naming nobody."""
    words = words.strip()
    if not words:
        raise Invalid("Say it in a few words. Nothing was kept yet.", fields={name: "Say it in a few words."})
    if len(words) > longest:
        raise Invalid(f"At most {longest} characters. Nothing was kept yet.", fields={name: "Too long."})
    if PERSON_NUMBER.search(words):
        raise Invalid(NOBODY, fields={name: "Name nobody here."})
    return words


def known_measure(measure: str) -> str:
    """Give a measure's id; refuses what is none."""
    if definitions.find(measure, clock.today()) is None:
        raise Invalid("Choose a measure of the list.", fields={"measure": "Choose one."})
    return measure


def to_come(day: date) -> date:
    """Give a day that is not past; refuses one that is."""
    if day < clock.today():
        raise Invalid("Give a day to come.", fields={"due_on": "A day to come."})
    return day


def keep(kind: str, id: UUID, facility_id: UUID | None, body: dict[str, Any]) -> None:
    """Write a version into the ledger: the agency's, or a place's."""
    ledger.record(
        type=kind,
        id=id,
        subject=(SubjectKind.AGENCY, AGENCY) if facility_id is None else (SubjectKind.PLACE, facility_id),
        data_class=DataClass.DUTY,
        media=f"throughcare/{kind}",
        body=body,
    )
