"""What custody's own system reports of an arrival: it acts as an answer does, before anybody has looked (ruling 2)."""

from collections.abc import Sequence
from uuid import UUID

from throughcare.care.intake import answering, effects, rules
from throughcare.care.intake.actions.arrivals import keep
from throughcare.care.intake.models import Arrival
from throughcare.care.intake.rule_table import load_table
from throughcare.chart import forms
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid

LONGEST = 60


@action("intake.report_by_officer")
def report_by_officer(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, flags: Sequence[str]
) -> tuple[str, ...]:
    """Keep an officer's flags with the latest arrival; give those that are new.

    A flag is a code of the question to the officer, and what it calls for begins at once, whether the screening is not
    begun, half done or signed (what a signed one said stays); or it is an officer's own words, which are shown as written. A repeat does nothing.
    """
    form = forms.load(answering.SCREENING)
    arrivals = Arrival.objects.select_for_update(of=("self",)).filter(person_id=person_id)
    arrival = arrivals.order_by("-arrived_at").first()
    if arrival is None or arrival.state == "left":
        raise Invalid("This person has no arrival here that a report could belong to.")
    told = dict.fromkeys(flag.strip()[:LONGEST] for flag in flags if flag.strip())
    new = tuple(flag for flag in told if flag not in arrival.officer_flags)
    if not new:
        return ()
    posted = {answering.OFFICER: [flag for flag in new if flag in answering.officer_codes()]}
    found = rules.of_report(form, answering.typed(form, posted), load_table(), sex=answering.sex_of(person_id))
    if arrival.state != "signed":
        arrival.bump(officer_flags=[*arrival.officer_flags, *new])
        keep(arrival)
    elif not found:
        raise Invalid(
            "The screening is signed already, and this report calls for nothing by itself. A nurse must read it."
        )
    effects.call(actor, arrival, found)
    return new
