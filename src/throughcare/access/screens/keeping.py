"""What who keeps the records gives and says beyond single people: authorities, labels by hand, bodies destroyed by order."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse

from throughcare.access import actions, forms, labels, policy, reads
from throughcare.access.doors import Request, screen
from throughcare.access.ports import NAMES
from throughcare.kernel import content
from throughcare.kernel.errors import Invalid
from throughcare.kernel.vocabulary import Role
from throughcare.ui import pages
from throughcare.ui.shapes import FieldError, FieldShape, Option

KINDS = (
    Option("sample", "Quality sample"),
    Option("audit", "Audit"),
    Option("court_order", "Court's order"),
    Option("law", "Duty or power by law"),
)
ENTRY = "/people/<uuid:person_id>/entries/<slug:kind>/<uuid:id>/"


@screen("GET", "/authorities/", policy=policy.AUTHORITIES, name="authorities")
def authorities(request: Request) -> HttpResponse:
    """List who may read named charts beyond care, and give another authority."""
    return _authorities(request)


@screen("POST", "/authorities/", policy=policy.AUTHORITIES, name="authorities")
def give_authority(request: Request) -> HttpResponse:
    """Open named charts to one reader, for a purpose and a time."""
    try:
        actions.give_authority(
            actor=request.actor,
            user_id=_reader(request),
            kind=request.POST.get("kind", ""),
            purpose=request.POST.get("purpose", "")[:1000],
            people=_people(request),
            until=_end(request, "until"),
        )
    except Invalid as invalid:
        return _authorities(request, invalid)
    return pages.then(request, "/authorities/", "Opened to them until then")


@screen("POST", "/authorities/<uuid:authority_id>/end/", policy=policy.AUTHORITIES, name="end-authority")
def end_authority(request: Request, authority_id: UUID) -> HttpResponse:
    """End an authority before its day."""
    actions.end_authority(actor=request.actor, authority_id=authority_id)
    return pages.then(request, "/authorities/", "Ended")


@screen("GET", ENTRY + "labels/", policy=policy.LABELS, name="entry-labels")
def entry_labels(request: Request, person_id: UUID, kind: str, id: UUID) -> HttpResponse:
    """Show what was said of this entry's labels, and say another."""
    return _labels(request, person_id, kind, id)


@screen("POST", ENTRY + "labels/", policy=policy.LABELS, name="entry-labels")
def say_label(request: Request, person_id: UUID, kind: str, id: UUID) -> HttpResponse:
    """Label an entry higher than the rules did, for good or until a day; or take back what was said by hand."""
    reads.labels_of(request.lens, person_id, kind, id)
    label = request.POST.get("label", "")[:20]
    try:
        if "why" in request.POST:
            why = request.POST["why"][:200]
            actions.take_label_back(actor=request.actor, kind=kind, id=id, label=label, why=why)
        else:
            until = forms.day_end(request.POST, "until")
            actions.say_label(actor=request.actor, kind=kind, id=id, label=label, until=until)
    except Invalid as invalid:
        return _labels(request, person_id, kind, id, invalid)
    return pages.then(request, f"/people/{person_id}/entries/{kind}/{id}/labels/", "Said, with your name beside it")


@screen("POST", ENTRY + "destroy/", policy=policy.DESTROY, name="destroy-bodies")
def destroy(request: Request, person_id: UUID, kind: str, id: UUID) -> HttpResponse:
    """Destroy stored versions of an entry by order of law; header, digest and the order stay."""
    reads.labels_of(request.lens, person_id, kind, id)
    try:
        gone = actions.destroy_bodies(
            actor=request.actor,
            kind=kind,
            id=id,
            versions=forms.numbers(request.POST, "versions"),
            authority=request.POST.get("authority", "")[:400],
            reason=request.POST.get("reason", "")[:1000],
        )
    except Invalid as invalid:
        return _labels(request, person_id, kind, id, invalid)
    address = f"/people/{person_id}/entries/{kind}/{id}/labels/"
    return pages.then(request, address, f"Destroyed: {len(gone)}. What the order says stands in the ledger")


# --- inside ---------------------------------------------------------------------------------------------------------------


def _reader(request: Any) -> UUID:
    found = reads.staff_by_name(request.POST.get("reader", "")[:80])
    if found is None:
        raise Invalid("Nothing was opened.", fields={"reader": "No open account has this name to sign in with."})
    return found


def _people(request: Any) -> list[UUID]:
    numbers = request.POST.get("people", "")[:4000].replace(",", " ").split()
    found = NAMES().numbered(numbers)
    unknown = [number for number in numbers if number not in found]
    if unknown:
        raise Invalid("Nothing was opened.", fields={"people": f"Nobody has the number [{', '.join(unknown[:5])}]."})
    return [found[number] for number in numbers]


def _end(request: Any, name: str) -> datetime:
    until = forms.day_end(request.POST, name)
    if until is None:
        raise Invalid("Nothing was opened.", fields={name: "Choose the day on which it ends."})
    return until


def _authorities(request: Any, invalid: Invalid | None = None) -> HttpResponse:
    sent, told = (request.POST if invalid else {}), (invalid.fields if invalid else {})

    def ask(name: str, label: str, kind: Any = "text", **more: Any) -> FieldShape:
        return FieldShape(name, label, kind, sent.get(name, ""), required=True, error=told.get(name, ""), **more)

    shown = {
        "rows": reads.authorities(request.lens),
        "titles": {option.value: option.label for option in KINDS},
        "fields": [
            ask("reader", "Reader, by the name they sign in with", max_length=80),
            ask("kind", "By what", "select", options=KINDS),
            ask("purpose", "What for", "textarea", rows=2, hint="Cite the order, the law or the audit's number."),
            ask("people", "Whose records, by number", "textarea", rows=2, hint="T0000001 T0000002 …"),
            ask("until", "Ends on", "date"),
        ],
        "errors": [FieldError(name, words) for name, words in told.items()],
    }
    return pages.page(request, "access/authorities.html", shown, status=422 if invalid else 200)


def _labels(request: Any, person_id: UUID, kind: str, id: UUID, invalid: Invalid | None = None) -> HttpResponse:
    told = invalid.fields if invalid else {}
    titles = {row["id"]: row["title"] for row in content.rows(labels.FILE, "label")}
    rows = reads.labels_of(request.lens, person_id, kind, id)
    shown = {
        "person_id": person_id,
        "name": NAMES().of([person_id]).get(person_id, ""),
        "kind": kind,
        "id": id,
        "rows": rows,
        "titles": titles,
        "fields": [
            FieldShape(
                "label",
                "Label",
                "select",
                options=[Option(code, f"{code}: {title}") for code, title in titles.items()],
                required=True,
                error=told.get("label", ""),
            ),
            FieldShape("until", "Holds until", "date", hint="None: for good", error=told.get("until", "")),
        ],
        "destroys": request.lens.role is Role.HIM,
        "destroying": [
            FieldShape("versions", "Versions", hint="Such as: 1 2", required=True, error=told.get("versions", "")),
            FieldShape("authority", "Court and order, or statute", required=True, error=told.get("authority", "")),
            FieldShape("reason", "Why", "textarea", rows=2, required=True, error=told.get("reason", "")),
        ],
        "errors": [FieldError(name, words) for name, words in told.items()],
    }
    return pages.page(request, "access/entry_labels.html", shown, status=422 if invalid else 200)
