"""No template of the house carries script, style or a hole in the escaping; strict CSP stays possible."""

import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "src/throughcare"
TEMPLATES = sorted(p for p in PACKAGE.rglob("templates/**/*") if p.suffix in {".html", ".svg", ".xml", ".txt"})
FORBIDDEN = {
    "a style attribute": r"<[^>]*\sstyle\s*=",
    "a style element": r"<style\b",
    "an event attribute": r"<[^>]*\son[a-z]+\s*=",
    "a script written in the page": r"<script(?![^>]*\ssrc=)[^>]*>",
    "a javascript address": r"javascript:",
    "hx-on": r"hx-on\b",
    "a js: or javascript: value for htmx": r"hx-(vals|headers|confirm|trigger)[^=]*=\s*[\"'](js|javascript):",
    "a trigger filter, which needs eval": r"hx-trigger[^=]*=\s*\"[^\"]*\w\[",
    "the safe filter": r"\|\s*safe\b",
    "autoescape switched off": r"autoescape\s+false",
    "another host": r"(src|href|action|hx-get|hx-post)\s*=\s*[\"'](https?:)?//",
}


def test_there_are_templates() -> None:
    assert len(TEMPLATES) > 15


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_template_has_nothing_inline(template: Path) -> None:
    text = re.sub(r"{#.*?#}", "", template.read_text("utf-8"), flags=re.DOTALL)
    bare = re.sub(r"{{.*?}}|{%.*?%}", "x", text, flags=re.DOTALL)
    if (
        template.parent.name == "public"
    ):  # a source is led to, never loaded: its address stands under the fact it is the source of
        bare = re.sub(r'<a href="https://x" rel="noreferrer">', "", bare)
    found = [
        what
        for what, pattern in FORBIDDEN.items()
        if re.search(pattern, text if "filter" in what else bare, re.IGNORECASE | re.DOTALL)
    ]
    assert found == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_title_names_no_person(template: Path) -> None:
    for title in re.findall(r"block title %}(.*?){%-? *endblock", template.read_text("utf-8"), re.DOTALL):
        assert not re.search(r"(person|patient|banner|name)\b", title), f"a page title may not hold {title!r}"
