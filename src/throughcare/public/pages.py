"""Every page there is: its name, its template, its title in both languages, and what it shows. One list for the site."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from throughcare.insight.gate import editions
from throughcare.kernel import content
from throughcare.public import catalog, pictures
from throughcare.public.facts import LANGUAGES, Library, Words
from throughcare.public.scorecard import Scorecard
from throughcare.ui.wording import t

MENU = ("services", "care", "concerns", "facilities", "scorecard", "data")
ABOUT_A_UNIT = ("unit-services", "nurses-by-hour", "people-now", "phones")


@dataclass(frozen=True, slots=True)
class Page:
    """One page, the same in both languages but for its words."""

    name: str  # its path without language and ending
    template: str
    title: Words
    shows: Mapping[str, Any] = field(default_factory=dict)

    def path(self, lang: str) -> str:
        """Return where the page lies in the site."""
        return path_of(self.name, lang)


def path_of(name: str, lang: str) -> str:
    """Return where a page of this name lies: English at the top, Spanish in its own folder."""
    return f"{'' if lang == 'en' else f'{lang}/'}{name}.html"


def pages(library: Library, card: Scorecard, demonstration: bool) -> tuple[Page, ...]:
    """List all pages of the site."""
    found = [*_of_words(library), *_of_places(library), *_of_numbers(card)]
    titles = {page.name: page.title for page in found}
    everything = {"library": library, "card": card, "titles": titles, "demonstration": demonstration}
    return tuple(Page(p.name, p.template, p.title, {**everything, **p.shows}) for p in found)


def _said(key: str) -> Words:
    return {lang: t(f"public.{key}", lang=lang) for lang in LANGUAGES}


def _of_words(library: Library) -> Iterator[Page]:
    yield Page("index", "index.html", _said("name"), {"map": _map(library)})
    yield Page("services", "services.html", _said("title_services"))
    for service in library.services:
        yield Page(f"services/{service.id}", "service.html", service.title, {"service": service})
    for guide in library.guides.values():
        yield Page(guide.id, "guide.html", guide.title, {"guide": guide})
    yield Page("findings", "findings.html", _said("foot_findings"))
    yield Page("not-found", "not-found.html", _said("foot_not_found"))
    used = {source.id for fact in library.facts() for source in fact.sources} | {"census"}
    yield Page("sources", "sources.html", _said("foot_sources"), {"used": used})


def _of_places(library: Library) -> Iterator[Page]:
    drawn = _map(library)
    yield Page("facilities", "facilities.html", _said("title_facilities"), {"map": drawn})
    gaps = [gap for gap in library.gaps if gap.id in ABOUT_A_UNIT]
    for site in library.sites:
        title = dict.fromkeys(LANGUAGES, site.name)
        yield Page(f"facilities/{site.id}", "facility.html", title, {"site": site, "map": drawn, "gaps": gaps})


def _of_numbers(card: Scorecard) -> Iterator[Page]:
    yield Page("scorecard", "scorecard.html", _said("title_scorecard"))
    for measure in card.measures:
        yield Page(f"scorecard/{measure.id}", "measure.html", measure.title, {"measure": measure})
    for node in card.sites():
        rows = [(m, place) for m in card.measures for place in m.sites if place.node.id == node.id]
        yield Page(f"scorecard/sites/{node.id}", "site.html", node.title, {"place": node, "rows": rows})
    yield Page("data", "data.html", _said("title_data"), {"columns": catalog.columns(card)})
    read = {one.id: edition for one, edition in _editions(card)}
    yield Page("editions", "editions.html", _said("foot_editions"), {"editions": read})


def _editions(card: Scorecard) -> Iterator[tuple[editions.Listed, editions.Edition]]:
    for one in card.listed:
        yield one, editions.read(card.root, one.id)


def _map(library: Library) -> pictures.StateMap:
    shape = content.load("public/map.toml")
    return pictures.state_map(shape["outline"], shape["borders"], library.sites)
