"""One person as custody sees them: where, what to do, what is planned, where they have been; never a chart."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.forms import Form
from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, saw, screen
from throughcare.custody import actions, policy, reads, views
from throughcare.custody.actions import Spot
from throughcare.custody.forms import AlertForm, MoveForm, OutForm, PlanForm, ReleaseForm, SwapForm, TransferForm
from throughcare.kernel.errors import Invalid, NotFound, Refused
from throughcare.people import reads as people
from throughcare.ui import pages
from throughcare.ui.fields import errors_of
from throughcare.ui.forms import intent_of
from throughcare.ui.shapes import FieldError

ONE = "/people/<uuid:person_id>/custody/"
DONE = {
    "cancel_transfer": "The last move was taken back.",
    "cancel_release": "The release was taken back.",
    "cancel_admission": "The admission was taken back.",
    "escape": "The escape is recorded.",
    "return": "Back in.",
}


@screen("GET", ONE, policy=policy.BOARD, name="custody_person")
def person(request: Request, person_id: UUID) -> HttpResponse:
    """Show the person's line: place, orders, plans, stays and moves."""
    return _page(request, person_id)


@screen("POST", ONE + "bed/", policy=policy.MOVE, name="custody_bed")
def bed(request: Request, person_id: UUID) -> HttpResponse:
    """Put the person in a bed of the same facility, or confirm the one that was named."""
    form = MoveForm(request.POST, beds=_beds(request, person_id))

    def act() -> str:
        actions.confirm_bed(
            actor=request.actor, intent=intent_of(request), person_id=person_id, bed_id=UUID(form.cleaned_data["bed"])
        )
        return "The bed is settled."

    return _do(request, person_id, "bed", form, act)


@screen("POST", ONE + "swap/", policy=policy.MOVE, name="custody_swap")
def swap(request: Request, person_id: UUID) -> HttpResponse:
    """Let the person and somebody else of the same facility exchange their beds, both at once."""
    form = SwapForm(request.POST, others=_others(request, person_id))

    def act() -> str:
        actions.swap_beds(
            actor=request.actor,
            intent=intent_of(request),
            person_id=person_id,
            other_id=UUID(form.cleaned_data["other"]),
        )
        return "The beds are swapped."

    return _do(request, person_id, "swap", form, act)


@screen("POST", ONE + "transfer/", policy=policy.MOVE, name="custody_transfer")
def transfer(request: Request, person_id: UUID) -> HttpResponse:
    """Record a move to another facility."""
    form = TransferForm(request.POST, sites=_sites(request))

    def act() -> str:
        actions.transfer(
            actor=request.actor,
            intent=intent_of(request),
            person_id=person_id,
            to=Spot(UUID(form.cleaned_data["facility"])),
            happened_at=form.cleaned_data["happened_at"],
        )
        return "The transfer is recorded."

    return _do(request, person_id, "transfer", form, act)


@screen("POST", ONE + "out/", policy=policy.MOVE, name="custody_out")
def out(request: Request, person_id: UUID) -> HttpResponse:
    """Record that the person leaves for a while."""
    form = OutForm(request.POST)

    def act() -> str:
        said = form.cleaned_data
        actions.send_out(
            actor=request.actor,
            intent=intent_of(request),
            person_id=person_id,
            kind=said["kind"],
            place=said["place"],
            expected_back=said["expected_back"],
        )
        return "Out: health services know."

    return _do(request, person_id, "out", form, act)


@screen("POST", ONE + "release/", policy=policy.MOVE, name="custody_release")
def release(request: Request, person_id: UUID) -> HttpResponse:
    """Record a release; nothing on our side holds it up."""
    form = ReleaseForm(request.POST)

    def act() -> str:
        said = form.cleaned_data
        actions.release(
            actor=request.actor,
            intent=intent_of(request),
            person_id=person_id,
            planned=not said["unplanned"],
            destination=said["destination"],
            happened_at=said["happened_at"],
        )
        return "The release is recorded. Health services follow up."

    return _do(request, person_id, "release", form, act, to=reverse("custody_board"))


