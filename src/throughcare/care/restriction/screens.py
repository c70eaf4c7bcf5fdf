"""Who is kept apart or in restraints here, for custody and care; one person's page for care. HTTP only."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, saw, screen
from throughcare.care.restriction import actions, policy, reads, views
from throughcare.care.restriction.rule_table import load_table
from throughcare.chart.screens import frame
from throughcare.chart.screens.frame import ONE, Again
from throughcare.custody import reads as custody
from throughcare.kernel.errors import Invalid, NotFound, Refused, Stale
from throughcare.kernel.vocabulary import Role
from throughcare.ui import pages
from throughcare.ui.forms import error_lines, intent_of, whole_or_none
from throughcare.ui.wording import t

HERE = ONE + "apart/"
frame.also("kept_apart", policy.PERSON, group="mind")


@screen("GET", "/apart/", policy=policy.LIST, name="apart")
def apart(request: Request) -> HttpResponse:
    """Show who is kept apart or in restraints here; nothing on it says why."""
    return _here(request)


@screen("POST", "/apart/tell/", policy=policy.TELL, name="apart_tell")
def tell(request: Request) -> HttpResponse:
    """Take custody's word that somebody is, or will be, kept apart, or is in restraints."""
    form = "restraint" if request.POST.get("form") == "restraint" else "tell"

    def act(intent: UUID | None) -> None:
        person = _numbered(request, request.POST.get(f"{form}-number", ""))
        if form == "restraint":
            device = request.POST.get("restraint-device", "")
            actions.apply_restraint(actor=request.actor, intent=intent, person_id=person, device=device)
        else:
            actions.tell_placement(
                actor=request.actor,
                intent=intent,
                person_id=person,
                tier=request.POST.get("tell-tier", ""),
                isolated=request.POST.get("tell-isolated") == "yes",
                planned=request.POST.get("tell-planned") == "yes",
            )

    return _attempt_here(request, act, t("restriction.said.told"))


@screen("POST", "/apart/<uuid:confinement_id>/out/", policy=policy.TELL, name="apart_out")
def out(request: Request, confinement_id: UUID) -> HttpResponse:
    """Write down minutes out of the cell."""
    line = _line(request, confinement_id)

    def act(intent: UUID | None) -> None:
        actions.record_out_of_cell(
            actor=request.actor,
            intent=intent,
            person_id=line.row.person_id,
            confinement_id=confinement_id,
            minutes=whole_or_none(request.POST.get("minutes", ""), digits=5) or 0,
        )

    return _attempt_here(request, act, t("restriction.said.out"))


@screen("POST", "/apart/<uuid:confinement_id>/end/", policy=policy.TELL, name="apart_end")
def end(request: Request, confinement_id: UUID) -> HttpResponse:
    """Say that somebody is not kept apart any more."""
    line = _line(request, confinement_id)
    return _attempt_here(
        request,
        lambda intent: actions.end_placement(
            actor=request.actor, intent=intent, person_id=line.row.person_id, confinement_id=confinement_id
        ),
        t("restriction.said.ended"),
    )


@screen("POST", "/apart/restraint/<uuid:restraint_id>/end/", policy=policy.TELL, name="apart_restraint_end")
def restraint_end(request: Request, restraint_id: UUID) -> HttpResponse:
    """Say that the restraint came off."""
    found = [one for one in _of_site(request).held if one.row.id == restraint_id]
    if not found:
        raise NotFound("There is no such restraint here, or it came off already.")
    return _attempt_here(
        request,
        lambda intent: actions.end_restraint(
            actor=request.actor, intent=intent, person_id=found[0].row.person_id, restraint_id=restraint_id
        ),
        t("restriction.said.off"),
    )


@screen("GET", HERE, policy=policy.PERSON, name="kept_apart")
def person(request: Request, person_id: UUID, again: Again | None = None) -> HttpResponse:
    """Show one person's stretches, what was done, and what this reader may do now."""
    found = reads.of_person(request.lens, frame.family(request, person_id))
    context = _context(request, person_id, found, again)
    return frame.page(request, person_id, "restriction/person.html", "kept_apart", context, again)


@screen("POST", HERE + "tell/", policy=policy.ACT, name="kept_apart_tell")
def person_tell(request: Request, person_id: UUID) -> HttpResponse:
    """Say that somebody is kept apart, and how much contact there is."""

    def act(intent: UUID | None) -> UUID:
        return actions.tell_placement(
            actor=request.actor,
            intent=intent,
            person_id=person_id,
            tier=request.POST.get("contact-tier", ""),
            isolated=request.POST.get("contact-isolated") == "yes",
        )

    return _then(request, person_id, act, "told")


@screen("POST", HERE + "<uuid:confinement_id>/<slug:kind>/", policy=policy.ACT, name="kept_apart_do")
def person_do(request: Request, person_id: UUID, confinement_id: UUID, kind: str) -> HttpResponse:
    """Record the review, a round or what else was done for somebody kept apart."""
    about: dict[str, Any] = {"actor": request.actor, "person_id": person_id, "confinement_id": confinement_id}
    items, words = request.POST.getlist(f"{kind}-items"), request.POST.get(f"{kind}-words", "")

    def act(intent: UUID | None) -> UUID:
        if kind == "placement":
            return actions.review_placement(**about, intent=intent, items=items, words=words)
        if kind == "contact":
            return actions.set_contact(
                **about,
                intent=intent,
                version=frame.version_of(request),
                tier=request.POST.get("contact-tier", ""),
                isolated=request.POST.get("contact-isolated") == "yes",
            )
        return actions.record_visit(**about, intent=intent, kind=kind, items=items, words=words)

    return _then(request, person_id, act, "done")


