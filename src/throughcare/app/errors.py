"""Pages for what goes wrong before any room is reached."""

from django.http import HttpRequest, HttpResponse

from throughcare.ui import pages


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form was too old, or came from elsewhere."""
    return pages.problem(request, 403, happened="This form is too old, or cookies are switched off.")
