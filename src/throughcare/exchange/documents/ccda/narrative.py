"""The narrative: what people read. Its words by the marks that entries point to, and as plain lines."""

from typing import Any

from throughcare.exchange.documents.ccda.datatypes import tidy

_LINES = frozenset({"paragraph", "item", "tr", "br", "caption", "title"})
_CELLS = frozenset({"td", "th"})
MOST = 400


def marked(root: Any) -> dict[str, str]:
    """Give the words at every mark in the document's narratives."""
    found: dict[str, str] = {}
    for text in root.iter("text"):
        for node in text.iter():
            mark = node.get("ID")
            if mark and isinstance(node.tag, str):
                found.setdefault(mark, cells(node) if node.tag == "tr" else tidy(" ".join(node.itertext())))
    return found


def lines(text: Any) -> tuple[str, ...]:
    """Give a narrative as plain lines: a row of a table is a line, its cells apart."""
    if text is None:
        return ()
    made: list[str] = []
    loose: list[str] = []

    def flush() -> None:
        words = tidy(" ".join(loose))
        loose.clear()
        if words and len(made) < MOST:
            made.append(words)

    def walk(node: Any) -> None:
        if node.tag == "tr":
            flush()
            loose.append(cells(node))
            flush()
        else:
            if node.tag in _LINES:
                flush()
            loose.append(node.text or "")
            for child in node:
                walk(child)
                loose.append(child.tail or "")
            if node.tag in _LINES:
                flush()

    walk(text)
    flush()
    return tuple(made)


def cells(row: Any) -> str:
    """Give a row's cells on one line."""
    said = [tidy(" ".join(cell.itertext())) for cell in row if cell.tag in _CELLS]
    return " · ".join(one for one in said if one)


def rows(text: Any) -> tuple[str, ...]:
    """Give what a section without entries lists: rows of its tables without their heads, else items of its lists."""
    if text is None:
        return ()
    found = [cells(one) for one in text.iter("tr") if any(c.tag == "td" for c in one)]
    if not found:
        found = [tidy(" ".join(one.itertext())) for one in text.iter("item")]
    return tuple(one for one in found if one)[:MOST]


def of_entries(section: Any) -> tuple[str, ...]:
    """Give in words what the entries of a section say whose sender wrote none beside them: names, values and days."""
    return tuple(said for entry in section.findall("entry")[:MOST] if (said := _spoken(entry)))


def _spoken(entry: Any) -> str:
    said: list[str] = []
    for node in entry.iter():
        if not isinstance(node.tag, str):
            continue
        if node.tag in ("value", "code", "translation") and node.get("displayName"):
            said.append(str(node.get("displayName")))
        elif node.tag in ("effectiveTime", "low", "high", "value") and node.get("value"):
            said.append(f"{node.get('value')} {node.get('unit') or ''}")
        elif node.tag in ("originalText", "text", "title", "name", "value"):
            said.append(" ".join(node.itertext()))
    return " · ".join(dict.fromkeys(words for one in said if (words := tidy(one))))[:1000]
