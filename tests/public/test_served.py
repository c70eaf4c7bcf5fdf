"""The site as the app serves it: the very bytes of the files, a strict policy, no cookie, and a polite no."""

import pytest
from django.conf import settings
from django.test import Client

from throughcare.public import screens
from throughcare.public.site import Site


@pytest.fixture
def served(site: Site, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(screens, "_site", lambda: site)
    return Client()


@pytest.mark.parametrize(
    "path", ["index.html", "es/concerns.html", "scorecard/A-INT.html", "assets/site.css", "data/facts.csv"]
)
def test_the_app_serves_the_very_bytes_that_are_published(served, site, path):
    answer = served.get(f"/public/{'' if path == 'index.html' else path}")
    assert answer.status_code == 200
    assert answer.content == site.body(path)
    assert (
        "script-src" not in answer["Content-Security-Policy"]
        and "default-src 'none'" in answer["Content-Security-Policy"]
    )
    assert answer["Cache-Control"] == "public, max-age=300"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert not answer.cookies


def test_a_page_that_did_not_change_is_not_sent_again(served):
    first = served.get("/public/care.html")
    again = served.get("/public/care.html", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304 and again.content == b""


@pytest.mark.parametrize(
    "path", ["no-such-page.html", "../etc/passwd", "..%2f..%2fsecret", "data/editions/2025-Q3/edition.json"]
)
def test_what_is_no_file_of_the_site_is_not_there(served, path):
    answer = served.get(f"/public/{path}")
    assert answer.status_code == 404
    assert "The menu of the public site" in answer.content.decode() or "passwd" in path


def test_search_engines_are_told_to_stay_away(served):
    assert served.get("/robots.txt").content == b"User-agent: *\nDisallow: /\n"


@pytest.mark.django_db
def test_the_way_in_leads_to_the_public_site(served):
    assert 'href="/public/"' in served.get("/sign-in/").content.decode()
    assert 'href="/public/"' in served.get("/demo/").content.decode()


def test_before_anything_is_published_the_pages_of_facts_are_there():
    assert settings.EDITIONS.name == "editions"
    assert screens._site().body("services.html")