@screen("POST", HERE + "restraint/", policy=policy.ACT, name="kept_apart_restrain")
def restrain(request: Request, person_id: UUID) -> HttpResponse:
    """Order a restraint."""

    def act(intent: UUID | None) -> UUID:
        names = ("device", "why", "tried")
        typed = {name: request.POST.get(f"restraint-{name}", "") for name in names}
        return actions.apply_restraint(actor=request.actor, intent=intent, person_id=person_id, **typed)

    return _then(request, person_id, act, "restrained")


@screen("POST", HERE + "restraint/<uuid:restraint_id>/<slug:kind>/", policy=policy.ACT, name="kept_apart_step")
def step(request: Request, person_id: UUID, restraint_id: UUID, kind: str) -> HttpResponse:
    """Record a look, care, a face-to-face visit, a renewal, a review, or that it came off."""
    about: dict[str, Any] = {"actor": request.actor, "person_id": person_id, "restraint_id": restraint_id}

    def act(intent: UUID | None) -> UUID:
        if kind == "off":
            return actions.end_restraint(**about, intent=intent)
        items, words = request.POST.getlist(f"{kind}-items"), request.POST.get(f"{kind}-words", "")
        return actions.record_step(**about, intent=intent, kind=kind, items=items, words=words)

    return _then(request, person_id, act, "off" if kind == "off" else "done")


def _then(request: Request, person_id: UUID, act: Callable[[UUID | None], Any], said: str) -> HttpResponse:
    return frame.attempt(
        request,
        partial(_named_as_drawn, request.POST.get("form", ""), act),
        lambda again: person(request, person_id=person_id, again=again),
        lambda _: frame.go(request, "kept_apart", person_id, t(f"restriction.said.{said}")),
    )


def _attempt_here(request: Request, act: Callable[[UUID | None], Any], said: str) -> HttpResponse:
    try:
        _named_as_drawn(request.POST.get("form", ""), act, intent_of(request))
    except (Invalid, Stale) as refused:
        return _here(request, refused)
    return pages.then(request, reverse("apart"), said)


def _named_as_drawn(form: str, act: Callable[[UUID | None], Any], intent: UUID | None) -> Any:
    """Do it; where it is refused, name the fields as the page draws them, so that each line of the summary leads to one."""
    try:
        return act(intent)
    except Invalid as refused:
        if form:
            refused.fields = {f"{form}-{name}": words for name, words in refused.fields.items()}
        raise


def _here(request: Request, refused: Refused | None = None) -> HttpResponse:
    found = _of_site(request)
    saw(request, *(one.who.person_id for one in found.apart), *(one.who.person_id for one in found.held))
    typed, role = _typed(request, refused), request.actor.role
    context = {
        "found": found,
        "least": load_table().minutes_out,
        "devices": load_table().words("device"),
        "contact": load_table().words("contact"),
        "may_open": policy.PERSON.allows(request.lens),
        "may_tell": role == Role.CUSTODY,
        "may_end": policy.TELL.allows(request.lens),
        "tell_fields": [views.number_field("tell", typed), *views.contact_fields(typed, form="tell")],
        "restraint_fields": [views.number_field("restraint", typed), *views.restraint_fields(typed, custody=True)],
        "form": typed.form,
        "errors": error_lines(refused),
    }
    return pages.page(request, "restriction/here.html", context, status=refused.status if refused else 200)


def _of_site(request: Request) -> reads.Here:
    facility = request.posting.facility_id
    if facility is None:
        raise NotFound("Choose a facility first: who is kept apart is listed facility by facility.")
    return reads.here(request.lens, facility)


def _line(request: Request, confinement_id: UUID) -> reads.ApartLine:
    for one in _of_site(request).apart:
        if one.row.id == confinement_id:
            return one
    raise NotFound("Nobody here is kept apart under this entry, or it is over.")


def _numbered(request: Request, number: str) -> UUID:
    exact = [
        one
        for one in custody.find(request.lens, number.strip())[0]
        if number.strip() and number.strip().upper() == one.who.number.upper()
    ]
    if len(exact) != 1:
        sentence = "Type the person's whole number, as it stands on the roster."
        raise Invalid(sentence, fields={"number": sentence})
    return exact[0].who.person_id


def _typed(request: Request, refused: Refused | None) -> views.Typed:
    if request.method != "POST" or refused is None:
        return views.Typed()
    posted = request.POST
    form = posted.get("form", "")
    words = {name: posted.get(name, "") for name in posted}
    return views.Typed(form, words, posted.getlist(f"{form}-items"), refused.fields)


def _context(request: Request, person_id: UUID, found: reads.Page, again: Again | None) -> dict[str, Any]:
    role, typed = Role(str(request.actor.role)), _typed(request, again.refused if again else None)
    row, held = found.apart, found.held
    return {
        "found": found,
        "row": row,
        "held": held,
        "contact": load_table().words("contact"),
        "devices": load_table().words("device"),
        "visits": [(one, views.found_words(one)) for one in found.visits],
        "steps": [(one, views.found_words(one)) for one in found.steps],
        "review": views.review_form(typed) if row and not row.reviewed_at and role in policy.NURSES else None,
        "visit_forms": views.visit_forms(role, typed, isolated=row.isolated) if row and row.state == "running" else [],
        "step_forms": views.step_forms(role, typed, clinical=held.decided_by == "clinical") if held else [],
        "contact_fields": views.contact_fields(typed, row.tier if row else "", isolated=bool(row and row.isolated)),
        "restraint_fields": views.restraint_fields(typed, custody=False),
        "may_tell": role in policy.NURSES | policy.QMHP,
        "form": typed.form,
    }
