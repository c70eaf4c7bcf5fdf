"""The watch's pages over HTTP: the round for officers and nurses, the board, one person's page, findings, tags, paper."""

import re

import pytest

from tests.care.mental_health.makers import (  # noqa: F401
    MINUTE,
    check,
    door_of,
    nurse,
    officer,
    person,
    place,
    psych,
    somebody,
    start,
)
from tests.security.test_24_custody import REASONS
from throughcare.care.mental_health import actions
from throughcare.care.mental_health.models import (
    DoorTag,
    FollowUp,
    SelfHarmEvent,
    Watch,
    WatchAssessment,
    WatchCheck,
    WatchFinding,
    WatchObserver,
)
from throughcare.custody import actions as custody
from throughcare.custody.models import Facility, Unit
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import uuid7

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def become(client, role, place) -> None:  # noqa: F811
    answer = client.post("/demo/become", {"role": role, "facility": str(place.id)})
    assert answer.status_code == 302, answer.content.decode()


def post(client, address, htmx=False, **fields):
    return client.post(address, {"intent": str(uuid7()), **fields}, headers=HTMX if htmx else {})


def text_of(answer) -> str:
    return re.sub(r"<[^>]+>", " ", answer.content.decode())


def test_an_officer_walks_the_round_in_two_taps(client, nurse, person, place) -> None:  # noqa: F811
    watch = start(nurse, person)
    code = door_of(watch)
    become(client, "custody", place)
    page = client.get("/rounds/").content.decode()
    assert "Luis S." in page
    opened = client.get("/rounds/", {"code": f"tcdoor:{code.lower()}"}).content.decode()
    assert "What do you see?" in opened and "Door code read" in opened
    done = post(client, "/rounds/check/", htmx=True, watch=watch.id, door=f"TCDOOR:{code}", behaviour="asleep")
    assert done.status_code == 200
    assert "recorded" in done.content.decode()
    assert "<html" not in done.content.decode(), "no page is loaded between two people"
    row = WatchCheck.objects.get()
    assert (row.behaviour, row.proof, row.door) == ("asleep", "badge", code)
    assert not WatchFinding.objects.exists()


def test_a_check_without_the_door_is_kept_and_asked_about(client, nurse, person, place) -> None:  # noqa: F811
    watch = start(nurse, person)
    become(client, "rn", place)
    assert post(client, "/rounds/check/", watch=watch.id, behaviour="calm").status_code == 303
    assert WatchCheck.objects.get().proof == "none"
    assert WatchFinding.objects.get().kind == "no-scan"
    again = str(uuid7())
    for _ in range(2):
        sent = {"intent": again, "watch": watch.id, "behaviour": "calm"}
        assert client.post("/rounds/check/", sent).status_code == 303
    assert WatchCheck.objects.count() == 2, "sent twice from a bad line, it is one check"
    assert post(client, "/rounds/check/", watch=watch.id, behaviour="nothing", note="Kept.").status_code == 422


def test_what_hurts_fills_the_screen_with_what_to_do(client, nurse, person, place) -> None:  # noqa: F811
    watch = start(nurse, person)
    become(client, "custody", place)
    done = post(client, "/rounds/check/", htmx=True, watch=watch.id, behaviour="harming")
    assert "Call code now" in done.content.decode()
    assert Watch.objects.get(id=watch.id).level == "constant"


def test_a_post_is_taken_handed_over_and_left(client, nurse, person, place) -> None:  # noqa: F811
    watch = start(nurse, person, "constant")
    become(client, "custody", place)
    assert "Nobody is in place" in client.get("/rounds/").content.decode()
    assert post(client, "/rounds/post/", watch=watch.id, verb="take").status_code == 303
    become(client, "rn", place)
    refused = post(client, "/rounds/post/", watch=watch.id, verb="take")
    assert refused.status_code == 422
    assert post(client, "/rounds/post/", watch=watch.id, verb="take", told="Slept.").status_code == 303
    assert post(client, "/rounds/post/", watch=watch.id, verb="leave").status_code == 303
    assert list(WatchObserver.objects.order_by("since").values_list("ended_how", flat=True)) == ["relieved", "left"]


