"""The public site served by the app: the very bytes that `throughcare publish` writes."""

import hashlib
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

from throughcare.access.doors import screen
from throughcare.kernel import content
from throughcare.kernel.errors import NotFound
from throughcare.public import policy
from throughcare.public.site import POLICY, Site, media

INDEX = "index.html"


@screen("GET", "/public/", policy=policy.EVERYBODY, name="public")
def front(request: HttpRequest) -> HttpResponse:
    """Show the first page."""
    return _answer(request, INDEX)


@screen("GET", "/public/<path:path>", policy=policy.EVERYBODY, name="public-file")
def file(request: HttpRequest, path: str) -> HttpResponse:
    """Show a page or give a file."""
    return _answer(request, path)


@screen("GET", "/robots.txt", policy=policy.EVERYBODY, name="robots")
def robots(request: HttpRequest) -> HttpResponse:
    """Tell search engines what they may read: nothing of a demonstration, only the public site of an agency."""
    demonstration = _site().demonstration
    allowed = "" if demonstration else "Allow: /public/\n"
    return HttpResponse(f"User-agent: *\n{allowed}Disallow: /\n", content_type="text/plain; charset=utf-8")


def _answer(request: HttpRequest, path: str) -> HttpResponse:
    site = _site()
    try:
        body = site.body(path)
    except KeyError:
        raise NotFound("There is no such page. The menu of the public site shows what there is.") from None
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    asked = request.headers.get("If-None-Match", "")
    answer = HttpResponseNotModified() if tag in asked else HttpResponse(body, content_type=media(path))
    answer["ETag"] = tag
    answer["Cache-Control"] = "public, max-age=300"
    answer["Content-Security-Policy"] = f"{POLICY}; frame-ancestors 'none'"
    answer["Referrer-Policy"] = "no-referrer"
    if site.demonstration:
        answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _site() -> Site:
    root = Path(settings.EDITIONS)
    index = root / "index.json"
    return _made(root, index.stat().st_mtime_ns if index.is_file() else 0, content.stamp())


@lru_cache(maxsize=2)
def _made(root: Path, _changed: int, _stamp: object) -> Site:
    return Site(root, demonstration=settings.THROUGHCARE_DEMO)
