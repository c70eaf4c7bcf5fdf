"""From the chart to the order: what was measured, said and ordered before is what a check sees, and what it can't read it says."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from throughcare.care.medications import actions, checking
from throughcare.care.medications.actions import Prescription
from throughcare.care.medications.models import MedicationOrder, OrderOverride
from throughcare.care.medications.rules import check_body
from throughcare.chart import actions as chart
from throughcare.chart.actions.observations import Measured
from throughcare.custody import actions as custody
from throughcare.custody.models import Facility
from throughcare.kernel import clock, content
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid
from throughcare.kernel.ids import derived, uuid7
from throughcare.kernel.vocabulary import Role
from throughcare.people.actions import Demographics, register

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
LOINC = "http://loinc.org"
METFORMIN, VALPROATE, METHADONE, METHOTREXATE, PREDNISONE, APAP, LITHIUM, GABAPENTIN = (
    "861007", "1099678", "991147", "105585", "312615", "198440", "197889", "310431",
)  # fmt: skip
DAILY = {"kind": "passes", "passes": ["morning"]}
WEEKLY = {"kind": "every", "every": 1, "unit": "weeks", "passes": ["morning"]}


@pytest.fixture(autouse=True)
def _now():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def doctor():
    place = Facility.objects.get(short_name__istartswith="Hartford")
    return Actor("staff", derived("test", "doctor"), "Demo-Doctor, Eve", Role.PROVIDER, place.id)


@pytest.fixture
def woman(doctor):
    found = register(actor=doctor, demographics=Demographics("Sample-Rivera", "Ana", date(1995, 2, 3), "female"))
    chart.no_known_allergies(actor=doctor, person_id=found)
    return found


def measure(doctor, person, code, value=None, days=0.0, *, text="", unit="", status="final", comparator="") -> None:
    about = Measured(
        LOINC, code, "measured", None if value is None else Decimal(str(value)), unit, text, comparator=comparator,
        effective_at=NOW - timedelta(days=days),
    )  # fmt: skip
    chart.observe(actor=doctor, person_id=person, measured=[about], status=status)


def asked(product, timing=DAILY, amount: object = 1, **more) -> Prescription:
    given = None if amount is None else Decimal(str(amount))
    return Prescription(**{"product": product, "timing": timing, "indication": "Test", "amount": given, **more})


def alerts(doctor, person, product, timing=DAILY, amount: object = 1, **more) -> dict[str, str]:
    found = actions.check_order(actor=doctor, person_id=person, asked=asked(product, timing, amount, **more))
    return {alert.rule: alert.grade for alert in found.alerts}


def place(doctor, person, product, timing=DAILY, amount: object = 1) -> MedicationOrder:
    order = asked(product, timing, amount)
    reasons = {a.key: "Known." for a in checking.check(person, wanted(order)).must_answer}
    order = asked(product, timing, amount, reasons=reasons)
    return MedicationOrder.objects.get(id=actions.place_order(actor=doctor, person_id=person, asked=order))


def wanted(order: Prescription) -> checking.Wanted:
    return checking.Wanted(order.product, order.text, checking.from_json(dict(order.timing)), order.amount)


# --- pregnancy: what was said or tested last ------------------------------------------------------------------------------

STATUS, TEST = "82810-3", "2106-3"
AVOID, GAP = ("PRG-40254", "stop"), ("could-not-run:pregnancy:40254", "could-not-run")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], GAP),
        ([(STATUS, "not pregnant", 3)], None),
        ([(TEST, "Negative", 27)], None),
        ([(TEST, "Negative", 29)], GAP),
        ([(STATUS, "not pregnant", 20), (TEST, "Positive", 1)], AVOID),
        ([(TEST, "Positive", 20), (STATUS, "not pregnant", 1)], None),
        ([(TEST, "Positive", 200)], AVOID),
        ([(TEST, "Positive", 301)], GAP),
        ([(TEST, "Negative", 9), (TEST, "indeterminate", 1)], GAP),
        ([(STATUS, "not pregnant", 2), (TEST, "Positive", 2)], AVOID),
    ],
)
def test_the_last_word_on_a_pregnancy_counts(doctor, woman, rows, expected) -> None:
    for code, text, days in rows:
        measure(doctor, woman, code, days=days, text=text)
    found = alerts(doctor, woman, VALPROATE)
    assert {k: v for k, v in found.items() if "40254" in k} == (dict([expected]) if expected else {})


def test_a_test_that_was_taken_back_says_nothing(doctor, woman) -> None:
    measure(doctor, woman, TEST, days=3, text="Positive")
    measure(doctor, woman, TEST, days=1, text="Negative", status="cancelled")
    assert alerts(doctor, woman, VALPROATE)["PRG-40254"] == "stop"


# --- kidneys --------------------------------------------------------------------------------------------------------------

CLEARANCE, FILTRATION = "2164-2", "98979-8"
PER = "mL/min/{1.73_m2}"


@pytest.mark.parametrize(
    ("rows", "grade"),
    [
        ([(FILTRATION, 45, 1, PER, "")], None),
        ([(FILTRATION, 44.9, 1, PER, "")], "warn"),
        ([(FILTRATION, 30, 1, PER, "")], "warn"),
        ([(FILTRATION, 29.9, 1, PER, "")], "stop"),
        ([(CLEARANCE, 95, 400, "mL/min", ""), (FILTRATION, 20, 1, PER, "")], "stop"),
        ([(FILTRATION, 95, 400, PER, ""), (CLEARANCE, 20, 1, "mL/min", "")], "stop"),
        ([(FILTRATION, 20, 400, PER, ""), (FILTRATION, 95, 1, PER, "")], None),
        ([(FILTRATION, 30, 1, PER, "<")], "stop"),
        ([(FILTRATION, 15, 1, PER, "<")], "stop"),
        ([(FILTRATION, 60, 1, PER, ">")], None),
        ([(FILTRATION, 60, 1, PER, "<")], "warn"),
        ([(CLEARANCE, 0.3, 1, "mL/s", "")], "stop"),
        ([(FILTRATION, 95, 2, PER, ""), (FILTRATION, 0.9, 1, "mg/dL", "")], "warn"),
        ([(FILTRATION, 95, 2, PER, ""), (FILTRATION, None, 1, "", "")], "warn"),
        ([("48643-1", 50, 1, PER, ""), ("48642-3", 28, 1, PER, "")], "stop"),
        ([], "warn"),
    ],
)
def test_the_newest_kidney_figure_decides_and_an_unread_one_is_unknown(doctor, woman, rows, grade) -> None:
    for code, value, days, unit, comparator in rows:
        measure(doctor, woman, code, value, days, unit=unit, comparator=comparator, text="" if value else "hemolysed")
    assert alerts(doctor, woman, METFORMIN).get("REN-6809") == grade


def test_an_unread_kidney_figure_holds_up_lithium(doctor, woman) -> None:
    measure(doctor, woman, STATUS, text="not pregnant")
    measure(doctor, woman, FILTRATION, 95, 2, unit=PER)
    assert "could-not-run:renal:42351" not in alerts(doctor, woman, LITHIUM)
    measure(doctor, woman, FILTRATION, None, 1, text="not reported")
    assert "could-not-run:renal:42351" in alerts(doctor, woman, LITHIUM)


# --- heart ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "unit", "found"),
    [
        (500, "ms", {"QT-LONG": "stop"}),
        (499, "ms", {"QT-LONG": "warn"}),
        (0.51, "s", {"QT-LONG": "stop"}),
        (469, "msec", {}),
        (510, "", {"QT-LONG": "stop"}),
    ],
)
def test_a_qt_interval_is_read_in_its_unit(doctor, woman, value, unit, found) -> None:
    measure(doctor, woman, "8636-3", value, 1, unit=unit)
    assert {k: v for k, v in alerts(doctor, woman, METHADONE).items() if k.startswith("QT")} == found


def test_a_qt_interval_of_no_known_unit_is_no_ecg(doctor, woman) -> None:
    measure(doctor, woman, "8636-3", 0.51, 1)
    body = checking.situation_of(woman).heart
    assert (body.qtc_ms, body.days_ago) == (None, None)


@pytest.mark.parametrize(
    ("code", "value", "unit", "low"),
    [
        ("2823-3", 3.4, "mmol/L", True), ("2823-3", 3.5, "mmol/L", False), ("2823-3", 3.4, "meq/L", True),
        ("19123-9", 0.6, "mmol/L", True), ("19123-9", 0.8, "mmol/L", False), ("19123-9", 1.5, "mg/dL", True),
    ],
)  # fmt: skip
def test_low_salts_are_read_in_their_unit(doctor, woman, code, value, unit, low) -> None:
    measure(doctor, woman, code, value, 1, unit=unit)
    assert (alerts(doctor, woman, METHADONE).get("QT-LOW") == "warn") is low


# --- how much -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("timing", "amount", "rules"),
    [
        (WEEKLY, 4, set()),
        (WEEKLY, 10, set()),
        (WEEKLY, 11, {"DOSE-6851"}),
        ({"kind": "week_days", "days": ["mon"], "passes": ["morning"]}, 4, set()),
        ({"kind": "week_days", "days": ["mon", "thu"], "passes": ["morning"]}, 4, {"WEEKLY-6851"}),
        ({"kind": "every", "every": 2, "unit": "weeks", "passes": ["morning"]}, 10, set()),
        (DAILY, 1, {"WEEKLY-6851"}),
        ({"kind": "every", "every": 2, "unit": "days", "passes": ["morning"]}, 1, {"WEEKLY-6851"}),
        ({"kind": "stat"}, 4, set()),
    ],
)
def test_a_weekly_drug_may_be_ordered_once_a_week_and_no_oftener(doctor, woman, timing, amount, rules) -> None:
    found = alerts(doctor, woman, METHOTREXATE, timing, amount)
    assert {rule for rule in found if rule in {"WEEKLY-6851", "DOSE-6851"}} == rules


def test_two_weekly_orders_add_up(doctor, woman) -> None:
    place(doctor, woman, METHOTREXATE, WEEKLY, 6)
    assert alerts(doctor, woman, METHOTREXATE, WEEKLY, 5)["DOSE-6851"] == "stop"
    assert "DOSE-6851" not in alerts(doctor, woman, METHOTREXATE, WEEKLY, 4)


def _taper(*amounts: int) -> dict[str, object]:
    dose = [{"value": str(n), "unit": "tablet"} for n in amounts]
    return {"kind": "stepped", "steps": [{"days": 2, "dose": d, "timing": DAILY} for d in dose]}


def test_the_largest_step_or_pass_is_held_to_the_ceiling(doctor, woman) -> None:
    unequal = {
        "kind": "passes", "passes": ["morning", "evening"],
        "doses": [{"value": "1", "unit": "tablet"}, {"value": "4", "unit": "tablet"}],
    }  # fmt: skip
    assert alerts(doctor, woman, APAP, unequal, 1)["APAP"] == "warn", "4 tablets twice are 4000 mg"
    assert "APAP" not in alerts(doctor, woman, APAP, _taper(6, 2), None)
    assert alerts(doctor, woman, APAP, _taper(7, 2), None)["APAP"] == "warn"
    place(doctor, woman, APAP, _taper(6, 2), None)
    assert alerts(doctor, woman, APAP, DAILY, 1)["APAP"] == "warn", "a taper in force counts with its largest step"


def test_as_needed_counts_at_its_most(doctor, woman) -> None:
    place(doctor, woman, APAP, {"kind": "prn", "min_interval_minutes": 360, "max_in_24h": 4}, 1)
    assert "APAP" not in alerts(doctor, woman, APAP, {"kind": "passes", "passes": ["morning", "evening"]}, 1)
    assert (
        alerts(doctor, woman, APAP, {"kind": "prn", "min_interval_minutes": 360, "max_in_24h": 3}, 1)["APAP"] == "warn"
    )
    assert (
        alerts(doctor, woman, APAP, {"kind": "prn", "min_interval_minutes": 360, "max_in_24h": 5}, 1)["APAP"] == "stop"
    )


def test_a_sick_liver_counts_all_orders_of_acetaminophen(doctor, woman) -> None:
    chart.add_condition(actor=doctor, person_id=woman, text="Cirrhosis", system="icd10", code="K74.60")
    place(doctor, woman, APAP, {"kind": "passes", "passes": ["morning", "evening"]}, 1)
    assert "CON-LIVER" not in alerts(doctor, woman, APAP, DAILY, 2)
    assert alerts(doctor, woman, APAP, DAILY, 3)["CON-LIVER"] == "warn"


@pytest.mark.parametrize(
    ("timing", "more"),
    [
        (DAILY, {"unit": "mg"}),
        ({"kind": "stepped", "steps": [{"days": 2, "dose": {"value": "40", "unit": "mg"}, "timing": DAILY}]}, {"amount": None}),
        ({"kind": "passes", "passes": ["morning"], "doses": [{"value": "40", "unit": "mg"}]}, {}),
        ({"kind": "sliding", "base": DAILY, "scale": {"measure": "glucose", "unit": "units", "rows": [{"from": 1, "to": 9, "amount": "1"}]}},
         {"amount": None}),
    ],
)  # fmt: skip
def test_an_amount_in_another_unit_is_never_laid_out_as_tablets(doctor, woman, timing, more) -> None:
    order = asked(PREDNISONE, timing, **{"amount": 1, **more})
    with pytest.raises(Invalid, match=r"counted in \[tablet\]"):
        actions.place_order(actor=doctor, person_id=woman, asked=order)
    assert not MedicationOrder.objects.exists()


# --- fail closed ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def broken(tmp_path, monkeypatch):
    """Give a way to break one table of the content while the service runs."""

    def broke(name: str) -> None:
        (tmp_path / "formulary").mkdir(exist_ok=True)
        (tmp_path / "formulary" / name).write_text('version = "broken')
        monkeypatch.setenv(content.OVERLAY_SETTING, str(tmp_path))
        content.forget()

    yield broke
    monkeypatch.delenv(content.OVERLAY_SETTING, raising=False)
    content.forget()


@pytest.mark.parametrize("name", ["formulary.toml", "checks.toml"])
def test_while_the_tables_cannot_be_read_only_a_named_reason_lets_an_order_stand(doctor, woman, broken, name) -> None:
    broken(name)
    by_code = asked(GABAPENTIN)
    assert alerts(doctor, woman, GABAPENTIN) == {"could-not-run:content": "could-not-run"}
    with pytest.raises(Invalid, match="can't be read"):
        actions.place_order(actor=doctor, person_id=woman, asked=by_code)
    by_name = Prescription(
        product="", text="gabapentin 300 mg", timing=DAILY, indication="Pain", amount=Decimal(1), unit="capsule",
        off_formulary_why="The tables are broken.",
    )  # fmt: skip
    with pytest.raises(Invalid, match="nothing was checked"):
        actions.place_order(actor=doctor, person_id=woman, asked=by_name)
    order = replace(by_name, reasons={"could-not-run:content": "Compared by eye with the list on paper."})
    row = MedicationOrder.objects.get(id=actions.place_order(actor=doctor, person_id=woman, asked=order))
    assert row.formulary_version == "could not be read"
    assert OrderOverride.objects.get(order=row).reason.startswith("Compared by eye")


def test_the_order_form_opens_while_the_formulary_cannot_be_read_and_says_so(client, woman, broken) -> None:
    site = Facility.objects.get(short_name__istartswith="Hartford")
    custody.admit(actor=Actor.feed("custody"), person_id=woman, to=custody.Spot(site.id))
    assert client.post("/demo/become", {"role": "provider", "facility": str(site.id)}).status_code == 302
    broken("formulary.toml")
    here = f"/people/{woman}/medications/order/"
    for query in ("", "?q=nalox", f"?product={GABAPENTIN}"):
        page = client.get(here + query)
        assert page.status_code == 200 and "be read now, and nothing is checked" in page.content.decode(), query
        assert 'name="text"' in page.content.decode()
    form = {"text": "naloxone 4 mg nasal spray", "frequency": "once_now", "indication": "Overdose", "amount": "1",
            "unit": "spray", "route": "nasal", "mode": "DOT", "priority": "stat", "days": "1", "source": "written",
            "off_formulary_why": "The formulary can't be read.", "emergency": "yes"}  # fmt: skip
    asks = client.post(here, form | {"intent": str(uuid7())})
    assert asks.status_code == 422 and 'name="reason-could-not-run:content"' in asks.content.decode()
    reason = {"reason-could-not-run:content": "They breathe four times a minute."}
    assert client.post(here, form | reason | {"intent": str(uuid7())}).status_code == 303
    row = MedicationOrder.objects.get(person_id=woman, text="naloxone 4 mg nasal spray")
    assert (row.formulary_version, row.status) == ("could not be read", "active")


def test_a_check_that_breaks_could_not_run(doctor, woman, monkeypatch) -> None:
    def breaks(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(check_body, "_kidney", breaks)
    assert alerts(doctor, woman, GABAPENTIN)["could-not-run:renal:broke"] == "could-not-run"
    with pytest.raises(Invalid, match="broke and found nothing out"):
        actions.place_order(actor=doctor, person_id=woman, asked=asked(GABAPENTIN))


# --- what is over and acts on ---------------------------------------------------------------------------------------------

NALTREXONE_DEPOT, SUBOXONE = "637213", "1010600"


def test_a_depot_that_was_injected_once_is_compared_for_as_long_as_it_acts(doctor, woman) -> None:
    row = place(doctor, woman, NALTREXONE_DEPOT, {"kind": "once"})
    later = NOW + timedelta(days=5)
    with clock.frozen(later):
        assert "DDI-03" not in alerts(doctor, woman, SUBOXONE), "nobody was given it"
    MedicationOrder.objects.filter(id=row.id).update(first_dose_at=NOW)
    with clock.frozen(later):
        assert alerts(doctor, woman, SUBOXONE)["DDI-03"] == "stop"
        actions.end_orders(actor=actions.CLOCK)
        assert alerts(doctor, woman, SUBOXONE)["DDI-03"] == "stop"
    with clock.frozen(NOW + timedelta(days=40)):
        assert "DDI-03" not in alerts(doctor, woman, SUBOXONE)
