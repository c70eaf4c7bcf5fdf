"""The exceptions board: messages that wait for somebody, each explained, repaired and tried again. HTTP only."""

from datetime import datetime, timedelta
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, saw, screen
from throughcare.custody import actions as custody
from throughcare.exchange import policy, reads
from throughcare.exchange.documents import policy as documents
from throughcare.exchange.documents.reads import number_held
from throughcare.exchange.hl7v2 import actions
from throughcare.kernel.errors import Invalid
from throughcare.people import reads as people
from throughcare.ui import pages
from throughcare.ui.forms import intent_of
from throughcare.ui.shapes import FieldError, FieldShape, Option, PageKeys, Section

BOARD = "/exceptions/"
ONE = "/exceptions/<uuid:message_id>/"
SHOWN = {"held": "Waiting", "asking": "To settle", "refused": "Refused", "applied": "Applied"}


@screen("GET", "/messages/", policy=policy.COUNTS, name="messages")
def messages(request: Request) -> HttpResponse:
    """Show how many messages came and what became of them; nothing of any of them."""
    context = {
        "all": reads.counts(request.lens),
        "day": reads.counts(request.lens, since=timedelta(days=1)),
        "board": policy.BOARD.allows(request.lens),
    }
    return pages.page_or_fragment(request, "exchange/messages.html", "counts", context)


@screen("GET", BOARD, policy=policy.BOARD, name="exceptions")
def board(request: Request) -> HttpResponse:
    """Show what waits, longest first; what was refused and applied one tab away."""
    show = request.GET.get("show", "held")
    show = show if show in SHOWN else "held"
    found = reads.board(request.lens, show=show, before=_moment(request.GET.get("from", "")))
    saw(request, *(row.person_id for row in found.rows if row.person_id))
    older = f"{BOARD}?show={show}&from={found.older.isoformat().replace('+', '%2B')}" if found.older else ""
    context = {
        "show": show,
        "rows": found.rows,
        "tabs": _tabs(request, show),
        "pages": PageKeys(len(found.rows), older=older, noun="message" if len(found.rows) == 1 else "messages"),
    }
    return pages.page_or_fragment(request, "exchange/board.html", "rows", context)


@screen("GET", BOARD + "files/", policy=policy.BOARD, name="exception_files")
def files(request: Request) -> HttpResponse:
    """Show what came by the file door, and what became of its parts."""
    rows, older = reads.files(request.lens, before=_moment(request.GET.get("from", "")))
    address = f"{BOARD}files/?from={older.isoformat().replace('+', '%2B')}" if older else ""
    context = {
        "rows": rows,
        "tabs": _tabs(request, "files"),
        "pages": PageKeys(len(rows), older=address, noun="file" if len(rows) == 1 else "files"),
    }
    return pages.page(request, "exchange/files.html", context)


@screen("GET", ONE, policy=policy.BOARD, name="exception")
def message(request: Request, message_id: UUID) -> HttpResponse:
    """Show one message with its fields named, what is wrong marked, and what can be done."""
    return _one(request, message_id)


@screen("POST", ONE + "replay/", policy=policy.BOARD, name="exception_replay")
def replay(request: Request, message_id: UUID) -> HttpResponse:
    """Try the message again."""
    receipt = actions.replay_message(actor=request.actor, intent=intent_of(request), message_id=message_id)
    return _after(request, receipt)


@screen("POST", ONE + "dismiss/", policy=policy.BOARD, name="exception_dismiss")
def dismiss(request: Request, message_id: UUID) -> HttpResponse:
    """Take the message off the board, with the reason."""
    why = request.POST.get("why", "")
    try:
        actions.dismiss_message(actor=request.actor, intent=intent_of(request), message_id=message_id, why=why)
    except Invalid as refused:
        return _one(request, message_id, refused=refused, why=why)
    return pages.then(request, BOARD, "Dismissed. The message and your reason are kept.")


@screen("POST", ONE + "correct/", policy=policy.CORRECT, name="exception_correct")
def correct(request: Request, message_id: UUID) -> HttpResponse:
    """Keep a corrected wording beside what came, and try the message by it."""
    reads.message(request.lens, message_id)
    text, why = request.POST.get("text", ""), request.POST.get("why_corrected", "")
    try:
        raw = _bytes(text, reads.codec_of(request.lens, message_id))
        receipt = actions.correct_message(
            actor=request.actor, intent=intent_of(request), message_id=message_id, raw=raw, why=why
        )
    except Invalid as refused:
        fields = {{"why": "why_corrected"}.get(name, name): words for name, words in refused.fields.items()}
        return _one(request, message_id, refused=Invalid(refused.sentence, fields=fields), text=text, corrected=why)
    return _after(request, receipt)


@screen("POST", ONE + "place/", policy=policy.BOARD, name="exception_place")
def place(request: Request, message_id: UUID) -> HttpResponse:
    """Say which facility a place's name means, now and from now on, and try all messages that wait for it."""
    shown = reads.message(request.lens, message_id)
    chosen = next((one for one in shown.facilities if str(one.id) == request.POST.get("facility", "")), None)
    if chosen is None or not shown.place_code:
        sentence = "Choose the facility that is meant."
        return _one(request, message_id, refused=Invalid(sentence, fields={"facility": sentence}))
    custody.name_place(actor=request.actor, intent=intent_of(request), facility_id=chosen.id, code=shown.place_code)
    done = actions.retry_place(actor=request.actor, code=shown.place_code)
    return pages.then(request, BOARD, f"Named. {done} waiting messages could be applied.")


