"""The door of the API: a WSGI application of its own beside the pages' (docs/decisions/0032). Bearer tokens only, default deny.

No cookie is read, no session made: there is nothing that another site could ride on. Everything but what declares itself
public asks for a token before it is looked at.
"""

import logging
import zlib
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.http.request import split_domain_port, validate_host

from throughcare.access import tokens
from throughcare.exchange.fhir import exact, gate, registry
from throughcare.exchange.fhir.call import FHIR_JSON, Answer, Call
from throughcare.exchange.fhir.outcome import FhirError, bad, of_refusal
from throughcare.exchange.fhir.types import HELD
from throughcare.kernel.errors import Refused

logger = logging.getLogger(__name__)
ROOT = "/fhir"
Environ = dict[str, Any]
Start = Callable[[str, list[tuple[str, str]]], Any]
REASONS = {
    200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 304: "Not Modified", 400: "Bad Request", 401: "Unauthorized",
    403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable", 409: "Conflict", 410: "Gone",
    412: "Precondition Failed", 413: "Content Too Large", 415: "Unsupported Media Type", 422: "Unprocessable Content",
    429: "Too Many Requests", 500: "Internal Server Error", 501: "Not Implemented", 503: "Service Unavailable",
}  # fmt: skip
ALWAYS = [
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Vary", "Authorization, Accept"),
]


def serves(path: str) -> bool:
    """Tell whether a path is the API's."""
    return path.startswith(ROOT) and path[len(ROOT) : len(ROOT) + 1] in ("", "/")


def application(environ: Environ, start_response: Start) -> Iterable[bytes]:
    """Answer one request; whatever goes wrong is an OperationOutcome."""
    pretty = "_pretty=true" in environ.get("QUERY_STRING", "")
    answer = respond(environ)
    answer.headers.update(_across(environ))
    body = answer.body if isinstance(answer.body, bytes) else b""
    if answer.body is not None and not isinstance(answer.body, bytes):
        body = exact.write(answer.body, pretty=pretty)
    elif pretty and body and answer.content_type is FHIR_JSON:
        body = exact.write(exact.kept(body), pretty=True)
    headers = [*ALWAYS, *answer.headers.items()]
    if answer.stream is not None:
        start_response(f"{answer.status} OK", [*headers, ("Content-Type", answer.content_type)])
        return answer.stream
    if body or answer.status not in (204, 304):
        headers += [("Content-Type", answer.content_type), ("Content-Length", str(len(body)))]
    start_response(f"{answer.status} {REASONS.get(answer.status, 'Answer')}", headers)
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]


def _across(environ: Environ) -> dict[str, str]:
    """Let a page of a registered app's own site read the answer: there is no cookie here that could be abused."""
    origin = environ.get("HTTP_ORIGIN", "")
    if not origin:
        return {}
    from throughcare.exchange.smart import origins

    try:
        return origins.preflight(origin) if environ["REQUEST_METHOD"] == "OPTIONS" else origins.headers_for(origin)
    except (OperationalError, InterfaceError):
        return {}


def respond(environ: Environ) -> Answer:
    """Answer, or say what is wrong."""
    if environ["REQUEST_METHOD"] == "OPTIONS" and environ.get("HTTP_ORIGIN"):
        return Answer(204)
    try:
        return answered(call_of(environ))
    except FhirError as wrong:
        return Answer(wrong.status, wrong.body(), dict(wrong.headers))
    except Refused as refused:
        said = of_refusal(refused)
        return Answer(said.status, said.body())
    except Exception as trouble:  # noqa: BLE001  (a fault of ours is told in FHIR's words, and logged without its values)
        return _failed(trouble)
    finally:
        if connection.errors_occurred and not connection.in_atomic_block:
            connection.close()


