"""What the library draws of a Vega-Lite description, as plain shapes that a template writes. No script, no style.

A drawing holds only shapes of a closed list, whatever the library gives.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

import orjson

SHAPES = frozenset({"g", "path", "line", "rect", "text"})
KEPT = frozenset({"transform", "d", "x", "y", "x1", "y1", "x2", "y2", "width", "height", "opacity", "text-anchor"})
LOOK = frozenset({"fill", "stroke", "stroke-width", "stroke-dasharray", "fill-opacity", "font-size", "font-weight"})
Spec = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape of a drawing with its attributes, its words and what it holds."""

    name: str
    attributes: tuple[tuple[str, str], ...]
    words: str
    inside: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart ready to be written, with the sentence that says it to who does not see it."""

    says: str
    width: float
    height: float
    shapes: tuple[Shape, ...]


def drawn(says: str, spec: Spec) -> Drawing:
    """Draw a description; the same one is drawn once in a process."""
    return _drawn(says, orjson.dumps(spec, option=orjson.OPT_SORT_KEYS).decode())


@lru_cache(maxsize=128)
def _drawn(says: str, spec: str) -> Drawing:
    import vl_convert

    root = ElementTree.fromstring(vl_convert.vegalite_to_svg(spec))  # noqa: S314  (made in this process)
    return Drawing(says, float(root.get("width", "0")), float(root.get("height", "0")), _inside(root))


def _inside(element: ElementTree.Element) -> tuple[Shape, ...]:
    found: list[Shape] = []
    for one in element:
        name = one.tag.rpartition("}")[2]
        if name not in SHAPES or one.get("display") == "none" or "background" in one.get("class", ""):
            continue
        shapes, words = _inside(one), (one.text or "").strip()
        if (name == "g" and not shapes) or (name == "text" and not words):
            continue
        attributes = tuple((k, _exact(v)) for k, v in one.attrib.items() if k in KEPT | LOOK)
        found += shapes if name == "g" and not attributes else [Shape(name, attributes, words, shapes)]
    return tuple(found)


def _exact(value: str) -> str:
    return re.sub(r"\d+\.\d{3,}", lambda m: f"{float(m[0]):.2f}".rstrip("0").rstrip("."), value)