def test_no_page_of_an_officer_says_why(client, nurse, psych, person, place) -> None:  # noqa: F811
    actions.start_watch(
        actor=nurse, person_id=person, level="staggered", why="Zyxomania; tried to hang himself, suicidal."
    )
    watch = Watch.objects.get(person_id=person)
    answers = {"1": True, "2": False, "6": False}
    found = actions.Found(answers, "Zyxomania with plan")
    about = {"actor": psych, "person_id": person, "watch_id": watch.id}
    actions.assess_watch(**about, found=found, decision="keep")
    check(nurse, watch, "harming")
    pages = ["/rounds/", f"/rounds/?watch={watch.id}", "/custody/board/", f"/custody/people/{person}/", "/work/", "/"]
    for role in ("custody", "transport"):
        become(client, role, place)
        for address in pages:
            answer = client.get(address)
            text = text_of(answer)
            leaks = {m.group(0) for m in REASONS.finditer(text)} | ({"Zyxomania"} if "Zyxomania" in text else set())
            assert not leaks, f"{address} as {role} says {leaks}"
        for address in (
            "/watch/",
            "/watch/owed/",
            "/watch/findings/",
            "/watch/downtime/",
            f"/people/{person}/on-watch/",
        ):
            assert client.get(address).status_code in (403, 404), address
        board = text_of(client.get("/custody/board/"))
    assert "Constant observation" in board and "start CPR" in board and "Call nurse" in board


def test_the_page_of_a_person_from_begin_to_end(client, person, place) -> None:  # noqa: F811
    become(client, "rn", place)
    base = f"/people/{person}/on-watch/"
    assert "Not on watch." in client.get(base).content.decode()
    refused = post(client, base + "start/", level="staggered", why=" ")
    assert refused.status_code == 422
    assert post(client, base + "start/", level="staggered", why="Gave his things away.").status_code == 303
    watch = Watch.objects.get(person_id=person)
    one = f"{base}{watch.id}/"
    page = client.get(base).content.decode()
    assert "order is still to come" in page and "Gave his things away." in page
    assert "formulation" not in page, "the form is the professional's"
    assert post(client, one + "assess/", version=watch.version).status_code == 403
    assert post(client, one + "raise/", why="Sharpened a spoon.").status_code == 303
    become(client, "psych", place)
    watch.refresh_from_db()
    wrong = post(client, one + "assess/", version=watch.version, formulation="Kept words.", decision="end")
    assert wrong.status_code == 422 and "Kept words." in wrong.content.decode()
    answers = {"cssrs-1": "yes", "cssrs-2": "no", "cssrs-6": "no"}
    lower = {
        "formulation": "Ideation without plan.",
        "decision": "lower",
        "why": "Eats, talks.",
        "plan-people": "Sister",
    }
    assert post(client, one + "assess/", version=watch.version, **answers, **lower).status_code == 303
    watch.refresh_from_db()
    assert (watch.level, watch.state) == ("staggered", "ordered")
    items = {f"item-{key}": given for key, given in watch.property.items()} | {"item-bedding": "yes"}
    set_ = post(client, one + "order/", version=watch.version, out_of_cell="escort", room_safe="points", **items)
    assert set_.status_code == 303
    watch.refresh_from_db()
    ended = post(client, one + "assess/", version=watch.version, **{**answers, **lower, "decision": "end"})
    assert ended.status_code == 303
    assert WatchAssessment.objects.filter(watch=watch).count() == 2
    with clock.frozen(clock.now() + 26 * 60 * MINUTE):
        become(client, "psych", place)
        visit = FollowUp.objects.get(visit="first")
        assert "First, day 1 to 3" in client.get(base).content.decode()
        seen = {"visit-1": "no", "visit-2": "no", "visit-6": "no", "words": "Back at work."}
        assert post(client, f"{base}visit/{visit.id}/", version=visit.version, **seen).status_code == 303
    become(client, "rn", place)
    page = client.get(base).content.decode()
    assert "Ideation without plan." not in page, "a nurse reads that it was done and decided, not the note"
    assert "lowered to staggered" in page


