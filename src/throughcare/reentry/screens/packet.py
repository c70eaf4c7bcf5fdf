"""The packet on screen, as PDF and on paper; the hand-over at the gate; the packet as it was handed over. HTTP only."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse

from throughcare.access.doors import Request, screen
from throughcare.chart.screens import frame
from throughcare.chart.screens.frame import Again
from throughcare.duties.actions import RefusalForm
from throughcare.kernel import clock
from throughcare.people import reads as people
from throughcare.reentry import actions, paper, policy, views
from throughcare.reentry.actions import linking
from throughcare.reentry.reads import handed
from throughcare.reentry.reads import packet as reads
from throughcare.reentry.sections import PacketNow
from throughcare.ui import pages
from throughcare.ui.forms import intent_of
from throughcare.ui.shapes import PrintNote
from throughcare.ui.wording import t

ONE = "/people/<uuid:person_id>/release/packet/"
KEPT = "/people/<uuid:person_id>/release/packets/<uuid:packet_id>/"


def language(request: Request, person_id: UUID) -> str:
    """Give the language asked for, else the one that the person speaks."""
    asked = request.GET.get("lang", "") or request.POST.get("lang", "")
    if asked in ("en", "es"):
        return asked
    return "es" if people.card(request.lens, person_id).language.startswith("es") else "en"


@screen("GET", ONE, policy=policy.READ, name="release_packet")
def packet(request: Request, person_id: UUID, again: Again | None = None) -> HttpResponse:
    """Show the packet as it stands now, and the hand-over beside it."""
    lang = language(request, person_id)
    found = reads.packet(request.lens, person_id, lang)
    given = handed.given(request.lens, frame.family(request, person_id))
    context = {
        "packet": found,
        "packet_lang": lang,
        "given": given,
        "may_hand": policy.HAND_OVER.allows(request.lens, person_id),
        "hand_fields": views.hand_over_fields(again),
        "refuse_fields": views.refusal_fields(again),
        "refusing": bool(again and again.typed.get("act") == "refuse"),
        "part_only": request.lens.role not in reads.WHOLE,
    }
    return frame.page(request, person_id, "reentry/packet.html", "release_plan", context, again)


@screen("POST", ONE, policy=policy.HAND_OVER, name="release_packet")
def hand_over(request: Request, person_id: UUID) -> HttpResponse:
    """Keep that the packet was handed over, sent after, or not taken."""
    found = reads.packet(request.lens, person_id, language(request, person_id))
    post = request.POST

    def act(intent: UUID | None) -> Any:
        if post.get("act") == "refuse":
            form = RefusalForm(
                risk_told=post.get("risk_told", ""),
                capacity=post.get("capacity", ""),
                witness=post.get("witness", ""),
                signed_by_person=bool(post.get("signed")),
                second_witness=post.get("second_witness", ""),
                said=post.get("said", ""),
            )
            return actions.refuse_packet(
                actor=request.actor, intent=intent, person_id=person_id, packet=found, form=form
            )
        return actions.hand_over_packet(
            actor=request.actor,
            intent=intent,
            person_id=person_id,
            packet=found,
            signed=bool(post.get("signed")),
            witness=post.get("witness", ""),
            sent_to=post.get("sent_to", ""),
            printed=post.get("printed", ""),
        )

    said = "reentry.said.refused" if post.get("act") == "refuse" else "reentry.said.handed"
    return frame.attempt(
        request,
        act,
        lambda again: packet(request, person_id=person_id, again=again),
        lambda _: frame.go(request, "release_packet", person_id, t(said)),
    )


@screen("GET", ONE + "pdf/", policy=policy.HAND_OVER, name="release_packet_pdf", log="print")
def packet_pdf(request: Request, person_id: UUID) -> HttpResponse:
    """Give the packet as a PDF."""
    found = reads.packet(request.lens, person_id, language(request, person_id))
    return _pdf(paper.pdf(found, mark=pages.copy_mark(request)))


@screen("GET", ONE + "print/", policy=policy.HAND_OVER, name="release_packet_print", log="print")
def packet_print(request: Request, person_id: UUID) -> HttpResponse:
    """Print the packet from the browser."""
    found = reads.packet(request.lens, person_id, language(request, person_id))
    return _print(request, found)


@screen("GET", KEPT, policy=policy.READ, name="kept_packet")
def kept(request: Request, person_id: UUID, packet_id: UUID) -> HttpResponse:
    """Show a packet as it was handed over, word for word."""
    row, found = handed.one(request.lens, frame.family(request, person_id), packet_id)
    context = {
        "row": row,
        "packet": found,
        "packet_lang": row.lang,
        "codes": bool(linking.public_address()) and policy.HAND_OVER.allows(request.lens, person_id),
    }
    return frame.page(request, person_id, "reentry/kept.html", "release_plan", context)


@screen("POST", KEPT + "code/", policy=policy.HAND_OVER, name="packet_code")
def code(request: Request, person_id: UUID, packet_id: UUID) -> HttpResponse:
    """Give the paper as handed over with a code that opens its page; a code printed before ends."""
    _, found = handed.one(request.lens, frame.family(request, person_id), packet_id)
    token = actions.make_link(actor=request.actor, person_id=person_id, packet_id=packet_id)
    return _pdf(paper.pdf(found, address=linking.address_of(token), mark=pages.copy_mark(request)))


@screen("POST", KEPT + "code/end/", policy=policy.HAND_OVER, name="packet_code_end")
def code_end(request: Request, person_id: UUID, packet_id: UUID) -> HttpResponse:
    """End the code on a paper that was lost."""
    about = {"person_id": person_id, "packet_id": packet_id}
    actions.revoke_link(actor=request.actor, intent=intent_of(request), **about)
    return frame.go(request, "kept_packet", person_id, t("reentry.said.code_ended"), packet_id=packet_id)


def _pdf(content: bytes) -> HttpResponse:
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="packet.pdf"'
    answer["Cache-Control"] = "no-store"
    return answer


def _print(request: Request, found: PacketNow) -> HttpResponse:
    lang = found.lang
    note = PrintNote(found.title, as_of=clock.now(), facility="", keep=t("reentry.packet.own", lang=lang))
    code = (paper.code_of(""), t("reentry.packet.code_call", lang=lang))
    return pages.page(request, "reentry/packet_print.html", {"paper": note, "packet": found, "code": code}, lang=lang)
