"""The places of the bar: each is a page, each word exists, and a role's first places are open to it."""

import re
from uuid import uuid4

import pytest
from django.urls import reverse

from tests.care.sick_call.test_actions import place  # noqa: F401
from throughcare.access import doors
from throughcare.app import viewing
from throughcare.app.viewing import PLACES
from throughcare.kernel import content
from throughcare.kernel.vocabulary import Role
from throughcare.ui import wording

ROWS = content.rows(PLACES, "place")
BARS = content.rows(PLACES, "bar")


@pytest.mark.parametrize("row", ROWS, ids=lambda r: r["id"])
def test_a_place_is_a_page_with_a_name_and_a_group(row):
    assert reverse(row["id"])
    assert doors.page(row["id"]) is not None
    assert wording.t(row["word"]) != row["word"]
    assert wording.t(f"house.group.{row['group']}")


@pytest.mark.parametrize("bar", BARS, ids=lambda r: r["id"])
def test_what_stands_first_for_a_role_is_in_the_menu_and_short(bar):
    assert bar["id"] in {role.value for role in Role}
    assert set(bar["places"]) <= {row["id"] for row in ROWS}
    assert len(bar["places"]) == len(set(bar["places"])) <= 8


@pytest.mark.django_db
@pytest.mark.parametrize("bar", BARS, ids=lambda r: r["id"])
def test_what_stands_first_for_a_role_is_open_to_it(bar, client, place):  # noqa: F811
    client.post("/demo/become", {"role": bar["id"], "facility": str(place.id), "person": ""})
    page = client.get(reverse(bar["places"][0])).content.decode()
    first = page.split('<nav class="places"')[1].split("</ul>")[0]
    for name in bar["places"]:
        assert f'href="{reverse(name)}"' in first


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "leads"), [("rn", True), ("hsa", False)])
def test_a_page_leads_nobody_where_their_role_is_refused(role, leads, client, place):  # noqa: F811
    client.post("/demo/become", {"role": role, "facility": str(place.id), "person": ""})
    assert client.get(reverse("rounds")).status_code == (200 if leads else 403)
    board = client.get(reverse("watch_board")).content.decode().split("<main")[1]
    assert (f'href="{reverse("rounds")}"' in board) is leads
    assert f'href="{reverse("watch_downtime")}"' in board


@pytest.mark.django_db
def test_an_address_opens_by_its_page_whoever_it_names(rf, client, place):  # noqa: F811
    client.post("/demo/become", {"role": "lpn", "facility": str(place.id), "person": ""})
    request = client.get("/work/").wsgi_request
    for person in (uuid4(), uuid4()):
        assert not viewing.opens(request, reverse("intake_of", kwargs={"person_id": person}) + "?section=mind")
        assert viewing.opens(request, reverse("chart", kwargs={"person_id": person}))
    assert viewing.opens(request, "/no/such/page/") and viewing.opens(rf.get("/"), reverse("rounds"))


@pytest.mark.django_db
def test_a_list_for_which_a_role_needs_an_authority_is_not_in_the_menu_without_one(client, place):  # noqa: F811
    client.post("/demo/become", {"role": "hsa", "facility": str(place.id), "person": ""})
    menu = client.get("/work/").content.decode().split('<nav class="places"')[1].split("</nav>")[0]
    assert f'href="{reverse("cover")}"' in menu and f'href="{reverse("intake_queue")}"' not in menu
    assert client.get(reverse("intake_queue")).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["hsa", "planner", "prea", "him", "scheduler", "pharmacy", "psych"])
def test_whoever_is_posted_to_no_site_meets_no_place_that_is_not_there(client, role: str) -> None:
    """Home and every place of the menu answer; what is one facility's page is not offered to the whole agency's reader."""
    assert client.post("/demo/become", {"role": role, "facility": ""}).status_code == 302
    menu = client.get("/account/").content.decode()
    nav = re.search(r'<nav class="places".*?</nav>', menu, re.S)
    places = sorted(set(re.findall(r'href="(/[^"]*)"', nav[0] if nav else "")))
    met = {where: client.get(where, follow=True).status_code for where in places}
    assert len(places) > 1 and {where: code for where, code in met.items() if code >= 400} == {}


@pytest.mark.django_db
@pytest.mark.parametrize("row", [r for r in ROWS if r.get("one_site")], ids=lambda r: r["id"])
def test_what_is_kept_from_the_whole_agencys_reader_would_not_open_to_one(row, client) -> None:
    """A place is marked as one facility's only where its page needs one: else a reader of all sites would lose it."""
    roles = [r for r in Role if r not in (Role.PATIENT, Role.PUBLIC)]
    for role in roles:
        assert client.post("/demo/become", {"role": role.value, "facility": ""}).status_code == 302
        answer = client.get(reverse(row["id"]), follow=True)
        if answer.status_code != 403:
            assert answer.status_code in (404, 422), (role, answer.status_code)
            return
    pytest.fail(f"nobody may open {row['id']}")
