"""The site as files: every page in both languages, every link, the same bytes each time, small, marked, without praise."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest
from click.testing import CliRunner

from tests.public.making import publish
from throughcare.public import catalog, facts
from throughcare.public.site import NotPublishable, Site, relative

NOTICE = {
    "en": "Demonstration, invented data, not an official site.",
    "es": "Demostración, datos inventados, no es un sitio oficial.",
}
# What an agency says of itself in a brochure. In either language, anywhere on a page.
PRAISE = [
    "state-of-the-art", "state of the art", "highest quality", "high-quality", "world-class", "world class", "cutting-edge", "cutting edge", "best-in-class",
    "best practice", "leading", "leader", "excellence", "excellent", "outstanding", "innovative", "award", "premier", "second to none", "unparalleled",
    "exceptional", "robust", "comprehensive", "seamless", "dedicated", "committed to", "proud", "finest", "top-notch", "compassionate",
    "de última generación", "vanguardia", "la más alta calidad", "alta calidad", "excelencia", "excelente", "líder", "innovador", "orgullo", "premiad", "compasiv",
]  # fmt: skip
# What must not be told of a place: who is on when, when the line is, how it is built.
TOO_MUCH = [
    "night shift",
    "day shift",
    "third shift",
    "no night nurse",
    "pill line at",
    "floor plan of",
    "turno de noche",
    "turno de día",
]


class Page(HTMLParser):
    """Gathers what a test asks of a page: its links, ids, text, tags."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.lang = ""
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.append(tag)
        self.links += [value for name in ("href", "src") if (value := named.get(name))]
        self.ids += [value] if (value := named.get("id")) else []
        self.lang = named.get("lang") or self.lang if tag == "html" else self.lang
        assert not any(name.startswith("on") or name == "style" for name in named), (tag, attrs)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture(scope="module")
def pages(site: Site) -> dict[str, Page]:
    return {path: Page(site.body(path).decode()) for path in site.paths() if path.endswith(".html")}


def test_every_page_is_there_in_both_languages(pages):
    english = {path for path in pages if not path.startswith("es/")}
    assert {path.removeprefix("es/") for path in pages if path.startswith("es/")} == english
    assert len(english) >= 45
    assert all(page.lang == ("es" if path.startswith("es/") else "en") for path, page in pages.items())
    assert all(page.tags.count("h1") == 1 for page in pages.values())


def test_every_link_leads_to_a_file_of_the_site(pages, site):
    known = set(site.paths())
    for path, page in pages.items():
        for link in page.links:
            if link.startswith("https://"):
                assert path.removeprefix("es/") == "sources.html", f"[{path}] links outside: {link}"
                continue
            target, _, anchor = link.partition("#")
            assert not target.startswith("/") and ":" not in target, f"[{path}] has a link that is not relative: {link}"
            found = str((Path("/") / path).parent.joinpath(unquote(target)).resolve())[1:] if target else path
            assert found in known, f"[{path}] links to [{link}]"
            if anchor:
                assert anchor in pages[found].ids, f"[{path}] links to [{link}]"


def test_no_page_has_a_script_or_asks_another_host(pages, site):
    for page in pages.values():
        assert not {"script", "iframe", "form", "style", "img", "object"} & set(page.tags)
    css = site.body("assets/site.css").decode()
    assert "http" not in css and all(f"assets/{font}" in site.paths() for font in re.findall(r'url\("(.+?)"\)', css))


def test_ids_are_not_repeated_on_a_page(pages):
    assert [path for path, page in pages.items() if len(set(page.ids)) != len(page.ids)] == []


def test_the_same_facts_and_editions_give_the_same_bytes(site, editions_root):
    again = Site(editions_root, demonstration=True)
    assert {path: again.body(path) for path in again.paths()} == {path: site.body(path) for path in site.paths()}


def test_a_page_with_all_it_needs_is_under_60_kb_without_fonts(site):
    shared = len(site.body("assets/site.css")) + len(site.body("assets/mark.svg"))
    heaviest = max((len(site.body(path)), path) for path in site.paths() if path.endswith(".html"))
    assert shared + heaviest[0] < 60_000, (shared, heaviest)


def test_every_page_and_file_of_a_demonstration_says_so(pages, site):
    for path, page in pages.items():
        assert NOTICE[page.lang] in " ".join(page.words), path
        assert b'name="robots" content="noindex' in site.body(path)
    for path in site.paths():
        if path.endswith((".csv", ".json", ".jsonld", ".parquet")) and not path.endswith(("hashes.json", "index.json")):
            assert NOTICE["en"].encode() in site.body(path), path
    for path in site.paths():
        if path.endswith(".html") and 'class="trend"' in site.body(path).decode():
            assert re.search(r'class="stamp"[^>]*>Demo', site.body(path).decode()), path
    assert site.body("robots.txt") == b"User-agent: *\nDisallow: /\n"
    assert b"X-Robots-Tag: noindex" in site.body("_headers")


def test_an_agencys_own_site_may_be_found(bare):
    text = bare.body("index.html").decode()
    assert "Demonstration" not in text and "noindex" not in text
    assert b"Allow" in bare.body("robots.txt") and b"X-Robots" not in bare.body("_headers")
    assert "No numbers have been published yet." in bare.body("scorecard.html").decode()


