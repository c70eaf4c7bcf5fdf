"""What a person keeps: fitness, packs, refills, counts for health staff; the kiosk's wish; custody's card. HTTP only."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils import translation

from throughcare.access.doors import Request, saw, screen
from throughcare.care.medications import actions, labels, policy, views_kept, views_stock
from throughcare.care.medications.reads import kept as reads
from throughcare.care.medications.reads import stock
from throughcare.care.medications.reads.doors import how_taken
from throughcare.chart.screens import frame
from throughcare.chart.screens.frame import Again
from throughcare.custody import policy as custody
from throughcare.kernel import clock
from throughcare.kernel.errors import NotFound
from throughcare.people import reads as people
from throughcare.ui import pages
from throughcare.ui.forms import intent_of
from throughcare.ui.shapes import PrintNote
from throughcare.ui.wording import t

ONE = "/people/<uuid:person_id>/medications/kept/"
ISSUE = "/people/<uuid:person_id>/medications/<uuid:order_id>/issue/"


@screen("GET", ONE, policy=policy.READ, name="kept")
def kept(request: Request, person_id: UUID, again: Again | None = None) -> HttpResponse:
    """Show what the person keeps, whether they may, when the next pack is due, and what to ask about."""
    context = {
        **views_kept.page(reads.kept(request.lens, frame.family(request, person_id))),
        "may_give": policy.GIVE.allows(request.lens, person_id),
        "may_sign": policy.SIGN.allows(request.lens, person_id),
    }
    return frame.page(request, person_id, "medications/kept.html", "medications", context, again)


@screen("POST", ONE, policy=policy.GIVE, name="kept")
def act_on_kept(request: Request, person_id: UUID) -> HttpResponse:
    """Check fitness, count a pack, answer a count, ask for a refill or decline it, take a pack back."""
    verb = request.POST.get("verb", "")

    def act(intent: UUID | None) -> str:
        about: dict[str, Any] = {"actor": request.actor, "intent": intent, "person_id": person_id}
        return views_kept.VERBS.get(verb, views_kept.nothing)(about, frame.typed(request))

    return frame.attempt(
        request,
        act,
        lambda again: kept(request, person_id=person_id, again=again),
        lambda said: frame.go(request, "kept", person_id, said),
    )


@screen("POST", "/people/<uuid:person_id>/medications/<uuid:order_id>/watch/", policy=policy.SIGN, name="kept_watch")
def watch(request: Request, person_id: UUID, order_id: UUID) -> HttpResponse:
    """Give a kept medicine at the line from now on."""

    def act(intent: UUID | None) -> UUID:
        return actions.watch_instead(
            actor=request.actor,
            intent=intent,
            person_id=person_id,
            order_id=order_id,
            version=frame.version_of(request),
            why=request.POST.get("why", "").strip() or t("kept.given_at_line"),
        )

    return frame.attempt(
        request,
        act,
        lambda again: kept(request, person_id=person_id, again=again),
        lambda _: frame.go(request, "kept", person_id, t("kept.watched")),
    )


@screen("GET", ISSUE, policy=policy.GIVE, name="kept_issue")
def issue(request: Request, person_id: UUID, order_id: UUID, again: Again | None = None) -> HttpResponse:
    """Hand a pack over: from stock or as the pharmacy sent it; the person signs."""
    one = reads.order(request.lens, frame.family(request, person_id), order_id)
    site = request.posting.facility_id
    lots = stock.lots_of(request.lens, site, one.order.code) if site else []
    context = {"one": one, **views_kept.issue(one, lots, again.typed if again else {}, again.wrong if again else {})}
    return frame.page(request, person_id, "medications/kept_issue.html", "medications", context, again)


@screen("POST", ISSUE, policy=policy.GIVE, name="kept_issue")
def issued(request: Request, person_id: UUID, order_id: UUID) -> HttpResponse:
    """Write the pack down; its label is printed next."""

    def act(intent: UUID | None) -> UUID:
        said = views_kept.issued(frame.typed(request))
        return actions.issue_pack(
            actor=request.actor, intent=intent, person_id=person_id, order_id=order_id, issue=said
        )

    return frame.attempt(
        request,
        act,
        lambda again: issue(request, person_id=person_id, order_id=order_id, again=again),
        lambda _: frame.go(request, "kept", person_id, t("kept.issued")),
    )


@screen("GET", ONE + "packs/<uuid:pack_id>/label/", policy=policy.READ, name="kept_label", log="print")
def label(request: Request, person_id: UUID, pack_id: UUID) -> HttpResponse:
    """Print the label of a pack, with its own number as a barcode: for the count and for finding whose it is. In Spanish where asked."""
    row = reads.pack(request.lens, frame.family(request, person_id), pack_id)
    lang = "es" if request.GET.get("lang") == "es" else "en"
    with translation.override(lang):
        context = {
            "pack": row,
            "amount": views_stock.amount,
            "how": how_taken(row.order, lang),
            "lang": lang,
            "who": people.card(request.lens, person_id),
            "code": labels.of_number(row.number),
            "paper": _paper(request, t("kept.label")),
        }
        return pages.page(request, "medications/kept_label.html", context)


@screen("GET", ONE + "card/", policy=policy.KOP_CARD, name="kept_card", log="print")
def card(request: Request, person_id: UUID) -> HttpResponse:
    """Show or print the card: how many packs the person may have on them, until when. Nothing else (ruling 8)."""
    visible = custody.visible_people(request.lens)
    family = people.family(request.lens, person_id)
    if visible is not None and not visible.filter(id__in=family).exists():
        raise NotFound("There is no such page for you.")
    saw(request, person_id)
    context = {
        "card": reads.card(request.lens, family),
        "who": people.card(request.lens, person_id),
        "paper": _paper(request, t("kept.card"), request.build_absolute_uri(request.path)),
    }
    return pages.page(request, "medications/kept_card.html", context)


# --- the kiosk ------------------------------------------------------------------------------------------------------------


@screen("GET", "/kiosk/refill/", policy=policy.KIOSK, name="kiosk_refill")
def my_refills(request: Request) -> HttpResponse:
    """Show one's own kept medicines, and let the next pack be asked for."""
    saw(request, request.lens.own())
    shown = {"rows": reads.mine(request.lens)}
    return pages.page(request, "medications/kiosk_refill.html", shown, lang=pages.language_of(request))


@screen("POST", "/kiosk/refill/", policy=policy.KIOSK, name="kiosk_refill")
def ask_refill(request: Request) -> HttpResponse:
    """Ask for the next pack of a medicine that is one's own."""
    asked = next((m for m in reads.mine(request.lens) if str(m.order.id) == request.POST.get("order", "")), None)
    if asked is None:
        raise NotFound("There is no such page for you.")
    actions.ask_refill(
        actor=request.actor,
        intent=intent_of(request),
        person_id=asked.order.person_id,
        order_id=asked.order.id,
        channel="kiosk",
    )
    return pages.then(request, reverse("kiosk_refill"), t("refill.sent", lang=pages.language_of(request)))


def _paper(request: Request, title: str, url: str = "") -> PrintNote:
    site = request.posting.facility_id
    return PrintNote(
        title=title,
        as_of=clock.now(),
        facility=stock.facility_name(site) if site else "",
        url=url,
        printed_by=request.lens.user_name,
    )
