"""The little Markdown that the reference needs."""

from collections.abc import Iterable


def page(title: str, *parts: str) -> str:
    """Give a page: its title, then its parts, an empty line between them."""
    return "\n\n".join([f"# {title}", *(part.strip("\n") for part in parts if part)]) + "\n"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Give a table; what would break a cell is made harmless."""
    names = list(head)
    lines = [names, ["---"] * len(names), *([cell(c) for c in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cell(text: str) -> str:
    """Make a text fit for a cell."""
    return " ".join(text.split()).replace("|", "\\|") or "–"


def code(text: str) -> str:
    """Show a text as code; nothing for nothing."""
    return f"`{text}`" if text else ""


def codes(texts: Iterable[str]) -> str:
    """Show texts as code, with commas."""
    return ", ".join(code(text) for text in texts)


def first_sentence(doc: str | None) -> str:
    """Give the first paragraph of a docstring, in one line."""
    return " ".join((doc or "").strip().split("\n\n")[0].split())


def room_of(module: str) -> str:
    """Name the room in which a module lies: `custody`, `care/intake`."""
    parts = module.removeprefix("throughcare.").split(".")
    return "/".join(parts[:2]) if parts[0] == "care" else parts[0]
