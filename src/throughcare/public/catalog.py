"""The data for machines: the facts as files, the list of all files (DCAT), and the data dictionary."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from throughcare.public.facts import Library, Words
from throughcare.public.scorecard import Scorecard
from throughcare.ui.wording import t

MEDIA = {"csv": "text/csv", "json": "application/json", "parquet": "application/vnd.apache.parquet"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the flat files."""

    name: str
    type: str  # text, number, whole
    meaning: Words


NUMBERS = (
    Column(
        "numerator",
        "whole",
        {"en": "How many of them got what is counted.", "es": "Cuántas tuvieron lo que se cuenta."},
    ),
    Column("denominator", "whole", {"en": "How many there are in all.", "es": "Cuántas hay en total."}),
    Column(
        "value",
        "number",
        {"en": "The figure, in the unit of the measure.", "es": "La cifra, en la unidad de la medida."},
    ),
)
REASON = {
    "en": "Why the number before it is not there: see below.",
    "es": "Por qué falta la cifra anterior: vea abajo.",
}
LAST = (
    Column("low", "number", {"en": "Lower end of the 95% range.", "es": "Extremo bajo del rango de 95 %."}),
    Column("high", "number", {"en": "Upper end of the 95% range.", "es": "Extremo alto del rango de 95 %."}),
    Column("flags", "text", {"en": "“unstable”: fewer than 20 events.", "es": "«unstable»: menos de 20 hechos."}),
    Column(
        "data", "text", {"en": "Says so where the data are invented.", "es": "Lo dice donde los datos son inventados."}
    ),
)


def columns(card: Scorecard) -> tuple[Column, ...]:
    """List the columns of the flat files of this edition: its dimensions, then the numbers."""
    axes = {}
    if card.edition is not None:
        for table in card.edition.tables:
            axes.update({axis.id: Column(axis.id, "text", axis.title) for axis in card.edition.table(table).axes})
    numbers = [one for number in NUMBERS for one in (number, Column(f"{number.name}_reason", "text", REASON))]
    return (*axes.values(), *numbers, *LAST)


def facts_csv(library: Library, notice: str) -> bytes:
    """Return every fact as a line: words in both languages, date, sources."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["id", "en", "es", "as_of", "by_agency", "sources", "addresses", "site"])
    for fact in library.facts():
        names = " | ".join(source.name for source in fact.sources)
        addresses = " | ".join(address for source in fact.sources for address in source.addresses)
        by = "yes" if fact.by_agency else ""
        writer.writerow([fact.id, fact.words["en"], fact.words["es"], fact.as_of, by, names, addresses, notice])
    return text.getvalue().encode()


def facts_json(library: Library, notice: str) -> bytes:
    """Return every fact as an object, with its sources."""
    rows = [
        {
            "id": fact.id,
            **fact.words,
            "as_of": fact.as_of,
            "by_agency": fact.by_agency,
            "sources": [{"id": s.id, "name": s.name, "addresses": list(s.addresses)} for s in fact.sources],
        }
        for fact in library.facts()
    ]
    return _json({**({"notice": notice} if notice else {}), "facts": rows})


def dictionary(card: Scorecard, notice: str) -> bytes:
    """Return what each column and each reason means."""
    body: dict[str, Any] = {"notice": notice} if notice else {}
    body["columns"] = [{"name": c.name, "type": c.type, "meaning": dict(c.meaning)} for c in columns(card)]
    body["reasons"] = {
        code: {lang: t(f"public.reason_why.{code}", lang=lang) for lang in ("en", "es")}
        for code in ("small", "complement", "base")
    }
    return _json(body)


def dcat(card: Scorecard, notice: str) -> bytes:
    """Return the list of all files as a DCAT 3 catalog (JSON-LD), addresses relative to itself."""
    sets = [_dataset("facts", t("public.data_facts", lang="en"), "", {"csv": "facts.csv", "json": "facts.json"})]
    for edition in card.standing:
        for name in edition.tables:
            table = edition.table(name)
            files = {kind: f"editions/{edition.id}/{file}" for kind, file in table.files.items()}
            title = f"{table.title['en']}, {edition.title['en']}"
            sets.append(
                _dataset(
                    f"{edition.id}/{name}", title, edition.published_on, files, table.title["es"], table.summary["en"]
                )
            )
    body = {
        "@context": {"dcat": "http://www.w3.org/ns/dcat#", "dcterms": "http://purl.org/dc/terms/"},
        "@id": "catalog.jsonld",
        "@type": "dcat:Catalog",
        "dcterms:title": [_in("en", t("public.name", lang="en")), _in("es", t("public.name", lang="es"))],
        "dcterms:description": notice or t("public.tagline", lang="en"),
        "dcterms:language": ["en", "es"],
        "dcat:dataset": sets,
    }
    return _json(body)


def _dataset(
    id: str, title: str, issued: str, files: Mapping[str, str], title_es: str = "", summary: str = ""
) -> dict[str, Any]:
    titles = [_in("en", title), *([_in("es", title_es)] if title_es else [])]
    return {
        "@id": f"#{id}",
        "@type": "dcat:Dataset",
        "dcterms:identifier": id,
        "dcterms:title": titles,
        **({"dcterms:description": summary} if summary else {}),
        **({"dcterms:issued": issued} if issued else {}),
        "dcat:distribution": [
            {"@type": "dcat:Distribution", "dcat:mediaType": MEDIA[kind], "dcat:downloadURL": {"@id": file}}
            for kind, file in sorted(files.items())
        ],
    }


def _in(lang: str, text: str) -> dict[str, str]:
    return {"@language": lang, "@value": text}


def _json(body: object) -> bytes:
    return (json.dumps(body, ensure_ascii=False, indent=1) + "\n").encode()
