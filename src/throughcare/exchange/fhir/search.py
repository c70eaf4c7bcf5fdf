"""Search: a page of what answers, what is to come with it, and the way to the next page."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from throughcare.access.tokens import Bearer
from throughcare.exchange.fhir import at_once, finding, gate, including, paging, resource, store
from throughcare.exchange.fhir.at_once import Page
from throughcare.exchange.fhir.bundle import Entry, bundle
from throughcare.exchange.fhir.call import Answer, Call
from throughcare.exchange.fhir.exact import write
from throughcare.exchange.fhir.finding import Hit
from throughcare.exchange.fhir.including import Key
from throughcare.exchange.fhir.outcome import FhirError, bad, outcome
from throughcare.exchange.fhir.params import Param
from throughcare.exchange.fhir.query import Query, Reader
from throughcare.exchange.fhir.reading import shape_of, with_present_lens
from throughcare.exchange.fhir.registry import interaction
from throughcare.exchange.fhir.types import LEAN, STORED

# How many entries a search inside a search may lead to.
CHAINED = 2000
# How many a condition is followed to: among so many those that say the very same are one (writing/matching.py).
SEVERAL = 21


@interaction("search-type", "GET", "type", types=STORED, doc="Searches a type.")
@with_present_lens
def search(call: Call, kind: str) -> Answer:
    """Give a page of what answers."""
    return searched(call, kind, call.params)


@interaction("search-type", "POST", "type", "_search", types=STORED, doc="Searches a type, with its words in the body.")
@with_present_lens
def search_by_form(call: Call, kind: str) -> Answer:
    """Give a page of what answers; what is asked for stands in no address."""
    require_form(call)
    return searched(call, kind, call.params)


@interaction("search-system", "GET", "system", doc="Searches the types that _type names.")
@with_present_lens
def search_everywhere(call: Call) -> Answer:
    """Give a page of what answers among several types, the one written last first."""
    return searched_together(call)


@interaction("search-system", "POST", "system", "_search", doc="Searches the types that _type names.")
@with_present_lens
def search_everywhere_by_form(call: Call) -> Answer:
    """Give the same, with its words in the body."""
    require_form(call)
    return searched_together(call)


def require_form(call: Call) -> None:
    """Refuse a search by POST that is no form."""
    if call.content_type not in ("", "application/x-www-form-urlencoded"):
        raise FhirError(415, "not-supported", "A search by POST is a form: application/x-www-form-urlencoded.")


def searched_together(call: Call) -> Answer:
    """Run one search over the types that `_type` names; every type has to know every parameter."""
    bearer, asked, before = call.bearer, list(call.params), finding.LAST
    if word := call.param("_page"):
        what, _, asked, resumed = _resumed(bearer, word)
        if what != "search together":
            raise bad("This page belongs to another search.", "_page")
        call.params[:], before = asked, int(resumed[0])
    kinds = sorted({k.strip() for name, v in asked if name == "_type" for k in v.split(",") if k.strip()})
    if not kinds or (strange := [k for k in kinds if k not in STORED]):
        words = f"There are no resources of type [{strange[0][:40]}] here." if kinds else "Name the types: [_type]."
        raise bad(words, "_type", code="not-supported" if kinds else "required")
    if refused := [name for name, _ in asked if name.partition(":")[0] in ("_sort", "_include", "_revinclude")]:
        raise bad(f"[{refused[0][:40]}] is not done over several types.", refused[0][:40], code="not-supported")
    count = paging.count_of(call)
    rest, made = [(k, v) for k, v in asked if k != "_type"], reader(bearer, call.base, strict=True)
    hits: list[Hit] = []
    for kind in kinds:
        gate.require_scope(bearer, "search-type", kind)
        query = made.read(kind, rest)
        near = query.people is not None or query.ids is not None or kind in LEAN
        every = finding.everything(bearer, query) if near else finding.by_and_by(bearer, query, before)
        hits += list(islice((h for h in every if h.row.position < before), count + 1))
    hits.sort(key=lambda h: -h.row.position)
    page, more, shape = hits[:count], len(hits) > count, shape_of(call)
    rows = store.read_and_note(
        bearer, "fhir search", [h.row for h in page], [h.row for h in page if h.row.body is None]
    )
    entries = []
    for hit in page:
        row = rows.get((hit.row.kind, hit.row.id)) or hit.row
        if (body := resource.shown(row, hit.cuts, shape)) is not None:
            entries.append(Entry(f"{call.base}/{row.kind}/{row.id}", body, "match"))
    links = {"self": f"{call.base}?{urlencode([(k, v) for k, v in asked if k != '_page'])}"}
    if more and page:
        links["next"] = (
            f"{call.base}?_page={paging.token(bearer, 'search together', '', asked, [page[-1].row.position])}"
        )
    return Answer(body=bundle("searchset", entries, links=links, total=None if more or word else len(page)))


def reader(bearer: Bearer, base: str, *, strict: bool = False) -> Reader:
    """Give the reader of searches through a bearer's lens."""

    def find(kind: str, asked: list[tuple[str, str]]) -> list[tuple[str, UUID]]:
        hits = finding.everything(bearer, made.read(kind, asked), most=CHAINED)
        return [(h.row.kind, h.row.id) for h in hits]

    def refer(kind: str, asked: list[tuple[str, str]], param: Param) -> list[str]:
        return finding.referred(finding.everything(bearer, made.read(kind, asked)), param)

    made = Reader(base, find, refer, strict=strict)
    return made


