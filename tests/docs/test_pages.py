"""The pages hold together: links lead somewhere, commands exist, pictures are small, tests that are named are there."""

import re
from pathlib import Path

import pytest

from throughcare.app.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("src/**/*.md")])
FENCE = re.compile(r"^```.*?^```", re.M | re.S)


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def anchors(page: Path) -> set[str]:
    """Give the anchors of a page's headings, as repositories make them."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(), re.M)
    return {re.sub(r"[^\w\- ]", "", head.replace("`", "")).strip().lower().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = FENCE.sub("", page.read_text())
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), f"[{target}] leads nowhere"
        if anchor:
            assert anchor in anchors(found), f"[{target}]: the page has no such heading"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_in_a_page_exists(page: Path) -> None:
    text = page.read_text()
    told = re.findall(r"(?:^ {4}|`)(?:[A-Z_]+=\S+ )*throughcare ([a-z]+)", text, re.M)
    assert set(told) <= set(COMMANDS), f"{set(told) - set(COMMANDS)}"
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    made = set(re.findall(r"(?:^ {4}|`)make ([a-z-]+)", text, re.M))
    assert made <= targets, f"{made - targets}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_option_in_a_page_exists(page: Path) -> None:
    import click

    from throughcare.app.cli import throughcare

    for command, words in re.findall(r"throughcare ([a-z]+)((?: [^\s`]+)*)", page.read_text()):
        found = throughcare.get_command(click.Context(throughcare), command)
        options = {o for p in found.params for o in p.opts} if found is not None else set()
        assert set(re.findall(r"(?<= )--[a-z-]+", words)) <= options | {"--help"}, f"throughcare {command}{words}"


def test_pictures_are_small_and_used() -> None:
    pictures = list((ROOT / "docs/pictures").glob("*.png"))
    said = "".join(page.read_text() for page in PAGES)
    for picture in pictures:
        assert picture.stat().st_size <= 250_000, picture.name
        assert picture.name in said, f"{picture.name} stands on no page"


def test_every_hazard_names_tests_that_exist() -> None:
    known = set()
    for file in ROOT.glob("tests/**/*.py"):
        known |= set(re.findall(r"def (test_\w+)\(", file.read_text()))
    for page in ("docs/safety/hazards.md", "docs/safety/threat-model.md"):
        named = set(re.findall(r"`(test_\w+)`", (ROOT / page).read_text()))
        assert named <= known, f"{page}: {named - known}"


def test_every_hazard_has_a_number_of_its_own_and_a_control() -> None:
    rows = re.findall(r"^\| (H\d+) [ABC] \|(.*)\|$", (ROOT / "docs/safety/hazards.md").read_text(), re.M)
    assert len({number for number, _ in rows}) == len(rows) > 30
    for number, row in rows:
        cells = [cell.strip() for cell in row.split("|")]
        assert len(cells) == 5, f"{number} has not five cells"
        assert all(cells[:4]), f"{number} has no cause, control or test"


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs/decisions"
    listed = set(re.findall(r"\((\d{4}[\w-]*\.md)\)", (folder / "README.md").read_text()))
    assert listed == {file.name for file in folder.glob("[0-9]*.md")}
    for file in folder.glob("[0-9]*.md"):
        text = file.read_text()
        assert all(f"## {part}" in text for part in ("Context", "Decision", "Consequences")), file.name
        assert "2026-" in text, f"{file.name} has no date"


def test_every_runbook_says_what_is_ruled_out() -> None:
    for page in (ROOT / "docs/runbooks").glob("*.md"):
        assert re.search(r"^## Ruled out", page.read_text(), re.M), page.name


def test_every_room_says_what_it_is_for() -> None:
    for room in (ROOT / "src/throughcare").glob("**/apps.py"):
        assert (room.parent / "README.md").exists(), f"{room.parent.name} has no README.md"
