"""Messages that come in another order than they were said: what was said last stands, and nothing that was said is lost."""

from datetime import timedelta
from itertools import permutations

import pytest
from django.db import transaction

from tests.exchange.lab_messages import TAKEN, nm, oru
from tests.exchange.messages import Arrival, hl7_time, message, pid
from throughcare.chart import actions as chart
from throughcare.chart.models import Observation, Order, Report
from throughcare.chart.states import TAKEN_BACK
from throughcare.duties.models import Duty
from throughcare.exchange.incoming import actions as incoming
from throughcare.exchange.incoming import keeping
from throughcare.exchange.models import Incoming, Message, Outside
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import Role
from throughcare.ledger import verify
from throughcare.people.models import Person

pytestmark = pytest.mark.django_db
DOCTOR = Actor("staff", derived("test", "doctor"), "Demo-Doctor, Eve", Role.PROVIDER)
LUIS = Arrival(unit="A", cell="101", bed="1")
NOW = TAKEN + timedelta(days=1)
SODIUM = "2951-2^Sodium^LN"


@pytest.fixture(autouse=True)
def _later():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def luis(take):
    take(message("A01", LUIS))
    return Person.objects.get()


def at(hours):
    return TAKEN + timedelta(hours=hours)


def told(n, *lines, **more):
    return oru(*lines, control_id=f"L{n}", said_at=at(n), **more)


def stands():
    """The report as its reader has it: where it stands, how urgent it is, and each line that stands."""
    report = Report.objects.get()
    lines = {o.code: str(o.value.normalize()) for o in Observation.objects.exclude(status__in=TAKEN_BACK)}
    return report.status if report.status in TAKEN_BACK else "stands", report.urgency, lines


HISTORIES = {
    "a correction of one line of two": (
        [told(0, nm("4.1", "N"), nm("140", "N", SODIUM)), told(1, nm("6.8", "HH", status="C"), status="C")],
        ("stands", "critical", {"2823-3": "6.8", "2951-2": "1.4E+2"}),
    ),
    "two corrections, each of another line": (
        [
            told(0, nm("4.1", "N"), nm("140", "N", SODIUM)),
            told(1, nm("6.8", "HH", status="C"), status="C"),
            told(2, nm("120", "L", SODIUM, status="C"), status="C"),
        ],
        ("stands", "critical", {"2823-3": "6.8", "2951-2": "1.2E+2"}),
    ),
    "early, final, corrected": (
        [
            told(0, nm("6.8", "HH", status="P"), status="P"),
            told(1, nm("6.7", "HH")),
            told(2, nm("4.2", "N", status="C"), status="C"),
        ],
        ("stands", "normal", {"2823-3": "4.2"}),
    ),
    "taken back whole": (
        [told(0, nm("6.8", "HH"), nm("140", "N", SODIUM)), told(1, status="X", extra=("NTE|1|L|Hemolyzed",))],
        ("cancelled", "abnormal", {}),
    ),
    "taken back whole, then told again in part": (
        [told(0, nm("6.8", "HH"), nm("140", "N", SODIUM)), told(1, status="X"), told(2, nm("4.2", "N"))],
        ("stands", "normal", {"2823-3": "4.2"}),
    ),
    "one line taken back": (
        [told(0, nm("6.8", "HH"), nm("140", "N", SODIUM)), told(1, "NM|2823-3^Potassium^LN||||||||X")],
        ("stands", "normal", {"2951-2": "1.4E+2"}),
    ),
}


@pytest.mark.parametrize("name", HISTORIES)
def test_in_whatever_order_they_come_a_report_says_what_was_said_last_of_each_line(take, luis, name):
    said, expected = HISTORIES[name]
    for order in permutations(said):
        with transaction.atomic():
            for minutes, one in enumerate(order):
                with clock.frozen(NOW + timedelta(minutes=minutes)):
                    assert take(one).status == "applied"
            assert stands() == expected, [said.index(one) for one in order]
            assert Duty.objects.filter(rule="LAB-01", closed_at=None).count() == 1, [said.index(one) for one in order]
            transaction.set_rollback(True)


def test_a_late_original_says_which_order_its_correction_answers_and_the_board_is_asked_no_more(take, luis):
    order = chart.order_item(actor=DOCTOR, person_id=luis.id, item="bmp", reason="tired for weeks")
    first = take(told(1, nm("4.2", "N", status="C"), status="C"))
    assert Message.objects.get(id=first.message_id).asks == "order"
    take(told(0, nm("6.8", "HH"), placer=str(order)))
    assert Message.objects.get(id=first.message_id).asks == ""
    assert not Duty.objects.filter(rule="EXC-03", closed_at=None).exists()
    assert (Order.objects.get().status, Report.objects.get().order_id) == ("completed", order)
    assert stands()[2] == {"2823-3": "4.2"}
    assert verify.run().sound


