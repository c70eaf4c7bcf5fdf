"""Stock's and kept medicines' pages over HTTP: from the delivery to the count, from the check to the card that officers see."""

# ruff: noqa: F811
import re
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.care.medications.test_kept_on_person import issue, kept  # noqa: F401
from tests.care.medications.test_ordering_and_giving import (  # noqa: F401
    LISINOPRIL,
    MORNING,
    doctor,
    nurse,
    order,
    person,
    place,
)
from tests.care.medications.test_stock import CLONAZEPAM, count, pharmacist, stocked  # noqa: F401
from tests.care.sick_call.test_screens import become
from tests.pages import flat
from throughcare.access.models import User
from throughcare.care.medications.models import KeptPack, RefillRequest, StockCount, StockDifference, StockLot
from throughcare.kernel import clock
from throughcare.kernel.ids import uuid7

pytestmark = pytest.mark.django_db


def post(client, path, **fields):
    return client.post(path, {"intent": str(uuid7()), **fields})


@pytest.fixture
def colleague(client, place) -> str:
    """Another nurse of the demonstration, by the name that stands on the badge."""
    become(client, "lpn", place)
    return User.objects.get(username__startswith="demo-lpn").username


def test_a_scanned_delivery_comes_into_the_book(client, place) -> None:
    become(client, "rn", place)
    assert "The book has nothing here" in client.get("/stock/").content.decode()
    page = client.get("/stock/receive/", {"scan": "(01)00300931113108(17)280131(10)LOT7"}).content.decode()
    if "lisinopril" not in page:
        page = client.get("/stock/receive/", {"scan": "0093-1113-10"}).content.decode()
    assert "lisinopril 10 mg tablet" in page
    assert "Scanned: 00093111310" in page
    said = {
        "product": LISINOPRIL,
        "scanned": "yes",
        "ndc": "00093111310",
        "quantity": "90",
        "lot": "LOT7",
        "place": "room",
    }
    assert post(client, "/stock/receive/", **said, expires_on="2028-01-31").status_code == 303
    lot = StockLot.objects.get()
    assert (lot.balance, lot.ndc, lot.unscannable) == (90, "00093111310", "")
    listed = client.get("/stock/").content.decode()
    assert "lisinopril 10 mg tablet" in listed and "90 tablets" in listed
    assert "90 tablets" in client.get(f"/stock/lots/{lot.id}/").content.decode()
    labels = client.get(f"/stock/lots/{lot.id}/labels/").content.decode()
    assert "(01)00300931113108(17)280131(10)LOT7" in labels
    assert "<svg" in labels


def test_a_pack_that_cannot_be_scanned_says_why_and_is_counted(client, place) -> None:
    become(client, "rn", place)
    assert "Aspirin" not in client.get("/stock/receive/", {"scan": "no such code"}).content.decode()
    said = {"product": LISINOPRIL, "quantity": "30", "lot": "L2", "place": "room", "ndc": "0093-1113-10"}
    refused = post(client, "/stock/receive/", **said)
    assert refused.status_code == 422
    assert "could not be scanned" in refused.content.decode()
    assert 'value="L2"' in refused.content.decode(), "what was typed is kept"
    assert post(client, "/stock/receive/", **said, unscannable="label torn").status_code == 303
    assert StockLot.objects.get().ndc == "00093111310"
    assert "1 pack of the last 90 days could not be scanned" in client.get("/stock/").content.decode()


def test_two_count_by_keyboard_and_a_difference_is_reported(client, place, pharmacist, colleague) -> None:
    lot = stocked(pharmacist, place)
    become(client, "rn", place)
    page = client.get("/stock/count/").content.decode()
    assert "clonazepam" in page
    shown = re.sub(r"<[^>]+>", " ", page.split("<main")[1].split("</table>")[0])
    assert not re.search(r"\b30\b", shown), "the book is not shown"
    assert f'name="lot-{lot.id}" inputmode="decimal" size="6" autocomplete="off" autofocus value=""' in flat(page)
    about = {"place": "controlled", f"lot-{lot.id}": "29"}
    alone = post(client, "/stock/count/", **about)
    assert alone.status_code == 422
    assert 'value="29"' in alone.content.decode()
    me = User.objects.get(username__startswith="demo-rn").username
    assert "own witness" in post(client, "/stock/count/", **about, second=me).content.decode()
    assert post(client, "/stock/count/", **about, second="nobody", second_secret="1234").status_code == 422
    assert "inventory of controlled medicines is due" in page
    assert post(client, "/stock/count/", **about, second=colleague, kind="yearly").status_code == 422
    done = post(client, "/stock/count/", **about, second=colleague, kind="closing")
    assert done.status_code == 303
    assert StockCount.objects.get().second.endswith("(practical nurse)")
    assert StockCount.objects.get().kind == "closing"
    assert "inventory of controlled medicines is due" not in client.get("/stock/count/").content.decode()
    row = StockDifference.objects.get()
    assert '<b class="num">-1 tablet</b>' in client.get("/stock/differences/").content.decode()
    handover = post(client, "/work/handover/", notes="Quiet night")
    assert handover.status_code == 422
    assert "Quiet night" in handover.content.decode()
    said = {"difference": str(row.id), "version": "1", "verb": "report"}
    assert post(client, "/stock/differences/", **said, words="").status_code == 422
    assert post(client, "/stock/differences/", **said, words="Looked everywhere.").status_code == 303
    assert post(client, "/work/handover/", notes="Quiet night").status_code == 302
    row.refresh_from_db()
    said = {"difference": str(row.id), "version": str(row.version), "verb": "explain", "words": "One broke."}
    assert post(client, "/stock/differences/", **said, correct="yes").status_code == 422
    assert post(client, "/stock/differences/", **said, correct="yes", second=colleague).status_code == 303
    lot.refresh_from_db()
    assert lot.balance == 29
    assert "One broke." in client.get("/stock/differences/").content.decode()
    become(client, "hsa", place)
    assert client.get("/stock/").status_code == 200
    assert client.get("/stock/count/").status_code == 403
    become(client, "custody", place)
    assert client.get("/stock/").status_code == 403