def test_an_act_is_recorded_and_classed(client, person, place) -> None:  # noqa: F811
    become(client, "rn", place)
    base = f"/people/{person}/on-watch/"
    assert post(client, base + "harm/", harm_words="Cut his arm.", harm_steps="ems").status_code == 303
    event = SelfHarmEvent.objects.get(person_id=person)
    become(client, "psych", place)
    mark = f"e{event.id.hex[-8:]}"
    sent = {f"{mark}-kind": "self-harm", f"{mark}-steps": ["debrief"], "version": event.version}
    assert post(client, f"{base}harm/{event.id}/", **sent).status_code == 303
    event.refresh_from_db()
    assert (event.kind, set(event.steps)) == ("self-harm", {"ems", "debrief"})


def test_the_board_knows_who_comes_on_watch(client, nurse, person, place) -> None:  # noqa: F811
    other = Facility.objects.exclude(id=place.id).filter(closed_on=None, sex__in=["any", "male"]).first()
    start(nurse, person)
    become(client, "rn", other)
    assert "Sample-Ortiz" not in client.get("/watch/").content.decode()
    custody.schedule_event(
        actor=Actor.feed("custody"),
        person_id=person,
        kind="transfer",
        starts_at=clock.now() + 60 * MINUTE,
        to_facility_id=other.id,
    )
    page = client.get("/watch/").content.decode()
    assert "Coming on watch" in page and "Sample-Ortiz" in page


def test_the_administrator_answers_findings(client, nurse, person, place) -> None:  # noqa: F811
    watch = start(nurse, person)
    check(nurse, watch)
    finding = WatchFinding.objects.get()
    become(client, "hsa", place)
    assert "Door not scanned" in client.get("/watch/findings/").content.decode()
    assert post(client, f"/watch/findings/{finding.id}/", answer=" ").status_code == 422
    assert post(client, f"/watch/findings/{finding.id}/", answer="The tag was torn off; replaced.").status_code == 303
    assert "replaced" in client.get("/watch/findings/").content.decode()


def test_tags_sheets_and_what_waits(client, nurse, psych, person, place) -> None:  # noqa: F811
    watch = start(nurse, person)
    become(client, "rn", place)
    unit = Unit.objects.filter(facility=place).first()
    assert client.get("/watch/doors/").status_code == 200
    assert post(client, "/watch/doors/", unit=unit.code).status_code == 303
    tags = client.get("/watch/doors/", {"unit": unit.code}).content.decode()
    assert (
        DoorTag.objects.filter(unit=unit.code).exists() and DoorTag.objects.filter(unit=unit.code).first().code in tags
    )
    sheet = text_of(client.get("/watch/downtime/"))
    assert "Sample-Ortiz" in sheet and not REASONS.search(sheet)
    door = text_of(client.get(f"/people/{person}/on-watch/print/"))
    assert "Bedding" in door or "blanket" in door
    assert not REASONS.search(door)
    for paper in (sheet, door):
        assert "start CPR" in paper and "Call nurse" in paper, "first aid and whom to call stand at the door too"
        assert "Stays in the cell" in paper
    become(client, "psych", place)
    owed = client.get("/watch/owed/").content.decode()
    assert "First assessment on watch" in owed
    assert watch.id


def test_pages_ask_as_often_for_many_as_for_few(client, nurse, place, django_assert_max_num_queries) -> None:  # noqa: F811
    become(client, "rn", place)
    start(nurse, somebody(place, "Sample-One"))
    counts = []
    for more in (0, 6):
        for n in range(more):
            start(nurse, somebody(place, f"Sample-More{n}"))
        with django_assert_max_num_queries(200) as seen:
            client.get("/rounds/")
            client.get("/watch/")
        counts.append(len(seen))
    assert counts[0] == counts[1]
