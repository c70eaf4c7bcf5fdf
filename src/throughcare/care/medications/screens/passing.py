"""The pass on a tablet: one page that never loads again, and the small JSON doors behind it. HTTP only."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.urls import reverse

from throughcare.access.doors import Request, enter, saw, screen
from throughcare.care.medications import actions, downtime, formulary, pass_views, policy, views
from throughcare.care.medications.pass_along import DOSE
from throughcare.care.medications.reads import leases as leasing
from throughcare.care.medications.reads import passes as reads
from throughcare.care.medications.reads import stock
from throughcare.care.medications.screens.second import proved
from throughcare.care.medications.traits import double_kills
from throughcare.devices import going_along
from throughcare.devices.going_along import wordings
from throughcare.devices.json_doors import answer, answering, body_of, here, intent_in
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid
from throughcare.ui import pages
from throughcare.ui.forms import id_or_none
from throughcare.ui.shapes import KeyHint, Viewer
from throughcare.ui.wording import t

WORDS = "medications.pass.js."


def person_in(request: Request, body: dict[str, Any]) -> UUID:
    """Give whose dose this is, if the reader may be with this person."""
    person_id = id_or_none(str(body.get("person", "")))
    if person_id is None:
        raise Invalid("Choose the person first. Nothing was charted.")
    enter(request, person_id)
    policy.GIVE.require(request.lens, person_id)
    return person_id


DOORS = (
    "list", "coming", "scan", "chart", "ask", "undo", "open", "close", "downtime",
)  # fmt: skip


def context_of(request: Request) -> dict[str, Any]:
    """Give what the page's script needs: addresses, sentences, and what may be charted. Nobody's data."""
    return {
        "addresses": {name: reverse(f"pass_{name}") for name in DOORS}
        | {"page": reverse("pass"), "judge": reverse("medications", args=[UUID(int=0)])},
        "words": wordings(WORDS),
        "tablet": going_along.needs(DOSE, request.lens),
        "exceptions": pass_views.exceptions(),
        "early": pass_views.early_reasons(),
    }


@screen("GET", "/pass/", policy=policy.GIVE, name="pass")
def page(request: Request) -> HttpResponse:
    """Show the pass: the people come by themselves, and no page is loaded for any of them."""
    keys = [KeyHint("↑ ↓", "along the line"), KeyHint("ctrl enter", "given"), KeyHint("esc", "back to the list")]
    shown = {**context_of(request), "facility_id": request.posting.facility_id, "keys": keys}
    return pages.page(request, "medications/pass.html", shown)


@screen("GET", "/pass/shell/", policy=policy.GIVE, name="pass_shell")
def shell(request: Request) -> HttpResponse:
    """Give the page without anybody on it, for hours without a network."""
    context = {**context_of(request), "viewer": Viewer(), "nav": (), "facility_id": "shell"}
    return pages.page(request, "medications/pass_shell.html", context)


@screen("GET", "/pass/list/", policy=policy.GIVE, name="pass_list")
@answering
def listed(request: Request) -> HttpResponse:
    """Give the people and doses of a pass."""
    unit, code = id_or_none(request.GET.get("unit", "")), request.GET.get("pass", "")
    found = reads.line(request.lens, here(request), unit_id=unit, code=code)
    saw(request, *(p.who.person_id for p in found.people))
    orders = [d.order for p in found.people for d in p.doses] + [a.order for p in found.people for a in p.as_needed]
    leases = leasing.leases(request.lens, {o.id for o in orders if double_kills(o)})
    lots = pass_views.lots(stock.lots_for(request.lens, here(request), {o.code for o in orders}))
    return answer({**pass_views.line(found), "leases": leases, "lots": lots, "csrf": get_token(request)})


@screen("GET", "/pass/coming/", policy=policy.GIVE, name="pass_coming")
@answering
def coming(request: Request) -> HttpResponse:
    """Give who is expected here, with the doses that will be due."""
    found = reads.coming(request.lens, here(request), code=request.GET.get("pass", ""))
    saw(request, *(p.who.person_id for p in found))
    return answer({"people": [pass_views.person(p) for p in found]})


@screen("GET", "/pass/scan/", policy=policy.GIVE, name="pass_scan")
@answering
def scan(request: Request) -> HttpResponse:
    """Say which product a scanned pack is."""
    today = clock.today()
    return JsonResponse(pass_views.scanned(formulary.load(), request.GET.get("code", ""), today))


@screen("POST", "/pass/chart/", policy=policy.GIVE, name="pass_chart")
@answering
def chart(request: Request) -> HttpResponse:
    """Chart doses of one person: given with one tap, or an exception with its reason."""
    body = body_of(request)
    person_id = person_in(request, body)
    about: dict[str, Any] = {"actor": request.actor, "intent": intent_in(body), "person_id": person_id}
    said = pass_views.charted(body.get("doses"))
    if body.get("paper") == "yes":
        done = actions.enter_from_paper(**about, charted=said)
    else:
        second = proved(request, str(body.get("second", "")), str(body.get("second_secret", "")))
        done = actions.record_doses(**about, charted=[replace(c, second=second) for c in said])
    return JsonResponse({"doses": pass_views.outcomes(done)})


@screen("POST", "/pass/ask/", policy=policy.GIVE, name="pass_ask")
@answering
def ask(request: Request) -> HttpResponse:
    """Give a dose that the person asked for."""
    body = body_of(request)
    person_id = person_in(request, body)
    order_id = id_or_none(str(body.get("order", "")))
    if order_id is None:
        raise Invalid("Choose the medicine. Nothing was charted.")
    done = actions.give_as_needed(
        actor=request.actor,
        intent=intent_in(body),
        person_id=person_id,
        order_id=order_id,
        reason=str(body.get("reason", "")),
        before=str(body.get("before", ""))[:4],
        detail=pass_views.beside(body.get("detail")),
        second=proved(request, str(body.get("second", "")), str(body.get("second_secret", ""))),
    )
    return JsonResponse({"doses": pass_views.outcomes([done])})


@screen("POST", "/pass/undo/", policy=policy.GIVE, name="pass_undo")
@answering
def undo(request: Request) -> HttpResponse:
    """Take back an entry made in error: it stays readable as such, and the dose is open again."""
    body = body_of(request)
    person_id = person_in(request, body)
    dose_id = id_or_none(str(body.get("dose", "")))
    if dose_id is None:
        raise Invalid("Choose the dose. Nothing was changed.")
    done = actions.correct_dose(
        actor=request.actor,
        intent=intent_in(body),
        person_id=person_id,
        dose_id=dose_id,
        version=views.number_of(str(body.get("version", "")), 0),
        why=str(body.get("why", "")) or t("medications.pass.undone"),
    )
    return JsonResponse({"doses": pass_views.outcomes([done])})


@screen("POST", "/pass/open/", policy=policy.GIVE, name="pass_open")
@answering
def opened(request: Request) -> HttpResponse:
    """Open a pass; whoever comes second joins it."""
    body = body_of(request)
    unit, code = id_or_none(str(body.get("unit", ""))), str(body.get("pass", ""))
    found = reads.line(request.lens, here(request), unit_id=unit, code=code)
    row = _open(request, found)
    return JsonResponse({"pass_id": str(row)})


@screen("POST", "/pass/close/", policy=policy.GIVE, name="pass_close")
@answering
def close(request: Request) -> HttpResponse:
    """Close a pass: the first time it lists what has no status; told to, it closes, and each blank has its owner (MED-04)."""
    body = body_of(request)
    unit, code = id_or_none(str(body.get("unit", ""))), str(body.get("pass", ""))
    found, left = reads.waiting(request.lens, here(request), unit_id=unit, code=code)
    if body.get("sure") != "yes":
        return JsonResponse({"blanks": pass_views.blanks(left)})
    count = actions.close_pass(
        actor=request.actor, intent=intent_in(body), pass_id=_open(request, found), waiting=[d.id for _, d in left]
    )
    return JsonResponse({"closed": True, "blanks": count})


def _open(request: Request, found: reads.Line) -> UUID:
    return actions.open_pass(
        actor=request.actor,
        facility_id=found.facility.id,
        day=found.span.day,
        code=found.span.code,
        line=found.unit.code if found.unit else "",
    )


@screen("GET", "/pass/downtime/", policy=policy.GIVE, name="pass_downtime", log="print")
def downtime_sheet(request: Request) -> HttpResponse:
    """Print every due dose of twelve hours, for hours in which nothing else works."""
    context, seen = downtime.sheet(request.lens, here(request), request.lens.user_name)
    saw(request, *seen)
    return pages.page(request, downtime.TEMPLATE, context)
