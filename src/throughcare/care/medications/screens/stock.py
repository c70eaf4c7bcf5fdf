"""Stock's pages: the list, a delivery, one lot, the count of a shift by keyboard, differences, labels. HTTP only."""

from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, saw, screen
from throughcare.access.second_person import prove_second
from throughcare.care.medications import actions, formulary, policy, views_stock
from throughcare.care.medications.actions import Second
from throughcare.care.medications.reads import stock as reads
from throughcare.chart.screens import frame
from throughcare.chart.screens.frame import Again
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid, NotFound
from throughcare.people import reads as people
from throughcare.ui import pages
from throughcare.ui.forms import whole_or_none
from throughcare.ui.shapes import FieldError, KeyHint, PrintNote
from throughcare.ui.wording import t

ONE = "/stock/lots/<uuid:stock_id>/"


# Every post here may carry a second person's secret, which no page gives back.
_attempt = partial(frame.attempt, secrets=views_stock.SECRETS)


@screen("GET", "/stock/", policy=policy.SEE_STOCK, name="stock")
def stock(request: Request) -> HttpResponse:
    """Show what lies where at one's facility: what differs, expires or runs low first."""
    site, place = _site(request), request.GET.get("place", "")
    shelves = reads.shelves(request.lens, site, place)
    context = {
        "facility": reads.facility_name(site),
        "shelves": [(s, views_stock.chips(s)) for s in shelves],
        "amount": views_stock.amount,
        "places": views_stock.place_options(),
        "place": place,
        "to_count": reads.counts(request.lens, site),
        "differences": reads.differences(request.lens, site),
        "unscannable": reads.unscannable(request.lens, site),
        "may_change": policy.STOCK.allows(request.lens),
        "may_count": policy.COUNT.allows(request.lens),
        "keys": [KeyHint("j k", "move"), KeyHint("enter", "open"), KeyHint("r", "receive"), KeyHint("c", "count")],
    }
    return pages.page(request, "medications/stock.html", context)


@screen("GET", "/stock/receive/", policy=policy.STOCK, name="stock_receive")
def receive(request: Request, again: Again | None = None) -> HttpResponse:
    """Scan a pack, or choose its product and say why it can't be scanned; then amount, lot, expiry, place."""
    typed = dict(again.typed) if again else {k: str(v) for k, v in request.GET.items()}
    found = None if again else views_stock.scanned(typed.get("scan", ""))
    if found is not None and found.product is not None and found.ndc:
        said = {
            "product": found.product.rxcui,
            "ndc": found.ndc,
            "gtin": found.gtin,
            "lot": found.lot,
            "scanned": "yes",
        }
        typed |= said | ({"expires_on": found.expires.isoformat()} if found.expires else {})
    product = formulary.load().product(typed.get("product", ""))
    context = {
        "typed": typed,
        "found": found,
        "product": product,
        "by_hand": product is not None or bool(typed.get("off")),
        "fields": views_stock.receive_fields(typed, again.wrong if again else {}, product),
        "errors": again.errors if again else [],
    }
    return _page(request, "medications/stock_receive.html", context, again)


@screen("POST", "/stock/receive/", policy=policy.STOCK, name="stock_receive")
def received(request: Request) -> HttpResponse:
    """Take a delivery into the book."""
    site = _site(request)

    def act(intent: UUID | None) -> UUID:
        said = views_stock.received(frame.typed(request, views_stock.SECRETS))
        return actions.receive_stock(actor=request.actor, intent=intent, facility_id=site, received=said)

    def onward(stock_id: UUID) -> HttpResponse:
        return pages.then(request, reverse("stock_lot", kwargs={"stock_id": stock_id}), t("stock.received"))

    return _attempt(request, act, lambda again: receive(request, again=again), onward)


