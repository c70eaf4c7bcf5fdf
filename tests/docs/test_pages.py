"""The pages hold together: links lead somewhere, commands exist, pictures are small, tests that are named are there."""

import re
import shlex
from pathlib import Path
from typing import Any

import click
import pytest

from throughcare.app.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("src/**/*.md")])
# Pages for those at work in it: what stands in bold there is a button, a place or a heading of a page.
RUNNING_IT = {
    "add-a-service-room", "backup-and-restore", "connect-a-laboratory", "install", "keep-the-warehouse", "logs-to-a-collector",
    "measure-on-a-cluster", "publish-the-site", "read-over-fhir", "send-to-the-registry", "sizing", "upgrade",
}  # fmt: skip
AT_WORK = [
    *(page for page in sorted(ROOT.glob("docs/how-to/*.md")) if page.stem not in RUNNING_IT),
    *sorted(ROOT.glob("docs/tutorial/*.md")),
]
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


def command_lines(page: Path) -> list[list[str]]:
    """Give the words after `throughcare` of each command line that a page shows, alone on a line or between backticks."""
    text = page.read_text()
    told = re.findall(r"`[^`\n]*?\bthroughcare ([a-z][^`]*)`", FENCE.sub("", text))
    told += re.findall(r"^ {4,}(?:\d\. )?(?:[A-Z_]+=\S+ |exec )*throughcare ([a-z].*)$", text, re.M)
    return [shlex.split(re.split(r" {3,}|\s[#|&;>]\s?", told)[0]) for told in told]


def parse(command: click.Command, words: list[str]) -> None:
    """Read a command line as the command would, to the last option; `FILE` or `…` may stand for what a reader fills in."""
    context = click.Context(command, info_name=command.name, allow_extra_args=isinstance(command, click.Group))
    wants = {o for p in command.params if isinstance(p, click.Option) and not p.is_flag for o in p.opts}
    spoken_of = (
        ["…"] if words and words[-1] in wants else []
    )  # `tick --to`: a page speaks of the option, without a value
    values, left, _ = command.make_parser(context).parse_args([*words, *spoken_of])
    if isinstance(command, click.Group):
        found = command.get_command(context, left[0]) if left else None
        assert not left or found is not None, f"{command.name} has no [{left[0]}]"
        if found is not None:
            parse(found, left[1:])
        return
    assert not left, f"{command.name} takes no {left}"
    for parameter in command.params:
        value = values.get(parameter.name)
        checked = isinstance(parameter.type, click.Choice | click.IntRange)
        if checked and isinstance(value, str) and value != "…" and not value.isupper():
            parameter.type.convert(value, parameter, context)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_line_in_a_page_parses(page: Path) -> None:
    from throughcare.app.cli import throughcare

    if page.name == "commands.md":
        return  # it shows how each is used in general, and is made from the commands themselves
    for words in command_lines(page):
        try:
            parse(throughcare, words)
        except click.UsageError as wrong:
            raise AssertionError(f"throughcare {' '.join(words)}: {wrong.message}") from wrong


@pytest.mark.parametrize(
    "line", ["verify --anchor", "warehouse unmake", "world --people many", "serve now", "verify --rows FILE"]
)
def test_a_command_line_that_is_none_is_noticed(line: str) -> None:
    from throughcare.app.cli import throughcare

    with pytest.raises((AssertionError, click.UsageError)):
        parse(throughcare, line.split())


def as_a_pattern(path: str) -> re.Pattern[str]:
    """Give what fits the addresses of a door: `<uuid:person_id>` is any part between slashes, `<path:path>` any rest."""
    parts = re.split(r"<(\w+):\w+>", path)
    return re.compile(
        "".join(re.escape(p) if n % 2 == 0 else ".+" if p == "path" else "[^/]+" for n, p in enumerate(parts))
    )


def addresses(page: Path) -> list[str]:
    """Give the addresses of ours that a page names between backticks, without what follows a question mark."""
    told = re.findall(r"`(?:(?:GET|POST|PUT) )?(/[^`\s]*)`", FENCE.sub("", page.read_text()))
    return [address.partition("?")[0] for address in told if not address.startswith(("/etc/", "/var/", "/proc/"))]


