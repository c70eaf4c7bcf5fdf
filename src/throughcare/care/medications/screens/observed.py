"""Observed doses: the line, one dose step by step, one person's treatment and what follows it. HTTP only."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import translation

from throughcare.access.doors import Request, saw, screen
from throughcare.care.medications import actions, observed_views, policy, views
from throughcare.care.medications.actions import Covering
from throughcare.care.medications.actions.opioid_treatment import amount_of
from throughcare.care.medications.reads import doors
from throughcare.care.medications.reads import opioid_treatment as reads
from throughcare.care.medications.screens.second import SECRETS, second_of
from throughcare.chart.screens import frame
from throughcare.chart.screens.frame import Again
from throughcare.devices.json_doors import here
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid, NotFound
from throughcare.people import reads as people
from throughcare.ui import pages
from throughcare.ui.shapes import PrintNote
from throughcare.ui.wording import t

ONE = "/people/<uuid:person_id>/observed-doses/"
DOSE = ONE + "<uuid:dose_id>/"


@screen("GET", "/observed-doses/", policy=policy.OBSERVED, name="observed_line")
def line(request: Request) -> HttpResponse:
    """Show who is due at the line now, cell by cell, and whose watch still runs."""
    due = reads.line(request.lens, here(request))
    cards = people.cards(request.lens, [d.person_id for d in due])
    saw(request, *(d.person_id for d in due))
    rows = [(d, cards[d.person_id], observed_views.minutes_left(d)) for d in due if d.person_id in cards]
    return pages.page(request, "medications/observed_line.html", {"rows": rows})


@screen("GET", ONE, policy=policy.OBSERVED, name="observed_treatment")
def treatment(request: Request, person_id: UUID, again: Again | None = None) -> HttpResponse:
    """Show a person's observed treatments: last dose, days missed, what was done, and what a prescriber decides."""
    family = frame.family(request, person_id)
    context = {
        "treatments": reads.treatments_of(request.lens, family),
        "doses": reads.doses_of_person(request.lens, family),
        "moves": doors.observed_crossings(request.lens, family),
        "may_programme": policy.PROGRAMME.allows(request.lens, person_id),
        "may_prescribe": policy.SIGN.allows(request.lens, person_id),
        "asked": observed_views.asked(again.typed, again.wrong) if again else [],
    }
    return frame.page(request, person_id, "medications/observed_treatment.html", "observed_treatment", context, again)


@screen("POST", ONE, policy=policy.OBSERVED, name="observed_treatment")
def follow(request: Request, person_id: UUID) -> HttpResponse:
    """Write down what follows a treatment: decided anew, diversion, another programme asked, guest days, a source."""

    def act(intent: UUID | None) -> Any:
        typed = frame.typed(request)
        about: dict[str, Any] = {"actor": request.actor, "intent": intent, "person_id": person_id}
        if typed.get("verb") == "move":
            return _cover(request, person_id, typed, intent)
        about["order_id"] = _order(typed.get("order", ""))
        words = {k: typed.get(k, "") for k in ("why", "seen", "words", "response", "result", "where", "source")}
        verb = typed.get("verb", "")
        if verb == "reassess":
            amount = amount_of(typed.get("amount", ""))
            if amount is None:
                raise Invalid("Say how much.", fields={"amount": "Say how much."})
            about |= {"version": frame.version_of(request), "reasons": views.reasons_in(typed)}
            return actions.reassess_treatment(**about, amount=amount, why=words["why"])
        if verb == "diversion":
            said: dict[str, Any] = {k: words[k] for k in ("seen", "words", "response")}
            return actions.report_diversion(**about, **said)
        if verb == "check":
            return actions.record_enrolment_check(**about, result=words["result"], where=words["where"])
        if verb == "guest":
            days: dict[str, Any] = {"since": typed.get("since", ""), "until": typed.get("until", "")}
            return actions.arrange_guest_dosing(**about, **days, where=words["where"])
        return actions.arrange_source(**about, source=words["source"])

    return frame.attempt(
        request,
        act,
        lambda again: treatment(request, person_id=person_id, again=again),
        lambda _: frame.go(request, "observed_treatment", person_id, t("observed.written")),
    )


def _cover(request: Request, person_id: UUID, typed: dict[str, str], intent: UUID | None) -> int:
    """Say who gives the observed doses in the shadow of a move; whoever may not see them finds no such move."""
    moves = doors.observed_crossings(request.lens, frame.family(request, person_id))
    found = next((m for m in moves if str(m.crossing.id) == typed.get("move")), None)
    if found is None:
        raise NotFound("There is no such move here.")
    said = tuple(Covering(x.id, typed.get("way", ""), note=typed.get("note", "")) for x in found.lines if x.doses)
    about: dict[str, Any] = {"actor": request.actor, "intent": intent, "person_id": person_id}
    version, receiver = frame.version_of(request), typed.get("receiver", "")
    move = found.crossing.id
    return actions.cover_crossing(**about, crossing_id=move, version=version, receiver=receiver, covered=said)