@screen("GET", ONE, policy=policy.SEE_STOCK, name="stock_lot")
def lot(request: Request, stock_id: UUID, again: Again | None = None) -> HttpResponse:
    """Show one lot: what the book says, every entry, and what can be done with it."""
    found = reads.lot(request.lens, stock_id)
    typed, wrong = (again.typed, again.wrong) if again else ({}, {})
    seen = {e.person_id for e in found.entries if e.person_id and policy.READ.allows(request.lens, e.person_id)}
    cards = people.cards(request.lens, seen)
    saw(request, *cards)
    context = {
        "one": found,
        "amount": views_stock.amount,
        "entries": [(e, cards.get(e.person_id) if e.person_id else None) for e in found.entries],
        "moves": views_stock.MOVES[found.lot.kind],
        "counted_as": views_stock.counted_as(found.lot),
        "places": views_stock.place_options(),
        "second": views_stock.second_fields(typed, wrong),
        "typed": typed,
        "wrong": wrong,
        "errors": again.errors if again else [],
        "may_change": policy.STOCK.allows(request.lens),
    }
    return _page(request, "medications/stock_lot.html", context, again)


@screen("POST", ONE, policy=policy.STOCK, name="stock_lot")
def change(request: Request, stock_id: UUID) -> HttpResponse:
    """Waste, return, move, send back or destroy; the second person signs on the same page."""
    found = reads.lot(request.lens, stock_id).lot
    if found.controlled:
        policy.COUNT.require(request.lens)
    site = found.facility_id

    def act(intent: UUID | None) -> UUID:
        said = views_stock.change(frame.typed(request, views_stock.SECRETS))
        second = _second(request, site) if request.POST.get("second", "").strip() else None
        return actions.change_stock(actor=request.actor, intent=intent, stock_id=stock_id, change=said, second=second)

    def onward(_: UUID) -> HttpResponse:
        return pages.then(request, reverse("stock_lot", kwargs={"stock_id": stock_id}), t("stock.entered"))

    return _attempt(request, act, lambda again: lot(request, stock_id=stock_id, again=again), onward)


@screen("GET", ONE + "labels/", policy=policy.SEE_STOCK, name="stock_labels", log="print")
def labels(request: Request, stock_id: UUID) -> HttpResponse:
    """Print labels of a lot, with a code that the line's scanner reads."""
    found = reads.lot(request.lens, stock_id)
    asked = whole_or_none(request.GET.get("n", ""))
    how_many = 8 if asked is None else min(asked, 60)
    paper = PrintNote(
        title=t("stock.labels"),
        as_of=clock.now(),
        facility=reads.facility_name(found.lot.facility_id),
        printed_by=request.lens.user_name,
    )
    context = {"lot": found.lot, "codes": views_stock.codes(found.lot), "n": max(1, how_many), "paper": paper}
    return pages.page(request, "medications/stock_labels.html", context)


# --- the count ------------------------------------------------------------------------------------------------------------


@screen("GET", "/stock/count/", policy=policy.COUNT, name="stock_count")
def count(request: Request, again: Again | None = None) -> HttpResponse:
    """Ask for what is there, lot by lot, without saying what the book says; two people sign at the end."""
    site = _site(request)
    places = reads.counts(request.lens, site)
    typed, wrong = (again.typed, again.wrong) if again else ({}, {})
    asked = typed.get("place", "") or request.GET.get("place", "")
    context = {
        "facility": reads.facility_name(site),
        "places": places,
        "counted_as": views_stock.counted_as,
        "here": next((p for p in places if p.id == asked), places[0] if places else None),
        "typed": typed,
        "wrong": wrong,
        "second": views_stock.second_fields(typed, wrong, always=True),
        "errors": again.errors if again else [],
        "keys": [KeyHint("tab", "next"), KeyHint("enter", "sign")],
    }
    return _page(request, "medications/stock_count.html", context, again)


