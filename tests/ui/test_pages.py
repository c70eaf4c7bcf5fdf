"""Pages and fragments carry what they must and keep nothing behind."""

import pytest
from django.contrib.sessions.backends.base import SessionBase
from django.test import RequestFactory

from throughcare.ui.pages import base_context, fragment, language_of, page, page_or_fragment, problem, then
from throughcare.ui.shapes import Action, Viewer


def test_a_page_is_never_kept(rf: RequestFactory) -> None:
    answer = page(rf.get("/"), "ui/gallery/board.html", {"board_title": "Unit B", "board_url": "", "rows": []})
    assert answer["Cache-Control"] == "no-store"
    assert b"Nothing to do for health just now." in answer.content


def test_a_fragment_is_one_block(rf: RequestFactory) -> None:
    context = {"board_title": "Unit B", "board_url": "/board/", "rows": []}
    text = fragment(rf.get("/"), "ui/gallery/board.html", "board", context).content.decode()
    assert text.strip().startswith('<div id="board" hx-get="/board/"')
    assert "<html" not in text


def test_htmx_gets_the_block_and_others_the_page(rf: RequestFactory) -> None:
    context = {"board_title": "Unit B", "board_url": "", "rows": []}
    swapped = page_or_fragment(rf.get("/", headers={"HX-Request": "true"}), "ui/gallery/board.html", "board", context)
    whole = page_or_fragment(rf.get("/"), "ui/gallery/board.html", "board", context)
    assert b"<html" not in swapped.content
    assert b"<html" in whole.content
    assert whole["Vary"] == swapped["Vary"] == "HX-Request"


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 422, 500])
def test_a_problem_says_what_happened_what_was_kept_and_what_next(rf: RequestFactory, status: int) -> None:
    answer = problem(rf.get("/"), status)
    text = answer.content.decode()
    assert answer.status_code == status
    assert text.count("<p>") >= 3 and "{" not in text.split("<main")[1].split("</main")[0]
    assert "Go home" in text


def test_a_problem_after_a_post_gives_back_its_words_and_no_secret(rf: RequestFactory) -> None:
    sent = {
        "answer_en": "We looked at <your> knee.",
        "password": "four words of mine",
        "kind": "progress",
        "version": "1",
        "intent": "0191d5f2-0000-7000-8000-000000000001",
    }
    text = problem(rf.post("/", sent), 409).content.decode()
    assert "We looked at &lt;your&gt; knee." in text
    assert "What you typed stands below" in text
    assert "four words" not in text
    assert "progress" not in text
    assert "one step back" in problem(rf.post("/", {"kind": "x"}), 409).content.decode()
    assert "<h2>What you typed" not in problem(rf.get("/?q=two words"), 404).content.decode()


def test_a_problem_gives_back_what_was_typed(rf: RequestFactory) -> None:
    text = problem(rf.get("/"), 409, typed=[("Note", "pale & sweating")]).content.decode()
    assert "pale &amp; sweating" in text


def test_the_viewer_comes_from_the_request(rf: RequestFactory) -> None:
    request = rf.get("/", {"q": "reyes"})
    request.viewer = Viewer("M. Sample-Hill", "Nurse", signed_in=True)
    context = base_context(request)
    assert context["viewer"].name == "M. Sample-Hill"
    assert context["query"] == "reyes"
    assert context["csrf_token"]


def test_a_patient_chooses_the_language_and_it_is_remembered(rf: RequestFactory) -> None:
    asked = rf.get("/", {"lang": "es"})
    answer = page(asked, "ui/gallery/kiosk.html", {"buttons": []}, lang=language_of(asked))
    assert 'lang="es"' in answer.content.decode()
    assert "Hola, Luis" in answer.content.decode()
    later = rf.get("/", {"lang": "xx"})
    later.COOKIES.update({name: morsel.value for name, morsel in answer.cookies.items()})
    assert language_of(later) == "es"
    assert language_of(rf.get("/")) == "en"


def test_what_was_done_is_said_once_on_the_next_page(rf: RequestFactory) -> None:
    posted, shown = rf.post("/"), rf.get("/next/")
    posted.session = shown.session = SessionBase()
    gone = then(posted, "/next/", "Moved <b>", undo=Action("Undo", "/undo/"))
    assert (gone.status_code, gone["Location"]) == (303, "/next/")
    text = page(shown, "ui/gallery/kiosk.html", {"buttons": []}).content.decode()
    assert "Moved &lt;b&gt;" in text
    assert 'form="post" formaction="/undo/"' in text
    assert "Moved" not in page(shown, "ui/gallery/kiosk.html", {"buttons": []}).content.decode()


def test_htmx_is_sent_on_without_a_swap(rf: RequestFactory) -> None:
    gone = then(rf.post("/", headers={"HX-Request": "true"}), "/next/")
    assert (gone.status_code, gone["HX-Redirect"]) == (204, "/next/")
