"""A small site for the browser tests of the furniture: the gallery, and a page whose form saves itself."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from throughcare.ui.gallery import gallery
from throughcare.ui.pages import page

saved: list[dict[str, str]] = []
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


urlpatterns = [path("gallery/", gallery), path("form/", form), path("save/", save, name="save")]