def searched(call: Call, kind: str, asked: Sequence[tuple[str, str]]) -> Answer:
    """Run a search and write its Bundle."""
    bearer, page = call.bearer, next((v for k, v in asked if k == "_page"), "")
    resumed: list[Any] = []
    if page:
        what, of_kind, asked, resumed = _resumed(bearer, page)
        if (what, of_kind) != ("search", kind):
            raise bad("This page belongs to another search.", "_page")
        call.params[:] = [(k, v) for k, v in asked]
    strict = call.prefers.get("handling") == "strict"
    query = reader(bearer, call.base, strict=strict).read(kind, [(k, v) for k, v in asked])
    count = paging.count_of(call)
    if call.param("_summary") == "count" or count == 0:
        return _counted(call, query)
    found = _page(bearer, query, count, resumed, total=call.param("_total") in ("accurate", "estimate"))
    return _told(call, query, found, resumed, list(asked))


def fitting(call: Call, kind: str, asked: list[tuple[str, str]]) -> list[UUID]:
    """Give what a condition names, as far as it takes to know that it names several: the lens hides here as anywhere."""
    if kind not in STORED:
        raise bad(f"There are no resources of type [{kind[:40]}] here.", code="not-supported")
    bearer = call.bearer
    gate.require_scope(bearer, "search-type", kind)
    query = reader(bearer, call.base, strict=True).read(kind, asked)
    if not (query.criteria or query.updated or query.meta or query.ids is not None):
        raise FhirError(
            412, "required", "A condition names what it searches by, and this one only how to answer.", kind
        )
    near = query.people is not None or query.ids is not None or kind in LEAN
    every = finding.everything(bearer, query) if near else finding.by_and_by(bearer, query, finding.LAST)
    hits = list(islice(every, SEVERAL))
    store.note(bearer, f"fhir condition {kind}", [h.row for h in hits])
    return [h.row.id for h in hits]


def _resumed(bearer: Bearer, page: str) -> tuple[str, str, list[tuple[str, str]], list[Any]]:
    said = paging.opened(bearer, page)
    if len(said) != 4:
        raise bad("This page belongs to another search.", "_page")
    return said[0], said[1], [(k, v) for k, v in said[2]], said[3]


