"""What programs call: token, revocation, introspection, keys, discovery. No cookie is read; the protocol is oauthlib's."""

from collections.abc import Callable
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from throughcare.access.doors import View, screen
from throughcare.access.policy import PUBLIC
from throughcare.exchange.smart import actions, discovery, handing, keys, origins, ours

FORM = "application/x-www-form-urlencoded"
LARGEST = 64 * 1024
Done = tuple[int, dict[str, str], str]


@screen("GET", "/.well-known/smart-configuration", policy=PUBLIC, name="smart_configuration")
def configuration(request: HttpRequest) -> HttpResponse:
    """Say where apps ask for tokens; the API says the same."""
    return _json(orjson.dumps(discovery.configuration()), {"Access-Control-Allow-Origin": "*"})


@screen("GET", "/smart/keys", policy=PUBLIC, name="smart_keys")
def published(request: HttpRequest) -> HttpResponse:
    """Give the public key that signs id_tokens."""
    return _json(orjson.dumps(keys.published()), {"Access-Control-Allow-Origin": "*"})


def _endpoint(path: str, name: str, act: Callable[..., Done]) -> View:
    """Serve one endpoint of the protocol: a form in, JSON out."""

    def answer(request: HttpRequest) -> HttpResponse:
        return _answered(request, path, act)

    answer.__doc__ = act.__doc__
    return screen("POST", path, policy=PUBLIC, name=name)(csrf_exempt(answer))


def _answered(request: HttpRequest, path: str, act: Callable[..., Done]) -> HttpResponse:
    if request.content_type != FORM or len(request.body) > LARGEST:
        return _error(400, "invalid_request", f"Send a form: {FORM}.")
    if request.META.get("QUERY_STRING"):
        return _error(400, "invalid_request", "Nothing of this stands in an address.")
    sent = {k: v for k, v in request.POST.items() if isinstance(v, str)}
    if any(len(v) > 1 for _, v in request.POST.lists()):
        return _error(400, "invalid_request", "A parameter was sent twice.")
    actions.prefetch(sent)
    headers = {"Authorization": request.headers.get("Authorization", ""), "Content-Type": FORM}
    body = request.body.decode("utf-8", "replace")
    try:
        status, told, text = act(actor=handing.DOOR, uri=ours.address(path), body=body, headers=headers)
    except ValueError:  # what is no form is refused by the protocol's reader
        return _error(400, "invalid_request", "The form can't be read.")
    allowed = {"WWW-Authenticate": told["WWW-Authenticate"]} if "WWW-Authenticate" in told else {}
    return _json(text.encode(), {**allowed, **origins.headers_for(request.headers.get("Origin", ""))}, status)


token = _endpoint(ours.GIVES, "smart_token", actions.give_token)
revoke = _endpoint("/smart/revoke", "smart_revoke", actions.take_token_back)
introspect = _endpoint("/smart/introspect", "smart_introspect", actions.say_token)


def _error(status: int, error: str, words: str) -> HttpResponse:
    return _json(orjson.dumps({"error": error, "error_description": words}), {}, status)


def _json(body: bytes, headers: dict[str, Any], status: int = 200) -> HttpResponse:
    found = HttpResponse(body, status=status, content_type="application/json")
    for name, value in {"Cache-Control": "no-store", "Pragma": "no-cache", **headers}.items():
        found.headers[name] = value
    return found
