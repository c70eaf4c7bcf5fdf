"""Entries read as items, one reader for each kind of section. Never raises; an entry that says nothing is an item that says so."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from throughcare.exchange.documents.ccda import clinical
from throughcare.exchange.documents.ccda.datatypes import id_of, period, translations_of, words_of
from throughcare.exchange.documents.ccda.found import Code, Item
from throughcare.exchange.documents.ccda.statements import negated, status_of
from throughcare.exchange.documents.ccda.timing import times

_NOTHING = re.compile(
    r"(?i)^(?:no|none|not|unknown|nothing)\b.{0,80}\b(?:known|data|information|recorded|applicable|reported|file|available)\b"
    r"|^(?:none|unknown|n/?a|not applicable|no information)\.?$"
)
Reader = Callable[[Any, dict[str, str], str, int], Iterator[Item]]


def items(entry: Any, kind: str, section: str, number: int, texts: dict[str, str]) -> list[Item]:
    """Give the items of an entry: one for each thing that it says, and at least one."""
    found = [_settled(one) for one in READERS[kind](entry, texts, section, number)]
    if not found:
        statement = next(iter(entry), None)
        words = words_of(statement.find("text"), texts) if statement is not None else ""
        found = [Item(kind, section, number, Code("", "", words, "NI"), unknown="NI", words=words)]
    return found


def _settled(item: Item) -> Item:
    """Say of an item whether it says anything: a null flavour without words, or words that say there is nothing."""
    silent = not item.code.code and not item.code.text
    nothing = not item.negated and not item.code.code and bool(_NOTHING.match(item.code.text))
    return replace(item, unknown=item.code.flavor or "NI") if silent or nothing else item


def base(node: Any, texts: dict[str, str], kind: str, section: str, number: int, code: Code, coded: Any = None) -> Item:
    """Give what every statement says of itself."""
    since, until = period(times(node))
    return Item(
        kind=kind,
        section=section,
        entry=number,
        code=code,
        status=status_of(node),
        negated=negated(node),
        since=since,
        until=until,
        number=id_of(node),
        words=words_of(node.find("text"), texts),
        also=tuple(one for one in translations_of(coded) if one.code != code.code),
    )


def _problems(entry: Any, texts: dict[str, str], section: str, number: int) -> Iterator[Item]:
    for concern, node in clinical.observations(entry, "2.16.840.1.113883.10.20.22.4.4"):
        yield clinical.problem(base, concern, node, texts, section, number)


def _allergies(entry: Any, texts: dict[str, str], section: str, number: int) -> Iterator[Item]:
    for concern, node in clinical.observations(entry, "2.16.840.1.113883.10.20.22.4.7"):
        yield clinical.allergy(base, concern, node, texts, section, number)


def _medicines(entry: Any, texts: dict[str, str], section: str, number: int) -> Iterator[Item]:
    for node in clinical.given(entry):
        yield clinical.medicine(base, node, texts, section, number)


def _vaccines(entry: Any, texts: dict[str, str], section: str, number: int) -> Iterator[Item]:
    for node in clinical.given(entry):
        yield clinical.vaccine(base, node, texts, section, number)


def _results(entry: Any, texts: dict[str, str], section: str, number: int) -> Iterator[Item]:
    yield from clinical.measured(base, entry, texts, section, number, "result")


def _vital_signs(entry: Any, texts: dict[str, str], section: str, number: int) -> Iterator[Item]:
    yield from clinical.measured(base, entry, texts, section, number, "vital_sign")


def _history(entry: Any, texts: dict[str, str], section: str, number: int) -> Iterator[Item]:
    yield from clinical.measured(base, entry, texts, section, number, "social_history")


def _procedures(entry: Any, texts: dict[str, str], section: str, number: int) -> Iterator[Item]:
    for node in entry:
        if node.tag in ("procedure", "act", "observation"):
            yield clinical.procedure(base, node, texts, section, number)


def _encounters(entry: Any, texts: dict[str, str], section: str, number: int) -> Iterator[Item]:
    for node in entry:
        if node.tag == "encounter":
            yield clinical.encounter(base, node, texts, section, number)


READERS: dict[str, Reader] = {
    "problem": _problems,
    "allergy": _allergies,
    "medicine": _medicines,
    "immunization": _vaccines,
    "result": _results,
    "vital_sign": _vital_signs,
    "procedure": _procedures,
    "encounter": _encounters,
    "social_history": _history,
}
