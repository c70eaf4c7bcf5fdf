"""A signed form that was entered in error: it stays and says so, and what its signature told the clock is taken back."""

from uuid import UUID

from throughcare import ledger
from throughcare.chart import models as m
from throughcare.chart import states, telling
from throughcare.chart.actions.keeping import keep, mine, tell_changed
from throughcare.chart.events import FormSigned
from throughcare.duties.events import ToldInError
from throughcare.kernel import clock, db
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid
from throughcare.kernel.events import emit
from throughcare.kernel.vocabulary import DataClass
from throughcare.ledger.reads import last_body


@action("chart.mark_form_error")
def mark_form_error(
    *, actor: Actor, intent: UUID | None = None, person_id: UUID, response_id: UUID, version: int, why: str
) -> None:
    """Mark a form that was signed in the chart as entered in error, with its score and measurements.

    What its score ordered stands as orders of its own, each ended with its own reason.
    """
    row = mine(m.FormResponse, response_id, person_id, version)
    if row.purpose:
        raise Invalid("This form was asked by a room of its own: it is put right there, by asking again.")
    db.unit().reason = why.strip()
    row.bump(status=states.RESPONSE.after(row.status, "mark_error"))
    ledger.record(
        type="QuestionnaireResponse",
        id=row.id,
        person_id=person_id,
        data_class=DataClass(row.data_class),
        body={**(last_body("QuestionnaireResponse", row.id) or {}), "status": row.status},
        happened_at=clock.now(),
        live=False,
    )
    taken_back = list(m.Observation.objects.filter(response_id=row.id).exclude(status__in=states.TAKEN_BACK))
    for measured in taken_back:
        measured.bump(status=states.OBSERVATION.after(measured.status, "mark_error"))
        keep(measured)
    tell_changed(taken_back)
    for what in (FormSigned.name, *telling.signals(row.form)):
        untell(row, what)


def untell(row: m.Note | m.FormResponse, what: str) -> None:
    """Tell the clock that what an entry had told was not so: what it closed is owed again, what it opened is void."""
    about = {"person_id": row.person_id, "facility_id": row.facility_id, "ref": row.id}
    emit(ToldInError(happened_at=clock.now(), what=what, **about))