def _page(bearer: Bearer, query: Query, count: int, resumed: list[Any], *, total: bool) -> Page:
    if (done := at_once.page(bearer, query, count, resumed, counted=total)) is not None:
        return done
    if query.order:
        hits = finding.ordered(finding.everything(bearer, query), query.order)
        begin = int(resumed[0]) if resumed else 0
        more = len(hits) > begin + count
        return Page(hits[begin : begin + count], len(hits), [begin + count] if more else None)
    before = int(resumed[0]) if resumed else finding.LAST
    if query.people is not None or query.ids is not None or query.kind in LEAN:
        every = finding.everything(bearer, query)
        hits = [h for h in every if h.row.position < before]
        more = len(hits) > count
        return Page(hits[:count], len(every), [hits[count - 1].row.position] if more else None)
    hits = []
    for hit in finding.by_and_by(bearer, query, before):
        hits.append(hit)
        if len(hits) > count:
            break
    more = len(hits) > count
    known = len(hits) if not more and not resumed else None
    if known is None and total:
        known = sum(1 for _ in finding.by_and_by(bearer, query, finding.LAST))
    return Page(hits[:count], known, [hits[count - 1].row.position] if more else None)


def _counted(call: Call, query: Query) -> Answer:
    bearer = call.bearer
    near = query.people is not None or query.ids is not None or query.kind in LEAN
    hits = finding.everything(bearer, query) if near else list(finding.by_and_by(bearer, query, finding.LAST))
    store.require_epoch(bearer)
    # A count over everybody shows nobody; of one person's record it does.
    store.note(bearer, f"fhir count {query.kind}", [h.row for h in hits] if near else [])
    return Answer(body=bundle("searchset", _warned(query), links=_links(call, query), total=len(hits)))


def _told(call: Call, query: Query, page: Page, resumed: list[Any], asked: list[tuple[str, str]]) -> Answer:
    bearer = call.bearer
    if page.told:
        return _written(call, query, page, [], {}, asked)
    finding.read([h for h in page.hits if query.includes or query.revincludes])
    others = including.included(bearer, call.base, query, page.hits)
    rows = _bodies(bearer, query.kind, [*page.hits, *others])
    return _written(call, query, page, others, rows, asked)


def _written(
    call: Call,
    query: Query,
    page: Page,
    others: Sequence[Hit],
    rows: Mapping[Key, store.Row],
    asked: list[tuple[str, str]],
) -> Answer:
    bearer, shape = call.bearer, shape_of(call)
    entries: list[Entry] = []
    for mode, hits in (("match", page.hits), ("include", others)):
        for hit in hits:
            row = (rows.get((hit.row.kind, hit.row.id)) if rows else None) or hit.row
            body = resource.shown(row, hit.cuts, shape)
            if body is not None:
                entries.append(Entry(f"{call.base}/{row.kind}/{row.word.decode()}", body, mode))
    entries += including.views(bearer, call.base, query, page.hits)
    links = _links(call, query)
    if page.following is not None:
        token = paging.token(bearer, "search", query.kind, asked, page.following)
        links["next"] = f"{call.base}/{query.kind}?_page={token}"
    return Answer(body=bundle("searchset", [*entries, *_warned(query)], links=links, total=page.total))


def _bodies(bearer: Bearer, kind: str, hits: Sequence[Hit]) -> dict[tuple[str, UUID], store.Row]:
    """Read what is shown in the statement that also logs the reading, and makes sure that the lens still holds."""
    lacking = [h.row for h in hits if h.row.body is None]
    return store.read_and_note(bearer, f"fhir search {kind}", [h.row for h in hits], lacking)


def _links(call: Call, query: Query) -> dict[str, str]:
    said = [*query.used, *((k, v) for k, v in call.params if k in ("_count", "_total", "_summary", "_elements"))]
    return {"self": f"{call.base}/{query.kind}" + (f"?{urlencode(said)}" if said else "")}


def _warned(query: Query) -> list[Entry]:
    if not query.warnings:
        return []
    return [Entry("", write(outcome(*query.warnings)), "outcome")]
