"""An app let in with a real browser: an OAuth client of somebody else's, our pages, axe; and the administrator's pages."""

import os
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser.desk import chromium, sound
from tests.exchange.fhir.conftest import agency
from tests.exchange.smart.apps import open_person, register

pytestmark = [pytest.mark.browser, pytest.mark.slow]
__all__ = ["agency"]


class Back(BaseHTTPRequestHandler):
    """The app's own site: remembers what it is called back with."""

    came: list[str] = []

    def do_GET(self) -> None:
        """Take the answer."""
        self.came.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>app</title><h1>Back at the app</h1>")

    def log_message(self, *words: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def app_site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Back)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_address[1]}"
    server.shutdown()


@pytest.fixture(scope="module")
def house(agency: str, serve: Callable[..., str], app_site: str, django_db_blocker) -> Iterator[tuple[str, str, str]]:
    """Serve a copy of the agency with an app registered; gives address, client_id and a person open to the nurse."""
    from django.db import connection

    from tests.conftest import copy_of

    name, before = f"copy_{os.getpid()}_apps", connection.settings_dict["NAME"]
    with copy_of(agency, name), django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["NAME"] = name
        try:
            scopes = "launch launch/patient openid fhirUser offline_access patient/Patient.rs patient/Observation.rs"
            row, _ = register(
                "public",
                scopes,
                redirect_uris=[f"{app_site}/back"],
                launch_uri=f"{app_site}/launch",
                about="Shows results over time.",
            )
            person = str(open_person("rn"))
        finally:
            connection.close()
            connection.settings_dict["NAME"] = before
        yield serve(name), row.client_id, person


def become(page: Page, site: str, role: str) -> None:
    answer = page.request.post(f"{site}/demo/become", form={"role": role, "facility": "Hartford"})
    assert answer.ok, answer.text()


def test_a_nurse_lets_an_app_of_another_site_in_and_it_reads(
    house: tuple[str, str, str], app_site: str, monkeypatch
) -> None:
    from oauthlib.oauth2 import WebApplicationClient

    site, client_id, _ = house
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    client = WebApplicationClient(client_id)
    verifier = client.create_code_verifier(64)
    with chromium(monkeypatch) as browser:
        page = browser.new_page()
        become(page, site, "rn")
        said = page.request.get(f"{site}/fhir/.well-known/smart-configuration").json()
        address = client.prepare_request_uri(
            said["authorization_endpoint"],
            redirect_uri=f"{app_site}/back",
            scope="launch/patient patient/Observation.rs patient/Patient.rs offline_access",
            state="state-of-the-app",
            code_challenge=client.create_code_challenge(verifier, "S256"),
            code_challenge_method="S256",
            aud=said["issuer"],
        )
        # From the app's own site: our cookie does not come along, and the way leads over a page of ours.
        page.goto(f"{app_site}/start")
        page.evaluate("address => { location.href = address }", address)
        page.wait_for_url("**/smart/ask?**")
        assert page.inner_text("h1") == "Whose record?", "still signed in"
        sound(page, "smart-pick")
        page.fill("#pick-words", "sample")
        page.click("button:has-text('Find')")
        sound(page, "smart-found")
        page.click("td button:has-text('Choose') >> nth=0")
        assert "Read results, measurements and observations of this person." in page.inner_text("main")
        sound(page, "smart-ask")
        page.click("button:has-text('Allow')")
        page.wait_for_url(f"{app_site}/back?**")
        client.parse_request_uri_response(page.url, state="state-of-the-app")
        body = client.prepare_request_body(
            code=client.code, redirect_uri=f"{app_site}/back", include_client_id=True, code_verifier=verifier
        )
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        given = page.request.post(said["token_endpoint"], data=body, headers=form)
        token = client.parse_request_body_response(given.text())
        bearer = {"Authorization": f"Bearer {token['access_token']}"}
        read = page.request.get(f"{site}/fhir/Patient/{token['patient']}", headers=bearer)
        assert read.status == 200 and read.json()["id"] == token["patient"]
        # A page of the app's own site may read the answer; the browser lets it.
        across = page.evaluate(
            "async ([u, t]) => (await fetch(u, {headers: {Authorization: 'Bearer ' + t}})).status",
            [f"{site}/fhir/Observation?patient={token['patient']}", token["access_token"]],
        )
        assert across == 200
        again = page.request.post(
            said["token_endpoint"],
            data=client.prepare_refresh_body(refresh_token=token["refresh_token"], client_id=client_id),
            headers=form,
        )
        assert again.status == 200
        page.goto(f"{site}/account/apps/")
        sound(page, "smart-mine")
        page.click("button:has-text('Stop')")
        assert page.request.get(f"{site}/fhir/Patient/{token['patient']}", headers=bearer).status == 401


def test_an_app_opens_from_the_chart(house: tuple[str, str, str], app_site: str, monkeypatch) -> None:
    site, _, person = house
    with chromium(monkeypatch) as browser:
        page = browser.new_page()
        become(page, site, "rn")
        page.goto(f"{site}/people/{person}/apps/")
        sound(page, "smart-chart")
        page.click("td button:has-text('Open')")
        page.wait_for_url(f"{app_site}/launch?**")
        assert "launch=" in urlsplit(page.url).query and "iss=" in urlsplit(page.url).query


def test_the_administrator_registers_suspends_and_revokes(house: tuple[str, str, str], monkeypatch) -> None:
    site, _, _ = house
    with chromium(monkeypatch) as browser:
        page = browser.new_page()
        become(page, site, "hsa")
        page.goto(f"{site}/apps/")
        sound(page, "smart-apps")
        page.fill("#f-name", "Sample registry")
        page.check("input[name=kind][value=secret]")
        page.fill("#f-scopes", "launch/patient patient/Immunization.rs")
        page.fill("#f-redirect_uris", "http://registry.example.org/back")
        page.click("button:has-text('Register app')")
        assert "Use https" in page.inner_text("main")
        page.fill("#f-redirect_uris", "https://registry.example.org/back")
        page.click("button:has-text('Register app')")
        assert "shown only now" in page.inner_text("main")
        sound(page, "smart-app")
        page.fill("#f-why", "Sample: looked at")
        page.click("button:has-text('Suspend')")
        assert "suspended" in page.inner_text("main")
        page.fill("#f-why", "Sample: no longer used")
        page.click("button:has-text('Revoke for good')")
        assert "revoked for good" in page.inner_text("main")
