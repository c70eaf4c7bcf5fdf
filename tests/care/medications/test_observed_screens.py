"""Observed doses over HTTP: the line, a dose step by step, the letter, and names that say nothing to those outside care."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.care.medications.test_observed_doses import due, own_order
from tests.care.medications.test_ordering_and_giving import MORNING, doctor, nurse, person, place  # noqa: F401
from tests.care.medications.test_programme import METHADONE, counsellor, sealed_order  # noqa: F401
from tests.care.sick_call.test_screens import become
from throughcare.access.models import User
from throughcare.care.medications import actions, sealed_orders
from throughcare.care.medications.models import MedicationOrder, OrderOverride, ProgrammeEntry, ProgrammeOrder
from throughcare.chart import actions as chart
from throughcare.kernel import clock, content, db
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import Role

from tests.fixtures_lenses import lens_of  # isort: skip

pytestmark = pytest.mark.django_db
REASONS = re.compile(r"methadone|buprenorphine|suboxone|opioid|MOUD|naltrexone|programme", re.IGNORECASE)
STEPS = {
    "verb": "give", "photo_seen": "yes", "number_said": "yes", "sedation": "awake",
    "basis": "programme", "bottle": "B-17", "swallowed": "yes", "spoke": "yes",
}  # fmt: skip


def post(client, path, **fields):
    return client.post(path, {"intent": str(uuid7()), **fields})


def test_from_the_line_to_the_dose_and_back(client, counsellor, person, place) -> None:  # noqa: F811
    with clock.frozen(MORNING - timedelta(hours=1)):
        order = sealed_order(counsellor, person, continues=True)
    base = f"/people/{person}/observed-doses/"
    with clock.frozen(MORNING):
        become(client, "rn", place)
        become(client, "lpn", place)
        steps = STEPS | {"second": User.objects.get(username__startswith="demo-rn").username}
        line = client.get("/observed-doses/").content.decode()
        assert "Sample-Ortiz" in line
        assert not REASONS.search(re.sub(r"<[^>]+>", " ", line)), "the line names nothing"
        dose = f"{base}{due(order)[0].id}/"
        page = client.get(dose).content.decode()
        assert page.index("Last dose") < page.index("How awake")
        assert "Demo-Programme" not in page, "dose only"
        refused = post(client, dose, **{**steps, "sedation": "drowsy"})
        assert refused.status_code == 422
        assert "B-17" in refused.content.decode(), "what was typed is kept"
        assert post(client, dose, **steps).status_code == 303
        assert client.get(dose).status_code == 200
        wrong = {"verb": "error", "version": str(due(order)[0].version)}
        assert post(client, dose, **wrong, why="").status_code == 422
        assert post(client, dose, **wrong, why="Another bottle").status_code == 303
        assert due(order)[0].status == "expected"
        assert post(client, dose, **steps).status_code == 303, "open again, and charted right"
        assert client.get(base + "order/").status_code == 403
        become(client, "sud", place)
        page = client.get(base).content.decode()
        assert "Demo-Programme" in page
        for verb, fields in (
            ("diversion", {"seen": "found", "words": "A tablet in the cell", "response": "Spoke with them"}),
            ("check", {"result": "none", "where": "Registry"}),
            ("guest", {"since": "2026-12-01", "until": "2026-12-03", "where": "Demo-Clinic"}),
            ("source", {"source": "On-site programme"}),
        ):
            done = post(client, base, verb=verb, order=str(order), **fields)
            assert done.status_code == 303, done.content.decode()
        with db.reading(lens_of(Role.SUD)):
            assert ProgrammeEntry.objects.filter(person_id=person).count() == 7
        letter = client.get(base + "letter/").content.decode()
        assert "8 mL" in letter
        assert "Carta de la última dosis" in client.get(base + "letter/", {"lang": "es"}).content.decode()
        again = post(client, base, verb="reassess", order=str(order), version="1", amount="4", why="Drowsy last week")
        assert again.status_code == 303, again.content.decode()


@pytest.mark.parametrize("whose", ["sealed", "own"])
def test_what_a_check_finds_since_is_answered_where_it_is_decided_anew(
    client,
    counsellor,  # noqa: F811
    doctor,  # noqa: F811
    person,  # noqa: F811
    place,  # noqa: F811
    whose,
) -> None:
    """An allergy told after the order: deciding anew stops at it, asks for a reason, and keeps all that was typed."""
    with clock.frozen(MORNING - timedelta(hours=1)):
        order = sealed_order(counsellor, person, continues=True) if whose == "sealed" else own_order(doctor, person).id
    base = f"/people/{person}/observed-doses/"
    with clock.frozen(MORNING):
        drug = "Methadone" if whose == "sealed" else "Buprenorphine"
        chart.add_allergy(actor=doctor, person_id=person, text=drug, reaction="Rash")
        become(client, "sud" if whose == "sealed" else "provider", place)
        said = {
            "verb": "reassess",
            "order": str(order),
            "version": "1",
            "amount": "0.5",
            "why": "Awake, no signs of use",
        }
        stopped = post(client, base, **said)
        assert stopped.status_code == 422
        page = stopped.content.decode()
        asked = re.findall(r'name="(reason-[^"]+)"', page)
        assert asked
        assert "Awake, no signs of use" in page, "what was typed is kept"
        unread = post(client, base, **{**said, "amount": "half"}, **dict.fromkeys(asked, "Rash years ago, taken since"))
        assert "Rash years ago, taken since" in unread.content.decode(), "an answer outlives another mistake"
        done = post(client, base, **said, **dict.fromkeys(asked, "Rash years ago, taken since"))
        assert done.status_code == 303, done.content.decode()
    with db.writing(counsellor):
        if whose == "sealed":
            new = ProgrammeOrder.objects.get(person_id=person, status="active")
            assert "Rash years ago, taken since" in sealed_orders.programmed(new).reasons.values()
        else:
            new = MedicationOrder.objects.get(person_id=person, status="active")
            assert OrderOverride.objects.filter(order=new, reason="Rash years ago, taken since").exists()


def test_an_order_under_the_three_day_rule_is_decided_anew_within_its_days(counsellor, person) -> None:  # noqa: F811
    with clock.frozen(MORNING):
        order = sealed_order(counsellor, person, basis="three-day", days=3, continues=True)
    later = MORNING + timedelta(hours=30)
    with clock.frozen(later):
        about = {"actor": counsellor, "person_id": person, "order_id": order, "version": 1}
        new = actions.reassess_treatment(**about, amount=Decimal(3), why="Four days missed")
    with db.writing(counsellor):
        assert ProgrammeOrder.objects.get(id=new).ends_at == later + timedelta(days=2), "nothing is renewed"


def test_a_programme_s_own_staff_writes_its_order(client, person, place) -> None:  # noqa: F811
    become(client, "sud", place)
    base = f"/people/{person}/observed-doses/"
    assert client.get(base + "order/").status_code == 200
    assert post(client, base + "order/").status_code == 422
    fields = {"product": METHADONE, "amount": "8", "basis": "programme", "programme": "Demo-P", "prescriber": "Demo, P"}
    first = post(client, base + "order/", **fields, days="30", continues="yes")
    alerts = dict.fromkeys(re.findall(r'name="(reason-[^"]+)"', first.content.decode()), "Known")
    done = first if first.status_code == 303 else post(client, base + "order/", **fields, days="30", **alerts)
    assert done.status_code == 303, done.content.decode()


def test_nobody_outside_care_learns_of_it(client, counsellor, doctor, person, place) -> None:  # noqa: F811
    with clock.frozen(MORNING - timedelta(hours=1)):
        sealed_order(counsellor, person, continues=True)
        own_order(doctor, person)
    paths = ["/", "/work/", "/board/", "/custody/board/", "/movements/", "/medications/doors/", f"/people/{person}/"]
    paths += ["/observed-doses/", f"/people/{person}/observed-doses/", f"/people/{person}/observed-doses/letter/"]
    with clock.frozen(MORNING):
        for role in ("custody", "transport", "scheduler"):
            become(client, role, place)
            for path in paths:
                answer = client.get(path, follow=True)
                if answer.status_code == 200:
                    found = REASONS.search(re.sub(r"<[^>]+>", " ", answer.content.decode()))
                    assert not found, f"{role} {path}: {found}"
            assert client.get("/observed-doses/").status_code == 403
            assert client.get(f"/people/{person}/observed-doses/").status_code == 403


def test_duties_for_missed_days_have_neutral_names() -> None:
    rows = [r for f in ("medicines", "release") for r in content.rows(f"clocks/{f}.toml", "rule") if "MOU" in r["id"]]
    assert len(rows) == 9
    told = [f"{r['title']} {r['obligation']} {r['do']['verb']} {r['source']}" for r in rows]
    assert not any(REASONS.search(t) or "three-day" in t or "21 CFR" in t for t in told)