@screen("POST", ONE + "plan/", policy=policy.MOVE, name="custody_plan")
def plan(request: Request, person_id: UUID) -> HttpResponse:
    """Write a plan down."""
    form = PlanForm(request.POST, sites=_sites(request))

    def act() -> str:
        said = form.cleaned_data
        actions.schedule_event(
            actor=request.actor,
            intent=intent_of(request),
            person_id=person_id,
            kind=said["kind"],
            starts_at=said["starts_at"],
            place=said["place"],
            to_facility_id=UUID(said["to_facility"]) if said["to_facility"] else None,
            confidence=said["confidence"] or "fixed",
        )
        return "Planned."

    return _do(request, person_id, "plan", form, act)


@screen("POST", ONE + "plan/<uuid:event_id>/cancel/", policy=policy.MOVE, name="custody_plan_cancel")
def plan_cancel(request: Request, person_id: UUID, event_id: UUID) -> HttpResponse:
    """Take a plan back."""
    if event_id not in {p.id for p in reads.plans(request.lens, person_id)}:
        raise NotFound("This plan was cancelled already, or it is not this person's. Nothing was changed.")
    actions.cancel_scheduled(actor=request.actor, intent=intent_of(request), event_id=event_id)
    return pages.then(request, _here(person_id), "The plan was taken back.")


@screen("POST", ONE + "<slug:what>/now/", policy=policy.MOVE, name="custody_now")
def now(request: Request, person_id: UUID, what: str) -> HttpResponse:
    """Record what needs no words: back in, escaped, or the last move taken back."""
    doing: dict[str, Callable[..., Any]] = {
        "return": actions.return_in,
        "escape": actions.record_escape,
        "cancel_transfer": actions.cancel_transfer,
        "cancel_release": actions.cancel_release,
        "cancel_admission": actions.cancel_admission,
    }
    if what not in doing:
        raise NotFound("There is no such thing to do. Nothing was changed.")
    return _do(request, person_id, what, None, lambda: _named(doing[what], request, person_id, what))


@screen("GET", "/people/<uuid:person_id>/alerts/", policy=policy.TELL, name="custody_alerts")
def alerts(request: Request, person_id: UUID) -> HttpResponse:
    """Show health staff what officers are told of a person, and let them tell more."""
    return _alerts(request, person_id, AlertForm())


@screen("POST", "/people/<uuid:person_id>/alerts/", policy=policy.TELL, name="custody_alerts")
def alert_raise(request: Request, person_id: UUID) -> HttpResponse:
    """Tell officers to do something."""
    form = AlertForm(request.POST)
    if not form.is_valid():
        return _alerts(request, person_id, form, status=422)
    try:
        actions.raise_alert(
            actor=request.actor,
            intent=intent_of(request),
            person_id=person_id,
            template=form.cleaned_data["template"],
            values=form.values(),
            until=form.cleaned_data["until"],
        )
    except Invalid as refused:
        form.add_error(None, refused.sentence)
        return _alerts(request, person_id, form, status=422)
    return pages.then(request, reverse("custody_alerts", kwargs={"person_id": person_id}), "Officers see it now.")


@screen("POST", "/people/<uuid:person_id>/alerts/<uuid:alert_id>/end/", policy=policy.TELL, name="custody_alert_end")
def alert_end(request: Request, person_id: UUID, alert_id: UUID) -> HttpResponse:
    """Tell officers that they need not do it any more."""
    told = reads.alerts_of(request.lens, [person_id]).get(person_id, [])
    if alert_id not in {a.id for a in told}:
        raise NotFound("This alert has ended already, or it is not this person's. Nothing was changed.")
    actions.end_alert(actor=request.actor, intent=intent_of(request), alert_id=alert_id)
    return pages.then(request, reverse("custody_alerts", kwargs={"person_id": person_id}), "Officers see it no more.")


