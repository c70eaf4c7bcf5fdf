"""Pages of identity: who somebody is, which charts may be one person's, and taking a link away. HTTP only."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, saw, screen
from throughcare.kernel.errors import Invalid, NotFound, Refused
from throughcare.people import actions, policy, reads, views
from throughcare.people.forms import CorrectForm
from throughcare.ui import pages
from throughcare.ui.fields import errors_of
from throughcare.ui.forms import id_of, intent_of, whole_or_none
from throughcare.ui.shapes import FieldError, PageKeys

ONE = "/people/<uuid:person_id>/"
DOUBLES = "/people/doubles/"


@screen("GET", ONE + "details/", policy=policy.DETAILS, name="person_details")
def details(request: Request, person_id: UUID) -> HttpResponse:
    """Show who somebody is: names, numbers, other names, linked charts."""
    known = reads.details(request.lens, person_id)
    return _details(request, known, CorrectForm.of(known))


@screen("POST", ONE + "details/", policy=policy.KEEP, name="person_details")
def correct(request: Request, person_id: UUID) -> HttpResponse:
    """Correct who somebody is; a name that changes is kept as an alias."""
    known = reads.details(request.lens, person_id)
    form = CorrectForm(request.POST)
    if not form.is_valid():
        return _details(request, known, form, status=422)
    try:
        actions.correct(
            actor=request.actor,
            intent=intent_of(request),
            person_id=person_id,
            version=_version(request),
            demographics=form.demographics(known),
        )
    except Refused as refused:
        if isinstance(refused, NotFound):
            raise
        for name, sentence in (refused.fields or {"": refused.sentence}).items():
            form.add_error(name or None, sentence)
        return _details(request, known, form, status=refused.status)
    return pages.then(request, reverse("person_details", kwargs={"person_id": person_id}), "Corrected.")


@screen("GET", DOUBLES, policy=policy.KEEP, name="merge_proposals")
def doubles(request: Request) -> HttpResponse:
    """Show pairs of charts that may be one person's, oldest first."""
    rows = reads.proposals(request.lens)
    saw(request, *(d.card.person_id for row in rows for d in (row.a, row.b)))
    context = {"table": views.proposals(rows), "pages": PageKeys(len(rows), noun="pairs")}
    return pages.page(request, "people/doubles.html", context)


@screen("GET", DOUBLES + "<uuid:proposal_id>/", policy=policy.KEEP, name="merge")
def double(request: Request, proposal_id: UUID) -> HttpResponse:
    """Show two charts side by side with the evidence."""
    return _double(request, proposal_id)


@screen("POST", DOUBLES + "<uuid:proposal_id>/", policy=policy.KEEP, name="merge")
def decide(request: Request, proposal_id: UUID) -> HttpResponse:
    """Link the two charts, or keep them apart; either with a reason."""
    chosen, why = request.POST.get("decision", ""), request.POST.get("why", "")
    try:
        if chosen == "apart":
            actions.keep_apart(actor=request.actor, intent=intent_of(request), proposal_id=proposal_id, why=why)
            return pages.then(request, reverse("merge_proposals"), "Kept apart.")
        survivor = _uuid(chosen)
        actions.merge(
            actor=request.actor, intent=intent_of(request), proposal_id=proposal_id, survivor_id=survivor, why=why
        )
    except Refused as refused:
        return _double(request, proposal_id, why=why, chosen=chosen, refused=refused)
    return pages.then(request, reverse("merge_proposals"), "Linked. Every fact stays where it was written.")


@screen("GET", ONE + "link/", policy=policy.KEEP, name="unmerge")
def link(request: Request, person_id: UUID) -> HttpResponse:
    """Show what was written since this chart was linked, before the link is taken away."""
    return _link(request, person_id)


@screen("POST", ONE + "link/", policy=policy.KEEP, name="unmerge")
def unlink(request: Request, person_id: UUID) -> HttpResponse:
    """Take the link away."""
    why = request.POST.get("why", "").strip()
    try:
        if len(why) < 3:
            raise Invalid("Say why, in a few words.", fields={"why": "Say why, in a few words."})
        actions.unmerge(actor=request.actor, intent=intent_of(request), loser_id=person_id, why=why)
    except Refused as refused:
        if isinstance(refused, NotFound):
            raise
        return _link(request, person_id, why=why, refused=refused)
    return pages.then(
        request, reverse("unmerge", kwargs={"person_id": person_id}), "The link is gone. Say of each fact whose it is."
    )


@screen("POST", ONE + "link/<slug:type>/<uuid:fact_id>/", policy=policy.KEEP, name="settle_fact")
def settle(request: Request, person_id: UUID, type: str, fact_id: UUID) -> HttpResponse:
    """Say of one fact whose it is."""
    if (type, fact_id) not in {(w.type, w.id) for w in reads.written_since_merge(request.lens, person_id)}:
        raise NotFound("This fact was not written while the charts were linked. Nothing was changed.")
    try:
        actions.settle_fact(
            actor=request.actor,
            intent=intent_of(request),
            loser_id=person_id,
            type=type,
            fact_id=fact_id,
            verdict=request.POST.get("verdict", ""),
            why=request.POST.get("why", ""),
        )
    except Refused as refused:
        return _link(request, person_id, refused=refused)
    return pages.then(request, reverse("unmerge", kwargs={"person_id": person_id}), "Settled.")


def _details(request: Request, known: reads.Details, form: CorrectForm, *, status: int = 200) -> HttpResponse:
    context = {
        "known": known,
        "banner": views.banner(known.card),
        "facts": views.facts(known),
        "numbers": views.numbers(known),
        "aliases": views.aliases(known),
        "candidates": views.candidates(reads.candidates(request.lens, known.card.person_id)),
        "form": form if policy.KEEP.allows(request.lens) else None,
        "errors": errors_of(form) if form.is_bound else (),
        "keeps": policy.KEEP.allows(request.lens),
    }
    return pages.page(request, "people/details.html", context, status=status)


def _double(
    request: Request, proposal_id: UUID, *, why: str = "", chosen: str = "", refused: Refused | None = None
) -> HttpResponse:
    row = reads.proposal(request.lens, proposal_id)
    saw(request, row.a.card.person_id, row.b.card.person_id)
    context = {
        "row": row,
        "compared": views.compared(row),
        "choice": views.choice(row, chosen),
        "why": views.why(why, refused),
        "errors": [FieldError("why" if refused.fields else "", refused.sentence)] if refused else (),
    }
    return pages.page(request, "people/double.html", context, status=refused.status if refused else 200)


def _link(request: Request, person_id: UUID, *, why: str = "", refused: Refused | None = None) -> HttpResponse:
    known = reads.details(request.lens, person_id)
    written = reads.written_since_merge(request.lens, person_id)
    context = {
        "known": known,
        "written": written,
        "why": views.why(why, refused),
        "errors": [FieldError("why" if refused.fields else "", refused.sentence)] if refused else (),
    }
    return pages.page(request, "people/link.html", context, status=refused.status if refused else 200)


def _version(request: Request) -> int | None:
    return whole_or_none(request.POST.get("version", ""))


def _uuid(text: str) -> UUID:
    return id_of(text, Invalid("Choose which chart stands for both, or that they are two people. Nothing was changed."))
