"""A person's rights and limits: representatives, requests to amend and for copies, legal holds, closings, what is held back."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from throughcare.access import actions, forms, limits, policy, reads
from throughcare.access.doors import Request, screen
from throughcare.access.ports import NAMES
from throughcare.kernel.errors import Invalid, Stale
from throughcare.kernel.vocabulary import Role
from throughcare.ui import pages
from throughcare.ui.forms import whole_or_none
from throughcare.ui.shapes import FieldError, FieldShape, Option

KINDS = (
    Option("guardian", "Guardian of a minor"),
    Option("conservator", "Conservator"),
    Option("health_care_agent", "Health-care agent"),
    Option("personal_representative", "Personal representative"),
    Option("attorney", "Attorney"),
)
GROUNDS = (
    Option("accurate", "It is accurate and complete"),
    Option("not_ours", "We did not make this entry"),
    Option("not_in_record", "It is not part of the record"),
    Option("not_accessible", "The law does not give access to it"),
)
COPY_GROUNDS = (
    Option("endangers", "A copy would endanger somebody's safety, or good order, in custody"),
    Option("harm", "A licensed professional finds that it would endanger a life"),
    Option("not_accessible", "The law does not give access to it"),
)
ASKED = (Option("amend", "To amend the record"), Option("copy", "A copy of the record"))
HELD_BACK = tuple(r for r in Role if r not in (Role.PATIENT, Role.PUBLIC))
ONE = "/people/<uuid:person_id>/"


@screen("GET", ONE + "representatives/", policy=policy.REPRESENTATIVES_READ, name="representatives")
def representatives(request: Request, person_id: UUID) -> HttpResponse:
    """Show who decides in this person's place, and a form to name somebody."""
    return _representatives(request, person_id)


@screen("POST", ONE + "representatives/", policy=policy.REPRESENTATIVES_WRITE, name="representatives")
def name_representative(request: Request, person_id: UUID) -> HttpResponse:
    """Name who decides in this person's place."""
    sent = request.POST
    try:
        actions.name_representative(
            actor=request.actor,
            person_id=person_id,
            kind=sent.get("kind", "")[:24],
            name=sent.get("name", "")[:120],
            relation=sent.get("relation", "")[:80],
            reached_by=sent.get("reached_by", "")[:160],
            proof=sent.get("proof", "")[:200],
            limits=sent.get("limits", "")[:200],
            until=forms.day_end(sent, "until"),
        )
    except Invalid as invalid:
        return _representatives(request, person_id, invalid)
    return pages.then(request, f"/people/{person_id}/representatives/", "Representative named")


@screen(
    "POST",
    ONE + "representatives/<uuid:representative_id>/end/",
    policy=policy.REPRESENTATIVES_WRITE,
    name="end-representative",
)
def end_representative(request: Request, person_id: UUID, representative_id: UUID) -> HttpResponse:
    """End it, with a reason."""
    try:
        actions.end_representative(
            actor=request.actor,
            person_id=person_id,
            representative_id=representative_id,
            version=_version(request),
            why=request.POST.get("why", "")[:200],
        )
    except Invalid as invalid:
        return _representatives(request, person_id, invalid)
    return pages.then(request, f"/people/{person_id}/representatives/", "Ended")


@screen("GET", ONE + "rights/", policy=policy.RIGHTS, name="rights")
def rights(request: Request, person_id: UUID) -> HttpResponse:
    """Show requests to amend, to whom the record is closed, and what is held back of the accounting."""
    return _rights(request, person_id)


@screen("POST", ONE + "amendments/", policy=policy.RIGHTS, name="ask-amendment")
def ask_amendment(request: Request, person_id: UUID) -> HttpResponse:
    """Keep a request to amend the record."""
    return _do(
        request,
        person_id,
        "Request kept; a copy is owed within 30 days, an answer on an amendment within 60",
        lambda: actions.ask_amendment(
            actor=request.actor,
            person_id=person_id,
            what=request.POST.get("what", "")[:4000],
            why=request.POST.get("why", "")[:4000],
            kind=request.POST.get("asked_kind", "amend")[:5],
        ),
    )