def answered(call: Call) -> Answer:
    """Find the interaction, ask who comes, and answer."""
    registry.load()
    found, args = registry.find(call)
    if not found.public:
        call._bearer = _bearer(call.secret)
        gate.require_scope(call._bearer, found.code, call.parts[0] if call.parts and call.parts[0] in HELD else "")
    call.require_json_answer()
    return found.handler(call, *args)


def call_of(environ: Environ) -> Call:
    """Read a request; refuses what came under another name than ours, or is too large."""
    host = environ.get("HTTP_HOST") or f"{environ.get('SERVER_NAME', '')}:{environ.get('SERVER_PORT', '')}"
    if not _ours(host, tuple(settings.ALLOWED_HOSTS)):
        raise bad("This is not a name of ours.")
    headers = {_header(k): v for k, v in environ.items() if k.startswith("HTTP_")}
    headers["content-type"] = environ.get("CONTENT_TYPE") or ""
    path = environ.get("PATH_INFO", "")[len(ROOT) :]
    if not path.isascii():
        path = path.encode("latin-1", "replace").decode("utf-8", "replace")
    secure = environ.get("wsgi.url_scheme") == "https" or settings.BASE_URL.startswith("https://")
    return Call(
        method=environ["REQUEST_METHOD"],
        parts=tuple([unquote(p) if "%" in p else p for p in path.split("/") if p]),
        query=environ.get("QUERY_STRING", ""),
        headers=headers,
        body=_body(environ),
        base=f"{'https' if secure else 'http'}://{host}{ROOT}",
        secret=_secret(headers.get("authorization", "")),
    )


@lru_cache(maxsize=1000)
def _header(name: str) -> str:
    return name[5:].replace("_", "-").lower()


@lru_cache(maxsize=1000)
def _ours(host: str, allowed: tuple[str, ...]) -> bool:
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, allowed)


def _body(environ: Environ) -> bytes:
    if environ["REQUEST_METHOD"] in ("GET", "HEAD"):
        return b""
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError:
        raise bad("The length of the body can't be read.") from None
    if length > limit:
        raise _too_long(limit)
    read = environ["wsgi.input"].read(length) if length else b""
    coding = environ.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    return bytes(read) if coding in ("", "identity") else _unpacked(bytes(read), coding, limit)


def _too_long(limit: int) -> FhirError:
    return FhirError(413, "too-long", f"The body is larger than {limit // 1024 // 1024} MB.")


def _unpacked(body: bytes, coding: str, limit: int) -> bytes:
    """Read a body that was sent packed, never further than a plain one may be long."""
    if coding not in ("gzip", "x-gzip"):
        raise FhirError(415, "not-supported", "A body is sent plain, or packed by gzip.")
    unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        found = unpacking.decompress(body, limit + 1)
    except zlib.error:
        raise bad("The body is not packed as it says.") from None
    if len(found) > limit:
        raise _too_long(limit)
    if body and not unpacking.eof:
        raise bad("The packed body was cut off.")
    return found


def _secret(header: str) -> str:
    scheme, _, secret = header.partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def _bearer(secret: str) -> tokens.Bearer:
    found = tokens.bearer(secret) if secret else None
    if found is None:
        said = 'Bearer realm="throughcare"' + (', error="invalid_token"' if secret else "")
        words = (
            "This token opens nothing: it is unknown, over or taken back." if secret else "This needs a bearer token."
        )
        raise FhirError(401, "login", words, headers={"WWW-Authenticate": said})
    return found


def _failed(trouble: Exception) -> Answer:
    frame = trouble.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame is not None else "nowhere"
    logger.error("the FHIR API failed: [%s] at %s", type(trouble).__name__, place)
    if isinstance(trouble, OperationalError | InterfaceError):
        connection.close()
        busy = FhirError(503, "transient", "The database is not there now. Nothing was changed; try again.")
        return Answer(busy.status, busy.body(), {"Retry-After": "2"})
    words = "Something failed on our side. If you sent a change, read before you send it again."
    return Answer(500, FhirError(500, "exception", words).body())
