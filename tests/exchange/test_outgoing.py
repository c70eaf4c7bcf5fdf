"""What others are owed: queued from the ledger, sent in order until it is answered, never lost, kept as it was sent."""

import ssl
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from tests.care.medications import line_makers
from tests.chart.chart_makers import DOCTOR, NURSE, housed
from tests.exchange.serving import running
from throughcare.access.models import Consent
from throughcare.chart import actions as chart
from throughcare.duties.models import Duty
from throughcare.exchange.hl7v2.parse import parse
from throughcare.exchange.models import Delivery, Destination
from throughcare.exchange.outgoing import actions, directory, registry, sender
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid
from throughcare.kernel.ids import uuid7

pytestmark = pytest.mark.django_db


@pytest.fixture
def open_to(monkeypatch):
    """Open receivers by their ids, at an address where nobody listens."""

    def opened(*ids, again=False, to=None, **more):
        there = to or {"host": "127.0.0.1", "port": 1, "tls": False}
        every = {
            code: replace(one, **(there if code in ids else {"host": ""}), **more)
            for code, one in directory.receivers().items()
        }
        monkeypatch.setattr(actions, "receivers", lambda: every)
        monkeypatch.setattr(sender, "receivers", lambda: every)
        monkeypatch.setattr(registry, "receivers", lambda: every)
        for code in (
            () if again else ids
        ):  # from the first ledger entry of this test: its transaction is not over, and no feed shows it
            Destination.objects.create(id=uuid7(), code=code)

    return opened


@pytest.fixture(autouse=True)
def _feed(monkeypatch):
    """A test is one transaction, whose entries no horizon shows: give the feed without it."""

    def feed(cursor, *, limit=10_000):
        with connection.cursor() as database:
            database.execute("SELECT position, type, id, version FROM ledger_version WHERE position > %s", [cursor])
            rows = database.fetchall()
        return rows, max((row[0] for row in rows), default=cursor)

    monkeypatch.setattr(actions.reads, "feed", feed)


class Line:
    """A receiver that answers as it is told."""

    def __init__(self, code="AA"):
        self.code, self.got = code, []

    def send(self, raw):
        if self.code == "none":
            raise ConnectionError
        self.got.append(raw)
        header = parse(raw).header
        return (
            f"MSH|^~\\&|R|R|THROUGHCARE|CTDOC|20261122||ACK|1|T|2.5.1\rMSA|{self.code}|{header.control_id}\r".encode()
        )

    def close(self):
        pass


def a_dose(person):
    given = chart.Vaccine("Influenza", clock.now(), code="141", amount=Decimal("0.5"), unit="mL", lot="L|7")
    return chart.record_immunization(actor=NURSE, person_id=person, given=given)


def test_a_dose_goes_to_the_registry_once_and_is_kept_as_it_was_sent(open_to):
    open_to("registry")
    a_dose(housed())
    line = Line()
    assert sender.run_once(lambda _: line) == 1
    assert sender.run_once(lambda _: line) == 0
    (raw,) = line.got
    told = parse(raw)
    assert told.trigger == "VXU^V04"
    assert told.vaccinations[0].code.code == "141"
    assert told.vaccinations[0].lots == ("L|7",)
    row = Delivery.objects.get()
    assert (row.state, bytes(row.raw)) == ("accepted", raw)
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.update(raw=b"other")


def test_what_others_reported_is_not_told_back(open_to):
    open_to("registry")
    given = chart.Vaccine("Influenza", clock.now(), code="141", primary=False, source="REGISTRY")
    chart.record_immunization(actor=NURSE, person_id=housed(), given=given)
    assert sender.run_once(lambda _: Line()) == 0


def test_an_order_names_itself_so_that_its_result_finds_it(open_to):
    open_to("laboratory")
    order = chart.order_item(actor=DOCTOR, person_id=housed(), item="bmp", reason="tired", priority="stat")
    line = Line()
    sender.run_once(lambda _: line)
    told = parse(line.got[0])
    assert (told.trigger, told.orders[0].placer, told.orders[0].service.code) == ("OML^O21", str(order), "24321-2")


