"""Notes: a draft that saves itself, a signature, words added, a second signature. HTTP only."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, screen
from throughcare.chart import actions, policy, reads
from throughcare.chart.screens import frame
from throughcare.chart.screens.frame import ONE, Again
from throughcare.chart.views import summary
from throughcare.kernel.errors import Invalid, Refused
from throughcare.kernel.vocabulary import Verb
from throughcare.ui.forms import intent_of
from throughcare.ui.shapes import KeyHint
from throughcare.ui.wording import t

NOTE = ONE + "notes/<uuid:note_id>/"


@screen("GET", ONE + "notes/", policy=policy.READ, name="chart_notes")
def notes(request: Request, person_id: UUID) -> HttpResponse:
    """List the notes, newest first, with the reader's own drafts above."""
    found, kinds = reads.notes(request.lens, frame.family(request, person_id)), _kinds(request, person_id)
    context = {
        "drafts": [n for n in found if n.status == "draft"],
        "notes": [n for n in found if n.status != "draft"],
        "kinds": [k for k in kinds if k.everyday],
        "clock_kinds": [k for k in kinds if not k.everyday],
        "titles": summary.note_titles(),
    }
    return frame.page(request, person_id, "chart/notes.html", "chart_notes", context)


@screen("POST", ONE + "notes/", policy=policy.WRITE, name="chart_notes")
def begin(request: Request, person_id: UUID) -> HttpResponse:
    """Begin a note of a kind: an empty draft, its author's alone."""
    kind = next((k for k in _kinds(request, person_id) if k.id == request.POST.get("kind", "")), None)
    if kind is None:
        raise Invalid("Choose a kind of note from the list. Nothing was begun.")
    begun = actions.draft_note(
        actor=request.actor,
        intent=intent_of(request),
        person_id=person_id,
        kind=kind.id,
        title=kind.title,
        text="",
        data_class=kind.data_class,
    )
    return frame.go(request, "chart_note", person_id, "", note_id=begun)


@screen("GET", NOTE, policy=policy.READ, name="chart_note")
def note(request: Request, person_id: UUID, note_id: UUID) -> HttpResponse:
    """Show a note: its author's draft to write, or the signed words with what was added."""
    return _note(request, person_id, note_id)


@screen("POST", NOTE, policy=policy.WRITE, name="chart_note")
def save(request: Request, person_id: UUID, note_id: UUID) -> HttpResponse:
    """Keep what was typed so far; a page that somebody overtook keeps its words and says so."""
    if not request.headers.get("X-Autosave"):
        return frame.attempt(
            request,
            lambda intent: _keep(request, person_id, note_id, intent),
            lambda again: _note(request, person_id, note_id, again),
            lambda _: frame.go(request, "chart_note", person_id, t("chart.note_saved"), note_id=note_id),
        )
    try:
        version = _keep(request, person_id, note_id, intent_of(request))
    except Refused as refused:
        return HttpResponse(status=refused.status, headers={"X-Sentence": refused.sentence})
    return HttpResponse(status=204, headers={"X-Version": str(version)})


@screen("POST", NOTE + "sign/", policy=policy.WRITE, name="chart_note_sign")
def sign(request: Request, person_id: UUID, note_id: UUID) -> HttpResponse:
    """Keep the last words and sign them: from now on they stay as they are."""

    def act(intent: UUID | None) -> None:
        version = _keep(request, person_id, note_id, None)
        actions.sign_note(
            actor=request.actor,
            intent=intent,
            person_id=person_id,
            note_id=note_id,
            version=version,
            ask_cosign=request.POST.get("ask_cosign") == "yes",
        )

    return frame.attempt(
        request,
        act,
        lambda again: _note(request, person_id, note_id, again),
        lambda _: frame.go(request, "chart_note", person_id, t("chart.note_signed"), note_id=note_id),
    )


@screen("POST", NOTE + "add/", policy=policy.WRITE, name="chart_note_add")
def add(request: Request, person_id: UUID, note_id: UUID) -> HttpResponse:
    """Add signed words to a signed note."""

    def act(intent: UUID | None) -> UUID:
        text = request.POST.get("addendum", "")
        if not text.strip():
            raise Invalid("Nothing was added yet.", fields={"addendum": "Write what you want to add."})
        return actions.addend_note(actor=request.actor, intent=intent, person_id=person_id, note_id=note_id, text=text)

    return frame.attempt(
        request,
        act,
        lambda again: _note(request, person_id, note_id, again),
        lambda _: frame.go(request, "chart_note", person_id, t("chart.note_added"), note_id=note_id),
    )


@screen("POST", NOTE + "cosign/", policy=policy.WRITE, name="chart_note_cosign")
def cosign(request: Request, person_id: UUID, note_id: UUID) -> HttpResponse:
    """Co-sign another's note, as it stood when it was read."""
    actions.cosign_note(
        actor=request.actor,
        intent=intent_of(request),
        person_id=person_id,
        note_id=note_id,
        version=frame.version_of(request),
    )
    return frame.go(request, "chart_note", person_id, t("chart.note_cosigned"), note_id=note_id)


def _keep(request: Request, person_id: UUID, note_id: UUID, intent: UUID | None) -> int:
    title = request.POST.get("title", "").strip()
    if not title:
        raise Invalid("The note has no title yet. Your words are kept on the page.", fields={"title": "Name the note."})
    row = reads.note(request.lens, frame.family(request, person_id), note_id)[0]
    actions.draft_note(
        actor=request.actor,
        intent=intent,
        person_id=person_id,
        kind=row.kind,
        title=title[:160],
        text=request.POST.get("text", "")[:100_000],
        note_id=note_id,
        version=frame.version_of(request),
    )
    return reads.note(request.lens, frame.family(request, person_id), note_id)[0].version


def _note(request: Request, person_id: UUID, note_id: UUID, again: Again | None = None) -> HttpResponse:
    row, added = reads.note(request.lens, frame.family(request, person_id), note_id)
    mine = row.recorder_id == request.lens.user_id
    context = {
        "note": row,
        "added": added,
        "kind": summary.note_titles().get(row.kind, row.kind),
        "writes": row.status == "draft" and mine,
        "may_cosign": row.status == "signed" and not mine and row.addends_id is None,
        "fields": frame.fields("note", again or Again({"title": row.title, "text": row.text})),
        "addendum": frame.fields("addendum", again),
        "here": reverse("chart_note", kwargs={"person_id": person_id, "note_id": note_id}),
        "keys": [KeyHint("s", "sign")] if row.status == "draft" else [],
    }
    return frame.page(request, person_id, "chart/note.html", "chart_notes", context, again)


def _kinds(request: Request, person_id: UUID) -> list[summary.NoteKind]:
    """Give the kinds of notes that this author may write."""
    return [
        kind
        for kind in summary.note_kinds()
        if request.lens.may(Verb.WRITE, kind.data_class, person_id=person_id)
        and (not kind.roles or request.lens.role.value in kind.roles)
    ]
