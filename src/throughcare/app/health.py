"""Whether the house lives, and whether it may be asked: for whoever watches it from outside. No data, no cookies."""

from __future__ import annotations

import socket

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse

from throughcare.access import policy
from throughcare.access.doors import screen
from throughcare.kernel.ports import unfilled


@screen("GET", "/healthz", policy=policy.PUBLIC, name="healthz")
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer that this process lives, whatever else does not."""
    return HttpResponse("alive\n", content_type="text/plain")


@screen("GET", "/readyz", policy=policy.PUBLIC, name="readyz")
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when pages can be served and, in the demonstration, messages taken; else 503 and what is missing."""
    missing = [what for what, there in _parts() if not there]
    if missing:
        answer = HttpResponse(f"not ready: {', '.join(missing)}\n", content_type="text/plain", status=503)
        answer._has_been_logged = True  # type: ignore[attr-defined]  # being asked too early is no error
        return answer
    return HttpResponse("ready\n", content_type="text/plain")


def _parts() -> list[tuple[str, bool]]:
    parts = [("database", _database_answers()), ("wiring", not unfilled())]
    if settings.CONFIG.listens:
        parts.append(("HL7 listener", _listens(settings.CONFIG.mllp_port)))
    return parts


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
