"""Notes that their author alone reads: one page for all of it, so that no address and no log tells whether there is one. HTTP only."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from throughcare.access.doors import Request, screen
from throughcare.chart import actions, policy
from throughcare.chart import own_notes as reads
from throughcare.chart.screens import frame
from throughcare.chart.screens.frame import ONE, Again
from throughcare.kernel.errors import Invalid, NotFound, Refused
from throughcare.ui.forms import id_of, intent_of
from throughcare.ui.shapes import FieldShape, KeyHint
from throughcare.ui.wording import t

OWN = ONE + "own-notes/"


@screen("GET", OWN, policy=policy.OWN_NOTES, name="own_notes")
def own_notes(request: Request, person_id: UUID, again: Again | None = None) -> HttpResponse:
    """Show one's own drafts to write and one's own signed notes; of anybody else's nothing, not even that there is one."""
    kind = reads.kind_of(request.lens.role)
    before = id_of(request.GET["before"], _gone()) if request.GET.get("before") else None
    found, older = reads.of_author(request.lens, frame.family(request, person_id), before=before)
    typed_of = (again.typed.get("note", "") if again else "") or request.GET.get("note", "")
    here = reverse("own_notes", kwargs={"person_id": person_id})
    context = {
        "kind": kind,
        "drafts": [(n, _fields(n, again, typed_of)) for n in found if n.draft],
        "notes": [n for n in found if not n.draft],
        "of": typed_of,
        "here": here,
        "older": f"{here}?before={older}" if older else "",
        "elsewhere": {"psych": "chart_notes", "sud": "programme_record"}[kind.role.value],
        "keys": [KeyHint("s", "sign")] if any(n.draft for n in found) else [KeyHint("n", "begin")],
    }
    return frame.page(request, person_id, "chart/own_notes.html", "own_notes", context, again)


@screen("POST", OWN, policy=policy.OWN_NOTES, name="own_notes")
def write(request: Request, person_id: UUID) -> HttpResponse:
    """Begin a draft, keep it, sign it, or add words to what is signed."""
    if request.headers.get("X-Autosave"):
        try:
            version = _keep(request, person_id, intent_of(request))
        except Refused as refused:
            return HttpResponse(status=refused.status, headers={"X-Sentence": refused.sentence})
        return HttpResponse(status=204, headers={"X-Version": str(version)})
    verb = request.POST.get("verb", "")

    def act(intent: UUID | None) -> str:
        if verb == "begin":
            actions.draft_own_note(actor=request.actor, intent=intent, person_id=person_id, text="")
            return ""
        if verb == "add":
            text = request.POST.get("addendum", "")
            actions.add_to_own_note(
                actor=request.actor, intent=intent, person_id=person_id, note_id=_note(request), text=text
            )
            return t("chart.note_added")
        if verb != "sign":
            _keep(request, person_id, intent)
            return t("chart.own_saved")
        version = _keep(request, person_id, None)
        actions.sign_own_note(
            actor=request.actor, intent=intent, person_id=person_id, note_id=_note(request), version=version
        )
        return t("chart.note_signed")

    return frame.attempt(
        request,
        act,
        lambda again: own_notes(request, person_id=person_id, again=again),
        lambda said: frame.go(request, "own_notes", person_id, said),
    )


def _keep(request: Request, person_id: UUID, intent: UUID | None) -> int:
    """Keep what was typed of a draft; gives the version that it has now."""
    note = _note(request)
    on = frame.day(request.POST.get("on", ""), "on")
    if on is None:
        raise Invalid("Write the day of the conversation.", fields={"on": "Write a date."})
    actions.draft_own_note(
        actor=request.actor,
        intent=intent,
        person_id=person_id,
        text=request.POST.get("text", ""),
        on=on,
        note_id=note,
        version=frame.version_of(request),
    )
    return frame.version_of(request) + 1


def _note(request: Request) -> UUID:
    return id_of(request.POST.get("note", ""), _gone())


def _gone() -> NotFound:
    return NotFound("There is no such note of yours here.")


def _fields(note: reads.Own, again: Again | None, typed_of: str) -> list[FieldShape]:
    kept = Again({"on": note.on.isoformat(), "text": note.text})
    return frame.fields("own_note", again if again and typed_of == str(note.id) else kept)
