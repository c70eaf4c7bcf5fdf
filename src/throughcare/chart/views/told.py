"""An entry of the ledger in words: each part under the name that the pages use for it, each code, amount and moment as people say it.

Pure: who and where the ids stand for is given. Words are content (`vocabulary/history.toml`); a part that nobody worded is said in
the words its name is made of, so that nothing that an entry says is silent. What only software reads (addresses of code systems,
ids of other entries) has no words and stands under the technical names alone.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from html import unescape
from typing import Any

from throughcare.chart import units
from throughcare.kernel import content
from throughcare.kernel.fhir import LOCAL
from throughcare.ui.jinja import day, full
from throughcare.ui.wording import t

WORDS = "vocabulary/history.toml"
# Values longer than this stand by themselves, and not one behind the other.
SENTENCE = 40
Names = Mapping[str, str]
"""What the ids in an entry are called: staff and places."""
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_ID = re.compile(r"(?:urn:uuid:)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_CODE = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_SYSTEMS = {
    "http://loinc.org": "LOINC",
    "http://snomed.info/sct": "SNOMED CT",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "RxNorm",
}


def told(body: Any, names: Names) -> dict[str, str]:
    """Say a body part by part, in its own order; a name that stands twice is numbered."""
    if not isinstance(body, dict):
        return {}
    found: dict[str, str] = {}
    for name, words in _parts(body, str(body.get("resourceType", "")), "", "", names):
        place, n = name, 2
        while place in found:
            place, n = f"{name} {n}", n + 1
        found[place] = words
    return found


def kind(name: str) -> str:
    """Give what an entry of this type is called: "Problem"."""
    return _words("kind", content.stamp()).get(name) or apart(name)


def apart(name: str) -> str:
    """Say a name of the software in the words it is made of: `onsetDateTime`, `signed-at`, `begun_by`."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).replace("-", " ").replace("_", " ").split()
    return " ".join(words).lower().capitalize()


def _parts(body: Mapping[str, Any], of: str, path: str, above: str, names: Names) -> Iterator[tuple[str, str]]:
    for key, value in body.items():
        if key in ("extension", "modifierExtension"):
            yield from _extensions(value, of, above, names)
        elif key in ("item", "component") and isinstance(value, list):
            yield from _asked(value, names)
        elif key == "section" and isinstance(value, list):
            yield from _sections(value, of, names)
        else:
            here = f"{path}.{key}" if path else key
            title = _title(of, here, key)
            if title:
                yield from _part(
                    value, of, here, f"{above}: {title.lower()}" if above and "." not in title else title, names
                )


def _part(value: Any, of: str, path: str, name: str, names: Names) -> Iterator[tuple[str, str]]:
    rows = value if isinstance(value, list) else ()
    apart_ = len(rows) > 1 and any(len(say(one, names) or "") > SENTENCE for one in rows)
    said = None if apart_ else say(value, names)
    if said is not None:
        if said:
            yield name, said
    elif isinstance(value, list):
        for one in value:
            yield from _part(one, of, path, name, names)
    else:
        own = _named(of, path)
        yield from _parts(value, of, path, name if own else "", names)


def _extensions(rows: Any, of: str, above: str, names: Names) -> Iterator[tuple[str, str]]:
    for row in rows:
        url = re.split(r"[:/]", str(row.get("url", "")))[-1]
        title = _title(of, url, url)
        if not title:
            continue
        name = f"{above}: {title.lower()}" if above else title
        if "extension" in row:
            yield from _extensions(row["extension"], of, name, names)
            continue
        for key, value in row.items():
            if key.startswith("value"):
                yield from _part(value, of, url, name, names)


def _asked(rows: list[Any], names: Names) -> Iterator[tuple[str, str]]:
    """Say questions with their answers, and the parts of a measurement: the name stands in the row itself."""
    for row in rows:
        name = row.get("text") or say(row.get("code"), names) or apart(str(row.get("linkId", "")))
        answers = [say(v, names) for v in row.get("answer") or [] if v]
        own = [say(v, names) for k, v in row.items() if k.startswith("value")]
        words = ", ".join(word for word in (*answers, *own) if word)
        if words:
            yield name, words
        yield from _asked(row.get("item") or [], names)