@screen("POST", ONE + "person/", policy=policy.IDENTIFY, name="exception_person")
def person(request: Request, message_id: UUID) -> HttpResponse:
    """Say whom the message is about: somebody who is here."""
    try:
        chosen = UUID(request.POST.get("person", ""))
    except ValueError:
        sentence = "Choose the person whom the message is about."
        return _one(request, message_id, refused=Invalid(sentence, fields={"person": sentence}))
    receipt = actions.name_person(
        actor=request.actor, intent=intent_of(request), message_id=message_id, person_id=chosen
    )
    return _after(request, receipt)


@screen("POST", ONE + "register/", policy=policy.IDENTIFY, name="exception_register")
def register(request: Request, message_id: UUID) -> HttpResponse:
    """Open a chart with what the message says."""
    receipt = actions.register_person(actor=request.actor, intent=intent_of(request), message_id=message_id)
    return _after(request, receipt)


@screen("POST", ONE + "order/", policy=policy.SETTLE, name="exception_order")
def order(request: Request, message_id: UUID) -> HttpResponse:
    """Say which order the results of this message answer."""
    reads.message(request.lens, message_id)
    offered = {str(one) for one, _ in reads.open_orders(request.lens, message_id)}
    chosen = request.POST.get("order", "")
    if chosen not in offered:
        sentence = "Choose the order that it answers."
        return _one(request, message_id, refused=Invalid(sentence, fields={"order": sentence}))
    actions.link_result(actor=request.actor, intent=intent_of(request), message_id=message_id, order_id=UUID(chosen))
    return pages.then(request, f"{BOARD}?show=asking", "Linked. The order is done where the result is finished.")


@screen("POST", ONE + "settle/", policy=policy.SETTLE, name="exception_settle")
def settle(request: Request, message_id: UUID) -> HttpResponse:
    """Say that nothing more is wanted of this message, with the reason."""
    reads.message(request.lens, message_id)
    why = request.POST.get("settled", "")
    try:
        actions.settle_asking(actor=request.actor, intent=intent_of(request), message_id=message_id, why=why)
    except Invalid as refused:
        return _one(request, message_id, refused=refused, settled=why)
    return pages.then(request, f"{BOARD}?show=asking", "Settled. The message and your reason are kept.")


def _tabs(request: Request, current: str) -> list[Section]:
    number = reads.by_tab(request.lens)
    tabs = [
        Section(title, f"{BOARD}?show={key}", "current" if key == current else "open", str(number.get(key, 0)))
        for key, title in SHOWN.items()
    ]
    if documents.HELD.allows(request.lens):
        tabs.append(Section("Documents", f"{BOARD}documents/", "open", str(number_held(request.lens))))
    return [*tabs, Section("Files", f"{BOARD}files/", "current" if current == "files" else "open")]


def _one(
    request: Request,
    message_id: UUID,
    *,
    refused: Invalid | None = None,
    why: str = "",
    text: str = "",
    corrected: str = "",
    settled: str = "",
) -> HttpResponse:
    shown = reads.message(request.lens, message_id)
    if shown.row.person_id:
        saw(request, shown.row.person_id)
    by_number = shown.hold in ("two_people", "other_person")
    words = request.GET.get("who", shown.row.number if by_number else shown.family)
    may_identify = policy.IDENTIFY.allows(request.lens) and shown.row.status == "held" and shown.hold in _ABOUT_WHOM
    cards = people.search(request.lens, words, limit=8).cards if may_identify and words.strip() else []
    saw(request, *(card.person_id for card in cards))
    wrong = refused.fields if refused else {}
    context = {
        "shown": shown,
        "errors": [FieldError(name, sentence) for name, sentence in wrong.items()],
        "may_identify": may_identify,
        "words": words,
        "cards": cards,
        "wrong": wrong,
        "facility": FieldShape(
            "facility",
            "Facility",
            "select",
            options=[Option("", "Choose"), *(Option(str(one.id), one.name) for one in shown.facilities)],
            required=True,
            error=wrong.get("facility", ""),
        ),
        "may_correct": policy.CORRECT.allows(request.lens) and shown.row.status == "held",
        "corrected": [
            FieldShape(
                "text",
                "What it should say, a segment a line",
                "textarea",
                value=text or shown.text,
                rows=10,
                width="full",
                required=True,
                error=wrong.get("text", ""),
            ),
            FieldShape(
                "why_corrected",
                "Why",
                value=corrected,
                required=True,
                error=wrong.get("why_corrected", ""),
                width="full",
            ),
        ],
        "may_settle": bool(shown.asks) and policy.SETTLE.allows(request.lens),
        "orders": reads.open_orders(request.lens, message_id) if shown.asks == "order" else [],
        "settled": FieldShape(
            "settled", "Reason", value=settled, required=True, width="full", error=wrong.get("settled", "")
        ),
        "why": FieldShape("why", "Reason", "textarea", value=why, rows=2, required=True, error=wrong.get("why", "")),
    }
    return pages.page(request, "exchange/message.html", context, status=422 if refused else 200)


_ABOUT_WHOM = frozenset({"unknown_person", "two_people", "other_person", "out_of_order"})


def _after(request: Request, receipt: actions.Receipt) -> HttpResponse:
    if receipt.status == "applied":
        return pages.then(request, BOARD, "Applied.")
    address = reverse("exception", kwargs={"message_id": receipt.message_id})
    return pages.then(request, address, "Tried again; it still waits. The reason is shown.")


def _bytes(text: str, codec: str) -> bytes:
    lines = [line.strip("\r") for line in text.replace("\r\n", "\n").split("\n")]
    try:
        return "".join(f"{line}\r" for line in lines if line.strip()).encode(codec)
    except UnicodeEncodeError as error:
        sign = error.object[error.start]
        raise Invalid(
            "One sign can't be written in this message's character set. Nothing was changed; what you typed is kept.",
            fields={"text": f"Write [{sign}] otherwise: the message came as {codec}."},
        ) from None


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None
