"""A parcel of results charted in one go gives the same rows as each by itself; what must be undone takes nothing with it."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.exchange.lab_messages import TAKEN, nm, oru
from tests.exchange.messages import Arrival, message
from throughcare.chart import actions as chart
from throughcare.chart.models import Attachment, Observation, Order, Report
from throughcare.duties.models import Duty
from throughcare.exchange.hl7v2 import actions
from throughcare.exchange.hl7v2.actions.settling import Undone
from throughcare.exchange.hl7v2.actions.storing import Came, chart_messages
from throughcare.exchange.hl7v2.parse import parse
from throughcare.exchange.hl7v2.rules import judge
from throughcare.exchange.models import Message
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import Role
from throughcare.ledger import verify
from throughcare.ledger.models import Version
from throughcare.people.models import Person

pytestmark = pytest.mark.django_db
DOCTOR = Actor("staff", derived("test", "doctor"), "Demo-Doctor, Eve", Role.PROVIDER)
LUIS = Arrival(unit="A", cell="101", bed="1")
MARIA = replace(LUIS, number="T0000009", family="Test-Reyes", given="Maria", birth="19800101", bed="2")


@pytest.fixture(autouse=True)
def _later():
    with clock.frozen(TAKEN + timedelta(hours=2)):
        yield


@pytest.fixture
def luis(take):
    take(message("A01", LUIS))
    take(message("A01", MARIA, control_id="C9"))
    return Person.objects.get(family__contains=LUIS.family)


def store(*raws):
    came = [Came(raw, said := parse(raw), judge(said, actions.accepts())) for raw in raws]
    actions.store_messages(actor=actions.FEED, came=came, door="test")


def seen():
    """What stands in the record, without the ids and moments that each writing gives anew."""
    return {
        "reports": sorted(
            Report.objects.values_list(
                *("person_id", "filler", "text", "status", "urgency", "version", "words", "order_id", "facility_id"),
                *("data_class", "judged", "said_at", "effective_at", "source", "outside"),
            ),
            key=str,
        ),
        "lines": sorted(
            Observation.objects.values_list(
                *("person_id", "line", "code", "text", "value", "value_places", "unit", "value_text", "interpretation"),
                *(
                    "status",
                    "version",
                    "was",
                    "report__filler",
                    "data_class",
                    "facility_id",
                    "components",
                    "encounter_id",
                ),
            ),
            key=str,
        ),
        "messages": sorted(
            Message.objects.values_list(
                *("control_id", "status", "hold", "sentence", "version", "left", "asks", "waits_for", "person_id"),
                *("facility_id", "answer", "happened_at", "problems"),
            ),
            key=str,
        ),
        "duties": sorted(Duty.objects.values_list("rule", "person_id", "outcome", "due_at", "owner_role"), key=str),
        "entries": Counter(Version.objects.values_list("type", "version", "action", "data_class", "subject", "actor")),
        "papers": Attachment.objects.filter(report__isnull=False).count(),
    }


def test_together_and_one_by_one_give_the_same_rows(take, luis):
    order = chart.order_item(actor=DOCTOR, person_id=luis.id, item="bmp", reason="tired for weeks")
    pdf = "ED|PDF^Report^L||LAB^AP^PDF^Base64^JVBERi0xLjQgc3ludGhldGlj||||||F"
    store(
        oru(nm("6.8", "HH"), nm("140", "N", "2951-2^Sodium^LN"), placer=order.hex),
        oru(nm("4.1", "N"), control_id="L2", filler="F-2", person=MARIA),
        oru(nm("4.4", "N"), control_id="L3", filler="F-2", person=MARIA, said_at=TAKEN + timedelta(minutes=5)),
        oru(nm("4.4", "N"), control_id="L4", filler="F-2", person=MARIA, said_at=TAKEN + timedelta(minutes=6)),
        oru(nm("4.0"), control_id="L5", person=replace(LUIS, number="T0000404", family="Sample-Nobody")),
        oru(pdf, control_id="L6", filler="F-6"),
        oru("SN|1^Titre^L||^1^:^128|||A|||F", control_id="L7", filler="F-7"),
    )
    found = []
    for together in (True, False):
        with transaction.atomic():
            assert chart_messages(actor=actions.FEED, together=together) == 7
            assert verify.run().sound
            found.append(seen())
            transaction.set_rollback(True)
    assert Counter(row[1] for row in found[0]["messages"])["held"] == 1
    assert [row[3] for row in found[0]["reports"] if row[1] == "F-2"] == ["corrected"]
    assert Order.objects.get().status == "active"
    for part, together in found[0].items():
        assert together == found[1][part], part


def test_one_that_must_be_undone_is_held_and_the_others_are_charted(take, luis):
    order = chart.order_item(actor=DOCTOR, person_id=luis.id, item="bmp", reason="tired for weeks")
    second = f"OBR|2|{order}|F-9|24321-2^Basic metabolic panel^LN||||||||||||||||||||||F"
    store(
        oru(nm("4.1", "N"), control_id="L1"),
        oru(nm("4.2", "N"), control_id="L2", filler="F-8", person=MARIA, extra=(second, f"OBX|1|{nm('4.3', 'N')}")),
        oru(nm("4.3", "N"), control_id="L3", filler="F-3"),
    )
    with pytest.raises(Undone), transaction.atomic():
        chart_messages(actor=actions.FEED, together=True)
    assert not Report.objects.exists()
    assert actions.chart_all() == 3
    held = Message.objects.get(control_id="L2")
    assert (held.status, held.hold) == ("held", "other_person")
    assert set(Report.objects.values_list("filler", flat=True)) == {"F-1001", "F-3"}


def test_more_messages_are_no_more_questions(take, luis):
    asked = []
    for lot, count in enumerate((2, 8)):
        store(*(oru(nm("4.1"), control_id=f"L{lot}{n}", filler=f"F-{lot}{n}") for n in range(count)))
        with CaptureQueriesContext(connection) as queries:
            assert chart_messages(actor=actions.FEED, together=True) == count
        asked.append(len(queries))
    assert asked[0] == asked[1]