def _sections(rows: list[Any], of: str, names: Names) -> Iterator[tuple[str, str]]:
    """Say the words of a note or packet under their headings."""
    for row in rows:
        words, heading = say(row.get("text"), names), str(row.get("title", ""))
        if words:
            yield heading or _title(of, "section.text", "text"), words
        yield from _extensions(row.get("extension") or [], of, heading, names)
        yield from _sections(row.get("section") or [], of, names)


def say(value: Any, names: Names) -> str | None:
    """Say one value in words: "" where it says nothing to people, None where it has parts that are to be said one by one."""
    if value is None or isinstance(value, bool):
        return "" if value is None else t("answer.yes") if value else t("answer.no")
    if isinstance(value, list):
        words = [say(one, names) for one in value]
        return None if any(word is None for word in words) else ", ".join(word for word in words if word)
    if not isinstance(value, dict):
        return _plain(str(value), names)
    return _structure(value, names)


def _structure(value: Mapping[str, Any], names: Names) -> str | None:
    keys = value.keys()
    if keys & {"coding", "text"} and keys <= {"coding", "text"}:
        return str(value.get("text") or ", ".join(filter(None, (_coded(c, names) for c in value.get("coding", ())))))
    if "system" in keys and keys & {"code"} and not keys & {"value", "extension"}:
        return _coded(value, names)
    if keys <= {"value", "unit", "system", "code", "comparator"} and "value" in keys:
        return f"{value.get('comparator', '')}{value['value']} {units.said(str(value.get('unit', '')))}".strip()
    if keys <= {"system", "value", "use", "type"} and "value" in keys:
        return str(value["value"])
    if keys <= {"start", "end"}:
        return _lasting(value, names)
    if "reference" in keys or keys <= {"display", "type"}:
        return str(value.get("display") or _plain(str(value.get("reference", "")).rpartition("/")[2], names))
    if keys <= {"use", "family", "given", "text", "prefix", "suffix"}:
        return str(
            value.get("text") or ", ".join(filter(None, (value.get("family"), " ".join(value.get("given", ())))))
        )
    if "div" in keys:
        return " ".join(unescape(re.sub(r"<[^>]*>", " ", str(value["div"]))).split())
    if len(keys) == 1 and next(iter(keys)).startswith(("value", "content")):
        return say(next(iter(value.values())), names)
    return None


def _coded(value: Mapping[str, Any], names: Names) -> str:
    if value.get("display"):
        return str(value["display"])
    code, system = str(value.get("code", "")), str(value.get("system", ""))
    if system.startswith(LOCAL) or code in _words("value", content.stamp()) or "terminology" in system:
        return _plain(code, names)
    if code in (measured := _measured(content.stamp())):
        return measured[code]
    return f"{_SYSTEMS.get(system, '')} {code}".strip() if code else ""


def _lasting(value: Mapping[str, Any], names: Names) -> str:
    start, end = (_plain(str(value.get(edge, "")), names) for edge in ("start", "end"))
    return (
        t("chart.from_until", start=start, end=end) if start and end else t("chart.from", start=start) if start else end
    )


def _plain(text: str, names: Names) -> str:
    if _INSTANT.match(text):
        return full(datetime.fromisoformat(text)) if _zoned(text) else text.replace("T", " ")
    if _DAY.fullmatch(text):
        return day(date.fromisoformat(text))
    if found := _ID.fullmatch(text):
        return names.get(found[1], "")
    if text in names:
        return names[text]
    if text.startswith(("{", "urn:", "http:", "https:")):
        return ""
    known = _words("value", content.stamp()).get(text)
    return known if known is not None else apart(text) if _CODE.fullmatch(text) and not text.isdigit() else text


def _zoned(text: str) -> bool:
    return text.endswith("Z") or bool(re.search(r"[+-]\d\d:\d\d$", text))


def _named(of: str, path: str) -> bool:
    known = _words("element", content.stamp())
    return f"{of}.{path}" in known or path in known


def _title(of: str, path: str, key: str) -> str:
    known = _words("element", content.stamp())
    for name in (f"{of}.{path}", path, key):
        if name in known:
            return known[name]
    return apart(key)


@lru_cache(maxsize=8)
def _words(table: str, stamp: tuple[str, int]) -> Mapping[str, str]:
    return {row["id"]: row["title"] for row in content.rows(WORDS, table)}


@lru_cache(maxsize=2)
def _measured(stamp: tuple[str, int]) -> Mapping[str, str]:
    return {row["code"]: row["title"] for row in content.rows("chart/vitals.toml", "vital")}
