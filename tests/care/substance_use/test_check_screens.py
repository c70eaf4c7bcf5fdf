"""The room's pages over HTTP: the board, one check on one page, decisions, offers; and what no officer reads."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.care.substance_use.test_monitoring import FINE, begun, ciwa, cows, nurse, person, place  # noqa: F401
from throughcare.care.substance_use.models import Check, Episode, Offer
from throughcare.kernel import clock
from throughcare.kernel.ids import uuid7

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
SECRET = re.compile(r"withdraw|opioid|alcohol|COWS|CIWA|methadone|buprenorphine|sedative|stimulant", re.IGNORECASE)


@pytest.fixture(autouse=True)
def at_four():
    with clock.frozen(NOW):
        yield


def become(client, role, place, person="") -> None:  # noqa: F811
    answer = client.post("/demo/become", {"role": role, "facility": str(place.id), "person": str(person)})
    assert answer.status_code == 302, answer.content.decode()


def posted(verb: str, **more) -> dict:
    return {"intent": str(uuid7()), "verb": verb, **more}


def flat(answers: dict[str, list[str]]) -> dict[str, str]:
    return {k: v[0] for k, v in answers.items()}


def test_from_the_board_to_the_order_that_ends_it(client, nurse, person, place) -> None:  # noqa: F811
    episode = begun(nurse, person)
    become(client, "rn", place)
    page = client.get("/checks/").content.decode()
    assert "Sample-Ortiz" in page
    here = f"/people/{person}/checks/{episode.id}/"
    assert here in page
    form = client.get(here).content.decode()
    assert "Clinical Opiate Withdrawal Scale" in form
    assert "Not offered yet" in client.get(f"/people/{person}/checks/").content.decode()
    done = client.post(here, posted("check", **flat(cows(pulse=2)), **FINE, signs=["agitated"]), follow=True)
    assert "score 2" in done.content.decode()
    assert Check.objects.get().signs == ["agitated"]
    offered = client.post(f"/people/{person}/checks/", posted("offer", answer="accepted", wish="buprenorphine"))
    assert offered.status_code == 303
    assert Offer.objects.get().wish == "buprenorphine"
    ends = posted("end", episode=str(episode.id), version="1", why="Two low scores")
    assert client.post(f"/people/{person}/checks/", ends).status_code == 403
    become(client, "provider", place)
    ends["intent"] = str(uuid7())
    assert client.post(f"/people/{person}/checks/", ends).status_code == 303
    assert Episode.objects.get().state == "finished"


@pytest.mark.parametrize(
    ("substance", "words"), [("opioid", "Naloxone within reach."), ("alcohol", "Thiamine too"), ("sedative", "tapers")]
)
def test_what_belongs_to_a_substance_stands_beside_each_check(client, nurse, person, place, substance, words) -> None:  # noqa: F811
    """What 3.3 asks beside the scale is read where the check is made, and where it is decided."""
    episode = begun(nurse, person, substance)
    become(client, "rn", place)
    for page in (f"/people/{person}/checks/{episode.id}/", f"/people/{person}/checks/"):
        assert words in client.get(page).content.decode()


def test_a_refused_check_comes_back_with_everything_typed(client, nurse, person, place) -> None:  # noqa: F811
    episode = begun(nurse, person)
    become(client, "rn", place)
    here = f"/people/{person}/checks/{episode.id}/"
    some = {k: v for k, v in flat(cows(tremor=4)).items() if k != "cows-gi"}
    back = client.post(here, posted("check", **some, pulse="88", words="Shivers a lot", signs=["vomiting"]))
    page = back.content.decode()
    assert back.status_code == 422
    assert 'value="88"' in page
    assert "Shivers a lot" in page
    assert re.search(r'name="cows-tremor" value="4"[^>]*checked|value="4"[^>]*checked[^>]*name="cows-tremor"', page)
    assert re.search(r'value="vomiting"[^>]*checked', page)
    assert "say below why it could not be measured" in page
    assert not Check.objects.exists()


def test_asleep_not_possible_and_refused_from_the_page(client, nurse, person, place) -> None:  # noqa: F811
    episode = begun(nurse, person)
    become(client, "rn", place)
    here = f"/people/{person}/checks/{episode.id}/"
    woken = client.post(here, posted("asleep", respiration="14"))
    assert woken.status_code == 422
    assert "wake the person" in woken.content.decode()
    assert client.post(here, posted("unable", reason="unsafe")).status_code == 303
    told = {"risk_told": "A seizure can kill", "capacity": "has", "witness": "Demo-Witness", "signed_by_person": "yes"}
    assert client.post(here, posted("refuse", **told)).status_code == 303
    assert sorted(Check.objects.values_list("kind", flat=True)) == ["refused", "unable"]


def test_the_decision_a_check_asks_for(client, nurse, person, place) -> None:  # noqa: F811
    episode = begun(nurse, person, "alcohol")
    become(client, "provider", place)
    here = f"/people/{person}/checks/"
    answers = flat(ciwa(tremor=7, sweats=7, anxiety=6))
    client.post(f"{here}{episode.id}/", posted("check", **answers, **FINE))
    assert "hospital or here" in client.get(here).content.decode()
    assert "waits for a decision" in client.get("/checks/").content.decode()
    empty = client.post(here, posted("decide", episode=str(episode.id), decision="hospital"))
    assert empty.status_code == 422
    whole = posted("decide", episode=str(episode.id), decision="medicate", words="Lorazepam 2 mg now; EMS if worse.")
    assert client.post(here, whole).status_code == 303
    assert "Lorazepam" in client.get(here).content.decode()


def test_the_daily_look_finds_nothing_or_begins(client, person, place) -> None:  # noqa: F811
    become(client, "rn", place)
    here = f"/people/{person}/checks/screen/"
    assert client.get(here).status_code == 200
    assert client.post(here, {"intent": str(uuid7())}).status_code == 422
    assert client.post(here, {"intent": str(uuid7()), "nothing": "yes"}).status_code == 303
    assert not Episode.objects.exists()
    client.post(here, {"intent": str(uuid7()), "substances": ["alcohol", "sedative"], "words": "Shaking at 03:00"})
    assert set(Episode.objects.values_list("substance", flat=True)) == {"alcohol", "sedative"}


@pytest.mark.parametrize("role", ["custody", "transport", "parole", "scheduler", "lpn"])
def test_nobody_else_opens_these_pages(client, nurse, person, place, role) -> None:  # noqa: F811
    episode = begun(nurse, person)
    become(client, role, place)
    for page in ("/checks/", f"/people/{person}/checks/", f"/people/{person}/checks/{episode.id}/"):
        assert client.get(page).status_code in (403, 404), page


def test_an_officer_reads_what_to_do_and_no_word_of_why(client, nurse, person, place) -> None:  # noqa: F811
    """Every page that an officer can open, while somebody is followed for two substances and was offered treatment."""
    from tests.security.objects import routes

    begun(nurse, person)
    begun(nurse, person, "alcohol")
    become(client, "custody", place)
    read = ""
    for route in routes():
        if route.method != "GET" or route.policy.public or "<slug" in route.path or "<str" in route.path:
            continue
        path = route.path.replace("<uuid:person_id>", str(person)).replace("<uuid:facility_id>", str(place.id))
        if "<" in path:
            continue
        answer = client.get(path)
        if answer.status_code == 200 and "html" in answer.headers.get("Content-Type", ""):
            text = re.sub(r"<[^>]+>", " ", answer.content.decode())
            assert not SECRET.search(text), (path, SECRET.findall(text))
            read += text
    assert "nothing in the mouth" in read, "the sentence is there"


def test_the_board_asks_as_much_for_forty_as_for_two(client, nurse, place, django_assert_max_num_queries) -> None:  # noqa: F811
    from tests.care.substance_use.makers import somebody_followed

    become(client, "rn", place)
    for n in range(2):
        somebody_followed(nurse, place, n)
    few = _queries(client)
    for n in range(2, 40):
        somebody_followed(nurse, place, n)
    assert _queries(client) == few


def _queries(client) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get("/checks/")
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/checks/").status_code == 200
    return len(asked)


def test_a_check_past_its_time_stands_in_the_first_lane(client, nurse, person, place) -> None:  # noqa: F811
    begun(nurse, person)
    become(client, "rn", place)
    with clock.frozen(NOW + timedelta(hours=3)):
        page = client.get("/checks/").content.decode()
    assert page.index("lane--now") < page.index("Sample-Ortiz") < page.index("lane--shift")