@screen("POST", "/stock/count/", policy=policy.COUNT, name="stock_count")
def counted(request: Request) -> HttpResponse:
    """Keep the count; differences come up at once, and no dose waits for them."""
    site = _site(request)

    def act(intent: UUID | None) -> actions.CountDone:
        said = views_stock.counted(frame.typed(request, views_stock.SECRETS))
        place = request.POST.get("place", "")
        second = _second(request, site)
        return actions.count_stock(
            actor=request.actor,
            intent=intent,
            facility_id=site,
            place=place,
            counted=said,
            second=second,
            kind=request.POST.get("kind", "shift"),
        )

    def onward(done: actions.CountDone) -> HttpResponse:
        if done.differences:
            return pages.then(
                request, reverse("stock_differences"), t("stock.counted_differs", n=len(done.differences))
            )
        return pages.then(request, reverse("stock"), t("stock.counted"))

    return _attempt(request, act, lambda again: count(request, again=again), onward)


@screen("GET", "/stock/differences/", policy=policy.SEE_STOCK, name="stock_differences")
def differences(request: Request, again: Again | None = None) -> HttpResponse:
    """Show differences between book and count, and who must be told."""
    site = _site(request)
    typed, wrong = (again.typed, again.wrong) if again else ({}, {})
    context = {
        "facility": reads.facility_name(site),
        "found": reads.differences(request.lens, site),
        "amount": views_stock.amount,
        "typed": typed,
        "wrong": wrong,
        "second": views_stock.second_fields(typed, wrong),
        "errors": again.errors if again else [],
        "may_count": policy.COUNT.allows(request.lens),
        "may_tell": policy.LOSSES.allows(request.lens),
    }
    return _page(request, "medications/stock_differences.html", context, again)


@screen("POST", "/stock/differences/", policy=policy.COUNT, name="stock_differences")
def difference(request: Request) -> HttpResponse:
    """Report a difference, or say what explained it and correct the book with a second person."""
    site = _site(request)

    def act(intent: UUID | None) -> None:
        about: dict[str, Any] = {"actor": request.actor, "intent": intent, **_difference(request, site)}
        words = request.POST.get("words", "")
        if request.POST.get("verb") == "explain":
            correct = request.POST.get("correct") == "yes"
            second = _second(request, site) if correct else None
            return actions.explain_difference(**about, words=words, correct=correct, second=second)
        return actions.report_difference(**about, words=words, theft=request.POST.get("theft") == "yes")

    return _attempt(
        request,
        act,
        lambda again: differences(request, again=again),
        lambda _: pages.then(request, reverse("stock_differences"), t("stock.written")),
    )


@screen("POST", "/stock/losses/", policy=policy.LOSSES, name="stock_losses")
def loss(request: Request) -> HttpResponse:
    """Write down who was told of a loss, and the number of the form."""
    site = _site(request)

    def act(intent: UUID | None) -> None:
        about = _difference(request, site)
        actions.tell_loss(actor=request.actor, intent=intent, **about, words=request.POST.get("words", ""))

    return _attempt(
        request,
        act,
        lambda again: differences(request, again=again),
        lambda _: pages.then(request, reverse("stock_differences"), t("stock.written")),
    )


# --- inside ---------------------------------------------------------------------------------------------------------------


def _site(request: Request) -> UUID:
    if request.posting.facility_id is None:
        asked = request.GET.get("facility", "") or request.POST.get("facility", "")
        try:
            return UUID(asked)
        except ValueError:
            raise Invalid("This page is about one facility, and you work across all. Open it from its page.") from None
    return request.posting.facility_id


def _difference(request: Request, site: UUID) -> dict[str, Any]:
    open_ = {str(d.id): d.id for d in reads.differences(request.lens, site).open}
    found = open_.get(request.POST.get("difference", ""))
    if found is None:
        raise NotFound("There is no such difference here.")
    return {"difference_id": found, "version": frame.version_of(request)}


def _second(request: Request, site: UUID) -> Second:
    proved = prove_second(request, request.POST.get("second", ""), request.POST.get("second_secret", ""), site)
    return Second(proved.id, proved.name, proved.role)


def _page(request: Request, template: str, context: dict[str, Any], again: Again | None) -> HttpResponse:
    status = again.refused.status if again and again.refused else 200
    errors = [FieldError(e.name, e.message) for e in context.get("errors", [])]
    return pages.page(request, template, {**context, "errors": errors}, status=status)