def test_a_reviewed_result_is_read_again_only_where_what_comes_late_says_more(take, luis):
    take(told(1, nm("4.2", "N")))
    report = Report.objects.get()
    chart.review_report(actor=DOCTOR, person_id=luis.id, report_id=report.id, plan="letter")
    take(told(0, nm("4.2", "N", status="P"), status="P"))
    report.refresh_from_db()
    assert report.reviewed_at is not None
    take(told(0, nm("4.2", "N"), nm("118", "LL", SODIUM)))
    report.refresh_from_db()
    assert (report.reviewed_at, report.urgency) == (None, "critical")


def test_a_cancelled_value_stands_in_no_trend(take, luis):
    from throughcare.access import lenses
    from throughcare.chart import reads

    take(told(0, nm("6.8", "HH")))
    take(told(1, status="X"))
    lens = lenses.make(DOCTOR.id, DOCTOR.name, Role.PROVIDER, facilities=None)
    assert reads.trend(lens, [luis.id], "2823-3") == []
    assert "2823-3" not in reads.vitals(lens, [luis.id])


# --- requests ----------------------------------------------------------------------------------------------------------------


def asked(n, control, number="X1", *, reason="Chest pain", obr=True, kind="ORM^O01"):
    code = f"OBR|1|{number}||24321-2^Basic metabolic panel^LN|||||||||||||||||||||||||||^{reason}"
    header = f"MSH|^~\\&|CLINIC|CTDOC|THROUGHCARE|CT|{hl7_time(at(n))}||{kind}|R{n}{control}|T|2.5.1"
    lines = [header, pid(LUIS), f"ORC|{control}|{number}", *([code] if obr else [])]
    return "".join(f"{line}\r" for line in lines).encode()


def requests():
    """Each request of the record with where it stands, and what waits before a prescriber."""
    kept = [keeping.told("ServiceRequest", one.id) for one in Outside.objects.filter(type="ServiceRequest")]
    waiting = Incoming.objects.filter(state="waiting").values_list("title", flat=True)
    return sorted(one["status"] for one in kept), sorted(waiting)


@pytest.mark.parametrize("named", [True, False])
def test_a_request_that_was_taken_back_before_it_came_is_never_asked_of_anybody(take, luis, named):
    take(asked(1, "CA", obr=named))
    take(asked(0, "NW"))
    assert requests() == (["revoked"], ["Taken back: Basic metabolic panel"])
    kept = keeping.told("ServiceRequest", Outside.objects.get().id)
    assert kept["reasonCode"] == [{"text": "Chest pain"}], "what it asked for is kept"


def test_a_request_that_was_taken_back_and_answered_before_it_came_asks_nobody_again(take, luis):
    take(asked(1, "CA"))
    row = Incoming.objects.get()
    incoming.settle_incoming(actor=DOCTOR, incoming_id=row.id, answer="seen")
    take(asked(0, "NW"))
    assert requests() == (["revoked"], [])


@pytest.mark.parametrize("named", [True, False])
def test_a_request_is_one_whatever_is_said_of_it(take, luis, named):
    take(asked(0, "NW"))
    take(asked(1, "NW"))
    assert requests() == (["active"], ["Basic metabolic panel"])
    take(asked(2, "XO", reason="Chest pain, worse"))
    assert requests() == (["active"], ["Basic metabolic panel"])
    take(asked(1.5, "XO", reason="Chest pain, better"))
    assert keeping.told("ServiceRequest", Outside.objects.get().id)["reasonCode"] == [{"text": "Chest pain, worse"}]
    take(asked(3, "CA", obr=named))
    assert requests() == (["revoked"], ["Taken back: Basic metabolic panel"])
    take(asked(4, "NW"))
    assert requests() == (["active"], ["Basic metabolic panel"]), "asked for again"


def test_a_request_that_a_prescriber_answered_comes_before_them_again_when_it_is_changed_or_taken_back(take, luis):
    take(asked(0, "NW"))
    incoming.settle_incoming(actor=DOCTOR, incoming_id=Incoming.objects.get().id, answer="acted", words="ordered")
    take(asked(1, "CA"))
    assert requests() == (["revoked"], ["Taken back: Basic metabolic panel"])


def test_an_order_of_ours_that_another_service_will_not_do_reaches_whoever_reviews(take, luis):
    order = chart.order_item(actor=DOCTOR, person_id=luis.id, item="bmp", reason="tired for weeks")
    take(asked(0, "UA", str(order)))
    report = Report.objects.get()
    assert (report.status, report.order_id, Order.objects.get().status) == ("cancelled", order, "active")
    assert Duty.objects.filter(rule="LAB-01", closed_at=None).exists()
