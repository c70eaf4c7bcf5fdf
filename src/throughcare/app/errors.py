"""Pages for what goes wrong before any room is reached."""

from django.http import HttpRequest, HttpResponse

from throughcare.ui import pages


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form was too old, or came from elsewhere."""
    return pages.problem(request, 403, happened="This form is too old, or cookies are switched off.")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that what was sent can't be read."""
    return pages.problem(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that this is not for the reader."""
    return pages.problem(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that there is no such page."""
    return pages.problem(request, 404)


def failed(request: HttpRequest) -> HttpResponse:
    """Say that we failed, in a page of ours; in bare words where even that can't be made."""
    try:
        return pages.problem(request, 500)
    except Exception:  # noqa: BLE001  (the page of errors must not fail; the first failure is logged already)
        words = "Something failed on our side. What you sent may not be saved: go back, copy it, and try again.\n"
        return HttpResponse(words, status=500, content_type="text/plain; charset=utf-8")