def _named(act: Callable[..., Any], request: Request, person_id: UUID, what: str) -> str:
    act(actor=request.actor, intent=intent_of(request), person_id=person_id)
    return DONE[what]


def _do(
    request: Request, person_id: UUID, name: str, form: Form | None, act: Callable[[], str], *, to: str = ""
) -> HttpResponse:
    """Do what was asked; where it is refused, show the page again with what was typed and why."""
    if form is not None and not form.is_valid():
        return _page(request, person_id, {name: form}, errors_of(form), status=422)
    try:
        done = act()
    except NotFound:
        raise
    except Refused as refused:
        return _page(
            request,
            person_id,
            {name: form} if form is not None else {},
            [FieldError("", refused.sentence)],
            status=refused.status,
        )
    return pages.then(request, to or _here(person_id), done)


def _page(
    request: Request,
    person_id: UUID,
    typed: dict[str, Form] | None = None,
    errors: Any = (),
    *,
    status: int = 200,
) -> HttpResponse:
    lens = request.lens
    card = people.card(lens, person_id)
    where = reads.whereabouts(lens, [person_id]).get(person_id)
    told = reads.alerts_of(lens, [person_id], phone=where.nurse_phone if where else "")[person_id]
    moves = policy.MOVE.allows(lens) and where is not None
    sites = _sites(request)
    forms: dict[str, Form] = {}
    if moves:
        forms = {
            "bed": MoveForm(beds=_beds(request, person_id)),
            "swap": SwapForm(others=_others(request, person_id)),
            "out": OutForm(),
            "transfer": TransferForm(sites=sites),
            "release": ReleaseForm(),
            "plan": PlanForm(sites=sites, initial={"confidence": "fixed"}),
        }
    context = {
        "person_id": person_id,
        "banner": views.banner(card, where, ()),
        "where": where,
        "alerts": [views.alert(a) for a in told],
        "plans": reads.plans(lens, person_id),
        "stays": [(s, views.moves(s, where.zone if where else "")) for s in reads.stays(lens, person_id)],
        "forms": {**forms, **(typed or {})} if moves else {},
        "open": next(iter(typed or {}), ""),
        "errors": errors,
        "tells": policy.TELL.allows(lens),
    }
    return pages.page(request, "custody/person.html", context, status=status)


def _alerts(request: Request, person_id: UUID, form: AlertForm, *, status: int = 200) -> HttpResponse:
    lens = request.lens
    where = reads.whereabouts(lens, [person_id]).get(person_id)
    told = reads.alerts_of(lens, [person_id], phone=where.nurse_phone if where else "")[person_id]
    context = {
        "person_id": person_id,
        "banner": views.banner(people.card(lens, person_id), where, ()),
        "alerts": [(a.id, views.alert(a)) for a in told],
        "form": form,
        "errors": errors_of(form) if form.is_bound else (),
    }
    return pages.page(request, "custody/alerts.html", context, status=status)


def _beds(request: Request, person_id: UUID) -> list[tuple[UUID, str]]:
    where = reads.whereabouts(request.lens, [person_id]).get(person_id)
    if where is None or where.facility_id is None:
        return []
    return reads.free_beds(request.lens, where.facility_id, where.unit_id)


def _others(request: Request, person_id: UUID) -> list[tuple[UUID, str]]:
    where = reads.whereabouts(request.lens, [person_id]).get(person_id)
    if where is None or where.facility_id is None or not where.confirmed:
        return []
    others = reads.in_beds(request.lens, where.facility_id, where.unit_id, but=person_id)
    saw(request, *(other for other, _ in others))
    return others


def _sites(request: Request) -> list[tuple[str, str]]:
    return views.sites(reads.facilities(request.lens, open_only=True))


def _here(person_id: UUID) -> str:
    return reverse("custody_person", kwargs={"person_id": person_id})
