"""Documents: scans, photographed slips and letters, kept in the database and shown through this door alone. HTTP only."""

from uuid import UUID

from django.http import HttpResponse

from throughcare.access.doors import Request, screen
from throughcare.chart import actions, policy, reads
from throughcare.chart.actions.attachments import CAP
from throughcare.chart.screens import frame
from throughcare.chart.screens.frame import ONE, Again
from throughcare.chart.views.fields import DOCUMENTS as KINDS
from throughcare.kernel.errors import Invalid
from throughcare.ui.wording import t

ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "application/pdf": "pdf"}
# Nothing in a document may run, load or reach its surroundings, whatever it holds.
SANDBOX = "sandbox; default-src 'none'; img-src 'self'; frame-ancestors 'none'"


@screen("GET", ONE + "documents/", policy=policy.READ, name="chart_documents")
def documents(request: Request, person_id: UUID) -> HttpResponse:
    """List the documents, with the place to add one."""
    return _documents(request, person_id)


@screen("POST", ONE + "documents/", policy=policy.WRITE, name="chart_documents")
def add(request: Request, person_id: UUID) -> HttpResponse:
    """Keep a document: a picture or a PDF of at most 10 MB."""

    def act(intent: UUID | None) -> UUID:
        file = request.FILES.get("file")
        title, kind = request.POST.get("title", "").strip(), request.POST.get("kind", "")
        wrong = {} if title else {"title": "Say what it is."}
        if kind not in KINDS:
            wrong["kind"] = "Choose a kind from the list."
        if file is None:
            wrong["file"] = "Choose a file."
        elif file.size is None or file.size > CAP:
            wrong["file"] = "This file is larger than 10 MB. Scan it at a lower resolution."
        if wrong or file is None:
            raise Invalid("Nothing was kept yet.", fields=wrong)
        return actions.attach(
            actor=request.actor, intent=intent, person_id=person_id, content=file.read(), kind=kind, title=title
        )

    return frame.attempt(
        request,
        act,
        lambda again: _documents(request, person_id, again),
        lambda _: frame.go(request, "chart_documents", person_id, t("chart.document_kept")),
    )


@screen("GET", ONE + "documents/<uuid:document_id>/", policy=policy.READ, name="chart_document")
def document(request: Request, person_id: UUID, document_id: UUID) -> HttpResponse:
    """Give one document's bytes, in a sandbox of its own; pictures are shown, everything else is saved."""
    row, blob = reads.attachment(request.lens, frame.family(request, person_id), document_id)
    way = "inline" if blob.media.startswith("image/") else "attachment"
    return HttpResponse(
        bytes(blob.content),
        content_type=blob.media,
        headers={
            "Content-Disposition": f'{way}; filename="document-{row.id}.{ENDINGS[blob.media]}"',
            "Content-Security-Policy": SANDBOX,
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "no-store",
        },
    )


def _documents(request: Request, person_id: UUID, again: Again | None = None) -> HttpResponse:
    rows = reads.attachments(request.lens, frame.family(request, person_id))
    context = {
        "rows": rows,
        "kinds": {kind: t(f"chart.document.{kind}") for kind in KINDS},
        "fields": frame.fields("document", again),
        "wrong_file": again.wrong.get("file", "") if again else "",
    }
    return frame.page(request, person_id, "chart/documents.html", "chart_documents", context, again)