def test_no_answer_is_tried_again_later_and_nothing_overtakes_it(open_to):
    open_to("registry")
    person = housed()
    a_dose(person)
    given = chart.Vaccine("Tetanus", clock.now(), code="113")
    chart.record_immunization(actor=NURSE, person_id=person, given=given)
    now = clock.now()
    with clock.frozen(now):
        assert sender.run_once(lambda _: Line("none")) == 0
        line = Line()
        assert sender.run_once(lambda _: line) == 0
    first, second = Delivery.objects.order_by("queued_at", "id")
    assert (first.state, first.tries, second.tries) == ("queued", 1, 0)
    with clock.frozen(now + timedelta(minutes=1)):
        assert sender.run_once(lambda _: line) == 2


def test_a_refusal_is_nobodys_secret(open_to):
    open_to("registry")
    a_dose(housed())
    sender.run_once(lambda _: Line("AE"))
    row = Delivery.objects.get()
    assert (row.state, row.trouble) == ("failed", "The receiver answered AE.")
    duty = Duty.objects.get(rule="EXC-04")
    assert duty.closed_at is None
    with pytest.raises(Invalid):
        actions.set_delivery_aside(actor=NURSE, delivery_id=row.id, why="")
    actions.replay_delivery(actor=NURSE, delivery_id=row.id)
    duty.refresh_from_db()
    assert duty.outcome == "done"
    line = Line()
    sender.run_once(lambda _: line)
    assert bytes(Delivery.objects.get().raw) == line.got[0]


def test_a_paused_receiver_gets_nothing_and_loses_nothing(open_to):
    open_to("registry")
    a_dose(housed())
    actions.pause_destination(actor=NURSE, code="registry", paused=True)
    assert sender.run_once(lambda _: Line()) == 0
    actions.pause_destination(actor=NURSE, code="registry", paused=False)
    assert sender.run_once(lambda _: Line()) == 1


def test_custody_is_told_to_nobody_without_paper_and_the_persons_own_yes(open_to):
    open_to("exchange")
    silent, willing, unwilling = housed(), housed("Test-Reyes", "Ana"), housed("Demo-Lopez", "Rosa")
    agrees(willing, yes=True)
    agrees(unwilling, yes=True)
    agrees(unwilling, yes=False)
    line = Line()
    assert sender.run_once(lambda _: line) == 0
    open_to("exchange", again=True, agreement="Agreement of 2026")
    Destination.objects.update(horizon=0)
    assert sender.run_once(lambda _: line) == 1
    assert parse(line.got[0]).trigger == "ADT^A01"
    assert Delivery.objects.get().person_id == willing
    assert silent != willing


def agrees(person, *, yes):
    now = clock.now() + timedelta(seconds=0 if yes else 1)
    Consent.objects.create(
        id=uuid7(), person_id=person, kind="release_to_exchange", form_version="1", language="en", agreed=yes,
        signed_at=now, starts_at=now, expires_at=now + timedelta(days=365),
    )  # fmt: skip


def test_the_registry_is_asked_about_a_person(open_to):
    open_to("registry")
    actions.ask_registry(actor=NURSE, person_id=housed(), forecast=True)
    line = Line()
    assert sender.run_once(lambda _: line) == 1
    assert b"QPD|Z44^Request" in line.got[0]


def test_a_nurse_asks_the_registry_from_the_page_of_vaccines(client, open_to):
    from throughcare.custody.models import Facility

    open_to("registry")
    person = housed()
    client.post("/demo/become", {"role": "rn", "facility": str(Facility.objects.get(code="hartford").id)})
    assert "Ask the registry" in client.get(f"/people/{person}/vaccines/").content.decode()
    asked = client.post(f"/people/{person}/vaccines/registry/", {"intent": str(uuid7())})
    assert asked.status_code == 303
    assert "waits to be sent" in client.get(f"/people/{person}/vaccines/").content.decode()
    line = Line()
    assert sender.run_once(lambda _: line) == 1
    assert b"QPD|Z44^Request" in line.got[0]
    assert "received by the registry" in client.get(f"/people/{person}/vaccines/").content.decode()


