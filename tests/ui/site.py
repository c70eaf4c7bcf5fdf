"""A small site for the browser tests of the furniture: the gallery, and a page whose form saves itself."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from throughcare.ui.gallery import gallery
from throughcare.ui.pages import page, page_or_fragment
from throughcare.ui.shapes import BoardRow, FieldError, FieldShape

saved: list[dict[str, str]] = []
asked: list[str] = []
broken: list[int] = []  # statuses to answer with before saving works again


def save(request: HttpRequest) -> HttpResponse:
    """Save, or fail as told; keep each intent once, as actions do."""
    if broken:
        return HttpResponse(status=broken.pop(0), headers={"X-Sentence": "Pulse: write a number from 20 to 250."})
    posted = {key: str(value) for key, value in request.POST.items() if key != "csrfmiddlewaretoken"}
    if posted["intent"] not in {one["intent"] for one in saved}:
        saved.append(posted)
    return HttpResponse("<p>COWS scheduled, due 22:30</p>", headers={"X-Version": str(len(saved) + 1)})


def form(request: HttpRequest) -> HttpResponse:
    """Show a form that saves itself."""
    return page(request, "tests/autosave.html")


def refused(request: HttpRequest) -> HttpResponse:
    """Show a page of rows that was refused: its summary names fields that stand under other ids, folded, or with their sentence."""
    errors = [
        FieldError("why", "Write what is wrong."),
        FieldError("tier", "Say how much contact there is."),
        FieldError("known", "Say by what you know the person."),
        FieldError("", "The shift can't close yet."),
    ]
    own = FieldShape("photo", "Photo seen", error="Say by what you know the person.")
    return page(request, "tests/refused.html", {"errors": errors, "own": own})


def board(request: HttpRequest) -> HttpResponse:
    """Show a wall display that asks for its rows again, or fail as told."""
    if broken:
        return HttpResponse("<p>Broken</p>", status=broken.pop(0))
    rows = [BoardRow("A-114", f"Asked {len(asked)} times")]
    asked.append(request.path)
    context = {"board_title": "Unit B", "board_url": "/board/", "rows": rows}
    return page_or_fragment(request, "ui/gallery/board.html", "board", context)


urlpatterns = [
    path("board/", board),
    path("gallery/", gallery),
    path("form/", form),
    path("save/", save, name="save"),
    path("rows/2/", refused),
]
