"""The whole site as files: one function gives the bytes of a path, which the app serves and `throughcare publish` writes.
Links are relative, so it works in any folder of any web host; the same facts and editions always give the same bytes.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from django.template import engines
from django.utils import translation
from jinja2 import Environment

from throughcare.public import catalog, facts, pictures, said, scorecard
from throughcare.public.pages import MENU, Page, pages, path_of
from throughcare.ui import wording
from throughcare.ui.wording import t

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'none'"
)
PACKAGE = Path(__file__).resolve().parent
HOUSE = PACKAGE.parent / "ui" / "static" / "ui"
MEDIA = {
    ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
    ".woff2": "font/woff2", ".txt": "text/plain; charset=utf-8", ".csv": "text/csv; charset=utf-8",
    ".json": "application/json", ".jsonld": "application/ld+json", ".parquet": "application/vnd.apache.parquet",
    "": "text/plain; charset=utf-8",
}  # fmt: skip


class NotPublishable(ValueError):
    """What is to be published breaks a rule of publishing; the sentence says which and where."""


class Site:
    """Every file of the site by its path. Nothing is made before it is asked for."""

    def __init__(self, root: Path, *, demonstration: bool) -> None:
        self.card = scorecard.read(root)
        self.library = facts.library()
        self.demonstration = demonstration or self.card.demonstration
        if self.card.demonstration:
            _refuse_real_names(self.library, self.card)
        self._files = dict(sorted(self._listed(root).items()))
        self._made: dict[str, bytes] = {}

    def paths(self) -> tuple[str, ...]:
        """List every file there is."""
        return tuple(self._files)

    def body(self, path: str) -> bytes:
        """Return a file's bytes; raise KeyError where there is none."""
        if path not in self._made:
            self._made[path] = self._files[path]()
        return self._made[path]

    def _listed(self, root: Path) -> dict[str, Callable[[], bytes]]:
        everything: dict[str, Callable[[], bytes]] = {}
        for page in pages(self.library, self.card, self.demonstration):
            for lang in facts.LANGUAGES:
                everything[page.path(lang)] = partial(self._page, page, lang)
        return everything | self._assets() | self._data(root) | self._for_hosts()

    def _assets(self) -> dict[str, Callable[[], bytes]]:
        fonts = {f"assets/fonts/{file.name}": file.read_bytes for file in sorted((HOUSE / "fonts").iterdir())}
        return {**fonts, "assets/mark.svg": (HOUSE / "mark.svg").read_bytes, "assets/site.css": stylesheet}

    def _data(self, root: Path) -> dict[str, Callable[[], bytes]]:
        notice = t("public.demonstration", lang="en") if self.demonstration else ""
        found: dict[str, Callable[[], bytes]] = {
            "data/facts.csv": partial(catalog.facts_csv, self.library, notice),
            "data/facts.json": partial(catalog.facts_json, self.library, notice),
            "data/catalog.jsonld": partial(catalog.dcat, self.card, notice),
            "data/dictionary.json": partial(catalog.dictionary, self.card, notice),
        }
        if self.card.listed:
            found["data/editions/index.json"] = (root / "index.json").read_bytes
        for one in self.card.listed:
            if one.withdrawn_on is None:
                for file in sorted((root / one.id).rglob("*.*")):
                    found[f"data/editions/{file.relative_to(root).as_posix()}"] = file.read_bytes
        return found

    def _for_hosts(self) -> dict[str, Callable[[], bytes]]:
        robots = "User-agent: *\nDisallow: /\n" if self.demonstration else "User-agent: *\nAllow: /\n"
        lines = [
            "/*",
            f"  Content-Security-Policy: {POLICY}; frame-ancestors 'none'",
            "  X-Content-Type-Options: nosniff",
        ]
        lines += [
            "  Referrer-Policy: no-referrer",
            *(["  X-Robots-Tag: noindex, nofollow"] if self.demonstration else []),
        ]
        return {"robots.txt": robots.encode, "_headers": ("\n".join(lines) + "\n").encode}

    def _page(self, page: Page, lang: str) -> bytes:
        here = page.path(lang)
        to = partial(relative, here)
        shown = {
            "page": page,
            "lang": lang,
            "policy": POLICY,
            "to": to,
            "link": lambda name: to(path_of(name, lang)),
            "other_path": page.path("es" if lang == "en" else "en"),
            "menu": [_item(name, page.name) for name in MENU],
            "said": said,
            "draw": pictures.trend,
            "spark": pictures.spark,
            "first_sentence": first_sentence,
            "domain_title": domain_title,
            "trend_words": trend_words,
            **page.shows,
        }
        env: Environment = engines["jinja2"].env  # type: ignore[attr-defined]
        with translation.override(lang), wording.speaking():
            text = env.get_template(f"public/{page.template}").render(shown)
        return (re.sub(r"\n\s*\n+", "\n", text).strip() + "\n").encode()


def relative(here: str, path: str) -> str:
    """Return how one file of the site is reached from another."""
    return posixpath.relpath(path, posixpath.dirname(here) or ".")


def media(path: str) -> str:
    """Return the media type of a file of the site."""
    return MEDIA[Path(path).suffix]


def stylesheet() -> bytes:
    """Return the house's type, colours and base with the public site's own layout: one small file."""
    house = (HOUSE / "throughcare.css").read_text(encoding="utf-8").partition("@layer components {")[0]
    return (house + (PACKAGE / "static" / "public" / "site.css").read_text(encoding="utf-8")).encode()


def first_sentence(text: str) -> str:
    """Return the first sentence of a text."""
    return text[: text.index(".") + 1] if "." in text else text


def domain_title(domain: str) -> str:
    """Return a domain's name in words; one that nobody put into words is named as it is."""
    try:
        return t(f"public.domain.{domain}")
    except wording.UnknownWording:
        return domain.replace("_", " ").capitalize()


def trend_words(measure: scorecard.Measure) -> str:
    """Say a trend in words, for who hears the page."""
    lang = wording.language()
    points = "; ".join(f"{p.title[lang]} {said.value(p.row.value, measure.unit)}" for p in measure.trend)
    return t("public.trend_alt", title=measure.title[lang], points=points)


def _item(name: str, here: str) -> Mapping[str, Any]:
    inside = here == name or here.startswith(f"{name}/")
    return {"name": name, "key": name, "here": inside, "exact": here == name}


def _refuse_real_names(library: facts.Library, card: scorecard.Scorecard) -> None:
    """Refuse invented numbers beside the name of a real place."""
    real = {word for site in library.sites for word in (site.name.casefold(), site.id)}
    for node in card.sites():
        if node.id in real or any(title.casefold() in real for title in node.title.values()):
            raise NotPublishable(
                f"The demonstration's edition names a real place, [{node.title['en']}]. Give its sites invented names."
            )
