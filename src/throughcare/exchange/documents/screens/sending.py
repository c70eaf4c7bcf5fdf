"""A summary for the next clinic: what will go and what won't, and why; then sent, and kept as sent. HTTP only."""

from uuid import UUID

from django.http import HttpResponse

from throughcare.access.doors import Request, screen
from throughcare.access.reads.consents import ConsentRow
from throughcare.chart.screens import frame
from throughcare.chart.screens.frame import Again
from throughcare.exchange.documents import policy, sent
from throughcare.exchange.documents.actions.sending import send
from throughcare.exchange.documents.screens.reconcile import saved
from throughcare.exchange.documents.summaries import composing, tables
from throughcare.exchange.documents.summaries.composing import Asked, Composed
from throughcare.exchange.documents.summaries.ips import Envelope
from throughcare.exchange.documents.summaries.lines import name_of, parts
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid, Stale
from throughcare.kernel.ids import uuid7
from throughcare.ui import pages
from throughcare.ui.forms import whole_or_none
from throughcare.ui.shapes import FieldShape, Option, PrintNote
from throughcare.ui.wording import t

LIST = "/people/<uuid:person_id>/summary/"
ONE = LIST + "sent/<uuid:sent_id>/"


def asked_of(request: Request) -> Asked:
    """Read what somebody wants to send, from the page's address or its form."""
    said = request.POST if request.method == "POST" else request.GET
    limit = said.get("limit", "")
    consent = said.get("consent", "")
    try:
        consent_id = UUID(consent) if consent else None
    except ValueError:
        consent_id = None
    rules = {rule.id for rule in tables.sections()}
    return Asked(
        form=said.get("form", "ips") if said.get("form", "ips") in composing.FORMS else "ips",
        basis="consent" if consent_id else said.get("basis", "treatment"),
        consent_id=consent_id,
        recipient=said.get("recipient", "")[:160],
        purpose=said.get("purpose", "treatment"),
        reason=said.get("reason", "")[:400],
        limit_kb=whole_or_none(limit, digits=6) or 0,
        without=frozenset(said.getlist("without")) & rules,
    )


@screen("GET", LIST, policy=policy.SEND, name="send_summary")
def preview(request: Request, person_id: UUID, again: Again | None = None) -> HttpResponse:
    """Show what will go and what won't, and why: to whom, by which right."""
    asked = asked_of(request)
    family = frame.family(request, person_id)
    consents = composing.releases(request.lens, person_id)
    wrong = dict(again.wrong) if again else {}
    composed, size, less = None, 0, None
    try:
        composed = composing.compose(request.lens, request.actor, family, asked)
        written = composing.write(composed, asked, by=request.actor.name)
        size, less = len(written.content), written.left
    except Invalid as refused:
        wrong |= refused.fields
        if composed is None:
            asked = Asked()
            composed = composing.compose(request.lens, request.actor, family, asked)
    context = {
        "asked": asked,
        "mark": composed.mark,
        "parts": parts(composed.chosen, tables.sections()),
        "left": _left(composed),
        "for_size": [(title(s), n) for s, why, n in less or () if why == "size"],
        "statements": composed.chosen.notices,
        "basis": composed.basis,
        "consent": composed.consent,
        "size": size // 1024 + 1,
        "fits": size > 0,
        "choose": _fields(asked, consents, wrong),
        "who": _who(asked, composed, wrong),
        "sections": tables.sections(),
        "sent": sent.of_person(request.lens, family),
        "form_of": lambda form: t(f"summaries.form.{form}"),
    }
    return frame.page(request, person_id, "exchange/documents/send.html", "send_summary", context, again)


def title(section: str) -> str:
    """Give a section's title."""
    return next((rule.title for rule in tables.sections() if rule.id == section), section)


def _left(composed: Composed) -> list[tuple[str, list[tuple[str, list[str]]]]]:
    """Give what does not go: for each reason the sections, each with the words of what stays."""
    found: dict[str, dict[str, list[str]]] = {}
    for one in composed.chosen.left:
        found.setdefault(one.why, {}).setdefault(title(one.section), []).append(one.text)
    return [(why, sorted(by.items())) for why, by in found.items()]