def test_waste_is_signed_by_two_and_the_secret_never_comes_back(client, place, pharmacist, colleague) -> None:
    lot = stocked(pharmacist, place)
    User.objects.filter(username=colleague).update(pin="x")
    become(client, "rn", place)
    said = {"move": "waste", "quantity": "1", "reason": "Dropped"}
    page = post(client, f"/stock/lots/{lot.id}/", **said, second=colleague, second_secret="98765432")
    assert page.status_code == 422
    assert "98765432" not in page.content.decode()
    User.objects.filter(username=colleague).update(pin="")
    assert post(client, f"/stock/lots/{lot.id}/", **said, second=colleague).status_code == 303
    page = client.get(f"/stock/lots/{lot.id}/").content.decode()
    assert "Dropped" in page
    assert "seen by" in page


def test_stock_of_another_facility_is_not_there(client, place, pharmacist) -> None:
    from throughcare.custody.models import Facility

    other = Facility.objects.get(short_name__istartswith="Osborn")
    lot = stocked(pharmacist, other)
    become(client, "rn", place)
    assert client.get(f"/stock/lots/{lot.id}/").status_code == 404
    assert post(client, f"/stock/lots/{lot.id}/", move="waste", quantity="1", reason="x").status_code == 404


def test_a_pack_from_check_to_card(client, place, person, doctor, pharmacist) -> None:
    row = order(doctor, person, mode="KOP", days=180)
    lot = stocked(pharmacist, place, product=LISINOPRIL, place="room", quantity=Decimal(90))
    base = f"/people/{person}/medications/"
    become(client, "rn", place)
    assert "Nobody has checked yet" in client.get(base + "kept/").content.decode()
    assert post(client, base + "kept/", verb="check").status_code == 422
    assert post(client, base + "kept/", verb="check", fit="yes", words="Knows it.").status_code == 303
    assert client.get(f"{base}{row.id}/issue/").status_code == 200
    said = {"stock": str(lot.id), "quantity": "30", "signed_how": "paper"}
    assert post(client, f"{base}{row.id}/issue/", **said | {"quantity": "31"}).status_code == 422
    assert post(client, f"{base}{row.id}/issue/", **said).status_code == 303
    pack = KeptPack.objects.get()
    label = client.get(f"{base}kept/packs/{pack.id}/label/").content.decode()
    assert "lisinopril" in label and "30 tablets ·" in label
    assert pack.number in label
    assert "30 tabletas ·" in client.get(f"{base}kept/packs/{pack.id}/label/", {"lang": "es"}).content.decode()
    assert post(client, base + "kept/", verb="count", pack=str(pack.id), counted="x").status_code == 422
    counted = client.post(
        base + "kept/", {"intent": str(uuid7()), "verb": "count", "pack": str(pack.id), "counted": "20"}, follow=True
    )
    assert "Talk about a count" in counted.content.decode()
    become(client, "custody", place)
    card = client.get(base + "kept/card/").content.decode()
    assert "May keep 1 labelled pack" in card
    assert "lisinopril" not in card.casefold()
    assert client.get(base + "kept/").status_code in (403, 404)
    assert client.get(f"{base}kept/packs/{pack.id}/label/").status_code in (403, 404)


def test_a_person_asks_for_the_next_pack_at_the_kiosk(client, place, person, doctor, nurse) -> None:
    from throughcare.care.medications import actions

    with clock.frozen(clock.now() - timedelta(days=22)):
        row = order(doctor, person, mode="KOP", days=180)
        actions.check_fitness(actor=nurse, person_id=person, fit=True)
    issue(nurse, person, row, at=clock.now() - timedelta(days=21))
    become(client, "patient", place, person)
    assert "My medicine is running out" in client.get("/kiosk/").content.decode()
    assert "Ask for the next pack" in client.get("/kiosk/refill/").content.decode()
    assert "Pedir el próximo paquete" in client.get("/kiosk/refill/", {"lang": "es"}).content.decode()
    assert "Pedir el próximo paquete" in client.get("/kiosk/refill/").content.decode(), "the language chosen here stays"
    assert post(client, "/kiosk/refill/", order=str(uuid7())).status_code == 404
    assert post(client, "/kiosk/refill/", order=str(row.id)).status_code == 303
    wish = RefillRequest.objects.get()
    assert (wish.state, wish.channel) == ("asked", "kiosk")
    become(client, "rn", place)
    base = f"/people/{person}/medications/kept/"
    assert "Asked for the next pack" in client.get(base).content.decode()
    said = {"verb": "decline", "refill": str(wish.id), "version": "1", "why": "The prescriber sees you first."}
    assert post(client, base, **said).status_code == 303
    become(client, "patient", place, person)
    assert "The prescriber sees you first." in client.get("/kiosk/refill/", {"lang": "en"}).content.decode()
