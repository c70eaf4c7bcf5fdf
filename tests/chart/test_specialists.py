"""A specialist outside: who waits is asked again, the visit ends the wait, its report comes and is read (SPC-01, SPC-03)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from tests.chart.chart_makers import DOCTOR, NURSE, hartford, housed
from tests.pages import flat
from throughcare.chart import actions
from throughcare.chart.models import Note, Order
from throughcare.duties import inert
from throughcare.duties.models import Duty
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid, Stale
from throughcare.kernel.ids import uuid7

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)  # a Friday, 09:00 at Hartford; Thanksgiving is the Thursday after
DAY = timedelta(days=1)


class _Referral:
    """One person and one referral to a specialist."""

    def __init__(self) -> None:
        self.person = housed()
        self.order = actions.order_item(
            actor=DOCTOR, person_id=self.person, item="specialist", priority="routine", reason="Hoarse for months."
        )

    def row(self) -> Order:
        return Order.objects.get(id=self.order)

    def asked(self, since: str = "same", at: datetime = NOW):
        with clock.frozen(at):
            return actions.recheck_waiting(
                actor=NURSE, person_id=self.person, order_id=self.order, since=since, words="Voice as before."
            )

    def seen(self, at: datetime, now: datetime) -> None:
        with clock.frozen(now):
            actions.specialist_seen(
                actor=NURSE, person_id=self.person, order_id=self.order, version=self.row().version, at=at
            )

    def reported(self, at: datetime, said: str = "normal"):
        with clock.frozen(at):
            return actions.file_result(
                actor=NURSE, person_id=self.person, order_id=self.order, text="Throat", words="Two nodes.", said=said
            )

    def read(self, report, at: datetime) -> None:
        with clock.frozen(at):
            actions.review_report(
                actor=DOCTOR, person_id=self.person, report_id=report, plan="no_change", words="Again."
            )

    def open(self, rule: str) -> Duty | None:
        return Duty.objects.filter(person_id=self.person, rule=rule, about=self.order, closed_at=None).first()

    def day(self, rule: str) -> date:
        return (self.open(rule).due_at - timedelta(hours=6)).date()


@pytest.fixture
def referral():
    with clock.frozen(NOW):
        return _Referral()


def test_who_waits_is_asked_every_thirty_days_and_worse_orders_a_visit(referral) -> None:
    assert referral.day("SPC-01-WAIT") == date(2026, 12, 19)
    referral.asked(at=NOW + 29 * DAY)
    assert referral.day("SPC-01-WAIT") == date(2027, 1, 18)
    assert not Order.objects.filter(person_id=referral.person, kind="visit").exists()
    note = Note.objects.get(id=referral.asked("worse", at=NOW + 40 * DAY))
    assert note.status == "signed" and note.text.startswith("Worse.") and "Specialist" in note.title
    assert Order.objects.get(person_id=referral.person, kind="visit").priority == "urgent"
    outcomes = Duty.objects.filter(person_id=referral.person, rule="SPC-01-WAIT").values_list("outcome", flat=True)
    assert sorted(outcomes) == ["", "done", "done"]


def test_asked_on_the_wrong_chart_is_owed_again_since_when_it_was_owed(referral) -> None:
    owed = referral.open("SPC-01-WAIT")
    note = Note.objects.get(id=referral.asked(at=NOW + 10 * DAY))
    assert referral.open("SPC-01-WAIT").id != owed.id
    with clock.frozen(NOW + 11 * DAY):
        actions.mark_error(
            actor=NURSE,
            person_id=referral.person,
            kind="Composition",
            id=note.id,
            version=note.version,
            why="Wrong one.",
        )
    assert (referral.open("SPC-01-WAIT").id, referral.open("SPC-01-WAIT").due_at) == (owed.id, owed.due_at)


def test_the_visit_ends_the_wait_and_owes_a_report_that_comes_and_is_read(referral) -> None:
    referral.seen(NOW + 4 * DAY, NOW + 5 * DAY)  # a Tuesday, said on Wednesday
    assert referral.row().status == "completed"
    assert referral.open("SPC-01") is None and referral.open("SPC-01-WAIT") is None
    assert referral.day("SPC-03-REPORT") == date(2026, 11, 30)  # Wednesday, Friday, Monday
    assert referral.day("SPC-03-REVIEW") == date(2026, 11, 30)
    report = referral.reported(NOW + 6 * DAY)
    assert referral.open("SPC-03-REPORT") is None and referral.open("SPC-03-REVIEW") is not None
    assert not Duty.objects.filter(person_id=referral.person, rule="LAB-01").exists()  # one clock for one act
    referral.read(report, NOW + 7 * DAY)
    assert referral.open("SPC-03-REVIEW") is None
    assert Duty.objects.get(person_id=referral.person, rule="LAB-02", closed_at=None)  # the person is told
    assert not {"SPC-03-REPORT", "SPC-03-REVIEW"} & {r.id for r in inert.rules()}
    assert "SPC-01-WAIT" not in {r.id for r in inert.unclosable()}


def test_a_report_that_says_something_is_wrong_has_the_nearer_clock_too(referral) -> None:
    report = referral.reported(NOW + DAY, said="critical")
    assert referral.row().status == "completed" and referral.open("SPC-03-REPORT") is None
    assert Duty.objects.get(person_id=referral.person, rule="LAB-01").due_at == NOW + DAY + timedelta(hours=1)
    referral.read(report, NOW + DAY + timedelta(minutes=30))
    assert not Duty.objects.filter(person_id=referral.person, rule__in=("LAB-01", "SPC-03-REVIEW"), closed_at=None)


def test_late_is_late(referral) -> None:
    referral.seen(NOW, NOW + timedelta(hours=1))
    referral.read(referral.reported(NOW + 8 * DAY), NOW + 9 * DAY)
    found = Duty.objects.filter(person_id=referral.person, rule__startswith="SPC-03")
    assert [d.closed_at > d.due_at for d in found] == [True, True]


def test_seen_in_error_waits_again_since_when_it_waited(referral) -> None:
    waits, books = referral.open("SPC-01-WAIT"), referral.open("SPC-01")
    referral.seen(NOW + DAY, NOW + DAY)
    with clock.frozen(NOW + 2 * DAY):
        actions.specialist_not_seen(
            actor=NURSE,
            person_id=referral.person,
            order_id=referral.order,
            version=referral.row().version,
            why="Another.",
        )
    assert referral.row().status == "active"
    assert (referral.open("SPC-01-WAIT").due_at, referral.open("SPC-01").due_at) == (waits.due_at, books.due_at)
    assert referral.open("SPC-03-REPORT") is None and referral.open("SPC-03-REVIEW") is None


def test_what_can_not_be_is_refused_and_changes_nothing(referral) -> None:
    with pytest.raises(Invalid):
        referral.seen(NOW + DAY, NOW)
    with pytest.raises(Invalid):
        referral.seen(NOW - 3 * DAY, NOW)
    with pytest.raises(Invalid):
        referral.asked("fine")
    with clock.frozen(NOW):
        visit = actions.order_item(actor=DOCTOR, person_id=referral.person, item="nurse-visit", reason="Wound.")
        with pytest.raises(Invalid, match="no order for a specialist"):
            actions.recheck_waiting(
                actor=NURSE, person_id=referral.person, order_id=visit, since="same", words="As was."
            )
    referral.reported(NOW + DAY)
    with pytest.raises(Stale):
        referral.reported(NOW + 2 * DAY)
    with clock.frozen(NOW + 2 * DAY), pytest.raises(Stale):
        actions.specialist_not_seen(
            actor=NURSE, person_id=referral.person, order_id=referral.order, version=referral.row().version, why="No."
        )
    assert referral.row().status == "completed"


def test_a_referral_taken_back_owes_nothing(referral) -> None:
    with clock.frozen(NOW):
        actions.end_order(
            actor=DOCTOR, person_id=referral.person, order_id=referral.order, verb="revoke", why="Healed."
        )
    assert not any(referral.open(rule) for rule in ("SPC-01", "SPC-01-WAIT", "SPC-03-REPORT", "SPC-03-REVIEW"))


def test_one_click_from_the_duty_and_every_step_by_the_page(referral, client) -> None:
    with clock.frozen(NOW):
        assert client.post("/demo/become", {"role": "rn", "facility": str(hartford().id)}).status_code == 302
        here = reverse("chart_specialist", kwargs={"person_id": referral.person, "service_request_id": referral.order})
        duty = client.get(reverse("duty", kwargs={"duty_id": referral.open("SPC-01-WAIT").id})).content.decode()
        assert here in duty and here in client.get(f"/people/{referral.person}/orders/").content.decode()

        def post(where: str, **fields: str):
            sent = {"intent": str(uuid7()), "version": str(referral.row().version), **fields}
            return client.post(here + where, sent)

        bad = post("asked/", since="", words="Voice as before.")
        assert bad.status_code == 422 and "Voice as before." in bad.content.decode()
        assert post("asked/", since="same", words="Voice as before.").status_code == 303
        assert post("seen/", day="2026-11-31").status_code == 422
        assert post("seen/", day="2026-11-20").status_code == 303
        assert "The report has not come" in flat(client.get(here).content.decode())
        assert post("not-seen/", why="Another person.").status_code == 303
        assert post("seen/", day="2026-11-20").status_code == 303
        entry = reverse(
            "chart_result_enter", kwargs={"person_id": referral.person, "service_request_id": referral.order}
        )
        assert entry in client.get(here).content.decode() and client.get(entry).status_code == 200
        filed = client.post(entry, {"intent": str(uuid7()), "words": "Two nodes.", "said": "normal"})
        assert filed.status_code == 303
        assert "not read yet" in flat(client.get(here).content.decode())
