"""A person's consents: what stands, a new one, and taking one back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect

from throughcare.access import actions, forms, kinds, limits, matrix, policy, reads
from throughcare.access.doors import Request, saw, screen
from throughcare.access.ports import NAMES
from throughcare.kernel.errors import Invalid, Stale
from throughcare.kernel.vocabulary import DataClass, Role
from throughcare.ui import pages
from throughcare.ui.forms import whole_or_none
from throughcare.ui.shapes import FieldError, FieldShape, Option
from throughcare.ui.wording import t

LANGUAGES = (Option("en", "English"), Option("es", "Español"), Option("other", "Another language"))
TPO = "For treatment, payment and operations a programme's form may name a class: my treating providers, health plans, third-party payers, and people helping to operate this program."
TOLD = (Role.COMMUNITY, Role.PAROLE, Role.OMBUDS, Role.PLANNER, Role.PROVIDER, Role.RN, Role.PSYCH)


@screen("GET", "/people/<uuid:person_id>/consents/", policy=policy.CONSENTS_READ, name="consents")
def consents(request: Request, person_id: UUID) -> HttpResponse:
    """Show a person's consents and the form for another."""
    return _page(request, person_id)


@screen("GET", "/my/consents/", policy=policy.MINE, name="my-consents")
def my_consents(request: Request) -> HttpResponse:
    """Show a person what they said yes or no to; taking one back is done with a person."""
    person_id, lang = request.lens.own(), pages.language_of(request)
    rows = reads.consents(request.lens, person_id)
    saw(request, person_id)
    shown = {"rows": [_mine(row, lang) for row in rows], "back": any(row.can_revoke for row in rows)}
    return pages.page(request, "access/my_consents.html", shown, lang=lang)


@screen("POST", "/people/<uuid:person_id>/consents/", policy=policy.CONSENTS_WRITE, name="consents")
def give_consent(request: Request, person_id: UUID) -> HttpResponse:
    """Keep what the person signed."""
    try:
        agreement = forms.agreement(request.POST)
        actions.give_consent(
            actor=request.actor, person_id=person_id, agreement=agreement, signed_at=forms.signed_at(request.POST)
        )
    except Invalid as invalid:
        return _page(request, person_id, invalid)
    return HttpResponseRedirect(f"/people/{person_id}/consents/")


@screen(
    "POST",
    "/people/<uuid:person_id>/consents/<uuid:consent_id>/revoke/",
    policy=policy.CONSENTS_WRITE,
    name="revoke-consent",
)
def revoke_consent(request: Request, person_id: UUID, consent_id: UUID) -> HttpResponse:
    """Take a consent back as the person asked."""
    version = whole_or_none(request.POST.get("version", ""))
    if version is None:
        raise Stale("This form is not complete. Open the consents again.")
    try:
        actions.revoke_consent(
            actor=request.actor,
            consent_id=consent_id,
            person_id=person_id,
            version=version,
            how=request.POST.get("how", "")[:160],
        )
    except Invalid as invalid:
        return _page(request, person_id, invalid)
    return HttpResponseRedirect(f"/people/{person_id}/consents/")


def _mine(row: reads.ConsentRow, lang: str) -> dict[str, Any]:
    """Say one consent in the words of who signed it."""
    titles, kind = matrix.load_matrix().titles, kinds.of(row.kind)
    told = [titles[DataClass(c)] for c in row.classes if DataClass(c) in titles]
    return {
        "row": row,
        "title": kind.title_es if lang == "es" else kind.title,
        "state": f"own.consents.{row.state.replace(' ', '_')}",
        "to": ", ".join(
            [*(t(f"who_looked.role.{role}", lang=lang) for role in row.roles), *filter(None, [row.recipient])]
        ),
        "what": ", ".join(one.spanish if lang == "es" else one.english for one in told),
    }


def _page(request: Any, person_id: UUID, invalid: Invalid | None = None) -> HttpResponse:
    sent = request.POST if invalid else {}
    told = invalid.fields if invalid else {}
    shown = {
        "person_id": person_id,
        "may_open_kiosk": policy.KIOSK_ACCESS.allows(request.lens, person_id),
        "name": NAMES().of([person_id]).get(person_id, ""),
        "consents": reads.consents(request.lens, person_id),
        "may_tell_custody": policy.TELL_CUSTODY.allows(request.lens, person_id),
        "may_write": policy.CONSENTS_WRITE.allows(request.lens, person_id),
        "fields": fields(sent, told),
        "papers": [(k.code, k.title) for k in kinds.all_kinds()],
        "errors": [FieldError(name, words) for name, words in told.items()],
    }
    return pages.page(request, "access/consents.html", shown, status=422 if invalid else 200)


def fields(sent: Any, told: Mapping[str, str]) -> list[FieldShape]:
    """Draw the questions of a signed consent, with what was typed or is known."""
    many = sent.getlist if hasattr(sent, "getlist") else lambda _: []
    titles = matrix.load_matrix().titles
    kind_options = [Option(k.code, k.title, hint=k.law) for k in kinds.all_kinds()]
    class_options = [Option(c.value, titles[c].english) for c in sorted(kinds.OPENED) if c in titles]
    role_options = [Option(r.value, limits.of_role(r).title) for r in TOLD]

    def text(name: str, label: str, hint: str = "", required: bool = False) -> FieldShape:
        error, value = told.get(name, ""), sent.get(name, "")
        return FieldShape(
            name, label, value=value, hint=hint, required=required, error=error, max_length=forms.TEXTS[name]
        )

    return [
        FieldShape(
            "kind",
            "What for",
            "select",
            sent.get("kind", ""),
            options=kind_options,
            required=True,
            error=told.get("kind", ""),
        ),
        FieldShape(
            "agreed",
            "The person",
            "radio",
            sent.get("agreed", ""),
            options=[Option("yes", "agreed"), Option("no", "refused")],
            required=True,
            inline=True,
            error=told.get("agreed", ""),
        ),
        text("about", "Which medicine, procedure or programme"),
        text("disclosers", "Who may disclose", "A programme's record: the programme, person or office that keeps it."),
        text(
            "described",
            "What is told, in words",
            "A programme's record: how much and of what kind, substance use named.",
        ),
        FieldShape(
            "classes",
            "What may be told",
            "checks",
            many("classes"),
            options=class_options,
            quiet=True,
            error=told.get("classes", ""),
        ),
        FieldShape(
            "roles", "To whom", "checks", many("roles"), options=role_options, quiet=True, error=told.get("roles", "")
        ),
        text("recipient", "Named recipient", TPO),
        text("intermediary", "Through an intermediary", "Such as an exchange of health information; empty where none."),
        text("purpose", "What it is for"),
        FieldShape("expires_at", "Ends on", "date", sent.get("expires_at", ""), error=told.get("expires_at", "")),
        text("expires_event", "or ends with"),
        text("irrevocable_until", "Can't be taken back before (criminal justice only)"),
        FieldShape(
            "language", "Language of the form", "select", sent.get("language", "en"), options=LANGUAGES, required=True
        ),
        FieldShape(
            "statements",
            "The form says",
            "checks",
            many("statements"),
            options=[Option(s.id, s.en, hint=s.law) for s in kinds.statements()],
            quiet=True,
            error=told.get("statements", ""),
        ),
        text("signed_by", "Signed by", "The person, or who signs for them and by which right."),
        FieldShape("signed_on", "Signed on", "date", sent.get("signed_on", ""), error=told.get("signed_on", "")),
        text("interpreter", "Interpreter"),
        text("witness", "Witness"),
        text("form_version", "Form and version", required=True),
    ]
