"""Sick call's pages over HTTP: the person at the kiosk, the nurse at the desk, the officer."""

import re

import pytest

from tests.care.sick_call.test_actions import ask as told
from tests.care.sick_call.test_actions import patient, person, place  # noqa: F401
from throughcare.care.sick_call.models import CareRequest, NoShow
from throughcare.kernel.ids import uuid7

pytestmark = pytest.mark.django_db


def become(client, role, place, person="") -> None:  # noqa: F811
    answer = client.post("/demo/become", {"role": role, "facility": str(place.id), "person": str(person)})
    assert answer.status_code == 302, answer.content.decode()


def ask(client, words="My back hurts", kind="sick", **more):
    fields = {"type": kind, "words": words, "since": "days", "worse": "same", "asked-before": "no", "language": "en"}
    return client.post("/kiosk/ask/", {"intent": str(uuid7()), "help": "no", **fields, **more}, follow=True)


def test_from_the_kiosk_to_the_answer(client, person, place) -> None:  # noqa: F811
    become(client, "patient", place, person)
    assert "Ask to be seen" in client.get("/kiosk/").content.decode()
    assert client.get("/kiosk/ask/", {"type": "dental"}).status_code == 200
    assert client.post("/kiosk/ask/", {"intent": str(uuid7())}).status_code == 422
    page = ask(client).content.decode()
    row = CareRequest.objects.get()
    assert row.receipt in page
    become(client, "rn", place)
    assert "Sample-Ortiz" in client.get("/sick-call/").content.decode()
    base = f"/people/{person}/sick-call/{row.id}/"
    assert client.get(base).status_code == 200
    triaged = client.post(base + "triage/", {"intent": str(uuid7()), "version": "1", "priority": "routine"})
    assert triaged.status_code == 303
    stale = client.post(base + "triage/", {"intent": str(uuid7()), "version": "1", "priority": "urgent"})
    assert stale.status_code == 409
    bad = client.post(base + "visit/", {"intent": str(uuid7()), "findings": "Tender.", "v-8867-4": "fast"})
    assert bad.status_code == 422
    assert "Tender." in bad.content.decode(), "what was typed is kept"
    seen = client.post(
        base + "visit/",
        {"intent": str(uuid7()), "findings": "Tender.", "v-8867-4": "72", "systolic": "128", "diastolic": "82"},
    )
    assert seen.status_code == 303
    done = client.post(base + "answer/", {"intent": str(uuid7()), "answer_en": "Stretch twice a day."})
    assert done.status_code == 303
    become(client, "patient", place, person)
    assert "Stretch twice a day." in client.get(f"/kiosk/requests/{row.id}/").content.decode()
    spanish = client.get("/kiosk/", {"lang": "es"}).content.decode()
    assert 'lang="es"' in spanish
    assert "Ask to be seen" not in spanish


def test_words_are_never_markup(client, person, place) -> None:  # noqa: F811
    become(client, "patient", place, person)
    ask(client, words="<script>alert(1)</script> chest pain <img src=x onerror=alert(2)>")
    row = CareRequest.objects.get()
    become(client, "rn", place)
    page = client.get(f"/people/{person}/sick-call/{row.id}/").content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "<mark>" in page


def test_a_patient_sees_only_their_own(client, person, place) -> None:  # noqa: F811
    from throughcare.kernel.actor import Actor
    from throughcare.people.actions import Demographics, register

    other = register(actor=Actor.feed("custody"), demographics=Demographics("Test-King", "Ann"))
    become(client, "patient", place, person)
    ask(client)
    row = CareRequest.objects.get()
    become(client, "patient", place, other)
    assert client.get(f"/kiosk/requests/{row.id}/").status_code == 404
    assert row.receipt not in client.get("/kiosk/requests/").content.decode()
    assert client.get("/sick-call/").status_code == 403


def test_a_paper_slip_is_taken_down_with_its_picture(client, person, place) -> None:  # noqa: F811
    from django.core.files.uploadedfile import SimpleUploadedFile

    become(client, "rn", place)
    page = client.get("/sick-call/log/", {"who": "ortiz"}).content.decode()
    assert str(person) in page
    slip = SimpleUploadedFile("slip.png", b"\x89PNG\r\n\x1a\n" + b"0" * 64, "image/png")
    fields = {"person": str(person), "channel": "paper", "type": "sick", "language": "es", "who": "ortiz"}
    words = {"words": "me duele la espalda", "words_in_english": "my back hurts", "day": "2026-11-20", "time": "07:15"}
    done = client.post("/sick-call/log/", {"intent": str(uuid7()), **fields, **words, "slip": slip})
    assert done.status_code == 303, re.sub(r"\s+", " ", done.content.decode())[:2000]
    row = CareRequest.objects.get()
    assert row.slip_id
    assert row.received_at > row.submitted_at
    refused = client.post(
        "/sick-call/log/",
        {"intent": str(uuid7()), **fields, **words, "slip": SimpleUploadedFile("a.png", b"<svg/>", "image/png")},
    )
    assert refused.status_code == 422
    assert "me duele la espalda" in refused.content.decode()
    assert client.get("/sick-call/downtime/").status_code == 200


def test_an_officer_says_why_and_reads_no_reason(client, person, place) -> None:  # noqa: F811
    from datetime import timedelta

    from throughcare.kernel import clock

    become(client, "patient", place, person)
    ask(client, words="secret rash words")
    row = CareRequest.objects.get()
    CareRequest.objects.filter(id=row.id).update(scheduled_for=clock.now() - timedelta(hours=1))
    become(client, "custody", place)
    page = client.get("/custody/visits/").content.decode()
    assert "Sample-Ortiz" in page
    assert "rash" not in page
    at = f"/custody/visits/{person}/{row.id}/"
    assert client.post(at, {"intent": str(uuid7()), "reason": "refused-in-person"}).status_code == 422
    assert client.post(at, {"intent": str(uuid7()), "reason": "lockdown"}).status_code == 303
    assert NoShow.objects.get().said_by == "custody"


def test_words_in_spanish_are_written_in_english_at_the_desk(client, patient, person, place) -> None:  # noqa: F811
    told(patient, person, "Tengo una pregunta sobre mis papeles", kind="records", language="es")
    told(patient, person, "A question about my papers", kind="records")
    own = {r.language: f"/people/{person}/sick-call/{r.id}/" for r in CareRequest.objects.filter(person_id=person)}
    become(client, "rn", place)
    assert "translation/" not in client.get(own["en"]).content.decode()
    page = client.get(own["es"]).content.decode()
    assert "Write these words in English" in page
    sent = {"version": "1", "english": ""}
    bad = client.post(own["es"] + "translation/", {"intent": str(uuid7()), **sent})
    assert bad.status_code == 422 and "Write the person&#39;s words in English." in bad.content.decode()
    kept = client.post(
        own["es"] + "translation/", {"intent": str(uuid7()), **sent, "english": "A question on my papers"}
    )
    assert kept.status_code == 303
    page = client.get(own["es"]).content.decode()
    assert "A question on my papers" in page and "Tengo una pregunta" in page and "Correct the translation" in page
    late = client.post(own["es"] + "translation/", {"intent": str(uuid7()), **sent, "english": "Something else"})
    assert late.status_code == 422 and "Something else" in late.content.decode()
    danger = {"version": "2", "english": "My chest hurts and I can not breathe"}
    assert client.post(own["es"] + "translation/", {"intent": str(uuid7()), **danger}).status_code == 303
    assert "officers are told to check on this person now" in client.get(own["es"]).content.decode()
    become(client, "hsa", place)
    assert "translation/" not in client.get(own["es"]).content.decode()
