"""Accounts and postings, for who administers them."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect

from throughcare.access import actions, forms, limits, policy, reads
from throughcare.access.doors import Request, screen
from throughcare.access.ports import PLACES
from throughcare.kernel.errors import Invalid
from throughcare.kernel.vocabulary import Role
from throughcare.ui import pages
from throughcare.ui.shapes import FieldError, FieldShape, Option, PageKeys

PAGE = 50
STAFF = tuple(r for r in Role if r not in (Role.PATIENT, Role.PUBLIC))
TRAININGS = (
    Option("part2", "42 CFR Part 2"),
    Option("committee", "Review committee"),
    Option("forensic_team", "Forensic team"),
)


@screen("GET", "/accounts/", policy=policy.ACCOUNTS, name="accounts")
def accounts(request: Request) -> HttpResponse:
    """List accounts."""
    return _list(request)


@screen("POST", "/accounts/", policy=policy.ACCOUNTS, name="accounts")
def create_account(request: Request) -> HttpResponse:
    """Open an account; its first password is shown on the next page, once."""
    sent = {name: request.POST.get(name, "")[:400] for name in ("username", "name", "email", "badge")}
    try:
        user_id = actions.create_account(
            actor=request.actor, username=sent["username"], name=sent["name"], email=sent["email"], badge=sent["badge"]
        )
    except Invalid as invalid:
        return _list(request, sent, invalid)
    return HttpResponseRedirect(f"/accounts/{user_id}/")


@screen("GET", "/accounts/<uuid:user_id>/", policy=policy.ACCOUNTS, name="account-of")
def account(request: Request, user_id: UUID) -> HttpResponse:
    """Show one account and its postings."""
    return _one(request, user_id)


@screen("POST", "/accounts/<uuid:user_id>/secret/", policy=policy.ACCOUNTS, name="account-secret")
def new_secret(request: Request, user_id: UUID) -> HttpResponse:
    """Give a first password, shown once."""
    secret = actions.new_secret(actor=request.actor, user_id=user_id)
    return _one(request, user_id, secret=secret)


@screen("POST", "/accounts/<uuid:user_id>/second-factor/off/", policy=policy.ACCOUNTS, name="account-reset-factor")
def reset_factor(request: Request, user_id: UUID) -> HttpResponse:
    """Switch off the second factor of somebody who lost it."""
    actions.reset_second_factor(actor=request.actor, user_id=user_id)
    return pages.then(request, f"/accounts/{user_id}/", "Second factor switched off; the next sign-in sets up another")


@screen("POST", "/accounts/<uuid:user_id>/outside/end/", policy=policy.ACCOUNTS, name="account-untie")
def untie(request: Request, user_id: UUID) -> HttpResponse:
    """Untie an account from the agency's sign-in."""
    actions.untie_outside(actor=request.actor, user_id=user_id)
    return pages.then(request, f"/accounts/{user_id}/", "Untied: the next to come under this name is tied to it")


@screen("POST", "/accounts/<uuid:user_id>/postings/", policy=policy.ACCOUNTS, name="account-post")
def post(request: Request, user_id: UUID) -> HttpResponse:
    """Give a role at a place."""
    try:
        actions.post(
            actor=request.actor,
            user_id=user_id,
            role=forms.role(request.POST),
            facility_id=forms.place(request.POST, "facility"),
            title=request.POST.get("title", "")[:80],
            trainings=[t for t in request.POST.getlist("trainings") if t in {o.value for o in TRAININGS}],
        )
    except Invalid as invalid:
        return _one(request, user_id, invalid=invalid)
    return HttpResponseRedirect(f"/accounts/{user_id}/")


@screen(
    "POST",
    "/accounts/<uuid:user_id>/postings/<uuid:posting_id>/end/",
    policy=policy.ACCOUNTS,
    name="account-end-posting",
)
def end_posting(request: Request, user_id: UUID, posting_id: UUID) -> HttpResponse:
    """End a posting now."""
    actions.end_posting(actor=request.actor, posting_id=posting_id, why=request.POST.get("why", "")[:160])
    return HttpResponseRedirect(f"/accounts/{user_id}/")


@screen("POST", "/accounts/<uuid:user_id>/leave/", policy=policy.ACCOUNTS, name="account-leave")
def leave(request: Request, user_id: UUID) -> HttpResponse:
    """Close an account: everything signed in is dead at once."""
    actions.leave(actor=request.actor, user_id=user_id, why=request.POST.get("why", "")[:160])
    return HttpResponseRedirect(f"/accounts/{user_id}/")


def _list(request: Any, sent: dict[str, str] | None = None, invalid: Invalid | None = None) -> HttpResponse:
    sent, told = sent or {}, invalid.fields if invalid else {}
    words = request.GET.get("q", "")[:80]
    rows = reads.accounts(request.lens, words=words, after=request.GET.get("after", "")[:80], limit=PAGE)

    def ask(name: str, label: str, required: bool = False) -> FieldShape:
        return FieldShape(name, label, value=sent.get(name, ""), required=required, error=told.get(name, ""))

    shown = {
        "accounts": rows,
        "words": words,
        "fields": [
            ask("username", "Name to sign in with", True),
            ask("name", "Name", True),
            ask("email", "Mail"),
            ask("badge", "Badge"),
        ],
        "errors": [FieldError(name, message) for name, message in told.items()],
        "pages": PageKeys(len(rows), older=f"?after={rows[-1].username}" if len(rows) == PAGE else ""),
    }
    return pages.page(request, "access/accounts.html", shown, status=422 if invalid else 200)


def _one(request: Any, user_id: UUID, *, secret: str = "", invalid: Invalid | None = None) -> HttpResponse:
    account, postings = reads.account(request.lens, user_id)
    told = invalid.fields if invalid else {}
    sent = request.POST  # what was typed and refused
    role_options = [Option(r.value, limits.of_role(r).title) for r in STAFF]
    places = PLACES().open_now()
    place_options = [Option("", "The whole agency"), *(Option(str(id_), name) for id_, name in places.items())]
    fields = [
        FieldShape(
            "role",
            "Role",
            "select",
            sent.get("role", ""),
            options=role_options,
            required=True,
            error=told.get("role", ""),
        ),
        FieldShape(
            "facility",
            "Where",
            "select",
            sent.get("facility", str(request.actor.facility_id or "")),
            options=place_options,
            required=True,
            error=told.get("facility", ""),
        ),
        FieldShape("title", "Title", value=sent.get("title", ""), max_length=80),
        FieldShape("trainings", "Trainings and seats", "checks", sent.getlist("trainings"), options=TRAININGS),
    ]
    shown = {
        "account": account,
        "postings": postings,
        "places": places,
        "secret": secret,
        "outside": reads.outside_since(request.lens, user_id),
        "fields": fields,
        "errors": [FieldError(name, message) for name, message in told.items()],
    }
    return pages.page(request, "access/account_of.html", shown, status=422 if invalid else 200)
