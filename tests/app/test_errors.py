"""What goes wrong is said in a page of ours, whatever went wrong."""

import pytest

from throughcare.app import errors

pytestmark = pytest.mark.django_db


def test_a_page_that_is_not_there(client) -> None:
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert "<h1>" in answer.content.decode()


def test_an_address_that_takes_forms_alone_says_so_in_a_page(client) -> None:
    answer = client.get("/demo/become")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "<h1>This address shows no page</h1>" in answer.content.decode()


@pytest.mark.parametrize(
    ("came", "back"),
    [
        ("http://testserver/work/?more=now", "/work/?more=now"),
        ("http://elsewhere.example/work/", None),
        ("http://testserver//elsewhere.example/", None),
        ("http://testserver/no/such/page/", None),
        ("", None),
    ],
)
def test_a_problem_leads_back_to_the_page_of_ours_that_led_to_it(client, came, back) -> None:
    page = client.get("/no/such/page/", headers={"referer": came, "host": "testserver"}).content.decode()
    assert page.count('class="button') == (2 if back else 1)
    assert (f'href="{back}"' in page) is bool(back)


def test_a_problem_at_the_kiosk_is_said_in_the_language_chosen_there(client) -> None:
    client.cookies["throughcare_lang"] = "es"
    page = client.get("/kiosk/no/such/page/").content.decode()
    assert '<html lang="es"' in page and "Aquí no hay nada" in page and "Go home" not in page
    assert "Aquí no hay nada" not in client.get("/no/such/page/").content.decode()


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
