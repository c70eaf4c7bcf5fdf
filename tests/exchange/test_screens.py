"""The exceptions board: what waits, explained and repaired, by those who may; counts for who watches the machine."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from tests.exchange.messages import START, Arrival, message
from throughcare.custody.models import PlaceCode
from throughcare.exchange.models import Message
from throughcare.kernel import clock
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import Role
from throughcare.ledger import verify
from throughcare.people.models import Identifier, Person

pytestmark = pytest.mark.django_db
LUIS = Arrival(unit="A", cell="101", bed="1")


@pytest.fixture(autouse=True)
def _later():
    with clock.frozen(START + timedelta(days=30)):
        yield


def become(role):
    client = Client()
    assert client.post("/demo/become", {"role": role.value}).status_code in (302, 303)
    return client


def post(client, address, **values):
    return client.post(address, {"intent": str(uuid7()), **values})


def address(receipt, verb=""):
    return f"/exceptions/{receipt.message_id}/{verb}"


def row(receipt):
    return Message.objects.get(id=receipt.message_id)


def test_the_board_shows_what_waits_and_why(take):
    take(message("A02", LUIS))
    take(message("A01", replace(LUIS, facility="ATLANTIS"), control_id="C2"))
    page = become(Role.HIM).get("/exceptions/").content.decode()
    assert "Nobody here has this number yet" in page
    assert "The place is not one of ours" in page
    assert page.count("Sample-Ortiz, Luis") == 2


def test_a_refused_message_is_explained_at_its_field(take):
    receipt = take(message("A01", LUIS).replace(b"19900214", b"yesterday"))
    him = become(Role.HIM)
    assert "Not understandable" in him.get("/exceptions/?show=refused").content.decode()
    page = him.get(address(receipt)).content.decode()
    assert "Birth date" in page
    assert "PID-7" in page
    assert "The date of birth can&#39;t be read." in page


@pytest.mark.parametrize(
    "raw", [b"", b"\x00\xff", b"MSH|^~\\&|<script>alert(1)</script>|B|||x||ADT^A01|1|P|2.5\rPID|1||x\r"]
)
def test_whatever_came_can_be_shown_and_is_text(take, raw):
    receipt = take(raw)
    page = become(Role.HIM).get(address(receipt))
    assert page.status_code == 200
    assert b"<script>alert" not in page.content


def test_a_place_is_named_once_and_all_that_wait_for_it_are_applied(take):
    first = take(message("A01", replace(LUIS, facility="Atlantis")))
    second = replace(LUIS, number="T0000002", family="Test-King", birth="19800101", facility="ATLANTIS", visit="V2")
    other = take(message("A01", second, control_id="C2"))
    york = PlaceCode.objects.get(code="YORK CI").facility_id
    him = become(Role.HIM)
    assert post(him, address(first, "place/"), facility="").status_code == 422
    assert post(him, address(first, "place/"), facility=str(york)).status_code == 303
    assert (row(first).status, row(other).status) == ("applied", "applied")


def test_a_message_is_given_to_somebody_who_is_here(take):
    take(message("A01", LUIS))
    held = take(message("A02", replace(LUIS.moved("OSBORN CI", "A"), number="T9999999"), control_id="C2"))
    him = become(Role.HIM)
    person = Person.objects.get()
    assert str(person.id) in him.get(address(held)).content.decode(), "found by the name in the message"
    assert post(him, address(held, "person/"), person="").status_code == 422
    assert post(him, address(held, "person/"), person=str(person.id)).status_code == 303
    assert row(held).status == "applied"
    assert Identifier.objects.filter(person=person).count() == 2


def test_a_chart_is_opened_for_somebody_new(take):
    held = take(message("A08", LUIS))
    assert post(become(Role.HIM), address(held, "register/")).status_code == 303
    assert row(held).status == "applied"


def test_trying_again_says_what_still_is_missing(take):
    held = take(message("A02", LUIS))
    him = become(Role.HIM)
    answer = post(him, address(held, "replay/"))
    assert answer.status_code == 303
    assert "it still waits" in him.get(answer["Location"]).content.decode()


def test_a_message_is_dismissed_with_a_reason_and_not_without(take):
    held = take(message("A02", LUIS))
    boss = become(Role.HSA)
    page = post(boss, address(held, "dismiss/"), why="")
    assert page.status_code == 422
    assert "Say why" in page.content.decode()
    assert post(boss, address(held, "dismiss/"), why="Sent by a test system").status_code == 303
    assert row(held).status == "refused"
    assert post(boss, address(held, "replay/")).status_code == 409


def test_the_operator_sees_counts_and_nobody(take):
    held = take(message("A02", LUIS))
    operator = become(Role.OPERATOR)
    page = operator.get("/messages/").content.decode()
    assert "Held, with an owner" in page
    assert "Sample" not in page
    assert operator.get("/exceptions/").status_code == 403
    assert operator.get(address(held)).status_code == 403


@pytest.mark.parametrize("role", [Role.RN, Role.CUSTODY, Role.PROVIDER, Role.TRANSPORT])
def test_others_do_not_pass(take, role):
    held = take(message("A02", LUIS))
    somebody = become(role)
    assert somebody.get("/exceptions/").status_code == 403
    assert post(somebody, address(held, "dismiss/"), why="no").status_code == 403


@pytest.mark.parametrize("role", [Role.HSA, Role.SCHEDULER])
def test_only_health_information_management_says_who_somebody_is(take, role):
    held = take(message("A08", LUIS))
    somebody = become(role)
    assert somebody.get(address(held)).status_code == 200
    assert post(somebody, address(held, "register/")).status_code == 403


def test_the_board_asks_the_database_no_more_for_many_than_for_few(take, django_assert_max_num_queries):
    him = become(Role.HIM)
    for number in range(3):
        take(message("A02", replace(LUIS, number=f"T{number:07d}"), control_id=f"F{number}"))
    him.get("/exceptions/")
    with django_assert_max_num_queries(40) as few:
        him.get("/exceptions/")
    for number in range(20):
        take(message("A02", replace(LUIS, number=f"T{number + 50:07d}"), control_id=f"M{number}"))
    with django_assert_max_num_queries(len(few.captured_queries)):
        him.get("/exceptions/")


def test_files_are_listed_with_what_was_taken_and_what_was_not(take, tmp_path):
    from tests.exchange.test_intake_files import bundle
    from throughcare.exchange import intake_files

    path = tmp_path / "bundle.json"
    path.write_text(json.dumps(bundle()))
    intake_files.run([path])
    page = become(Role.HIM).get("/exceptions/files/").content.decode()
    assert "2 Condition" in page
    assert "1 Claim" in page
    assert become(Role.OPERATOR).get("/exceptions/files/").status_code == 403


def test_a_correction_stands_beside_the_bytes_that_came_and_the_message_is_tried_by_it(take):
    sent = message("A01", replace(LUIS, facility="HARTFRD"))
    receipt = take(sent)
    him = become(Role.HIM)
    page = him.get(address(receipt)).content.decode()
    assert "Correct what it says" in page and "HARTFRD" in page
    text = sent.decode().replace("\r", "\n").replace("HARTFRD", "HARTFORD CC")
    for wrong in (
        {"text": text, "why_corrected": ""},
        {"text": "MSH|nonsense", "why_corrected": "typing slip"},
        {"text": text.replace("|C1|", "|C9|"), "why_corrected": "typing slip"},
        {"text": sent.decode().replace("\r", "\n"), "why_corrected": "nothing changed"},
    ):
        refused = post(him, address(receipt, "correct/"), **wrong)
        assert refused.status_code == 422, wrong
    assert row(receipt).corrections.count() == 0
    done = post(him, address(receipt, "correct/"), text=text, why_corrected="custody confirmed by telephone")
    assert done.status_code == 303
    kept = row(receipt)
    assert (kept.status, bytes(kept.raw)) == ("applied", sent), "the bytes never change"
    (correction,) = kept.corrections.all()
    assert b"HARTFORD CC" in bytes(correction.raw)
    assert Identifier.objects.filter(value=LUIS.number).exists()
    page = him.get(address(receipt)).content.decode()
    assert "custody confirmed by telephone" in page
    with pytest.raises(IntegrityError), transaction.atomic():
        type(correction).objects.filter(id=correction.id).update(why="tidied")
    assert verify.run().broken == []


def test_a_correction_that_does_not_help_stays_and_is_corrected_again(take):
    sent = message("A01", replace(LUIS, facility="HARTFRD"))
    receipt = take(sent)
    him = become(Role.HIM)
    text = sent.decode().replace("\r", "\n")
    post(him, address(receipt, "correct/"), text=text.replace("HARTFRD", "ATLANTIS"), why_corrected="first try")
    assert row(receipt).status == "held"
    post(him, address(receipt, "correct/"), text=text.replace("HARTFRD", "HARTFORD CC"), why_corrected="second try")
    assert row(receipt).status == "applied"
    assert [c.n for c in row(receipt).corrections.order_by("n")] == [1, 2]


def test_nobody_but_the_records_office_corrects(take):
    receipt = take(message("A01", replace(LUIS, facility="HARTFRD")))
    for role in (Role.HSA, Role.SCHEDULER, Role.RN, Role.CUSTODY):
        assert post(become(role), address(receipt, "correct/"), text="x", why_corrected="no").status_code in (403, 404)
