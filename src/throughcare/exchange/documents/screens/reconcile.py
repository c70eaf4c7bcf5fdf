"""What came from outside beside the chart: item by item into it, known already, or left out. HTTP only."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, screen
from throughcare.chart import actions as chart
from throughcare.chart.screens import frame
from throughcare.chart.screens.frame import Again
from throughcare.exchange.documents import actions, policy, reads
from throughcare.exchange.documents.actions.deciding import REASONS
from throughcare.exchange.documents.ccda.xml import LARGEST
from throughcare.exchange.documents.reading import media
from throughcare.kernel.errors import Invalid
from throughcare.ui import pages
from throughcare.ui.forms import intent_of
from throughcare.ui.shapes import Action, KeyHint, Option
from throughcare.ui.wording import t

LIST = "/people/<uuid:person_id>/outside/"
ONE = LIST + "<uuid:received_id>/"
# Nothing in a document may run, load or reach its surroundings, whatever it holds.
SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"


@screen("GET", LIST, policy=policy.RECONCILE, name="outside_documents")
def documents(request: Request, person_id: UUID) -> HttpResponse:
    """List what other health services wrote of a person, with the place to take one in."""
    return _documents(request, person_id)


@screen("POST", LIST, policy=policy.RECONCILE, name="outside_documents")
def take_in(request: Request, person_id: UUID) -> HttpResponse:
    """Take in a document that somebody brought: a C-CDA file."""

    def act(intent: UUID | None) -> actions.Receipt:
        file = request.FILES.get("file")
        if file is None:
            raise Invalid(t("documents.choose"), fields={"file": t("documents.choose")})
        if file.size is None or file.size > LARGEST:
            raise Invalid(t("documents.too_large"), fields={"file": t("documents.too_large")})
        return actions.receive(
            actor=request.actor,
            intent=intent,
            raw=file.read(),
            name=file.name or "",
            door="page",
            person_id=person_id,
            sure=request.POST.get("sure") == "yes",
        )

    def onward(done: actions.Receipt) -> HttpResponse:
        said = t("documents.came_before") if done.again else t("documents.taken_in")
        if done.again and not any(one.id == done.id for one in _rows(request, person_id)):
            return frame.go(request, "outside_documents", person_id, t("documents.elsewhere"))
        return frame.go(request, "reconcile", person_id, said, received_id=done.id)

    return frame.attempt(request, act, lambda again: _documents(request, person_id, again), onward)


def _rows(request: Request, person_id: UUID) -> list[reads.DocumentRow]:
    return reads.of_person(request.lens, frame.family(request, person_id))


def _documents(request: Request, person_id: UUID, again: Again | None = None) -> HttpResponse:
    context = {
        "rows": _rows(request, person_id),
        "wrong": again.wrong if again else {},
        "kinds": lambda kind: t(f"documents.kind.{kind}"),
    }
    return frame.page(request, person_id, "exchange/documents/list.html", "outside_documents", context, again)


@screen("GET", ONE, policy=policy.RECONCILE, name="reconcile")
def reconcile(request: Request, person_id: UUID, received_id: UUID, again: Again | None = None) -> HttpResponse:
    """Show a document beside the chart, item by item."""
    found = reads.one(request.lens, frame.family(request, person_id), received_id)
    context = {
        "d": found,
        "kind_of": lambda kind: t(f"documents.item.{kind}"),
        "document_kind": t(f"documents.kind.{found.row.kind}"),
        "reasons": [Option("", t("documents.choose_reason")), *(Option(r, t(f"documents.why.{r}")) for r in REASONS)],
        "reason_of": reason_of,
        "wrong": again.wrong if again else {},
        "wrong_at": again.typed.get("said", "") if again else "",
        "differs": [t(f"documents.differs.{one}") for one in found.differs],
        "keys": [
            KeyHint("j k", t("documents.key.move")),
            KeyHint("a", t("documents.accept")),
            KeyHint("g", t("documents.known")),
            KeyHint("l", t("documents.leave")),
        ],
    }
    return frame.page(request, person_id, "exchange/documents/reconcile.html", "outside_documents", context, again)


def reason_of(why: str) -> str:
    """Give a reason in words."""
    code, _, words = why.partition(": ")
    said = t(f"documents.why.{code}") if code in REASONS else code
    return f"{said}: {words}" if words else said


@screen("POST", ONE, policy=policy.RECONCILE, name="reconcile")
def decide(request: Request, person_id: UUID, received_id: UUID) -> HttpResponse:
    """Decide on one item, or on all that the chart was found to hold already; or take a decision back."""
    family = frame.family(request, person_id)
    found = reads.one(request.lens, family, received_id)
    verb = request.POST.get("verb", "")
    shown = {str(row.id): row for group in found.groups for row in group.rows}

    def act(intent: UUID | None) -> str:
        if verb == "known_all":
            return _all_known(request, found, person_id)
        row = shown.get(request.POST.get("said", ""))
        if row is None:
            raise Invalid(t("documents.not_here"))
        about: dict[str, Any] = {
            "actor": request.actor,
            "intent": intent,
            "person_id": reads.whose_item(request.lens, family, row.id),
            "said_id": row.id,
            "version": frame.version_of(request),
        }
        if verb == "accept":
            return t(f"documents.said.{actions.accept(**about)}")
        if verb == "known":
            actions.is_known(**about)
        elif verb == "reject":
            actions.reject(**about, why=request.POST.get("why", ""), words=request.POST.get("words", ""))
        elif verb == "reopen":
            actions.reopen(**about)
        else:
            raise Invalid(t("documents.not_here"))
        return t(f"documents.said.{verb}")

    return frame.attempt(
        request,
        act,
        lambda again: reconcile(request, person_id=person_id, received_id=received_id, again=again),
        lambda words: _onward(request, person_id, received_id, found, words),
    )


def _all_known(request: Request, found: reads.DocumentView, person_id: UUID) -> str:
    """Say of each item that was shown as standing in the chart that it does; one that changed since is left to be looked at."""
    asked = set(request.POST.getlist("each"))
    family = frame.family(request, person_id)
    rows = [row for row in found.known if f"{row.id} {row.version}" in asked]
    for row in rows:
        owner = reads.whose_item(request.lens, family, row.id)
        actions.is_known(actor=request.actor, person_id=owner, said_id=row.id, version=row.version)
    return t("documents.said.known_all", n=len(rows))


def _onward(
    request: Request, person_id: UUID, received_id: UUID, found: reads.DocumentView, words: str
) -> HttpResponse:
    address = reverse("reconcile", kwargs={"person_id": person_id, "received_id": received_id})
    rows = [row for group in found.groups for row in group.rows]
    at = next((n for n, row in enumerate(rows) if str(row.id) == request.POST.get("said", "")), None)
    verb = request.POST.get("verb", "")
    undo = None
    if at is not None and verb != "reopen":
        row = rows[at]
        back = reverse("reconcile_undo", kwargs={"person_id": person_id, "said_id": row.id})
        undo = Action(t("chart.undo"), back, "post")
    following = [row for row in rows[(at or 0) + 1 :] if row.state == "open"] if at is not None else []
    mark = f"#item-{following[0].n}" if following else ""
    return pages.then(request, address + mark, words, undo=undo)


@screen("POST", LIST + "items/<uuid:said_id>/undo/", policy=policy.RECONCILE, name="reconcile_undo")
def undo(request: Request, person_id: UUID, said_id: UUID) -> HttpResponse:
    """Take back what was just decided, and what it put into the chart."""
    row = reads.said(request.lens, frame.family(request, person_id), said_id)
    actions.reopen(
        actor=request.actor,
        intent=intent_of(request),
        person_id=row.person_id,
        said_id=row.id,
        version=row.version,
    )
    address = reverse("reconcile", kwargs={"person_id": person_id, "received_id": row.document_id})
    return pages.then(request, f"{address}#item-{row.n}", t("documents.said.reopen"))


@screen("GET", ONE + "file/", policy=policy.RECONCILE, name="outside_file", log="export")
def file(request: Request, person_id: UUID, received_id: UUID) -> HttpResponse:
    """Give a document as it came, to be saved; nothing in it runs here."""
    row = reads.raw(request.lens, frame.family(request, person_id), received_id)
    kind, ending = media(bytes(row.raw))
    return saved(bytes(row.raw), kind, f"document-{row.id}.{ending}")


@screen("POST", ONE + "keep/", policy=policy.RECONCILE, name="keep_attached")
def keep_attached(request: Request, person_id: UUID, received_id: UUID) -> HttpResponse:
    """Keep the file that a document carries among the chart's documents."""
    family = frame.family(request, person_id)
    found = reads.one(request.lens, family, received_id)

    def act(intent: UUID | None) -> UUID:
        if found.attached is None or not found.attached.content or found.hidden:
            raise Invalid(t("documents.no_file"))
        return chart.attach(
            actor=request.actor,
            intent=intent,
            person_id=person_id,
            content=found.attached.content,
            kind="outside_record",
            title=(found.row.title or t(f"documents.kind.{found.row.kind}"))[:160],
        )

    return frame.attempt(
        request,
        act,
        lambda again: reconcile(request, person_id=person_id, received_id=received_id, again=again),
        lambda _: frame.go(request, "chart_documents", person_id, t("chart.document_kept")),
    )


def saved(content: bytes, media: str, name: str) -> HttpResponse:
    """Give bytes to be saved, in a sandbox of their own."""
    return HttpResponse(
        content,
        content_type=media,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Security-Policy": SANDBOX,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )
