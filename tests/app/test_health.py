"""Whether the house says truly that it lives and is ready."""

import socket

import pytest
from django.conf import settings
from django.test import Client

from throughcare.app import health


def test_it_lives_though_the_database_does_not(client: Client):
    answer = client.get("/healthz")  # no database fixture: a query would fail here
    assert answer.status_code == 200
    assert not answer.cookies


@pytest.mark.django_db
def test_it_is_ready_with_its_database(client: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(health, "unfilled", list)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (200, b"ready\n")
    assert not answer.cookies


@pytest.mark.django_db
def test_it_names_what_is_missing(client: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(health, "_database_answers", lambda: False)
    monkeypatch.setattr(health, "unfilled", lambda: ["some port"])
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.content == b"not ready: database, wiring\n"


def test_a_listener_counts_as_there_only_when_it_answers():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        assert not health._listens(port)
        listener.listen()
        assert health._listens(port)


def test_where_no_listener_belongs_none_is_asked_for(monkeypatch: pytest.MonkeyPatch):
    assert not settings.CONFIG.listens
    monkeypatch.setattr(health, "_database_answers", lambda: True)
    assert [what for what, _ in health._parts()] == ["database", "wiring"]