@screen("POST", ONE + "amendments/<uuid:amendment_id>/", policy=policy.RIGHTS, name="decide-amendment")
def decide_amendment(request: Request, person_id: UUID, amendment_id: UUID) -> HttpResponse:
    """Answer a request, or keep the person's statement of disagreement."""
    sent, version = request.POST, _version(request)
    if sent.get("disagreement"):
        return _do(
            request,
            person_id,
            "Statement kept with the record",
            lambda: actions.disagree_with_denial(
                actor=request.actor,
                person_id=person_id,
                amendment_id=amendment_id,
                version=version,
                words=sent["disagreement"][:4000],
            ),
        )
    return _do(
        request,
        person_id,
        "Answer kept",
        lambda: actions.decide_amendment(
            actor=request.actor,
            person_id=person_id,
            amendment_id=amendment_id,
            version=version,
            accepted=sent.get("verdict") == "accepted",
            answer=sent.get("answer", "")[:4000],
            ground=sent.get("ground", "")[:20],
        ),
    )


@screen("POST", ONE + "closed/", policy=policy.RIGHTS, name="close-record")
def close_record(request: Request, person_id: UUID) -> HttpResponse:
    """Close this record to one reader, whatever the matrix says."""

    def close() -> object:
        return actions.close_record(
            actor=request.actor,
            user_id=_reader(request),
            person_id=person_id,
            why=request.POST.get("close_why", "")[:400],
            until=forms.day_end(request.POST, "close_until"),
        )

    return _do(request, person_id, "The record is closed to them; to them it looks as if there were none", close)


@screen("POST", ONE + "closed/<uuid:denial_id>/end/", policy=policy.RIGHTS, name="open-record-again")
def open_again(request: Request, person_id: UUID, denial_id: UUID) -> HttpResponse:
    """End a closing."""
    actions.open_record_again(actor=request.actor, denial_id=denial_id, person_id=person_id)
    return pages.then(request, f"/people/{person_id}/rights/", "What their role may see holds again")


@screen("POST", ONE + "held-back/", policy=policy.RIGHTS, name="suspend-accounting")
def suspend(request: Request, person_id: UUID) -> HttpResponse:
    """Hold back what the accounting would show of some roles, for a time, as a written request asks (ruling 10)."""

    def hold_back() -> object:
        until = forms.day_end(request.POST, "held_until")
        if until is None:
            raise Invalid("Nothing was changed.", fields={"held_until": "The law asks for an end."})
        return actions.suspend_accounting(
            actor=request.actor,
            person_id=person_id,
            requested_by=request.POST.get("requested_by", "")[:160],
            roles=forms.roles(request.POST, "roles"),
            why=request.POST.get("held_why", "")[:1000],
            until=until,
        )

    return _do(request, person_id, "Held back until then; nothing shows the person that it is", hold_back)


@screen("POST", ONE + "held-back/<uuid:suspension_id>/end/", policy=policy.RIGHTS, name="end-suspension")
def end_suspension(request: Request, person_id: UUID, suspension_id: UUID) -> HttpResponse:
    """Show again what was held back."""
    actions.end_suspension(actor=request.actor, suspension_id=suspension_id, person_id=person_id)
    return pages.then(request, f"/people/{person_id}/rights/", "The accounting is whole again")


@screen("POST", ONE + "holds/", policy=policy.RIGHTS, name="hold-record")
def hold(request: Request, person_id: UUID) -> HttpResponse:
    """Hold this record: nothing of it is destroyed until the hold is ended."""
    return _do(
        request,
        person_id,
        "The record is held",
        lambda: actions.hold_record(
            actor=request.actor,
            person_id=person_id,
            authority=request.POST.get("authority", "")[:200],
            why=request.POST.get("hold_why", "")[:2000],
        ),
    )


@screen("POST", ONE + "holds/<uuid:hold_id>/end/", policy=policy.RIGHTS, name="end-hold")
def end_hold(request: Request, person_id: UUID, hold_id: UUID) -> HttpResponse:
    """Ask that a hold ends, with the reason; another office ends it."""
    return _do(
        request,
        person_id,
        "Its end is asked for; the hold stands until an administrator ends it",
        lambda: actions.ask_end_of_hold(
            actor=request.actor, hold_id=hold_id, person_id=person_id, why=request.POST.get("end_why", "")[:200]
        ),
    )


# --- inside ---------------------------------------------------------------------------------------------------------------


def _do(request: Any, person_id: UUID, said: str, act: Callable[[], object]) -> HttpResponse:
    """Do it and go back to the page; where it is refused, show the page again with all that was typed."""
    try:
        act()
    except Invalid as invalid:
        return _rights(request, person_id, invalid)
    return pages.then(request, f"/people/{person_id}/rights/", said)


