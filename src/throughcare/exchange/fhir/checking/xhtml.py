"""Is a narrative well-formed XHTML of the elements that HL7 allows? Pure."""

from functools import lru_cache
from html.entities import html5
from re import compile as pattern
from xml.parsers import expat

LONGEST = 500_000
ALLOWED = frozenset(
    [
        "a",
        "abbr",
        "acronym",
        "b",
        "bdo",
        "big",
        "blockquote",
        "br",
        "caption",
        "cite",
        "code",
        "col",
        "colgroup",
        "dd",
        "del",
        "dfn",
        "div",
        "dl",
        "dt",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "map",
        "area",
        "ol",
        "p",
        "pre",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "tt",
        "u",
        "ul",
        "var",
        "nobr",
        "font",
        "center",
    ]
)
_ENTITY = pattern(r"&([A-Za-z][A-Za-z0-9]*);")
_OF_XML = frozenset({"amp", "lt", "gt", "quot", "apos"})


def wrong(div: str) -> str:
    """Say what is wrong with a narrative, or nothing."""
    return _wrong(div) if len(div) <= LONGEST else ""


@lru_cache(maxsize=256)
def _wrong(div: str) -> str:
    strange: list[str] = []
    unknown = [name for name in _ENTITY.findall(div) if name not in _OF_XML and f"{name};" not in html5]
    if unknown:
        return f"[&{unknown[0][:20]};] is no entity of XHTML."

    def start(name: str, _: dict[str, str]) -> None:
        if name not in ALLOWED:
            strange.append(name)

    reader = expat.ParserCreate()
    reader.StartElementHandler = start
    reader.StartDoctypeDeclHandler = lambda *_: strange.append("!DOCTYPE")
    try:
        reader.Parse(_ENTITY.sub(_plain, div), True)
    except (expat.ExpatError, ValueError):
        return "A narrative is well-formed XML: each element is closed."
    return f"A narrative may not hold [{strange[0][:30]}] (txt-1)." if strange else ""


def _plain(found: object) -> str:
    """Keep XML's own entities; every other is one character to a reader of XML."""
    name = found.group(1)  # type: ignore[attr-defined]
    return f"&{name};" if name in _OF_XML else " "
