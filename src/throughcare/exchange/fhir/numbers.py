"""Measure and MeasureReport: what is measured, and what came out, as summaries. They come from the warehouse; `app` fills the port."""

from collections.abc import Sequence
from typing import Protocol

from throughcare.exchange.fhir import gate, paging, store
from throughcare.exchange.fhir.bundle import Entry, bundle
from throughcare.exchange.fhir.call import Answer, Call
from throughcare.exchange.fhir.exact import write
from throughcare.exchange.fhir.outcome import bad, not_found
from throughcare.exchange.fhir.reading import with_present_lens
from throughcare.exchange.fhir.registry import interaction
from throughcare.kernel.fhir import Json
from throughcare.kernel.lens import Lens
from throughcare.kernel.ports import Port

MEASURE, REPORT = frozenset({"Measure"}), frozenset({"MeasureReport"})


class Numbers(Protocol):
    """Who measures."""

    def measures(self, lens: Lens) -> Sequence[Json]:
        """Give every measure that this lens may know of."""

    def months(self, lens: Lens) -> tuple[str, ...]:
        """Name the months of which there may be reports, oldest first."""

    def reports(self, lens: Lens, wanted: tuple[str, ...], measure_id: str = "") -> Sequence[Json]:
        """Give the reports of some months, of one measure or of all."""


NUMBERS: Port[Numbers] = Port("exchange.numbers")


@interaction("read", "GET", "instance", types=MEASURE, doc="Says what a measure counts.")
@with_present_lens
def read_measure(call: Call, kind: str, id: str) -> Answer:
    """Give one measure."""
    return _one(call, kind, id, _measures(call))


@interaction("search-type", "GET", "type", types=MEASURE, doc="Lists the measures (url, _id).")
@with_present_lens
def search_measures(call: Call, kind: str) -> Answer:
    """Give the measures, all or by address."""
    wanted = {v.partition("|")[0] for k, value in call.params if k in ("url", "_id") for v in value.split(",")}
    found = [m for m in _measures(call) if not wanted or m["url"] in wanted or m["id"] in wanted]
    return _page(call, kind, found)


@interaction("read", "GET", "instance", types=REPORT, doc="Gives a measure's numbers of a month.")
@with_present_lens
def read_report(call: Call, kind: str, id: str) -> Answer:
    """Give one report, by the measure's id and the month."""
    name, _, month = id.rpartition(".")
    store.require_epoch(call.bearer)
    known = NUMBERS().months(call.lens) if gate.in_scope(call.bearer, kind) else ()
    return _one(call, kind, id, NUMBERS().reports(call.lens, (month,), name) if name and month in known else [])


@interaction(
    "search-type",
    "GET",
    "type",
    types=REPORT,
    doc="Gives numbers by measure and period; the last month where none is named.",
)
@with_present_lens
def search_reports(call: Call, kind: str) -> Answer:
    """Give the reports of a measure in all months, or of every measure in a month."""
    store.require_epoch(call.bearer)
    known = NUMBERS().months(call.lens) if gate.in_scope(call.bearer, kind) else ()
    measure = call.param("measure").partition("|")[0].rpartition("/")[2].rpartition(":")[2]
    said = [v for k, v in call.params if k in ("period", "date")]
    months = tuple(m for m in known if all(_within(m, word) for word in said))
    if not measure and not said:
        months = known[-1:]
    elif not measure and len(months) > 1:
        raise bad("Name a [measure], or one month as [period] (2026-10).", "measure", code="too-costly")
    return _page(call, kind, NUMBERS().reports(call.lens, months, measure))


def _within(month: str, word: str) -> bool:
    prefix, rest = (word[:2], word[2:]) if word[:2].isalpha() else ("eq", word)
    if not rest[:4].isdigit() or prefix not in ("eq", "ge", "le", "gt", "lt"):
        raise bad("[period] is a year, month or day, after ge, gt, le, lt or nothing.", "period")
    size = min(len(rest), 7)
    mine, said = month[:size], rest[:size]
    return {"eq": mine == said, "ge": mine >= said, "gt": mine > said, "le": mine <= said, "lt": mine < said}[prefix]


def _measures(call: Call) -> Sequence[Json]:
    store.require_epoch(call.bearer)
    return NUMBERS().measures(call.lens) if gate.in_scope(call.bearer, "Measure") else []


def _one(call: Call, kind: str, id: str, found: Sequence[Json]) -> Answer:
    mine = next((one for one in found if one["id"] == id), None)
    if mine is None:
        raise not_found(f"{kind}/{id}"[:120])
    store.note(call.bearer, f"fhir read {kind}", [])
    return Answer(body=mine)


def _page(call: Call, kind: str, found: Sequence[Json]) -> Answer:
    count, at = paging.count_of(call), paging.resume(call, "numbers", kind)
    shown = found[at : at + count]
    links = {"self": f"{call.base}/{kind}" + (f"?{call.query}" if call.query else "")}
    if at + count < len(found):
        more = "&".join(p for p in call.query.split("&") if p and not p.startswith("_page="))
        token = paging.token(call.bearer, "numbers", kind, at + count)
        links["next"] = f"{call.base}/{kind}?{more + '&' if more else ''}_page={token}"
    entries = [Entry(f"{call.base}/{kind}/{one['id']}", write(one), "match") for one in shown]
    store.note(call.bearer, f"fhir search {kind}", [])
    return Answer(body=bundle("searchset", entries, links=links, total=len(found)))