def _version(request: HttpRequest) -> int:
    version = whole_or_none(request.POST.get("version", ""))
    if version is None:
        raise Stale("This form is not complete. Open the page again.")
    return version


def _reader(request: HttpRequest) -> UUID:
    found = reads.staff_by_name(request.POST.get("reader", "")[:80])
    if found is None:
        raise Invalid("Nothing was changed.", fields={"reader": "No open account has this name to sign in with."})
    return found


def _name(person_id: UUID) -> str:
    return NAMES().of([person_id]).get(person_id, "")


def _ask(request: HttpRequest, invalid: Invalid | None) -> Callable[..., FieldShape]:
    sent, told = (request.POST if invalid else {}), (invalid.fields if invalid else {})

    def ask(name: str, label: str, kind: Any = "text", **more: Any) -> FieldShape:
        return FieldShape(name, label, kind, sent.get(name, ""), error=told.get(name, ""), **more)

    return ask


def _errors(invalid: Invalid | None) -> list[FieldError]:
    return [FieldError(name, words) for name, words in invalid.fields.items()] if invalid else []


def _representatives(request: Any, person_id: UUID, invalid: Invalid | None = None) -> HttpResponse:
    ask = _ask(request, invalid)
    fields = [
        ask("kind", "As what", "select", options=KINDS, required=True),
        ask("name", "Name", required=True, max_length=120),
        ask("relation", "Relation", max_length=80, hint="Such as: mother"),
        ask("reached_by", "How to reach them", max_length=160),
        ask("proof", "What shows it", required=True, max_length=200, hint="Such as: Probate Court order of 3 February"),
        ask("limits", "Limits", max_length=200, hint="Such as: not for mental health decisions"),
        ask("until", "Ends on", "date", hint="None: until it is ended"),
    ]
    shown = {
        "person_id": person_id,
        "name": _name(person_id),
        "rows": reads.representatives(request.lens, person_id),
        "titles": {option.value: option.label for option in KINDS},
        "may_write": policy.REPRESENTATIVES_WRITE.allows(request.lens, person_id),
        "fields": fields,
        "errors": _errors(invalid),
    }
    return pages.page(request, "access/representatives.html", shown, status=422 if invalid else 200)


def _rights(request: Any, person_id: UUID, invalid: Invalid | None = None) -> HttpResponse:
    ask = _ask(request, invalid)
    role_options = [Option(r.value, limits.of_role(r).title) for r in HELD_BACK]
    shown = {
        "person_id": person_id,
        "name": _name(person_id),
        "amendments": reads.amendments(request.lens, person_id),
        "closed": reads.closed_to(request.lens, person_id),
        "held": reads.held_back(request.lens, person_id),
        "grounds": {"amend": GROUNDS, "copy": COPY_GROUNDS},
        "kind_titles": {option.value: option.label for option in ASKED},
        "ground_titles": {option.value: option.label for option in (*GROUNDS, *COPY_GROUNDS)},
        "holds": reads.holds(request.lens, person_id),
        "holding_fast": [
            ask("authority", "Case, letter or statute", required=True, max_length=200),
            ask("hold_why", "Why", "textarea", rows=2, required=True),
        ],
        "asking": [
            ask("asked_kind", "What is asked for", "select", options=ASKED, required=True),
            ask(
                "what",
                "What the record says, and what it should say; of a copy, which part and in what form",
                "textarea",
                required=True,
            ),
            ask("why", "Why, in the person's words", "textarea", rows=2, required=True),
        ],
        "closing": [
            ask("reader", "Reader, by the name they sign in with", required=True, max_length=80),
            ask("close_why", "Why", required=True, max_length=400, hint="Such as: the person's brother"),
            ask("close_until", "Ends on", "date", hint="None: until it is opened again"),
        ],
        "holding": [
            ask("requested_by", "Agency that asked in writing", required=True, max_length=160),
            FieldShape("roles", "Whose looks are held back", "checks", (), options=role_options),
            ask("held_why", "What its request says", "textarea", rows=2, required=True),
            ask("held_until", "Until", "date", required=True),
        ],
        "errors": _errors(invalid),
    }
    return pages.page(request, "access/rights.html", shown, status=422 if invalid else 200)
