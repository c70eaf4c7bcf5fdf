"""The pages of a code over HTTP: one button, two phones, the officer who never reads why."""

import re

import pytest

from tests.care.emergency.test_codes import person, place  # noqa: F401
from throughcare.care.emergency.models import Code, Stamp
from throughcare.care.emergency.rule_table import load_table
from throughcare.custody.models import Facility
from throughcare.kernel.ids import uuid7

pytestmark = pytest.mark.django_db


def become(client, role, place) -> None:  # noqa: F811
    assert client.post("/demo/become", {"role": role, "facility": str(place.id)}).status_code == 302


def post(client, address, **fields):
    return client.post(address, {"intent": str(uuid7()), **fields})


def test_one_button_from_a_chart_to_the_end(client, person, place) -> None:  # noqa: F811
    become(client, "rn", place)
    chart = client.get(f"/people/{person}/").content.decode()
    assert f"/code/?person={person}" in chart
    asked = client.get(f"/code/?person={person}").content.decode()
    assert "Sample-Ortiz" in asked
    refused = post(client, "/code/", person=str(person), place="", complaint="seizure")
    assert refused.status_code == 422
    assert post(client, "/code/", person=str(person), place="B-203", complaint="seizure").status_code == 303
    code = Code.objects.get()
    assert (code.person_id, code.complaint, code.place) == (person, "seizure", "B-203")
    base = f"/codes/{code.id}/"
    page = client.get(base).content.decode()
    assert "Shaking, seizure" in page
    assert "Code · B-203" in client.get("/codes/").content.decode(), "every page on site says that a code runs"
    for kind in ("health_there", "oxygen", "ems_called"):
        assert post(client, base + "stamp/", kind=kind).status_code == 303
    bad = post(client, base + "stamp/", kind="vitals", pulse="fast", systolic="120")
    assert bad.status_code == 422
    assert 'value="fast"' in bad.content.decode(), "what was typed is kept"
    assert post(client, base + "stamp/", kind="vitals", pulse="88", awake="voice").status_code == 303
    one = Stamp.objects.get(kind="oxygen")
    assert post(client, base + "correct/", stamp=str(one.id), void="yes", why="not on").status_code == 303
    said = client.get(base).content.decode()
    assert "taken back: not on" in said
    live = client.get(base, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in live
    assert "Ambulance called" in live
    assert post(client, base + "summary/", version="1", situation="Seized twice.").status_code == 303
    assert post(client, base + "summary/", version="1", situation="Other words.").status_code == 409
    assert post(client, base + "end/", ending="stays").status_code == 422
    assert post(client, base + "end/", ending="stays", plan="Nurse each hour.").status_code == 303
    ended = client.get(base).content.decode()
    assert (
        ended.index("Talk it over") < ended.index("Add what was not stamped") < ended.index("First health staff here")
    )
    assert "Code · B-203" not in client.get("/codes/").content.decode()


def test_an_officer_calls_and_never_reads_why(client, person, place) -> None:  # noqa: F811
    become(client, "custody", place)
    assert "Call a code" in client.get(f"/people/{person}/custody/").content.decode()
    call = client.get("/code/").content.decode()
    assert not [title for title in load_table().complaints.values() if title in call]
    assert post(client, "/code/", place="Yard", complaint="overdose").status_code == 303
    code = Code.objects.get()
    assert (code.complaint, code.person_id) == ("", None), "what an officer sees is no complaint in a chart"
    mine = f"/custody/codes/{code.id}/"
    assert "start CPR" in client.get(mine).content.decode()
    found = client.get(mine, {"who": "Sample"}).content.decode()
    assert str(person) in found
    assert post(client, mine + "person/", person=str(person)).status_code == 303
    become(client, "rn", place)
    base = f"/codes/{code.id}/"
    for kind in ("health_there", "cpr", "ems_called"):
        post(client, base + "stamp/", kind=kind)
    drug = {"drug": "naloxone", "dose": "4", "unit": "mg", "route": "in the nose"}
    assert post(client, base + "stamp/", kind="drug", **drug).status_code == 303
    post(client, base + "stamp/", kind="note", words="Looks like an overdose")
    become(client, "custody", place)
    shown = client.get(mine).content.decode() + client.get("/custody/codes/").content.decode()
    shown += client.get("/custody/board/").content.decode()
    assert "open the gate" in shown
    main = re.sub(r"<form.*?</form>", "", shown, flags=re.S)
    for word in ("naloxone", "overdose", "compressions", "AED on", "glucose", "Sample-Ortiz, Luis B"):
        assert word.lower() not in main.lower(), word
    assert post(client, mine + "stamp/", kind="left_gate").status_code == 303
    assert post(client, mine + "stamp/", kind="cpr").status_code == 422
    for closed in (base, "/codes/"):
        assert client.get(closed).status_code == 403


def test_a_code_elsewhere_is_not_there(client, place) -> None:  # noqa: F811
    from throughcare.custody.models import Facility

    become(client, "rn", place)
    post(client, "/code/", place="Clinic", complaint="other")
    code = Code.objects.get()
    become(client, "rn", Facility.objects.get(code="york"))
    assert client.get(f"/codes/{code.id}/").status_code == 404
    assert post(client, f"/codes/{code.id}/stamp/", kind="cpr").status_code == 404
    become(client, "custody", Facility.objects.get(code="york"))
    assert client.get(f"/custody/codes/{code.id}/").status_code == 404
    assert "Clinic" not in client.get("/custody/board/").content.decode()


def test_everybody_on_the_staff_can_call(client, place) -> None:  # noqa: F811
    for role in ("hsa", "pharmacy", "planner", "lpn", "transport"):
        become(client, role, place)
        assert client.get("/code/").status_code == 200, role
        assert post(client, "/code/", place="Hall").status_code == 303, role
    assert Code.objects.count() == 5


def test_to_hospital_and_back_by_the_pages(client, person, place) -> None:  # noqa: F811
    from throughcare.care.emergency.models import Packet, Trip
    from throughcare.custody import actions as custody
    from throughcare.kernel import clock
    from throughcare.kernel.actor import Actor

    become(client, "rn", place)
    post(client, "/code/", person=str(person), place="B-203", complaint="chest_pain")
    base = f"/codes/{Code.objects.get().id}/"
    for kind in ("ems_called", "left_gate"):
        assert post(client, base + "stamp/", kind=kind).status_code == 303
    packet = f"/people/{person}/packet/{Packet.objects.get().id}/"
    assert packet in client.get(base).content.decode()
    shown = client.get(packet).content.decode()
    assert "Chest pain" in shown
    assert post(client, packet + "handed/", to="").status_code == 422
    assert post(client, packet + "handed/", to="Crew 4").status_code == 303
    bare = post(client, packet + "programme/", recipient="Dr Sample", affiliation="", nature="Chest pain")
    assert bare.status_code == 422
    assert 'value="Dr Sample"' in bare.content.decode()
    home = f"/people/{person}/hospital/"
    trip = str(Trip.objects.get().id)
    assert post(client, home + "step/", trip=trip, verb="admit", destination="Sample Hospital").status_code == 303
    assert "Sample Hospital" in client.get("/hospital/").content.decode()
    feed = Actor.feed("custody")
    custody.send_out(actor=feed, person_id=person, kind="hospital", happened_at=clock.now())
    custody.return_in(actor=feed, person_id=person, happened_at=clock.now())
    bad = post(client, home + "review/", trip=trip, findings="Well, slept.", papers="", provider="")
    assert bad.status_code == 422
    assert "Well, slept." in bad.content.decode()
    said = {"findings": "Well.", "papers": "came", "provider": "Demo-Doctor", "recommendations": "Rest\n\nTroponin"}
    assert post(client, home + "review/", trip=trip, **said).status_code == 303
    asked = Trip.objects.get().recommendations.order_by("id")
    assert [r.text for r in asked] == ["Rest", "Troponin"]
    assert (
        post(client, home + "answer/", trip=trip, recommendation=str(asked[0].id), answer="ordered").status_code == 403
    )
    become(client, "provider", place)
    for one in asked:
        assert (
            post(client, home + "answer/", trip=trip, recommendation=str(one.id), answer="ordered").status_code == 303
        )
    assert Trip.objects.get().state == "done"
    become(client, "custody", place)
    for closed in ("/hospital/", home, packet):
        assert client.get(closed).status_code == 403


def test_a_wall_says_where_a_code_runs_and_what_to_do_and_nothing_else(client, person, place) -> None:  # noqa: F811
    become(client, "rn", place)
    assert post(client, "/code/", person=str(person), place="B-203", complaint="seizure").status_code == 303
    code = Code.objects.get()
    wall = f"/custody/wall/{place.id}/"
    other = Facility.objects.exclude(id=place.id).filter(closed_on=None).first()
    for enter in (lambda: become(client, "custody", place), lambda: everywhere(client)):
        enter()
        for page in (client.get(wall), client.get(wall, headers={"HX-Request": "true"})):
            said = " ".join(page.content.decode().split())
            assert "Code · B-203 · called" in said and "Clear the way and open the doors" in said
            assert "Sample" not in said and "eizure" not in said and str(person) not in said
            assert f"/codes/{code.id}" not in said
    # Whoever oversees all sites sees on each wall what runs there.
    assert "B-203" not in client.get(f"/custody/wall/{other.id}/").content.decode()
    become(client, "custody", other)
    assert client.get(wall).status_code == 404 and "B-203" not in client.get(wall).content.decode()
    become(client, "rn", place)
    assert post(client, f"/codes/{code.id}/end/", ending="stays", plan="Nurse each hour.").status_code == 303
    assert "B-203" not in client.get(wall).content.decode()


def everywhere(client) -> None:
    assert client.post("/demo/become", {"role": "hsa", "facility": ""}).status_code == 302
