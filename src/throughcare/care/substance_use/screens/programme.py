"""Calls to an outside programme about a last dose, and a programme's own record. HTTP only."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, screen
from throughcare.care.substance_use import actions, policy, programme_views, reads
from throughcare.chart.screens import frame
from throughcare.chart.screens.frame import Again
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid
from throughcare.ui.forms import day_or_none, id_of, moment_of, whole_or_none
from throughcare.ui.wording import t

ONE = "/people/<uuid:person_id>/"


@screen("GET", ONE + "outside-doses/", policy=policy.CALL, name="outside_doses")
def outside(request: Request, person_id: UUID, again: Again | None = None) -> HttpResponse:
    """Show the calls so far, when to call again, and the next call to write down."""
    family = frame.family(request, person_id)
    typed, wrong = (again.typed, again.wrong) if again else ({}, {})
    calls = reads.calls(request.lens, family)
    context = {
        "calls": calls,
        "open": reads.may_open(request.lens, person_id),
        "fields": programme_views.call(typed, wrong, calls, answered=reads.may_open(request.lens, person_id)),
        "consents": reverse("consents", kwargs={"person_id": person_id}),
    }
    return frame.page(request, person_id, "substance_use/outside.html", "outside_doses", context, again)


@screen("POST", ONE + "outside-doses/", policy=policy.CALL, name="outside_doses")
def log_call(request: Request, person_id: UUID) -> HttpResponse:
    """Write down one call."""

    def act(intent: UUID | None) -> actions.CallDone:
        typed = frame.typed(request)
        call = actions.Call(
            programme=typed.get("programme", ""),
            number=typed.get("number", ""),
            outcome=typed.get("outcome", ""),
            spoke_with=typed.get("spoke_with", ""),
            dose=typed.get("dose", ""),
            last_on=day_or_none(typed.get("last_on", "")),
            missed=_missed(typed.get("missed", "")),
            words=typed.get("words", ""),
            opens_at=_moment(typed.get("opens_on", ""), typed.get("opens_time", "")),
        )
        return actions.log_outside_call(actor=request.actor, intent=intent, person_id=person_id, call=call)

    def onward(done: actions.CallDone) -> HttpResponse:
        said = t("programme.called")
        if done.differs:
            said = t("programme.differs", what="; ".join(done.differs))
        elif done.next_try_at is not None:
            said = t("programme.again_at", at=f"{clock.local(done.next_try_at):%a %d %b %H:%M}")
        return frame.go(request, "outside_doses", person_id, said)

    return frame.attempt(request, act, lambda again: outside(request, person_id=person_id, again=again), onward)


@screen("GET", ONE + "programme/", policy=policy.PROGRAMME, name="programme_record")
def record(request: Request, person_id: UUID, again: Again | None = None) -> HttpResponse:
    """Show the programme's record: what it holds, what it still needs and by when."""
    typed, wrong = (again.typed, again.wrong) if again else ({}, {})
    found = reads.records(request.lens, frame.family(request, person_id))
    context = {
        "records": found,
        "running": any(r.enrolment.until is None for r in found),
        "enrol": programme_views.enrol(typed, wrong),
        "adding": programme_views.adding(*(({}, {}) if typed.get("verb") == "note" else (typed, wrong))),
        "noting": programme_views.noting(*((typed, wrong) if typed.get("verb") == "note" else ({}, {}))),
        "consents": reverse("consents", kwargs={"person_id": person_id}),
        "today": clock.today(),
    }
    return frame.page(request, person_id, "substance_use/programme.html", "programme_record", context, again)


@screen("POST", ONE + "programme/", policy=policy.PROGRAMME, name="programme_record")
def write(request: Request, person_id: UUID) -> HttpResponse:
    """Enrol, add to the record, or end the enrolment."""

    def act(intent: UUID | None) -> Any:
        typed = frame.typed(request)
        about: dict[str, Any] = {"actor": request.actor, "intent": intent, "person_id": person_id}
        verb = typed.get("verb", "")
        if verb == "enrol":
            said: dict[str, Any] = {k: typed.get(k, "") for k in ("programme", "diagnosis", "dual_check", "dual_where")}
            return actions.enrol(**about, **said)
        enrolment = _id(typed.get("enrolment", ""))
        if verb == "end":
            version, why = frame.version_of(request), typed.get("why", "")
            return actions.end_enrolment(**about, enrolment_id=enrolment, version=version, why=why)
        on = day_or_none(typed.get("on", ""))
        if on is None:
            raise Invalid("Write the day.", fields={"on": "Write the day."})
        kind = "note" if verb == "note" else typed.get("kind", "")
        words = typed.get("words", "")
        return actions.add_to_enrolment(**about, enrolment_id=enrolment, kind=kind, on=on, words=words)

    return frame.attempt(
        request,
        act,
        lambda again: record(request, person_id=person_id, again=again),
        lambda _: frame.go(request, "programme_record", person_id, t("checks.written")),
    )


def _missed(text: str) -> int | None:
    """Read how many days were missed: none where nothing is said, -1 (which is refused) where it is no number."""
    if not text.strip():
        return None
    days = whole_or_none(text, digits=3)
    return -1 if days is None else days


def _moment(day: str, hour: str) -> datetime | None:
    try:
        return moment_of(day, hour, otherwise="06:00")
    except ValueError:
        return None


def _id(text: str) -> UUID:
    return id_of(text, Invalid("Open the page again: it does not say what it is about."))
