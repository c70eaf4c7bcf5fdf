"""Reading: one resource, one version, a history. What the lens hides is not found, in the same words as what never was."""

from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import wraps
from uuid import UUID

from throughcare.access.tokens import Bearer
from throughcare.exchange.fhir import gate, resource, scopes, store
from throughcare.exchange.fhir.bundle import Entry, bundle
from throughcare.exchange.fhir.call import Answer, Call, id_of
from throughcare.exchange.fhir.outcome import FhirError, bad, not_found
from throughcare.exchange.fhir.registry import interaction
from throughcare.exchange.fhir.resource import AS_IT_IS, Shape
from throughcare.exchange.fhir.store import Row
from throughcare.exchange.fhir.types import LEAN, STORED
from throughcare.exchange.fhir.values import span


def with_present_lens(handler: Callable[..., Answer]) -> Callable[..., Answer]:
    """Begin again, once, with the lens made anew where a statement says that the one kept may be too wide."""

    @wraps(handler)
    def run(call: Call, *args: str) -> Answer:
        try:
            return handler(call, *args)
        except store.EpochMoved:
            anew = store.fresh(call.bearer, call.secret)
            if anew is None:
                said = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
                raise FhirError(401, "login", "This token was taken back.", headers=said) from None
            call._bearer = anew
            return handler(call, *args)

    return run


@interaction("read", "GET", "instance", types=STORED, doc="Reads a resource.")
@with_present_lens
def read(call: Call, kind: str, id: str) -> Answer:
    """Give a resource as it stands."""
    what = f"{kind}/{id}"
    uuid = _id(id, what)
    row, logged = store.one(call.bearer, kind, uuid, route=f"fhir read {kind}")
    return _answer(call, row, what, logged)


@interaction("vread", "GET", "instance", "_history/*", types=STORED, doc="Reads one version.")
@with_present_lens
def vread(call: Call, kind: str, id: str, version: str) -> Answer:
    """Give one version of a resource, under today's labels."""
    what = f"{kind}/{id}/_history/{version}"
    found = [r for r in _seen(call.bearer, kind, _id(id, what)) if str(r.version) == version]
    return _answer(call, found[0] if found else None, what, logged=False)


@interaction("history-instance", "GET", "instance", "_history", types=STORED, doc="Lists a resource's versions.")
@with_present_lens
def history(call: Call, kind: str, id: str) -> Answer:
    """Give every version that the lens shows, newest first."""
    what = f"{kind}/{id}"
    store.require_epoch(call.bearer)
    found = _seen(call.bearer, kind, _id(id, what))
    if not found:
        raise not_found(what)
    since, until = _times(call)
    kept = [r for r in found if (since is None or r.written_at >= since) and (until is None or r.written_at <= until)]
    return _told(call, kept, f"fhir history {kind}", total=True)


@interaction(
    "history-type", "GET", "type", "_history", types=STORED - LEAN, doc="Lists the versions of a type, newest first."
)
@with_present_lens
def history_of_type(call: Call, kind: str) -> Answer:
    """Give versions of a type, newest first, page by page (`_count`, `_since`, `_at`)."""
    from throughcare.exchange.fhir import histories

    store.require_epoch(call.bearer)
    found, link = histories.of_types(call, [kind], f"{kind}/_history", *_times(call))
    return _told(call, found, f"fhir history {kind}", links=link)


@interaction("history-system", "GET", "system", "_history", doc="Lists the versions of all types, newest first.")
@with_present_lens
def history_of_all(call: Call) -> Answer:
    """Give versions of all types that the token may search, newest first, page by page (`_count`, `_since`, `_at`); doses by person alone."""
    from throughcare.exchange.fhir import histories

    store.require_epoch(call.bearer)
    scopes_ = call.bearer.scopes
    kinds = [kind for kind in sorted(STORED - LEAN) if scopes_ is None or scopes.might(scopes_, kind, "s")]
    found, link = histories.of_types(call, kinds, "_history", *_times(call))
    return _told(call, found, "fhir history", links=link)


def shape_of(call: Call) -> Shape:
    """Read `_summary` and `_elements`."""
    if not call.params:
        return AS_IT_IS
    summary = call.param("_summary")
    if summary not in ("", "true", "false", "text", "data", "count"):
        raise bad(f"[_summary={summary[:20]}] is none of true, false, text, data, count.", "_summary")
    names = frozenset(n.strip().split(".")[-1] for n in call.param("_elements").split(",") if n.strip())
    return Shape("" if summary == "count" else summary, names)


def allowed(bearer: Bearer, row: Row) -> tuple[str, ...] | None:
    """Give by which cuts the bearer sees a row."""
    return gate.cuts(bearer, row.kind, row.person_id, row.data_class, row.labels)


def _id(word: str, what: str) -> UUID:
    found = id_of(word)
    if found is None:
        raise not_found(what[:120])
    return found


def _answer(call: Call, row: Row | None, what: str, logged: bool) -> Answer:
    cuts = allowed(call.bearer, row) if row is not None else None
    if row is None or cuts is None:
        raise not_found(what)
    if row.body is None:
        raise FhirError(410, "deleted", "The body of this version was destroyed by order of law.")
    body = resource.shown(row, cuts, shape_of(call))
    if body is None:
        raise not_found(what)
    if not logged:
        store.note(call.bearer, f"fhir read {row.kind}", [row])
    tag = resource.etag(row, cuts)
    headers = {"ETag": tag, "Last-Modified": format_datetime(row.written_at, usegmt=True)}
    if _unchanged(call, row, tag):
        return Answer(304, None, headers)
    return Answer(200, body, headers)


def _unchanged(call: Call, row: Row, tag: str) -> bool:
    asked = call.headers.get("if-none-match", "")
    if asked:
        return any(one.strip().removeprefix("W/") in (tag.removeprefix("W/"), "*") for one in asked.split(","))
    since = call.headers.get("if-modified-since", "")
    if not since:
        return False
    try:
        return row.written_at.replace(microsecond=0) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return False


def _seen(bearer: Bearer, kind: str, id: UUID) -> list[Row]:
    """Give the versions that the lens shows; a version whose own class is closed is absent, whatever the present one is."""
    found = store.versions(bearer, kind, id)
    if not found or not resource.there(found[0], allowed(bearer, found[0])):
        return []
    return [r for r in found if resource.there(r, allowed(bearer, r))]


def _told(
    call: Call, kept: list[Row], route: str, *, total: bool = False, links: dict[str, str] | None = None
) -> Answer:
    shape = shape_of(call)
    entries = []
    for row in kept:
        body = resource.shown(row, allowed(call.bearer, row) or (), shape)
        if body is None:
            continue
        put = row.version > 1
        entries.append(
            Entry(
                url=f"{call.base}/{row.kind}/{row.id}",
                body=body,
                request={"method": "PUT" if put else "POST", "url": f"{row.kind}/{row.id}" if put else row.kind},
                response={"status": "200" if put else "201", "etag": f'W/"{row.version}"', "at": row.written_at},
            )
        )
    store.note(call.bearer, route, kept)
    links = links or {"self": f"{call.base}/{'/'.join(call.parts)}"}
    return Answer(body=bundle("history", entries, links=links, total=len(entries) if total else None))


def _times(call: Call) -> tuple[datetime | None, datetime | None]:
    """Read since when and until when versions are asked for."""
    return _time(call, "_since"), _time(call, "_at")


def _time(call: Call, name: str) -> datetime | None:
    word = call.param(name)
    if not word:
        return None
    found = span(word)
    if found is None:
        raise bad(f"[{name}] is no time.", name)
    return found.start if name == "_since" else found.end
