"""The published folder in a real browser: axe finds nothing, it needs no script, nothing runs off a phone's edge."""

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

from throughcare.public.site import Site

pytestmark = pytest.mark.browser
PAGES = ["index", "services/mental-health", "facilities", "scorecard/A-INT", "es/concerns"]


class Quiet(SimpleHTTPRequestHandler):
    """Serve a folder as any web host would, saying nothing."""

    def log_message(self, *args: object) -> None:
        """Keep silent."""


@pytest.fixture(scope="module")
def host(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the files from a folder deep in a plain web host."""
    root = tmp_path_factory.mktemp("host")
    for path in site.paths():
        file = root / "some" / "folder" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(site.body(path))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(root)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/some/folder"
    server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    system = Path("/usr/bin/chromium")
    with sync_playwright() as playwright:
        found = str(system) if system.exists() else None
        chromium = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, host: str, theme: str) -> None:
    tab = browser.new_page(viewport={"width": 1440, "height": 900}, color_scheme=theme)  # type: ignore[arg-type]
    for name in PAGES:
        tab.goto(f"{host}/{name}.html")
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        found = Axe().run(tab, options={"resultTypes": ["violations"], "runOnly": tags}).response["violations"]
        told = [(v["id"], [n["html"][:160] + n["failureSummary"][:160] for n in v["nodes"][:3]]) for v in found]
        assert told == [], name
    tab.close()


def test_it_needs_no_script_and_nothing_runs_off_the_edge(browser: Browser, host: str) -> None:
    tab = browser.new_page(java_script_enabled=False)
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    # What is left behind by going on to the next page is given up by the browser itself.
    tab.on("requestfailed", lambda r: said.append(r.url) if r.failure != "net::ERR_ABORTED" else None)
    for name in PAGES:
        for width in (320, 1920):
            tab.set_viewport_size({"width": width, "height": 844})
            tab.goto(f"{host}/{name}.html")
            assert tab.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
            assert tab.locator("h1").is_visible() and tab.locator("nav a").first.is_visible()
    font = tab.evaluate("getComputedStyle(document.body).fontFamily")
    tab.close()
    assert said == [] and "Public Sans" in font