def leads_somewhere(address: str, paths: list[str]) -> bool:
    """Tell whether a door answers at an address; `/smart/…` stands for whatever begins so."""
    begins = address.removesuffix("…")
    whole_family = begins != address and address.count("/") == 2
    return any(as_a_pattern(path).fullmatch(address) or (whole_family and path.startswith(begins)) for path in paths)


@pytest.fixture(scope="module")
def doors() -> list[dict[str, Any]]:
    from throughcare.access.doors import table
    from throughcare.app.reference import writing

    writing.load_rooms()
    return table()


@pytest.fixture(scope="module")
def paths(doors: list[dict[str, Any]]) -> list[str]:
    return [door["path"] for door in doors]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_address_in_a_page_is_a_door(page: Path, paths: list[str]) -> None:
    for address in addresses(page):
        # The API has a door of its own, whose statement says what it serves (decision 32).
        assert fhir_serves(address) or leads_somewhere(address, paths), f"[{address}] leads nowhere"


@pytest.mark.parametrize("address", ["/works/", "/people/…/consent/", "/nothing/…", "/parole", "/people/"])
def test_an_address_that_is_none_is_noticed(address: str, paths: list[str]) -> None:
    assert not leads_somewhere(address, paths)


# Whose page it is: what it names must open to one of them.
READERS = {
    "community-provider": "community", "discharge-planner": "planner", "health-information": "him", "hsa": "hsa",
    "improvement-team": "hsa him provider psych rn", "kept-apart": "custody", "medication-nurse": "lpn",
    "mental-health": "psych", "nurse-intake": "rn", "nurse-sick-call": "rn", "officer": "custody", "oversight": "ombuds",
    "parole-officer": "parole", "patient-kiosk": "patient", "pharmacist": "pharmacy", "prea-coordinator": "prea",
    "privacy-officer": "him provider sud", "provider": "provider", "scheduler": "scheduler",
    "substance-use-counsellor": "sud", "transport-officer": "transport", "who-is-on-tonight": "rn hsa",
    "withdrawal-checks": "rn",
}  # fmt: skip
# Named for somebody else: who opens an account, who plans, who keeps a consent.
OF_OTHERS = {("community-provider", "/accounts/"), ("discharge-planner", "/people/…/consents/")}


@pytest.mark.parametrize("page", READERS)
def test_what_a_page_names_opens_to_whom_it_is_written_for(page: str, doors: list[dict[str, Any]]) -> None:
    readers = {"anyone", *READERS[page].split()}
    for address in addresses(ROOT / f"docs/how-to/{page}.md"):
        if fhir_serves(address) or (page, address) in OF_OTHERS:
            continue
        found = [d for d in doors if d["method"] == "GET" and as_a_pattern(d["path"]).fullmatch(address)]
        assert any(readers & set(d["roles"]) for d in found), f"[{address}] is for {[d['roles'] for d in found]}"


def fhir_serves(address: str) -> bool:
    """Tell whether the API and not a page answers here, as the server decides it."""
    from throughcare.exchange.fhir.application import serves

    return serves(address)


@pytest.fixture(scope="module")
def said_on_pages() -> str:
    """Give all words that the house's pages can show: wording, other content, forms, templates, and what code says."""
    source = ROOT / "src/throughcare"
    kinds = ("content/**/*.toml", "content/forms/**/*.json", "**/templates/**/*.html", "**/*.py")
    return "\n".join(file.read_text() for kind in kinds for file in sorted(source.glob(kind))).lower()


@pytest.mark.parametrize("page", AT_WORK, ids=name)
def test_what_stands_in_bold_is_a_word_of_the_pages(page: Path, said_on_pages: str) -> None:
    """Somebody looks for that very button. What ends as a sentence does is a sentence of ours; `…` stands for a name or number."""
    for bold in re.findall(r"\*\*([^*]+)\*\*", page.read_text()):
        if bold.endswith((".", "?", ":", ";")) or re.search(r"\d", bold):
            continue
        for part in bold.split("…"):
            assert part.strip(" ,").lower() in said_on_pages, f"no page says [{bold}]"


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
