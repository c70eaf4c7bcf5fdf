"""How a complaint asks for care: by sick call, so that the nurse reads what is about health and not the complaint."""

import re
from collections.abc import Iterable
from uuid import UUID

from throughcare.care.grievances import reads
from throughcare.care.grievances.events import GrievanceFiled
from throughcare.care.grievances.ports import Asked
from throughcare.care.intake.actions import tell_of_safety
from throughcare.care.sick_call import actions, rules
from throughcare.care.sick_call.events import SexualHarmTold
from throughcare.care.sick_call.rule_table import load_table
from throughcare.kernel import db
from throughcare.kernel.actor import Actor


def harm_told(event: GrievanceFiled | SexualHarmTold) -> None:
    """Have sexual safety screened again where a complaint or a request tells of sexual harm, or of fear of it (INT-09)."""
    told = isinstance(event, SexualHarmTold) or event.sexual_safety
    if told and event.person_id is not None and event.ref is not None:
        tell_of_safety(actor=db.unit().actor, person_id=event.person_id, reason="incident", ref=event.ref)


class ComplaintsAbout:
    """Complaints about a member of staff."""

    def about(self, user_id: UUID, people: Iterable[UUID]) -> bool:
        """Ask the room of complaints."""
        return reads.is_about(user_id, people)


class CareBySickCall:
    """Sick call."""

    def ask(self, actor: Actor, asked: Asked) -> UUID | None:
        """Take what the person wrote for the nurse; else the sentences of the complaint in which words of danger stand."""
        words = asked.health or in_danger(asked.words, asked.language)
        if not words:
            return None
        done = actions.submit_request(
            actor=actor,
            person_id=asked.person_id,
            kind="sick",
            words=words,
            channel=asked.channel,
            language=asked.language,
            facility_id=asked.facility_id,
        )
        return done.request_id


def in_danger(words: str, language: str) -> str:
    """Give the sentences in which words stand that sick call acts on at once; nothing where there are none."""
    table = load_table()
    said = re.split(r"(?<=[.!?])\s+|\n+", words)
    return " ".join(s for s in said if rules.pages_now(rules.red_flags(s, table, language)))
