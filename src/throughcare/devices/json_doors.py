"""Doors that speak JSON with a page's script: a refusal is one sentence, a body is read once, a number makes it happen once."""

import json
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from uuid import UUID

import orjson
from django.http import HttpResponse, JsonResponse

from throughcare.access.doors import Request
from throughcare.kernel.errors import Invalid, Refused
from throughcare.ui.forms import id_or_none

View = Callable[..., HttpResponse]


def answering(view: View) -> View:
    """Answer a refusal in JSON: one sentence, and the fields that it is about."""

    @wraps(view)
    def run(request: Request, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, **kwargs)
        except Refused as refused:
            return JsonResponse({"sentence": refused.sentence, "fields": refused.fields}, status=refused.status)

    return run


def answer(body: Mapping[str, Any]) -> HttpResponse:
    """Answer with what a page's script draws."""
    return HttpResponse(orjson.dumps(body), content_type="application/json")


def body_of(request: Request) -> dict[str, Any]:
    """Read the JSON that a page sent."""
    try:
        body = json.loads(request.body)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Invalid("This page sent something that can't be read. Open it again; nothing was charted.")
    return body


def intent_in(body: dict[str, Any]) -> UUID:
    """Give the number under which a page sent something: sent twice, it is done once."""
    intent = id_or_none(body.get("intent"))
    if intent is None:
        raise Invalid("This was sent without its number. Open the page again; nothing was charted.")
    return intent


def device_in(body: dict[str, Any]) -> UUID:
    """Give the device that sent this."""
    found = id_or_none(body.get("device"))
    if found is None:
        raise Invalid("This device sent no name of its own. Open the page again; what was charted is kept on it.")
    return found


def here(request: Request) -> UUID:
    """Give the facility at which the reader works now."""
    place = request.posting.facility_id
    if place is None:
        raise Invalid("Choose a facility first: this is done facility by facility. Nothing was changed.")
    return place
