"""The furniture in a real browser: axe finds nothing, keys move, clocks agree with the server, forms lose nothing."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from socketserver import ThreadingMixIn
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.template import engines
from django.test import override_settings
from jinja2 import ChoiceLoader, DictLoader
from playwright.sync_api import Browser, Page, sync_playwright

from tests.ui import site
from throughcare.kernel import clock
from throughcare.ui.clockface import face
from throughcare.ui.jinja import moment
from throughcare.ui.shapes import ClockShape
from throughcare.ui.wording import t

pytestmark = pytest.mark.browser

AUTOSAVE = """{% extends "ui/base.html" %}{% block main %}<h1>Form</h1>
<form method="post" action="/form/" data-autosave="/save/" data-autosave-target="#effects">
{{ ui.hidden_fields(csrf_token, [("version", "1")]) }}
<label>Pulse <input name="pulse" autocomplete="off"></label>
<label>Time <input name="at" data-time autocomplete="off"></label>
{{ ui.action_bar([]) }}</form><div id="effects"></div>{% endblock %}"""

REFUSED = """{% extends "ui/base.html" %}{% block main %}<h1>Rows</h1>{{ ui.error_summary(errors) }}
{% for n in (1, 2) %}<details class="why"><summary>Wrong</summary><form method="post" action="/rows/{{ n }}/" class="row">
<label for="why-{{ n }}">Why</label><input id="why-{{ n }}" name="why" required>
<fieldset class="field"><legend>Contact</legend>{% for v in ("some", "none") %}<label><input type="radio" id="t{{ n }}{{ v }}"
name="contact-tier" value="{{ v }}"> {{ v }}</label>{% endfor %}</fieldset></form></details>{% endfor %}
<form method="post" action="/elsewhere/">{{ ui.field(own) }}</form>{% endblock %}"""


class Server(ThreadingMixIn, WSGIServer):
    """Serve several requests at once and end with the test."""

    daemon_threads = True


class Quiet(WSGIRequestHandler):
    """Say nothing about each request."""

    def log_message(self, *args: object) -> None:
        """Keep silent."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Serve the small site under the headers of the real one."""
    middleware = ["throughcare.app.middleware.HeadersMiddleware", "django.middleware.csrf.CsrfViewMiddleware"]
    env = engines["jinja2"].env
    loader = env.loader
    env.loader = ChoiceLoader([loader, DictLoader({"tests/autosave.html": AUTOSAVE, "tests/refused.html": REFUSED})])
    with override_settings(ROOT_URLCONF="tests.ui.site", MIDDLEWARE=middleware, ALLOWED_HOSTS=["*"]):
        server = Server(("127.0.0.1", 0), Quiet)
        server.set_app(StaticFilesHandler(WSGIHandler()))
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
    env.loader = loader


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium once."""
    system = Path("/usr/bin/chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=str(system) if system.exists() else None, args=["--no-sandbox"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    """Open a page that must stay free of errors and of refusals by the content security policy."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text) if "Content Security Policy" in message.text else None)
    page.on("dialog", lambda dialog: dialog.accept())
    site.saved.clear()
    site.broken.clear()
    yield page
    page.close()
    assert said == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    "query",
    ["", "?layout=staff", "?layout=intake", "?layout=kiosk", "?layout=board", "?layout=sign-in", "?layout=print"],
)
def test_axe_finds_nothing(tab: Page, address: str, query: str, theme: str) -> None:
    tab.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    tab.goto(f"{address}/gallery/{query}")
    found = Axe().run(tab, options={"resultTypes": ["violations"]}).response["violations"]
    if not query:  # the gallery shows several banners, panels and answers side by side, which no page does
        found = [v for v in found if v["id"] not in {"duplicate-id-aria", "landmark-unique"}]
    assert [(v["id"], [n["html"][:160] + n["failureSummary"][:200] for n in v["nodes"][:3]]) for v in found] == []


@pytest.mark.parametrize("query", ["", "?layout=staff", "?layout=intake", "?layout=kiosk", "?layout=board"])
def test_nothing_scrolls_sideways(tab: Page, address: str, query: str) -> None:
    tab.goto(f"{address}/gallery/{query}")
    for width in (320, 390, 720, 820, 1440, 1920):  # 720: a laptop at 200 % zoom
        tab.set_viewport_size({"width": width, "height": 900})
        assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_the_scripts_clock_is_the_servers_clock(tab: Page, address: str) -> None:
    tab.goto(f"{address}/gallery/?layout=staff")
    now = clock.now()
    for opened, due in [(10, 230), (198, 42), (240, 0), (18, -3), (310, -70), (1, 60 * 24 * 30), (60, -3000), (5, 3)]:
        shape = ClockShape(now - timedelta(minutes=opened), now + timedelta(minutes=due))
        ours = face(shape, now, t, moment)
        theirs = tab.evaluate(
            "async ([o, d, n]) => (await import('/static/ui/throughcare.js')).face(o, d, undefined, n)",
            [shape.opened_at.timestamp() * 1000, shape.due_at.timestamp() * 1000, now.timestamp() * 1000],
        )
        assert theirs["state"] == ours.state
        assert theirs["words"] == ours.words
        assert theirs["fill"] == pytest.approx(ours.fill, abs=0.11)
        assert theirs["over"] == pytest.approx(ours.over, abs=0.11)