def _order(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid("Open the page again: it does not say which order it is about.") from None


@screen("GET", ONE + "order/", policy=policy.PROGRAMME, name="programme_order")
def order(request: Request, person_id: UUID, again: Again | None = None) -> HttpResponse:
    """Ask for a programme's order."""
    typed, wrong = (again.typed, again.wrong) if again else ({}, {})
    context = {
        "fields": observed_views.programme_fields(
            typed, wrong, reads.brought(request.lens, frame.family(request, person_id))
        ),
        "alerts": observed_views.asked(typed, wrong),
    }
    return frame.page(request, person_id, "medications/programme_order.html", "observed_treatment", context, again)


@screen("POST", ONE + "order/", policy=policy.PROGRAMME, name="programme_order")
def place_order(request: Request, person_id: UUID) -> HttpResponse:
    """Write down a programme's order, sealed."""

    def act(intent: UUID | None) -> UUID:
        asked = observed_views.prescription(frame.typed(request))
        return actions.place_programme_order(actor=request.actor, intent=intent, person_id=person_id, asked=asked)

    return frame.attempt(
        request,
        act,
        lambda again: order(request, person_id=person_id, again=again),
        lambda _: frame.go(request, "observed_treatment", person_id, t("observed.written")),
    )


@screen("GET", ONE + "letter/", policy=policy.OBSERVED, name="last_dose_letter")
def letter(request: Request, person_id: UUID) -> HttpResponse:
    """Print the last-dose letter, in English or Spanish."""
    family = frame.family(request, person_id)
    found = reads.treatments_told(request.lens, family)
    card = people.cards(request.lens, [person_id])[person_id]
    with translation.override("es" if request.GET.get("lang") == "es" else "en"):
        paper = PrintNote(title=t("observed.letter"), as_of=clock.now(), facility="")
        context = {"who": card, "treatments": found, "paper": paper}
        return pages.page(request, "medications/last_dose_letter.html", context)


@screen("GET", DOSE, policy=policy.OBSERVED, name="observed_dose")
def dose(request: Request, person_id: UUID, dose_id: UUID, again: Again | None = None) -> HttpResponse:
    """Show one dose: the last dose first, then every step; while a watch runs, how long it still lasts."""
    due, one = reads.dose(request.lens, frame.family(request, person_id), dose_id)
    typed, wrong = (again.typed, again.wrong) if again else ({}, {})
    context = {
        "due": due,
        "one": one,
        "giving": observed_views.giving(one, typed, wrong),
        "not_given": observed_views.not_given(typed, wrong),
        "watch": observed_views.watch(typed, wrong),
        "left": observed_views.minutes_left(due),
        "soon": one.standing.three_days is not None and clock.now() >= one.standing.three_days.warns_at,
    }
    return frame.page(request, person_id, "medications/observed_dose.html", "observed_treatment", context, again)


@screen("POST", DOSE, policy=policy.OBSERVED, name="observed_dose")
def give(request: Request, person_id: UUID, dose_id: UUID) -> HttpResponse:
    """Give it, chart why it was not given, or end its watch."""

    def act(intent: UUID | None) -> Any:
        typed = frame.typed(request, SECRETS)
        about: dict[str, Any] = {"actor": request.actor, "intent": intent, "person_id": person_id}
        if typed.get("verb") == "watch":
            words = typed.get("words", "")
            return actions.finish_watch(**about, dose_id=dose_id, result=typed.get("result", ""), words=words)
        if typed.get("verb") == "error":
            why, version = typed.get("why", ""), frame.version_of(request)
            return actions.correct_observed_dose(**about, dose_id=dose_id, version=version, why=why)
        if typed.get("verb") == "not_given":
            detail = {k: typed[k] for k in ("capacity", "supply", "value") if typed.get(k)}
            status, reason = typed.get("status", ""), typed.get("reason", "")
            return actions.chart_observed_dose(**about, dose_id=dose_id, status=status, reason=reason, detail=detail)
        return actions.give_observed_dose(**about, observed=observed_views.observed(dose_id, typed, second_of(request)))

    return frame.attempt(
        request,
        act,
        lambda again: dose(request, person_id=person_id, dose_id=dose_id, again=again),
        lambda _: frame.go(request, "observed_dose", person_id, t("observed.written"), dose_id=dose_id),
    )
