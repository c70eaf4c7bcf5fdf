"""The look keeps its promises: contrast in both themes, size, no host but ours, a short script."""

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "src/throughcare/ui/static/ui"
CSS = (STATIC / "throughcare.css").read_text("utf-8")
TOKENS = {
    name: {"light": light, "dark": dark}
    for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", CSS)
}
TEXT_ON = [
    *((ink, ground) for ink in ("ink", "ink-soft", "ink-mute") for ground in ("paper", "sheet", "sunk")),
    *((ink, ground) for ink in ("accent", "harm", "shift", "done") for ground in ("paper", "sheet")),
    *(("ink", f"{meaning}-wash") for meaning in ("accent", "harm", "shift", "done")),
    *((meaning, f"{meaning}-wash") for meaning in ("harm", "shift", "done")),
    *((ink, "accent-wash") for ink in ("ink-mute", "ink-soft", "accent-deep", "accent", "harm", "shift", "done")),
    ("ink-soft", "harm-wash"),
    ("on-accent", "accent"),
    ("on-accent", "accent-deep"),
    ("on-harm", "harm-fill"),
    ("paper", "ink"),
    ("ink", "mark"),
    ("ink-mute", "sunk"),
]
SHAPES_ON = [
    *((fill, ground) for fill in ("harm-fill", "done-fill", "ink-mute", "edge") for ground in ("sheet", "paper")),
    ("edge", "sheet"),
    ("accent", "track"),
]


def luminance(colour: str) -> float:
    """Give the relative luminance of WCAG 2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    """Give the contrast ratio of WCAG 2."""
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT_ON)
def test_text_can_be_read(ink: str, ground: str, theme: str) -> None:
    assert contrast(TOKENS[ink][theme], TOKENS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("fill", "ground"), SHAPES_ON)
def test_shapes_can_be_seen(fill: str, ground: str, theme: str) -> None:
    assert contrast(TOKENS[fill][theme], TOKENS[ground][theme]) >= 3


def test_every_custom_property_used_is_defined() -> None:
    used, defined = set(re.findall(r"var\(--([\w-]+)", CSS)), set(re.findall(r"--([\w-]+):", CSS))
    assert used - defined == set()


def test_the_sheet_is_small_and_fetches_nothing_from_elsewhere() -> None:
    assert len(CSS.encode()) <= 50_500
    assert not re.search(r"https?:|@import", CSS)


def test_what_moves_asks_first() -> None:
    assert "animation" not in CSS
    before_motion = CSS.split("prefers-reduced-motion: no-preference")[0]
    assert "transition" not in before_motion


def test_our_scripts_are_short_and_safe() -> None:
    for name in ("throughcare.js", "questions.js", "theme.js", "layout.js", "refused.js"):
        script = (STATIC / name).read_text("utf-8")
        assert len(script.splitlines()) <= 320
        assert not re.search(r"\beval\(|new Function|innerHTML|outerHTML|document\.write|\.style\b|https?://", script)


def test_what_is_vendored_names_its_licence() -> None:
    assert "SIL Open Font License" in (STATIC / "fonts/OFL.txt").read_text("utf-8")
    assert "Zero-Clause BSD" in (STATIC / "vendor/htmx-LICENSE.txt").read_text("utf-8")
    assert 'version="4.0.1"' in (STATIC / "vendor/htmx-4.0.1.min.js").read_text("utf-8")