def test_each_kind_of_message_goes_over_a_real_socket_to_whom_it_is_for(open_to):
    """Dose, question, order, medicine, arrival: each as bytes over MLLP, framed, acknowledged and kept as sent."""
    got = {}

    def partner(raw):
        told = parse(raw)
        got.setdefault((told.trigger, told.header.receiver_raw[0]), []).append(raw)
        return Line().send(raw)

    with running(partner) as server:
        there = {"host": "127.0.0.1", "port": server.port, "tls": False}
        open_to("registry", "laboratory", "pharmacy", "exchange", to=there, agreement="Agreement of 2026")
        clock_now = clock.now()
        person = line_makers.housed(1, at=clock_now - timedelta(hours=2))
        agrees(person, yes=True)
        order = line_makers.ordered(person, at=clock_now - timedelta(hours=1))
        a_dose(person)
        chart.order_item(actor=DOCTOR, person_id=person, item="bmp", reason="tired", priority="stat")
        actions.ask_registry(actor=NURSE, person_id=person, forecast=True)
        Destination.objects.update(horizon=0)
        with clock.frozen(clock_now + timedelta(hours=1)):
            sender.run_once()
    assert {kind for kind, _ in got} == {"VXU^V04", "QBP^Q11", "OML^O21", "RDE^O11", "ADT^A01"}
    assert {to for _, to in got} == {"REGISTRY", "LAB", "PHARMACY", "HIE"}
    (medicine,) = got["RDE^O11", "PHARMACY"]
    lines = {one.name: one for one in parse(medicine).segments}
    assert lines["ORC"].part(1) == "NW"
    assert lines["ORC"].part(2) == str(order)
    assert lines["RXE"].part(2, 1).isdigit()
    assert lines["RXE"].part(2, 3) == "RXNORM"
    assert lines["RXE"].part(7, 2), "how it is taken, in words"
    assert b"Sample" in medicine or b"Test" in medicine or b"Demo" in medicine
    assert not any(Delivery.objects.exclude(state="accepted"))
    assert {bytes(row.raw) for row in Delivery.objects.all()} == {raw for sent in got.values() for raw in sent}


def test_the_page_of_receivers_names_nobody(client, open_to):
    open_to("registry")
    person = housed()
    a_dose(person)
    sender.run_once(lambda _: Line("AR"))
    from throughcare.custody.models import Facility

    for role in ("him", "operator"):
        client.post("/demo/become", {"role": role, "facility": str(Facility.objects.get(code="hartford").id)})
        page = client.get("/outgoing/")
        assert page.status_code == 200
        assert "Sample-Ortiz" not in page.content.decode()
    row = Delivery.objects.get()
    assert client.get(f"/outgoing/{row.id}/").status_code in (403, 404)
    client.post("/demo/become", {"role": "him", "facility": str(Facility.objects.get(code="hartford").id)})
    assert "RXA" in client.get(f"/outgoing/{row.id}/").content.decode()


def test_a_message_goes_over_a_real_socket_under_tls_that_is_verified(open_to, certificate):
    """What leaves the house leaves it to whom the content names, or not at all."""
    pem, secret = certificate
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, secret)
    got = []

    def registry(raw):
        got.append(raw)
        return Line().send(raw)

    with running(registry, tls=context) as server:
        where = {"host": "localhost", "port": server.port, "tls": True}
        open_to("registry", to={**where, "ca_file": ""})
        a_dose(housed())
        assert sender.run_once() == 0, "a certificate that nobody vouches for"
        assert Delivery.objects.get().state == "queued"
        assert got == []
        open_to("registry", again=True, to={**where, "ca_file": pem})
        with clock.frozen(clock.now() + timedelta(hours=2)):
            assert sender.run_once() == 1
    row = Delivery.objects.get()
    assert (row.state, [bytes(row.raw)]) == ("accepted", got)
