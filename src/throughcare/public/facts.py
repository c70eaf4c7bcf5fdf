"""What may be said in public, read from content/public: every fact with its date and its sources, in both languages.
A fact without a source, or with one that nobody listed, is refused when it is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from throughcare.kernel import content

LANGUAGES = ("en", "es")
UNDATED = "undated"
Words = Mapping[str, str]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact was read."""

    id: str
    name: str
    addresses: tuple[str, ...]
    note: Words


@dataclass(frozen=True, slots=True)
class Fact:
    """One sentence or two that somebody said somewhere at some time."""

    id: str
    words: Words
    as_of: str  # a year, month or day; or UNDATED
    sources: tuple[Source, ...]
    by_agency: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """What was looked for and not found."""

    id: str
    words: Words


@dataclass(frozen=True, slots=True)
class Finding:
    """What somebody from outside found, and what the agency said to it, if that was found."""

    fact: Fact
    by: Words
    reply: Fact | None


@dataclass(frozen=True, slots=True)
class Service:
    """One service in plain words."""

    id: str
    title: Words
    lead: Words
    facts: tuple[Fact, ...]
    findings: tuple[Finding, ...]
    unknown: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Site:
    """One facility: where it stands, whom it holds, what is known of its medical unit."""

    id: str
    number: int
    name: str
    town: str
    county: str
    at: tuple[float, float]
    label: tuple[float, float]
    whom: Fact
    people: Fact
    facts: tuple[Fact, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One section of a guide: what we advise, and what is known."""

    id: str
    title: Words
    advice: tuple[Words, ...]
    facts: tuple[Fact, ...]
    unknown: tuple[Gap, ...]
    link: str
    urgent: bool


@dataclass(frozen=True, slots=True)
class Guide:
    """A page that tells people what to do."""

    id: str
    title: Words
    lead: Words
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Library:
    """Everything that is said in public."""

    sources: tuple[Source, ...]
    mission: Fact
    agency: tuple[Fact, ...]
    services: tuple[Service, ...]
    everywhere: tuple[Fact, ...]
    sites: tuple[Site, ...]
    findings: tuple[Finding, ...]
    deaths: Fact
    deaths_by_year: tuple[tuple[int, int], ...]
    gaps: tuple[Gap, ...]
    elsewhere: tuple[tuple[str, Fact], ...]  # name of a data set of others, what it holds
    guides: Mapping[str, Guide]

    def facts(self) -> tuple[Fact, ...]:
        """List every fact of the library once."""
        found: list[Fact] = [self.mission, *self.agency, self.deaths, *self.everywhere]
        found += [fact for _, fact in self.elsewhere]
        for service in self.services:
            found += service.facts
        for site in self.sites:
            found += [site.whom, site.people, *site.facts]
        for finding in self.findings:
            found += [finding.fact, *([finding.reply] if finding.reply else [])]
        for guide in self.guides.values():
            found += [fact for part in guide.parts for fact in part.facts]
        return tuple(found)


def library() -> Library:
    """Read everything that is said in public; raise ContentError for a fact without date, source or language."""
    return _library(content.stamp())


@lru_cache(maxsize=2)
def _library(_stamp: object) -> Library:
    return Reader().read()


class Reader:
    """Reads the files of content/public, each row checked where it stands."""

    def __init__(self) -> None:
        self._sources = {row["id"]: _source(row) for row in content.rows("public/sources.toml", "cited")}
        self._gaps = {
            row["id"]: Gap(row["id"], _words("public/not_found.toml", row["id"], row))
            for row in content.rows("public/not_found.toml", "gap")
        }
        path = "public/findings.toml"
        self._findings = {row["id"]: self._finding(path, row) for row in content.rows(path, "finding")}

    def read(self) -> Library:
        """Read them all."""
        agency, findings = content.load("public/agency.toml"), content.load("public/findings.toml")
        deaths = findings["deaths"]
        return Library(
            sources=tuple(self._sources.values()),
            mission=self._fact("public/agency.toml", agency["mission"] | {"id": "mission", "by_agency": True}),
            agency=self._facts("public/agency.toml", content.rows("public/agency.toml", "fact")),
            services=tuple(self._service(row) for row in content.rows("public/services.toml", "service")),
            everywhere=self._facts("public/facilities.toml", content.rows("public/facilities.toml", "everywhere")),
            sites=self._sites(),
            findings=tuple(self._findings.values()),
            deaths=self._fact("public/findings.toml", deaths | {"id": "deaths"}),
            deaths_by_year=tuple((year, count) for year, count in deaths["years"]),
            gaps=tuple(self._gaps.values()),
            elsewhere=tuple(
                (row["name"], self._fact("public/elsewhere.toml", row))
                for row in content.rows("public/elsewhere.toml", "set")
            ),
            guides={row["id"]: self._guide(row) for row in content.rows("public/guide.toml", "guide")},
        )

    def _service(self, row: content.Row) -> Service:
        path, name = "public/services.toml", row["id"]
        return Service(
            id=name,
            title=_words(path, name, row["title"]),
            lead=_words(path, name, row["lead"]),
            facts=self._facts(path, row["facts"]),
            findings=self._named(path, name, row["findings"], self._findings),
            unknown=self._named(path, name, row["unknown"], self._gaps),
        )

    def _sites(self) -> tuple[Site, ...]:
        path = "public/facilities.toml"
        places = {row["id"]: row for row in content.rows("places/connecticut.toml", "facility")}
        return tuple(
            self._site(path, number, row, places[row["id"]]) for number, row in enumerate(content.rows(path, "site"), 1)
        )

    def _site(self, path: str, number: int, row: content.Row, place: content.Row) -> Site:
        people = row["people"]
        whom = {"id": f"{row['id']}-whom", "as_of": people["as_of"], "sources": row["whom_sources"], **row["whom"]}
        held = {"id": f"{row['id']}-people", "en": _people(people["n"]), "es": _people(people["n"], "es")}
        lon, lat = row["at"]
        across, down = row.get("label", (0, 0))
        return Site(
            id=row["id"],
            number=number,
            name=place["name"],
            town=place["town"],
            county=row["county"],
            at=(lon, lat),
            label=(across, down),
            whom=self._fact(path, whom),
            people=self._fact(path, people | held),
            facts=self._facts(path, row["facts"]),
            findings=self._named(path, row["id"], row.get("findings", ()), self._findings),
        )

    def _guide(self, row: content.Row) -> Guide:
        path = "public/guide.toml"
        parts = tuple(self._part(path, part) for part in row["part"])
        return Guide(row["id"], _words(path, row["id"], row["title"]), _words(path, row["id"], row["lead"]), parts)

    def _part(self, path: str, row: content.Row) -> Part:
        facts = row.get("facts", ())
        unknown = [name for one in (row, *facts) for name in one.get("unknown", ())]
        return Part(
            id=row["id"],
            title=_words(path, row["id"], row["title"]),
            advice=tuple(_words(path, row["id"], one) for one in row.get("advice", ())),
            facts=self._facts(path, facts),
            unknown=self._named(path, row["id"], unknown, self._gaps),
            link=row.get("link", ""),
            urgent=row.get("urgent", False),
        )

    def _finding(self, path: str, row: content.Row) -> Finding:
        reply = row.get("reply")
        return Finding(
            fact=self._fact(path, row),
            by=_words(path, row["id"], row["by"]),
            reply=self._fact(path, reply | {"id": f"{row['id']}-reply"}) if reply else None,
        )

    def _facts(self, path: str, rows: Iterable[content.Row]) -> tuple[Fact, ...]:
        return tuple(self._fact(path, row) for row in rows)

    def _fact(self, path: str, row: Mapping[str, Any]) -> Fact:
        name = row["id"]
        cited = self._named(path, name, row.get("sources", ()), self._sources)
        if not cited:
            raise content.ContentError(path, "has no source. Name one of public/sources.toml.", name)
        as_of = row.get("as_of", "")
        if as_of != UNDATED and not _is_date(as_of):
            raise content.ContentError(path, f'has as_of [{as_of}]. Write a year, month, day or "undated".', name)
        return Fact(name, _words(path, name, row), as_of, cited, row.get("by_agency", False))

    def _named(self, path: str, row: str, names: Iterable[str], known: Mapping[str, T]) -> tuple[T, ...]:
        for name in names:
            if name not in known:
                raise content.ContentError(
                    path, f"names [{name}], which is listed nowhere. Correct it or list it.", row
                )
        return tuple(known[name] for name in names)


def _people(n: int, lang: str = "en") -> str:
    return f"{n:,} people lived here." if lang == "en" else f"Aquí vivían {n:,} personas."


def _source(row: content.Row) -> Source:
    return Source(row["id"], row["name"], tuple(row["address"].split(" ; ")), row.get("note", {}))


def _words(path: str, row: str, words: Mapping[str, Any]) -> Words:
    if any(not words.get(lang) for lang in LANGUAGES):
        raise content.ContentError(path, "is not there in both languages. Write `en` and `es`.", row)
    return {lang: words[lang] for lang in LANGUAGES}


def _is_date(text: str) -> bool:
    parts = text.split("-")
    return len(parts) <= 3 and len(parts[0]) == 4 and all(part.isdigit() for part in parts)
