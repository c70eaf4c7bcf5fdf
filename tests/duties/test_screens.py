"""The pages of duties, as a nurse, an administrator and an officer meet them."""

import re
from uuid import UUID

import pytest
from django.test import Client

from tests.duties.makers import DAY, FEED, person, tell, told
from throughcare.custody.models import Facility
from throughcare.duties.models import Duty, Escalation, Handover, Refusal, RosterShift
from throughcare.kernel import clock, db
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def hartford() -> UUID:
    return Facility.objects.filter(kind="jail", closed_on=None).order_by("code").values_list("id", flat=True)[0]


@pytest.fixture
def luis(hartford: UUID) -> UUID:
    found = person()
    tell(told("admitted", found, clock.now(), facility=hartford, facility_kind="jail"))
    return found


class Browser(Client):
    """Sends the number of the form, as every page of ours does."""

    def post(self, path, data=None, **more):  # type: ignore[override]
        return super().post(path, {"intent": str(uuid7()), **(data or {})}, **more)


def become(role: Role, facility: UUID | None) -> Client:
    client = Browser()
    answer = client.post("/demo/become", {"role": role.value, "facility": str(facility or "")})
    assert answer.status_code == 302, answer.content
    return client


def duty(person_id: UUID, rule: str) -> Duty:
    with db.writing(FEED):
        return Duty.objects.filter(person_id=person_id, rule=rule).order_by("-opened_at")[0]


def test_home_shows_what_is_mine(luis: UUID, hartford: UUID) -> None:
    page = become(Role.RN, hartford).get("/work/").content.decode()
    assert "Sample-Ortiz, Luis" in page and "Quick look" in page
    assert "<title>" in page and "Sample-Ortiz" not in page.split("</title>")[0]
    officers = become(Role.CUSTODY, hartford).get("/work/").content.decode()
    assert "Quick look" not in officers and "Luis" not in officers


def test_one_duty_done_and_reopened(luis: UUID, hartford: UUID) -> None:
    nurse, row = become(Role.RN, hartford), duty(luis, "INT-07")
    address = f"/work/duties/{row.id}/"
    assert "What happened" in nurse.get(address).content.decode()
    assert nurse.post(address + "done/", {"version": row.version}).status_code == 302
    assert duty(luis, "INT-07").outcome == "done"
    assert "Closed as done" in nurse.get(address).content.decode()
    nurse.post(address + "reopen/", {"reason": "wrong person", "back": "duty"})
    assert duty(luis, "INT-07").outcome == ""
    stale = nurse.post(address + "done/", {"version": 1})
    assert stale.status_code == 409


def test_an_incomplete_refusal_keeps_what_was_typed(luis: UUID, hartford: UUID) -> None:
    nurse, row = become(Role.RN, hartford), duty(luis, "INT-05-TEST")
    typed = {"version": row.version, "risk_told": "It can spread.", "capacity": "has", "signed_by_person": "yes"}
    answer = nurse.post(f"/work/duties/{row.id}/refuse/", typed)
    page = answer.content.decode()
    assert answer.status_code == 422 and "It can spread." in page and "Name a witness" in page
    assert not Refusal.objects.exists()
    assert nurse.post(f"/work/duties/{row.id}/refuse/", {**typed, "witness": "Demo-Witness, Ann"}).status_code == 302
    assert Refusal.objects.get().person_id == luis


def test_excuse_assign_and_escalate(luis: UUID, hartford: UUID) -> None:
    nurse, row = become(Role.RN, hartford), duty(luis, "INT-02")
    address = f"/work/duties/{row.id}/"
    assert nurse.post(address + "escalate/", {"back": "duty"}).status_code == 302
    assert Escalation.objects.filter(kind="asked").count() == 1
    me = nurse.session["_auth_user_id"]
    assert nurse.post(address + "assign/", {"to": me, "version": row.version}).status_code == 302
    assert str(duty(luis, "INT-02").owner_id) == me
    assert nurse.post(address + "excuse/", {"how": "excused", "reason": ""}).status_code == 422
    assert nurse.post(address + "excuse/", {"how": "void", "reason": "double"}).status_code == 302
    assert duty(luis, "INT-02").outcome == "void"


