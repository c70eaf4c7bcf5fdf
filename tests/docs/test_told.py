"""What the pages tell people to type, to open and to press is there, and opens to those for whom it is written."""

import re
import shlex
from pathlib import Path
from typing import Any

import click
import pytest

from tests.docs.pages import FENCE, PAGES, ROOT, name
from throughcare.app.cli import COMMANDS

# Pages for those at work in it: what stands in bold there is a button, a place or a heading of a page.
RUNNING_IT = {
    "add-a-service-room", "backup-and-restore", "connect-a-laboratory", "install", "keep-the-warehouse", "logs-to-a-collector",
    "measure-on-a-cluster", "publish-the-site", "read-over-fhir", "send-to-the-registry", "sizing", "upgrade",
}  # fmt: skip
AT_WORK = [
    *(page for page in sorted(ROOT.glob("docs/how-to/*.md")) if page.stem not in RUNNING_IT),
    *sorted(ROOT.glob("docs/tutorial/*.md")),
]


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
