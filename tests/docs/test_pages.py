"""The pages hold together: links lead somewhere, pictures are small, files and tests that are named are there."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import FENCE, PAGES, ROOT, name


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


def test_pictures_are_small_and_used() -> None:
    pictures = list((ROOT / "docs/pictures").glob("*.png"))
    said = "".join(page.read_text() for page in PAGES)
    for picture in pictures:
        assert picture.stat().st_size <= 250_000, picture.name
        assert picture.name in said, f"{picture.name} stands on no page"


def named_in(cell: str) -> tuple[set[str], set[str]]:
    """Give the tests that a cell names, and the files or folders of tests."""
    return set(re.findall(r"`(test_\w+)`", cell)), set(re.findall(r"[\w/]+/[\w/]*(?:test_\w+\.py|measures)", cell))


@pytest.fixture(scope="module")
def tests_there() -> set[str]:
    files = ROOT.glob("tests/**/*.py")
    return {found for file in files for found in re.findall(r"^(?:async )?def (test_\w+)\(", file.read_text(), re.M)}


@pytest.mark.parametrize("page", sorted((ROOT / "docs/safety").glob("*.md")), ids=name)
def test_every_test_that_stands_for_safety_exists(page: Path, tests_there: set[str]) -> None:
    tests, files = named_in(page.read_text())
    assert tests, f"{page.name} names no test"
    assert tests <= tests_there, f"{tests - tests_there}"
    for file in files:
        assert (ROOT / "tests" / file.removeprefix("tests/")).exists(), f"[{file}] is not there"


def test_every_hazard_has_a_number_a_severity_a_control_and_a_test() -> None:
    page = (ROOT / "docs/safety/hazards.md").read_text()
    rows = re.findall(r"^\| (H\d+)( [ABC])? \|(.*)\|$", page, re.M)
    assert len({number for number, _, _ in rows}) == len(rows) > 100
    for number, severity, row in rows:
        cells = [cell.strip() for cell in row.split("|")]
        assert severity, f"{number} has no severity"
        assert len(cells) == 5, f"{number} has not five cells"
        assert all(cells[:4]), f"{number} has no cause, control or test"
        assert any(named_in(cells[3])), f"{number} names no test"


def test_every_class_of_weakness_has_its_control_and_its_test() -> None:
    page = (ROOT / "docs/safety/threat-model.md").read_text()
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", page, re.M)
    assert [int(number) for number, *_ in rows] == list(range(1, 26)), "the classes of the review, each once"
    for number, _, control, tests in rows:
        assert control.strip(), number
        assert any(named_in(tests)), f"class {number} names no test"


# What a reader makes or a run writes, and the room that nobody has built: they are named, and are no files of ours.
MADE_LATER = {"manifest.json", "backup.json", "roster.csv"}


@pytest.fixture(scope="module")
def files_there() -> str:
    folders = ("src", "tests", "bench", "docs", "tools")
    found = [f"/{name(file)}" for folder in folders for file in (ROOT / folder).rglob("*.*")]
    return "\n".join([*found, *(f"/{file.name}" for file in ROOT.iterdir()), ""])


@pytest.mark.parametrize("page", [*PAGES, ROOT / "bench/README.md"], ids=name)
def test_every_file_in_a_page_is_there(page: Path, files_there: str) -> None:
    """A name of a file is enough where it is one of a folder that the page is about; capitals stand for what a reader names."""
    for span in re.findall(r"`([^`\n]+)`", FENCE.sub("", page.read_text())):
        for file in re.findall(r"(?<![\w/.…*-])((?:[\w-]+/)*[\w-]+\.(?:py|toml|sql|css|html|json|csv))(?![\w.])", span):
            if file not in MADE_LATER and "dental" not in file and not re.search(r"\b[A-Z]{4,}", file):
                assert f"/{file}\n" in files_there, f"[{file}] is not there"


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs/decisions"
    listed = set(re.findall(r"\((\d{4}[\w-]*\.md)\)", (folder / "README.md").read_text()))
    assert listed == {file.name for file in folder.glob("[0-9]*.md")}
    for file in folder.glob("[0-9]*.md"):
        text = file.read_text()
        assert all(f"## {part}" in text for part in ("Context", "Decision", "Consequences")), file.name
        assert "2026-" in text, f"{file.name} has no date"


def test_every_how_to_is_listed() -> None:
    listed = set(re.findall(r"\]\(([\w./-]+\.md)\)", (ROOT / "docs/README.md").read_text()))
    for folder in ("how-to", "tutorial", "explanation", "safety"):
        there = {f"{folder}/{page.name}" for page in (ROOT / "docs" / folder).glob("*.md")}
        assert there <= listed, f"{there - listed}"


def test_every_runbook_says_what_is_ruled_out() -> None:
    for page in (ROOT / "docs/runbooks").glob("*.md"):
        assert re.search(r"^## Ruled out", page.read_text(), re.M), page.name


def test_every_room_says_what_it_is_for() -> None:
    for room in (ROOT / "src/throughcare").glob("**/apps.py"):
        assert (room.parent / "README.md").exists(), f"{room.parent.name} has no README.md"
