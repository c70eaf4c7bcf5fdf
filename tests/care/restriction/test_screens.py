"""The pages of this room over HTTP: custody tells and records without a reason, care does its part, nothing typed is lost."""

import re

import pytest

from tests.care.mental_health.makers import nurse, officer, person, place, psych  # noqa: F401
from tests.care.mental_health.test_watch_screens import become, post, text_of
from tests.security.test_24_custody import REASONS
from throughcare.care.restriction import actions
from throughcare.care.restriction.models import Confinement, ConfinementVisit, Restraint, RestraintStep

pytestmark = pytest.mark.django_db


def leads_somewhere(page: str, field: str) -> bool:
    """Tell whether a line of the summary names a field that the page has."""
    return f'href="#f-{field}"' in page and re.search(rf'id="f-{field}["-]', page) is not None


def test_an_officer_tells_records_time_and_ends_it(client, officer, nurse, person, place) -> None:  # noqa: F811
    actions.tell_placement(actor=officer, person_id=person, tier="limited", isolated=True)
    row = Confinement.objects.get()
    actions.review_placement(
        actor=nurse, person_id=person, confinement_id=row.id, items=["pregnancy"], words="Zyxomania"
    )
    become(client, "custody", place)
    page = client.get("/apart/")
    assert "0 of at least 120 minutes" in page.content.decode()
    assert "Zyxomania" not in page.content.decode()
    assert not REASONS.search(text_of(page))
    wrong = post(client, f"/apart/{row.id}/out/", minutes="two hours")
    assert wrong.status_code == 422 and "1 to 1440" in text_of(wrong)
    assert post(client, f"/apart/{row.id}/out/", minutes="125").status_code == 303
    assert "125 of at least 120" in client.get("/apart/").content.decode()
    assert client.get(f"/people/{person}/apart/").status_code in (403, 404)
    assert post(client, f"/apart/{row.id}/end/").status_code == 303
    assert "Nobody is kept apart" in client.get("/apart/").content.decode()


def test_a_number_that_is_nobodys_is_asked_for_again(client, place, person) -> None:  # noqa: F811
    become(client, "custody", place)
    back = post(
        client, "/apart/tell/", **{"form": "restraint", "restraint-number": "T0000000", "restraint-device": "wrists"}
    )
    assert back.status_code == 422
    assert 'value="T0000000"' in back.content.decode() and "whole number" in text_of(back)
    assert re.search(r'value="wrists"[^>]*checked', back.content.decode())
    assert leads_somewhere(back.content.decode(), "restraint-number")
    assert not Restraint.objects.exists()


def test_a_nurse_reviews_and_walks_the_round(client, officer, person, place) -> None:  # noqa: F811
    actions.tell_placement(actor=officer, person_id=person, tier="limited")
    row = Confinement.objects.get()
    become(client, "rn", place)
    here = f"/people/{person}/apart/"
    assert "Review the record" in client.get(here).content.decode()
    done = post(client, f"{here}{row.id}/placement/", **{"form": "placement", "placement-words": "Nothing against it."})
    assert done.status_code == 303
    back = post(client, f"{here}{row.id}/medical/", **{"form": "medical", "medical-words": "Limps since noon"})
    assert back.status_code == 422 and "Limps since noon" in back.content.decode()
    assert leads_somewhere(back.content.decode(), "medical-items")
    fields = {"form": "medical", "medical-items": "well", "medical-words": "Limps since noon"}
    assert post(client, f"{here}{row.id}/medical/", **fields).status_code == 303
    assert set(ConfinementVisit.objects.values_list("kind", flat=True)) == {"review", "medical"}
    assert "Limps since noon" in client.get(here).content.decode()
    assert post(client, f"{here}{row.id}/evaluation/", **{"evaluation-items": "well"}).status_code == 403


def test_a_nurse_does_not_read_what_the_therapist_wrote(client, officer, psych, person, place) -> None:  # noqa: F811
    actions.tell_placement(actor=officer, person_id=person, tier="limited", isolated=True)
    row = Confinement.objects.get()
    about = {"actor": psych, "person_id": person, "confinement_id": row.id}
    actions.record_visit(**about, kind="check_in", items=["worse"], words="Hears the Quellitol voice")
    become(client, "rn", place)
    page = client.get(f"/people/{person}/apart/").content.decode()
    assert "Check-in" in page and "Quellitol" not in page
    become(client, "psych", place)
    assert "Quellitol" in client.get(f"/people/{person}/apart/").content.decode()


def test_a_prescriber_orders_looks_and_takes_off(client, person, place) -> None:  # noqa: F811
    become(client, "provider", place)
    here = f"/people/{person}/apart/"
    back = post(
        client, here + "restraint/", **{"form": "restraint", "restraint-device": "wrists", "restraint-why": "Strikes"}
    )
    assert back.status_code == 422 and "Strikes" in back.content.decode()
    fields = {"restraint-device": "wrists", "restraint-why": "Strikes", "restraint-tried": "Talked"}
    assert post(client, here + "restraint/", **{"form": "restraint", **fields}).status_code == 303
    row = Restraint.objects.get()
    look = {"form": "check", "check-items": "well"}
    assert post(client, f"{here}restraint/{row.id}/check/", **look).status_code == 303
    assert post(client, f"{here}restraint/{row.id}/off/").status_code == 303
    assert Restraint.objects.get().until is not None
    assert list(RestraintStep.objects.order_by("at").values_list("kind", flat=True)) == ["order", "check"]