def test_a_clock_turns_late_in_words_shape_and_row(tab: Page, address: str) -> None:
    tab.goto(f"{address}/gallery/?layout=staff")
    row = tab.locator(".duty").nth(1)
    assert "due in" in row.inner_text()
    tab.evaluate(
        "document.querySelectorAll('.duty')[1].querySelector('[data-clock]').dataset.due = new Date(Date.now() - 690000).toISOString()"
    )
    tab.evaluate("document.dispatchEvent(new CustomEvent('htmx:after:swap'))")
    assert "late 0:11" in row.inner_text()
    assert row.locator(".duty-who use").get_attribute("href") == "#shape-late"
    assert "is-late" in (row.get_attribute("class") or "")


def test_keys_move_and_open(tab: Page, address: str) -> None:
    tab.goto(f"{address}/gallery/?layout=staff")
    tab.keyboard.press("j")
    tab.keyboard.press("j")
    assert "Test-Reyes" in tab.locator(".is-here").inner_text()
    tab.keyboard.press("k")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**#ortiz")
    tab.keyboard.press("j")
    tab.keyboard.press("s")
    tab.wait_for_url("**#screen")
    tab.keyboard.press("/")
    assert tab.evaluate("document.activeElement.id") == "search"
    tab.keyboard.type("jk")
    assert tab.locator("#search").input_value() == "jk"
    tab.keyboard.press("Escape")
    tab.keyboard.press("?")
    assert tab.locator("dialog.help").is_visible()
    tab.get_by_label("Use single keys on this device").uncheck()
    tab.keyboard.press("Escape")
    tab.keyboard.press("j")
    assert "Test-Reyes" in tab.locator(".is-here").inner_text()


def test_a_form_saves_itself_within_a_second_and_shows_what_it_did(tab: Page, address: str) -> None:
    tab.goto(f"{address}/form/")
    tab.keyboard.press("f")
    assert tab.evaluate("document.activeElement.matches('main input, main select, main textarea')")
    tab.get_by_label("Pulse").press_sequentially("96")
    tab.get_by_text("COWS scheduled, due 22:30").wait_for(timeout=1500)
    assert "Saved " in tab.locator("[data-saved]").inner_text()
    assert [one["pulse"] for one in site.saved] == ["96"]
    assert tab.locator("[name=version]").input_value() == "2"
    tab.get_by_label("Time").fill("730")
    tab.get_by_label("Time").blur()
    assert tab.get_by_label("Time").input_value() == "07:30"
    until(lambda: len(site.saved) == 2)
    assert site.saved[1]["at"] == "07:30"
    assert site.saved[1]["intent"] != site.saved[0]["intent"]


def test_a_broken_line_loses_nothing_and_writes_once(tab: Page, address: str) -> None:
    tab.goto(f"{address}/form/")
    site.broken.append(503)
    tab.get_by_label("Pulse").fill("101")
    tab.get_by_text("Not saved yet: no connection").wait_for(timeout=2000)
    until(lambda: len(site.saved) == 1)
    assert site.saved[0]["pulse"] == "101"
    tab.get_by_text("Saved ").wait_for(timeout=2000)


def test_a_refusal_is_said_in_the_servers_sentence(tab: Page, address: str) -> None:
    tab.goto(f"{address}/form/")
    site.broken.append(422)
    tab.get_by_label("Pulse").fill("12x")
    tab.get_by_text("Pulse: write a number from 20 to 250.").wait_for(timeout=2000)
    assert tab.get_by_label("Pulse").input_value() == "12x"


def test_a_wall_refreshes_and_says_when_it_is_old(tab: Page, address: str) -> None:
    tab.goto(f"{address}/board/")
    tab.get_by_text("Asked 1 times").wait_for(timeout=8000)
    site.broken.append(500)
    tab.get_by_text("Not connected.").wait_for(timeout=8000)
    assert tab.get_by_text("Asked ").is_visible()
    tab.get_by_text("Asked 2 times").wait_for(timeout=8000)
    assert tab.get_by_text("Not connected.").is_hidden()


def test_the_theme_is_chosen_and_remembered(tab: Page, address: str) -> None:
    tab.goto(f"{address}/gallery/")
    for wanted in ("light", "dark"):
        tab.locator("[data-theme-switch]").click()
        assert tab.evaluate("document.documentElement.dataset.theme") == wanted
    tab.reload()
    assert tab.evaluate("document.documentElement.dataset.theme") == "dark"


def until(true: object, seconds: float = 5) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:  # type: ignore[operator]
        time.sleep(0.05)
    assert true()  # type: ignore[operator]


def test_what_was_refused_is_said_at_its_field_and_the_summary_leads_there(tab: Page, address: str) -> None:
    tab.goto(f"{address}/rows/2/")
    assert tab.evaluate("document.activeElement.className") == "error-summary"
    why = tab.locator("#why-2")
    why.wait_for()
    assert why.get_attribute("aria-invalid") == "true", "the row that was sent, unfolded"
    assert not tab.locator("#why-1").is_visible(), "and no other"
    assert tab.locator(f"#{why.get_attribute('aria-describedby')}").inner_text() == "Write what is wrong."
    assert tab.locator("fieldset.has-error .error").inner_text() == "Say how much contact there is."
    assert tab.locator(".error", has_text="Say by what you know").count() == 1, "what the page said is not said twice"
    for link, field in (("Write what is wrong.", "why-2"), ("Say how much", "t2some"), ("Say by what", "f-photo")):
        tab.locator(".error-summary a", has_text=link).focus()
        tab.keyboard.press("Enter")
        tab.wait_for_function("id => document.activeElement.id === id", arg=field)
    assert tab.locator(".error-summary a").count() == 3
    found = tab.evaluate(f"{Axe().axe_script}; axe.run().then(found => found.violations.map(v => v.id))")
    assert found == []