def test_cover_roster_and_assignment(luis: UUID, hartford: UUID) -> None:
    nurse, boss = become(Role.RN, hartford), become(Role.HSA, hartford)
    assert "Nobody is there as" in boss.get("/work/").content.decode()
    page = boss.get("/work/cover/").content.decode()
    assert "Nobody" in page and "Sample-Ortiz, Luis" in page
    me = nurse.session["_auth_user_id"]
    assert boss.post("/work/roster/", {"who": f"{me} rn", "hours": "8"}).status_code == 302
    shift = RosterShift.objects.get()
    assert str(shift.user_id) == me and shift.ends - shift.starts < DAY
    one = duty(luis, "INT-02")
    assert boss.post("/work/assign/", {"to": me, "duty": [str(one.id)]}).status_code == 302
    assert str(duty(luis, "INT-02").owner_id) == me
    assert boss.post("/work/roster/", {"who": "nobody"}).status_code == 422
    for stranger in (f"{me} psych", f"{uuid7()} rn"):
        answer = boss.post("/work/roster/", {"who": stranger, "hours": "8"})
        assert answer.status_code == 422 and "no posting" in answer.text, "they would cover a role and see nothing"
    assert boss.post(f"/work/roster/{shift.id}/off/").status_code == 302


def test_handover_given_printed_taken(luis: UUID, hartford: UUID) -> None:
    one = become(Role.RN, hartford)
    assert one.post("/work/handover/", {"notes": "Bed 3 asks for ice."}).status_code == 302
    given = Handover.objects.get()
    assert "Waits for the one who takes over" in one.get("/work/handover/").content.decode()
    assert one.post(f"/work/handover/{given.id}/accept/").status_code == 422
    sheet = one.get("/work/handover/sheet/").content.decode()
    assert "Sample-Ortiz, Luis" in sheet and "Bed 3 asks for ice." in sheet


def test_another_facility_s_duty_is_not_mine_to_close(luis: UUID, hartford: UUID) -> None:
    elsewhere = Facility.objects.filter(kind="prison", closed_on=None).values_list("id", flat=True)[0]
    stranger, row = become(Role.RN, elsewhere), duty(luis, "INT-07")
    for deed in ("done", "excuse", "reopen", "assign", "escalate", "refuse"):
        answer = stranger.post(f"/work/duties/{row.id}/{deed}/", {"reason": "not needed", "how": "void"})
        assert answer.status_code == 404, deed
    assert stranger.get(f"/work/duties/{row.id}/").status_code in (302, 403, 404)
    assert stranger.post("/work/assign/", {"duty": [str(row.id)]}).status_code == 404
    officer = become(Role.CUSTODY, hartford)
    assert officer.post(f"/work/duties/{row.id}/done/").status_code == 403
    assert duty(luis, "INT-07").outcome == ""


@pytest.mark.parametrize("role", [Role.PATIENT, Role.PAROLE, Role.OPERATOR, Role.OMBUDS])
def test_the_list_is_not_for_everybody(role: Role, hartford: UUID, luis: UUID) -> None:
    client = Client()
    client.post("/demo/become", {"role": role.value, "facility": str(hartford), "person": str(luis)})
    assert client.get("/work/").status_code in (302, 403)


def test_a_long_cover_board_and_list_of_what_was_told_are_paged(luis: UUID, hartford: UUID) -> None:
    for n in range(18):
        tell(told("admitted", person(f"Ana{n}"), clock.now(), facility=hartford, facility_kind="jail"))
    boss = become(Role.HSA, hartford)
    first = boss.get("/work/cover/?whose=rn").text
    assert first.count("data-row") == 15 and "Further" in first and "Back to the top" not in first
    further = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&").split("#")[0]
    second = boss.get("/work/cover/" + further).text
    assert 0 < second.count("data-row") <= 15 and "Back to the top" in second
    names = [set(re.findall(r"Ana\d+", page)) for page in (first, second)]
    assert not names[0] & names[1] and len(names[0] | names[1]) == 18