def _fields(asked: Asked, consents: list[ConsentRow], wrong: dict[str, str]) -> list[FieldShape]:
    forms = [Option(form, t(f"summaries.form.{form}")) for form in composing.FORMS]
    rights = [Option(one.id, f"{one.title} ({one.law})") for one in tables.bases() if one.id != "consent"]
    given = [Option("", t("summaries.no_consent"))]
    given += [Option(str(c.id), ": ".join(p for p in (c.title, c.recipient) if p)) for c in consents]
    return [
        FieldShape(
            "form",
            t("summaries.form"),
            "select",
            value=asked.form,
            options=forms,
            required=True,
            error=wrong.get("form", ""),
        ),
        FieldShape(
            "consent",
            t("summaries.consent"),
            "select",
            value=str(asked.consent_id or ""),
            options=given,
            hint=t("summaries.consent_hint"),
            error=wrong.get("consent", ""),
        ),
        FieldShape(
            "basis",
            t("summaries.basis"),
            "select",
            value=asked.basis if asked.basis != "consent" else "treatment",
            options=rights,
            required=True,
            error=wrong.get("basis", ""),
        ),
        FieldShape(
            "limit",
            t("summaries.limit"),
            "text",
            value=str(asked.limit_kb or ""),
            unit="kB",
            hint=t("summaries.limit_hint"),
            error=wrong.get("limit", ""),
        ),
    ]


def _who(asked: Asked, composed: Composed, wrong: dict[str, str]) -> list[FieldShape]:
    named = composed.consent.recipient if composed.consent else ""
    purposes = [Option(one, t(f"summaries.purpose.{one}")) for one in composing.PURPOSES]
    return [
        FieldShape(
            "recipient", t("summaries.recipient"), value=asked.recipient or named, required=True,
            error=wrong.get("recipient", ""),
        ),
        FieldShape(
            "purpose", t("summaries.purpose"), "select", value=asked.purpose, options=purposes, required=True,
            error=wrong.get("purpose", ""),
        ),
        FieldShape("reason", t("summaries.reason"), "textarea", value=asked.reason, rows=2),
    ]  # fmt: skip


@screen("POST", LIST, policy=policy.SEND, name="send_summary")
def send_it(request: Request, person_id: UUID) -> HttpResponse:
    """Write the summary, keep it as it goes, and log the disclosure; what changed since the preview is shown first."""
    asked = asked_of(request)
    family = frame.family(request, person_id)

    def act(intent: UUID | None) -> UUID:
        composed = composing.compose(request.lens, request.actor, family, asked)
        if request.POST.get("mark") != composed.mark:
            raise Stale(t("summaries.changed"))
        named = composed.consent.recipient if composed.consent else ""
        if named and asked.recipient.strip().casefold() != named.strip().casefold():
            words = t("summaries.other_recipient", named=named)
            raise Invalid(words, fields={"recipient": words})
        written = composing.write(composed, asked, by=request.actor.name)
        return send(actor=request.actor, person_id=person_id, asked=asked, written=written, law=composed.basis.law)

    return frame.attempt(
        request,
        act,
        lambda again: preview(request, person_id=person_id, again=again),
        lambda made: frame.go(request, "sent_summary", person_id, t("summaries.kept"), sent_id=made),
    )


@screen("GET", ONE, policy=policy.SEND, name="sent_summary")
def sent_one(request: Request, person_id: UUID, sent_id: UUID) -> HttpResponse:
    """Show what was sent: to whom, by which right, with which notices, and what was left out."""
    found = sent.one(request.lens, frame.family(request, person_id), sent_id)
    context = {
        "row": found.row,
        "law": found.law,
        "notation": found.notation,
        "form": t(f"summaries.form.{found.row.form}"),
        "purpose": t(f"summaries.purpose.{found.row.purpose}"),
        "told": [(title(name), n) for name, n in found.row.told.items()],
        "left": [(title(name), t(f"summaries.why.{why}"), n) for name, why, n in found.row.kept_back],
        "digest": bytes(found.row.digest).hex(),
    }
    return frame.page(request, person_id, "exchange/documents/sent.html", "send_summary", context)


@screen("GET", ONE + "file/", policy=policy.SEND, name="sent_summary_file", log="export")
def sent_file(request: Request, person_id: UUID, sent_id: UUID) -> HttpResponse:
    """Give a document byte for byte as it went, to be saved."""
    found = sent.one(request.lens, frame.family(request, person_id), sent_id)
    ending = composing.ENDINGS[found.row.form]
    return saved(found.content, found.row.media, f"summary-{found.row.id}.{ending}")


@screen("GET", LIST + "print/", policy=policy.SEND, name="print_summary", log="print")
def print_summary(request: Request, person_id: UUID) -> HttpResponse:
    """Show the summary as a sheet of paper, as the preview has it."""
    asked = asked_of(request)
    composed = composing.compose(request.lens, request.actor, frame.family(request, person_id), asked)
    envelope = Envelope(uuid7(), clock.now(), composing.agency_name(), request.actor.name, t("summaries.title"))
    note = PrintNote(envelope.title, as_of=envelope.at, facility=envelope.agency, printed_by=envelope.author)
    context = {
        "paper": note,
        "name": name_of(composed.chosen.patient),
        "born": composed.chosen.patient.get("birthDate", ""),
        "recipient": asked.recipient,
        "statements": composed.chosen.notices,
        "parts": parts(composed.chosen, tables.sections()),
    }
    return pages.page(request, "exchange/documents/print.html", context)
