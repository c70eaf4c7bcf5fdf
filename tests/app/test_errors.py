"""What goes wrong is said in a page of ours, whatever went wrong."""

import pytest

from throughcare.app import errors

pytestmark = pytest.mark.django_db


def test_a_page_that_is_not_there(client) -> None:
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert "<h1>" in answer.content.decode()


def test_a_page_that_fails_says_so_and_shows_nothing_of_it(client, monkeypatch) -> None:
    from throughcare.app import personas

    def broken():
        raise ValueError("secret words of a patient")

    monkeypatch.setattr(personas, "cards", broken)
    client.raise_request_exception = False
    answer = client.get("/demo/")
    assert answer.status_code == 500
    assert "secret words" not in answer.content.decode()
    assert "<h1>" in answer.content.decode()


def test_even_the_page_of_errors_may_fail(rf) -> None:
    answer = errors.failed(rf.get("/"))
    assert answer.status_code == 500
