"""Orders from the catalogue and the results that answer them: who may, what opens and closes, whose inbox, and never without a plan."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from tests.chart.chart_makers import DOCTOR, hartford, housed
from throughcare.chart import actions, catalogue, resulting
from throughcare.chart.models import Observation, Order, Report
from throughcare.custody import actions as custody
from throughcare.custody.models import Facility
from throughcare.duties.models import Duty, RosterShift
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def luis() -> UUID:
    return housed()


def become(client, role: str, place: Facility | None = None) -> None:
    assert client.post("/demo/become", {"role": role, "facility": str((place or hartford()).id)}).status_code == 302


def post(client, address: str, **fields: str):
    return client.post(address, {"intent": str(uuid7()), **fields})


def order(client, person: UUID, item: str, **more: str):
    fields = {"item": item, "priority": "routine", "reason": "tired for weeks", **more}
    return post(client, f"/people/{person}/orders/", **fields)


def duty(person: UUID, rule: str) -> Duty:
    return Duty.objects.get(person_id=person, rule=rule)


def the_order(person: UUID) -> Order:
    return Order.objects.get(person_id=person)


# --- rules -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "said"),
    [("2.8", "LL"), ("2.9", "L"), ("3.5", ""), ("5.1", ""), ("5.2", "H"), ("6.1", "H"), ("6.2", "HH")],
)
def test_a_value_is_judged_on_each_edge_of_its_ranges(value: str, said: str) -> None:
    (potassium,) = [a for a in catalogue.item("bmp").analytes if a.id == "potassium"]
    assert resulting.interpret(potassium, Decimal(value)) == said


def test_a_result_is_as_urgent_as_its_worst_line_and_never_less_than_was_said() -> None:
    assert resulting.urgency_of(["", "H", "LL"]) == "critical"
    assert resulting.urgency_of(["", "A"]) == "abnormal"
    assert resulting.urgency_of([]) == "normal"
    assert resulting.urgency_of(["H"], "critical") == "critical"


@pytest.mark.parametrize(
    ("urgency", "plan", "words", "stands"),
    [
        ("normal", "letter", "", True),
        ("normal", "", "", False),
        ("abnormal", "letter", "all well", False),
        ("abnormal", "no_change", "", False),
        ("abnormal", "no_change", "as before, seen on Monday", True),
        ("critical", "refer", "to the hospital now", True),
        ("critical", "file", "done", False),
    ],
)
def test_nothing_abnormal_is_filed_without_a_plan(urgency: str, plan: str, words: str, stands: bool) -> None:
    if stands:
        resulting.check_plan(urgency, plan, words)
    else:
        with pytest.raises(Invalid):
            resulting.check_plan(urgency, plan, words)


def test_nobody_but_a_prescriber_orders_in_their_own_name() -> None:
    for item in catalogue.items().values():
        assert not item.allows(Role.LPN)
        assert not item.allows(Role.CUSTODY)
        if item.allows(Role.RN) and item.kind in ("lab", "test", "diet"):
            assert item.standing_for(Role.RN), f"{item.id}: a nurse needs a standing order"
        assert not item.standing_for(Role.PROVIDER)


# --- orders ----------------------------------------------------------------------------------------------------------------


def test_a_nurse_orders_under_a_standing_order_and_a_prescriber_signs_too(client, luis: UUID) -> None:
    become(client, "rn")
    page = client.get(f"/people/{luis}/orders/").content.decode()
    assert 'value="fingerstick"' in page and 'value="bmp"' not in page
    assert order(client, luis, "bmp").status_code == 403
    assert order(client, luis, "fingerstick").status_code == 303
    row = the_order(luis)
    assert row.standing_order == "glucose-check"
    assert duty(luis, "INT-04-COSIGN").closed_at is None
    cosign = f"/people/{luis}/orders/{row.id}/cosign/"
    assert client.get("/cosign/").status_code == 403
    assert post(client, cosign).status_code == 403
    become(client, "provider")
    assert "Glucose by fingerstick" in client.get("/cosign/").content.decode()
    assert post(client, cosign).status_code == 303
    assert duty(luis, "INT-04-COSIGN").outcome == "done"
    assert "Nothing waits" in client.get("/cosign/").content.decode()
    assert post(client, cosign).status_code == 409


def test_an_order_without_a_reason_comes_back_with_what_was_typed(client, luis: UUID) -> None:
    become(client, "provider")
    answer = order(client, luis, "bmp", reason="", detail="fasting please")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "fasting please" in page and 'value="bmp" selected' in page
    assert order(client, luis, "nothing").status_code == 422
    assert not Order.objects.exists()


def test_a_specialist_s_visit_runs_its_clocks_until_it_is_done_or_taken_back(client, luis: UUID) -> None:
    become(client, "provider")
    assert order(client, luis, "specialist", priority="urgent").status_code == 303
    assert duty(luis, "SPC-01").owner_role == "scheduler"
    assert duty(luis, "SPC-01-WAIT").closed_at is None
    end = f"/people/{luis}/orders/{the_order(luis).id}/end/"
    assert post(client, end, version="1", verb="revoke", why="").status_code == 422
    assert post(client, end, version="7", verb="revoke", why="seen elsewhere").status_code == 409
    assert post(client, end, version="1", verb="revoke", why="seen elsewhere").status_code == 303
    assert duty(luis, "SPC-01").outcome == "excused"
    assert duty(luis, "SPC-01-WAIT").outcome == "void"


# --- results ---------------------------------------------------------------------------------------------------------------


def test_from_the_order_to_the_person_who_was_told(client, luis: UUID) -> None:
    become(client, "provider")
    order(client, luis, "bmp")
    enter = f"/people/{luis}/orders/{the_order(luis).id}/result/"
    become(client, "rn")
    bad = post(client, enter, said="normal", **{"a-potassium": "high", "a-sodium": "140"})
    assert bad.status_code == 422 and 'value="140"' in bad.content.decode()
    assert post(client, enter, said="normal", **{"a-potassium": "6.5", "a-sodium": "140"}).status_code == 303
    report = Report.objects.get(person_id=luis)
    assert report.urgency == "critical"
    assert {o.interpretation for o in Observation.objects.filter(report=report)} == {"HH", ""}
    assert the_order(luis).status == "completed"
    review = duty(luis, "LAB-01")
    assert review.due_at - review.opened_at == timedelta(minutes=60) and review.lane == "now"
    here = f"/people/{luis}/results/{report.id}/"
    assert "Waits for a prescriber" in client.get(here).content.decode()
    assert post(client, f"{here}review/", plan="discuss", words="call him", version="1").status_code == 403
    become(client, "provider")
    inbox = client.get("/results/").content.decode()
    assert "Potassium 6.5" in inbox and "Critical" in inbox
    for plan, words in (("", ""), ("letter", "fine"), ("discuss", "")):
        refused = post(client, f"{here}review/", plan=plan, words=words, version="1")
        assert refused.status_code == 422, plan
    assert duty(luis, "LAB-01").closed_at is None
    assert post(client, f"{here}review/", plan="discuss", words="ECG now", version="1").status_code == 303
    assert duty(luis, "LAB-01").outcome == "done"
    assert duty(luis, "LAB-02").closed_at is None
    assert "tell the person" in client.get("/results/").content.decode()
    assert post(client, f"{here}review/", plan="discuss", words="again", version="2").status_code == 409
    assert post(client, f"{here}told/", how="in_person").status_code == 303
    assert duty(luis, "LAB-02").outcome == "done"
    assert "No result waits" in client.get("/results/").content.decode()


def filed(person: UUID, text: str, said: str, by: Actor = DOCTOR, order_id: UUID | None = None) -> UUID:
    return actions.file_result(actor=by, person_id=person, text=text, words="as written", said=said, order_id=order_id)


def test_the_worst_stands_first_whoever_came_first(client, luis: UUID) -> None:
    for text, said in (("Plain", "normal"), ("Odd", "abnormal"), ("Grave", "critical"), ("Odder", "abnormal")):
        filed(luis, text, said)
    become(client, "provider")
    page = client.get("/results/").content.decode()
    assert page.index("Grave") < page.index("Odd<") < page.index("Odder") < page.index("Plain")


def test_a_result_is_its_orderer_s_while_on_shift_and_the_pool_s_at_once_when_not(client, luis: UUID) -> None:
    become(client, "provider")
    order(client, luis, "a1c")
    placed = the_order(luis)
    filed(luis, "Hemoglobin A1c", "abnormal", order_id=placed.id)
    colleague = hartford()
    now = clock.now()
    shift = RosterShift.objects.create(
        user_id=placed.recorder_id,
        role="provider",
        facility_id=colleague.id,
        starts=now - timedelta(hours=1),
        ends=now + timedelta(hours=7),
    )
    become(client, "rn")
    page = client.get("/results/").content.decode()
    assert "With colleagues on shift" in page and page.index("No result waits") < page.index("Hemoglobin A1c")
    RosterShift.objects.filter(id=shift.id).update(ends=now - timedelta(minutes=1))
    page = client.get("/results/").content.decode()
    assert "With colleagues on shift" not in page and "Hemoglobin A1c" in page


def test_a_result_of_somebody_who_was_moved_waits_where_they_are(client, luis: UUID) -> None:
    filed(luis, "Liver enzyme ALT", "abnormal", by=Actor("staff", uuid7(), "Demo-Lab, Li", Role.RN, hartford().id))
    osborn = Facility.objects.get(short_name__istartswith="Osborn")
    custody.transfer(actor=Actor.feed("custody"), person_id=luis, to=custody.Spot(osborn.id))
    become(client, "provider")
    assert "Liver enzyme" not in client.get("/results/").content.decode()
    become(client, "provider", osborn)
    assert "Liver enzyme" in client.get("/results/").content.decode()


def test_an_infection_s_test_is_shown_by_its_own_class(client, luis: UUID) -> None:
    become(client, "provider")
    order(client, luis, "hiv-test")
    enter = f"/people/{luis}/orders/{the_order(luis).id}/result/"
    assert post(client, enter, said="normal", **{"a-hiv": "reactive"}).status_code == 303
    report = Report.objects.get(person_id=luis)
    assert (report.data_class, report.urgency) == ("infection", "abnormal")
    assert "HIV" in client.get("/results/").content.decode()
    become(client, "planner")
    for path in ("orders/", "results/", f"results/{report.id}/", "timeline/"):
        assert "HIV" not in client.get(f"/people/{luis}/{path}").content.decode()


def test_the_inbox_costs_the_same_however_many_wait(client, luis: UUID, django_assert_max_num_queries) -> None:
    people = [luis, *(housed("Demo-Reyes", f"Ana {n}") for n in range(4))]
    for person in people:
        for n in range(3):
            filed(person, f"Film {n}", "abnormal")
    become(client, "provider")
    client.get("/results/")
    with django_assert_max_num_queries(40):
        assert client.get("/results/").content.decode().count("Film") >= 15