def test_invented_numbers_never_stand_beside_a_real_name(site, editions_root, tmp_path):
    for name in [one.name for one in site.library.sites]:
        for path in site.paths():
            if path.removeprefix("es/").startswith(("scorecard", "data/editions")):
                assert name.encode() not in site.body(path), (name, path)
    root = publish(tmp_path)
    for file in root.rglob("*.json"):
        file.write_text(file.read_text().replace("Demo-Alder", "York Correctional Institution"))
    with pytest.raises(NotPublishable, match="York Correctional Institution"):
        Site(root, demonstration=True)


@pytest.mark.parametrize("which", ["site", "bare"])
def test_nothing_is_praised_and_no_watch_is_given_away(which, request):
    made: Site = request.getfixturevalue(which)
    wrong = re.compile("|".join(rf"\b{re.escape(word)}" for word in PRAISE + TOO_MUCH))
    for path in made.paths():
        if path.endswith((".html", ".json", ".csv", ".jsonld")) and not path.endswith("hashes.json"):
            found = wrong.search(made.body(path).decode().casefold())
            assert not found, f"[{path}] says [{found and found[0]}]"


def test_every_fact_has_a_date_and_a_source_on_its_page(pages):
    library = facts.library()
    shown = " ".join(" ".join(page.words) for path, page in pages.items() if not path.startswith("es/"))
    for fact in library.facts():
        assert fact.sources and fact.as_of, fact.id
        assert fact.words["en"] in shown, f"[{fact.id}] stands nowhere"
    for service in library.services:
        page = " ".join(pages[f"services/{service.id}.html"].words)
        assert all(source.name in page for fact in service.facts for source in fact.sources)
        assert service.facts


def test_findings_stand_with_the_agencys_side(pages):
    page = " ".join(pages["findings.html"].words)
    assert "The Department objects to this report." in page
    assert page.count("The Department's reply") == len(facts.library().findings)


def test_what_was_not_found_is_listed(pages):
    page = " ".join(pages["not-found.html"].words)
    assert all(gap.words["en"] in page for gap in facts.library().gaps)


def test_help_is_on_every_page_and_the_copayment_never_bars(pages):
    assert all("988" in " ".join(page.words) for page in pages.values())
    assert "no one may be refused care because of the $3" in " ".join(pages["care.html"].words)
    raised = " ".join(pages["concerns.html"].words)
    assert "Correction Ombuds" in raised and "CN 9601" in raised


def test_a_number_that_is_hidden_says_why_and_leaves_no_trace(site):
    page = site.body("scorecard/R-F7.html").decode()
    assert "hidden: 1 to 10" in page
    row = re.search(r"Demo-Dogwood</a></th>(.*?)</tr>", page, re.S)
    assert row and not re.search(r"\d%", row[1]), "no percentage beside a hidden count"


def test_a_corrected_edition_is_put_in_order(site):
    page = site.body("editions.html").decode()
    assert "It puts right 2026-Q1:" in page and "One week was missing." in page
    assert "Withdrawn November 9, 2025." in page
    assert site.card.edition and site.card.edition.id == "2026-Q1-r2"
    assert not any(path.startswith("data/editions/2025-Q3/") for path in site.paths())


def test_the_catalog_names_files_that_are_there(site):
    body = json.loads(site.body("data/catalog.jsonld"))
    files = [d["dcat:downloadURL"]["@id"] for s in body["dcat:dataset"] for d in s["dcat:distribution"]]
    assert len(files) > 20 and {f"data/{file}" for file in files} <= set(site.paths())
    assert {d["dcat:mediaType"] for s in body["dcat:dataset"] for d in s["dcat:distribution"]} == set(
        catalog.MEDIA.values()
    )


def test_the_dictionary_names_the_columns_of_the_files(site):
    head = site.body("data/editions/2026-Q1-r2/tables/A-INT.csv").decode().splitlines()[0].split(",")
    named = {column["name"] for column in json.loads(site.body("data/dictionary.json"))["columns"]}
    assert set(head) <= named


def test_relative_links():
    assert relative("es/services/x.html", "assets/site.css") == "../../assets/site.css"
    assert relative("index.html", "es/index.html") == "es/index.html"


def test_publish_writes_the_folder_and_refuses_a_foreign_one(editions_root, tmp_path, site):
    from throughcare.app.commands.publish import command
    from throughcare.app.config import Misconfigured

    to = tmp_path / "out"
    for _ in range(2):
        done = CliRunner().invoke(command, ["--to", str(to), "--editions", str(editions_root)])
        assert done.exit_code == 0, done.output
    written = {str(f.relative_to(to)): f.read_bytes() for f in to.rglob("*") if f.is_file()}
    written.pop(".throughcare-public")
    assert written == {path: site.body(path) for path in site.paths()}
    foreign = tmp_path / "mine"
    foreign.mkdir()
    (foreign / "letter.txt").write_text("keep me")
    refused = CliRunner().invoke(command, ["--to", str(foreign)])
    assert isinstance(refused.exception, Misconfigured) and "Nothing was written" in str(refused.exception)
    assert [f.name for f in foreign.iterdir()] == ["letter.txt"]


def test_an_edition_that_was_changed_is_not_published(tmp_path):
    from throughcare.app.commands.publish import command
    from throughcare.kernel.errors import Refused

    root = publish(tmp_path / "editions")
    file = root / "2026-Q1-r2" / "tables" / "A-INT.csv"
    file.write_bytes(file.read_bytes().replace(b"2310", b"2311"))
    refused = CliRunner().invoke(command, ["--to", str(tmp_path / "out"), "--editions", str(root)])
    assert isinstance(refused.exception, Refused) and "not as it was published" in str(refused.exception)
    assert not (tmp_path / "out").exists()
