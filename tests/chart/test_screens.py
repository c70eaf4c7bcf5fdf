"""The chart's pages over HTTP: what each role gets, and what a post does."""

import html
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.chart.chart_makers import NURSE, PNG, charted, hartford, housed
from tests.pages import flat
from throughcare.chart import actions, forms
from throughcare.chart.models import Attachment, Condition, HomeMedicine, Note, Observation
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import DataClass
from throughcare.ledger.models import Read
from throughcare.people import actions as people

pytestmark = pytest.mark.django_db
NAME = "Sample-Ortiz"
PAGES = (
    "",
    "results/",
    "trends/29463-7/",
    "trends/85354-9/",
    "timeline/",
    "notes/",
    "problems/",
    "medicines/",
    "allergies/",
    "vaccines/",
    "vitals/",
    "forms/",
    "forms/phq-9/",
    "documents/",
)


@pytest.fixture
def person():
    one = housed()
    charted(one)
    return one


@pytest.fixture
def as_role(client):
    def become(role: str):
        answer = client.post("/demo/become", {"role": role, "facility": str(hartford().id)})
        assert answer.status_code == 302, answer.content.decode()
        return client

    return become


def send(client, address: str, **fields: object):
    return client.post(address, {"intent": str(uuid7()), **fields})


def text_of(answer) -> str:
    return answer.content.decode()


@pytest.mark.parametrize("role", ["rn", "provider", "psych"])
def test_a_clinician_opens_every_page(as_role, person, role: str) -> None:
    client = as_role(role)
    for page in PAGES:
        answer = client.get(f"/people/{person}/{page}")
        assert answer.status_code == 200, page
        assert NAME in text_of(answer)
        assert NAME not in text_of(answer).split("</title>")[0]
        assert answer["Cache-Control"] == "no-store"
    page = text_of(client.get(f"/people/{person}/"))
    for words in (
        "Asthma 0",
        "Albuterol 0",
        "Penicillin",
        "Attempted suicide",
        "128/82 mmHg",
        "8.2%",
        "Visit 0",
        "Slip 0",
    ):
        assert words in page


def test_a_pill_line_nurse_gets_a_summary_and_no_words(as_role, person) -> None:
    client = as_role("lpn")
    page = text_of(client.get(f"/people/{person}/"))
    for words in ("Asthma 0", "Albuterol 0", "2 puffs", "Penicillin", "128/82 mmHg"):
        assert words in page
    for words in ("8.2%", "Visit 0", "Slip 0", "Slept well"):
        assert words not in page, words
    for path in ("notes/", "results/", "timeline/", "documents/", "forms/"):
        assert client.get(f"/people/{person}/{path}").status_code == 403
    assert client.get(f"/people/{person}/medicines/").status_code == 200
    assert send(client, f"/people/{person}/problems/", text="Cough").status_code == 403
    done = send(client, f"/people/{person}/medicines/", text="Metformin", dose="500 mg")
    assert done.status_code == 303


@pytest.mark.parametrize("role", ["sud", "dental", "pharmacy", "planner"])
def test_roles_with_a_summary_get_what_the_lens_gives(as_role, person, role: str) -> None:
    client = as_role(role)
    answer = client.get(f"/people/{person}/")
    page = text_of(answer)
    assert answer.status_code == 200
    assert "Asthma 0" in page
    assert "Albuterol 0" in page
    assert ("2 puffs" in page) is (role in ("pharmacy", "planner")), "under a cut a medicine is its name"
    assert "Visit 0" not in page
    for path in ("problems/", "medicines/", "allergies/"):
        assert client.get(f"/people/{person}/{path}").status_code == 200


def test_records_staff_read_and_do_not_write(as_role, person) -> None:
    client = as_role("him")
    page = text_of(client.get(f"/people/{person}/"))
    assert "Visit 0" in page
    assert "Record vital signs" not in page
    assert client.get(f"/people/{person}/notes/").status_code == 200
    assert send(client, f"/people/{person}/problems/", text="Cough").status_code == 403


@pytest.mark.parametrize(
    "role", ["custody", "transport", "scheduler", "prea", "parole", "community", "hsa", "operator"]
)
def test_others_get_no_chart_and_no_name(as_role, person, role: str) -> None:
    client = as_role(role)
    for path in PAGES:
        answer = client.get(f"/people/{person}/{path}")
        assert answer.status_code in (403, 404), path
        for words in (NAME, "Asthma", "Penicillin"):
            assert words not in text_of(answer), path


def test_words_beside_no_code_are_not_in_a_summary(as_role, person) -> None:
    client = as_role("rn")
    send(client, f"/people/{person}/problems/", text="Says he was assaulted")
    assert "assaulted" in text_of(client.get(f"/people/{person}/problems/"))
    client = as_role("dental")
    for path in ("", "problems/"):
        page = text_of(client.get(f"/people/{person}/{path}"))
        assert "assaulted" not in page
        assert "own words" in page


def test_a_problem_is_added_taken_back_resolved_and_opened_again(as_role, person) -> None:
    client, base = as_role("rn"), f"/people/{person}/"
    refused = send(client, base + "problems/", text=" ", onset="2024-13-01")
    assert refused.status_code == 422
    assert 'value="2024-13-01"' in text_of(refused)
    assert send(client, base + "problems/", text="Cough", onset="2024-01-02").status_code == 303
    page = text_of(client.get(base + "problems/"))
    undo = re.search(r'formaction="([^"]+take-back/)"', page)
    assert undo, "what was just added can be taken back"
    assert send(client, undo[1]).status_code == 303
    cough = Condition.objects.get(text="Cough")
    assert cough.status == "entered-in-error"
    assert send(client, undo[1]).status_code == 409, "only once"
    asthma = Condition.objects.get(text="Asthma 0")
    assert send(client, f"{base}problems/{asthma.id}/", version=1, verb="resolve").status_code == 303
    asthma.refresh_from_db()
    assert asthma.status == "resolved"
    stale = send(client, f"{base}problems/{asthma.id}/", version=1, verb="recur")
    assert stale.status_code == 409
    assert send(client, f"{base}problems/{asthma.id}/", version=2, verb="recur").status_code == 303
    error = f"{base}entries/Condition/{asthma.id}/error/"
    assert send(client, error, version=3, why="").status_code == 422
    assert send(client, error, version=3, why="Another man's problem").status_code == 303
    asthma.refresh_from_db()
    assert asthma.status == "entered-in-error"


def test_a_post_from_the_other_tab_changes_nobody(as_role, person) -> None:
    other = housed("Test-King", "Ann")
    charted(other)
    client = as_role("rn")
    theirs = Condition.objects.get(person_id=other)
    refused = send(client, f"/people/{person}/problems/{theirs.id}/", version=1, verb="resolve")
    assert refused.status_code == 409
    assert "Test-King" not in text_of(refused)
    theirs.refresh_from_db()
    assert theirs.status == "active"
    note = Note.objects.get(person_id=other)
    assert client.get(f"/people/{person}/notes/{note.id}/").status_code == 404
    assert client.get(f"/people/{person}/history/Condition/{theirs.id}/").status_code == 404
    medicine = HomeMedicine.objects.get(person_id=other)
    assert send(client, f"/people/{person}/medicines/{medicine.id}/", version=1, how="x").status_code == 409
    document = Attachment.objects.get(person_id=other)
    assert client.get(f"/people/{person}/documents/{document.id}/").status_code == 404


def test_one_post_sent_twice_happens_once_and_none_without_its_number(as_role, person) -> None:
    client = as_role("rn")
    fields = {"intent": str(uuid7()), "text": "Cough"}
    for _ in range(2):
        assert client.post(f"/people/{person}/problems/", fields).status_code == 303
    assert Condition.objects.filter(text="Cough").count() == 1
    assert client.post(f"/people/{person}/problems/", {"text": "Fever"}).status_code == 422
    assert not Condition.objects.filter(text="Fever").exists()


def test_a_note_is_drafted_saved_overtaken_signed_added_to_and_cosigned(as_role, person) -> None:
    client, base = as_role("rn"), f"/people/{person}/notes/"
    begun = send(client, base, kind="progress")
    address = begun["Location"]
    saved = client.post(
        address,
        {"intent": str(uuid7()), "version": 1, "title": "Visit", "text": "Draft words"},
        headers={"X-Autosave": "1"},
    )
    assert (saved.status_code, saved["X-Version"]) == (204, "2")
    overtaken = send(client, address + "sign/", version=1, title="Visit", text="What I typed meanwhile")
    assert overtaken.status_code == 409
    assert "What I typed meanwhile" in text_of(overtaken)
    assert "Draft words" in text_of(overtaken), "what is kept is shown beside it"
    assert Note.objects.get(text="Draft words").status == "draft"
    as_role("provider")
    assert client.get(address).status_code == 404, "a draft is its author's alone"
    as_role("rn")
    assert send(client, address + "sign/", version=2, title="Visit", text="").status_code == 422
    version = Note.objects.get(title="Visit").version
    assert send(client, address + "sign/", version=version, title="Visit", text="Signed words").status_code == 303
    assert send(client, address, version=version + 2, title="Visit", text="Other words").status_code == 422
    assert send(client, address + "add/", addendum=" ").status_code == 422
    assert send(client, address + "add/", addendum="And slept.").status_code == 303
    note = Note.objects.get(title="Visit")
    assert note.text == "Signed words"
    as_role("provider")
    assert "And slept." in text_of(client.get(address))
    assert send(client, address + "cosign/", version=1).status_code == 409
    assert send(client, address + "cosign/", version=note.version).status_code == 303
    assert "co-signed by" in text_of(client.get(address))


def test_a_mental_health_note_is_written_by_those_who_may_and_cut_for_others(as_role, person) -> None:
    client, base = as_role("rn"), f"/people/{person}/notes/"
    assert "mental health note" not in text_of(client.get(base))
    assert send(client, base, kind="mental_health").status_code == 422
    as_role("psych")
    address = send(client, base, kind="mental_health")["Location"]
    send(client, address + "sign/", version=1, title="Fear of cellmate", text="Told me why.")
    assert "Told me why" in text_of(client.get(base))
    as_role("rn")
    assert client.get(address).status_code == 404
    page = text_of(client.get(f"/people/{person}/"))
    assert "Fear of cellmate" not in page
    assert "Mental health note" in page, "that there is one is in the summary"


def test_vital_signs_are_recorded_whole_or_not_at_all(as_role, person) -> None:
    client, address = as_role("rn"), f"/people/{person}/vitals/"
    before = Observation.objects.count()
    wrong = send(client, address, systolic="128", pulse="7o", weight="1840", temperature="98.6")
    assert wrong.status_code == 422
    page = text_of(wrong)
    for words in ('value="128"', 'value="7o"', 'value="1840"', "two numbers", "Check the digits"):
        assert words in page
    assert Observation.objects.count() == before
    assert send(client, address, systolic="128", diastolic="84", temperature="98.6").status_code == 303
    assert Observation.objects.count() == before + 2
    assert send(client, address).status_code == 422


def test_allergies_and_medicines(as_role, client) -> None:
    person = housed()
    base = f"/people/{person}/"
    as_role("rn")
    assert send(client, base + "allergies/", none="yes").status_code == 303
    assert send(client, base + "allergies/", text="Peanuts", severe="on").status_code == 303
    assert send(client, base + "allergies/", none="yes").status_code == 422
    page = text_of(client.get(base + "allergies/"))
    assert "Severe." in page
    assert "No known allergy" not in page
    assert send(client, base + "medicines/", text="Metformin", dose="500 mg").status_code == 303
    medicine = HomeMedicine.objects.get(person_id=person)
    address = f"{base}medicines/{medicine.id}/"
    assert send(client, address, version=1, found="yes", how="").status_code == 422
    assert send(client, address, version=1, found="yes", how="Pharmacy on Main, 14:00").status_code == 303
    assert send(client, address, version=1, found="no", how="x").status_code == 409
    assert "Pharmacy on Main" in text_of(client.get(base + "medicines/"))


def test_a_page_that_stands_open_hears_of_a_change_and_of_nothing_else(as_role, person) -> None:
    """The banner is asked for every five seconds: an unchanged one is not sent again, and is no reading to log."""
    client, address = as_role("rn"), f"/people/{person}/banner/"

    def mark() -> str:
        found = re.search(r'"X-Seen": "(\w+)"', text_of(client.get(f"/people/{person}/")))
        assert found is not None
        return found.group(1)

    seen, before = mark(), Read.objects.filter(route="chart_banner").count()
    assert client.get(address, headers={"X-Seen": seen}).status_code == 204
    assert Read.objects.filter(route="chart_banner").count() == before
    send(client, f"/people/{person}/allergies/", text="Peanuts", severe="on")
    told = client.get(address, headers={"X-Seen": seen})
    assert told.status_code == 200
    assert "Peanuts" in text_of(told)
    assert "<html" not in text_of(told)
    assert Read.objects.filter(route="chart_banner").count() == before + 1
    assert mark() != seen


def test_a_document_is_kept_and_shown_in_a_sandbox(as_role, person) -> None:
    client, address = as_role("rn"), f"/people/{person}/documents/"
    page = SimpleUploadedFile("x.html", b"<script>alert(1)</script>", content_type="image/png")
    refused = send(client, address, title="Letter", kind="letter", file=page)
    assert refused.status_code == 422
    assert 'value="Letter"' in text_of(refused)
    assert send(client, address, title="Letter", kind="letter").status_code == 422
    large = SimpleUploadedFile("x.png", PNG + b"0" * (10 * 1024 * 1024), content_type="image/png")
    assert send(client, address, title="Letter", kind="letter", file=large).status_code == 422
    picture = SimpleUploadedFile("../../etc/x.png", PNG + b"letter", content_type="text/html")
    assert send(client, address, title="Letter", kind="letter", file=picture).status_code == 303
    kept = Attachment.objects.get(title="Letter")
    shown = client.get(f"{address}{kept.id}/")
    assert shown.content == PNG + b"letter"
    assert shown["Content-Type"] == "image/png"
    assert shown["Content-Disposition"] == f'inline; filename="document-{kept.id}.png"'
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in shown["Content-Security-Policy"]
    assert shown["Cache-Control"] == "no-store"


def test_a_form_is_asked_kept_signed_and_read_as_it_was_seen(as_role, person) -> None:
    client, address = as_role("rn"), f"/people/{person}/forms/phq-2/"
    options = {i.link_id: i.options for i in forms.load("phq-2").walk() if i.options}
    first = next(iter(options))
    saved = client.post(address, {"intent": str(uuid7()), first: options[first][-1].code}, headers={"X-Autosave": "1"})
    assert saved.status_code == 200
    assert "1 question open" in text_of(saved)
    refused = send(client, address + "sign/")
    assert refused.status_code == 422
    assert "checked" in text_of(refused), "what was answered stands"
    signed = send(client, address + "sign/", **{q: choices[-1].code for q, choices in options.items()})
    assert signed.status_code == 303
    page = text_of(client.get(signed["Location"]))
    assert "6" in page
    assert forms.load("phq-2").item(first).text.en[:30] in html.unescape(page)
    assert "PHQ-2" in text_of(client.get(f"/people/{person}/forms/"))
    for name in ("prea-risk", "intake-receiving-screening", "nothing", "dast-10"):
        assert client.get(f"/people/{person}/forms/{name}/").status_code == 404, name


def test_the_history_says_who_when_why_and_what_changed(as_role, person) -> None:
    client = as_role("rn")
    asthma = Condition.objects.get(text="Asthma 0")
    error = f"/people/{person}/entries/Condition/{asthma.id}/error/"
    send(client, error, version=1, why="Heard it from another man")
    address = f"/people/{person}/history/Condition/{asthma.id}/"
    page = text_of(client.get(address))
    read, _, folded = page.partition("<summary>Technical names</summary>")
    for words in (
        "History of this problem: Asthma 0",
        "Marked as entered in error",
        "Demo-Nurse, Ada (nurse)",
        "Heard it from another man",
        "How sure",
        "<ins>Entered in error</ins>",
        "Version 2",
    ):
        assert words in read, words
    assert "Put on the problem list" in folded, "the versions stand below"
    for name in ("verificationStatus", "chart.mark_error", "entered-in-error"):
        assert name in folded, name
        assert name not in read, f"{name} is for software"
    assert "What the first version says" in text_of(client.get(address + "?v=1"))
    for role in ("custody", "scheduler"):
        assert as_role(role).get(address).status_code in (403, 404)
    as_role("lpn")
    assert client.get(address).status_code == 404, "under a summary no history of what is not seen whole"


def test_the_history_of_a_sealed_form_opens_to_whom_the_database_shows_it(as_role, person) -> None:
    done = actions.sign_sealed(
        actor=NURSE,
        person_id=person,
        form="prea-risk",
        posted={"form~unable": ["refuses"]},
        data_class=DataClass.PREA,
    )
    address = f"/people/{person}/history/QuestionnaireResponse/{done.response_id}/"
    assert as_role("prea").get(address).status_code == 200
    assert as_role("lpn").get(address).status_code == 404
    assert as_role("him").get(address).status_code == 404


def test_a_possible_earlier_chart_is_there_at_once_read_only_and_unnamed(as_role, person) -> None:
    other = housed("Demo-Rivera", "Luis")
    charted(other)
    actions.add_condition(actor=NURSE, person_id=other, text="Epilepsy", system="urn:test", code="G40")
    people.propose_merge(actor=NURSE, a=person, b=other, reasons=["same fingerprint number"], source="test")
    page = text_of(as_role("rn").get(f"/people/{person}/"))
    assert "same fingerprint number" in page
    assert "Epilepsy" in page
    assert "Demo-Rivera" not in page, "a page about a person names nobody else"
    assert "Attempted suicide in custody" in page
    assert Read.objects.filter(people__contains=[other]).exists(), "the look is logged for both"


def test_the_download_of_a_trend_names_nobody(as_role, person) -> None:
    answer = as_role("rn").get(f"/people/{person}/trends/29463-7/table.csv")
    assert answer["Content-Disposition"] == 'attachment; filename="29463-7.csv"'
    assert NAME not in text_of(answer)
    assert "185" in text_of(answer)
    assert Read.objects.filter(kind="export", people__contains=[person]).exists()
    assert as_role("rn").get(f"/people/{person}/trends/0-0/").status_code == 404


def test_the_timeline_is_paged_by_key_and_forgives_a_broken_one(as_role) -> None:
    one = housed()
    charted(one, times=25)
    client = as_role("rn")
    page = text_of(client.get(f"/people/{one}/timeline/"))
    older = re.search(r'href="([^"]+\?before=[^"]+)" rel="next"', flat(page))
    assert older
    second = text_of(client.get(older[1]))
    assert "Newer" in second
    assert client.get(f"/people/{one}/timeline/?before=yesterday").status_code == 200
    assert client.get(f"/people/{one}/timeline/?before=2026-02-31T00:00:00Z").status_code == 200


@pytest.mark.parametrize("path", [p for p in PAGES if p != "forms/phq-9/"])
def test_queries_stay_constant_however_long_the_record(as_role, person, path: str) -> None:
    long = housed("Test-King", "Omar")
    charted(long, times=9)
    client = as_role("rn")
    client.get(f"/people/{person}/{path}")  # content and permissions are read once
    counted = []
    for one in (person, long):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"/people/{one}/{path}").status_code == 200
        counted.append(len(asked))
    assert counted[0] == counted[1]
    assert counted[1] <= 32


def test_the_parts_of_a_chart_stand_in_groups_that_the_reader_has(as_role, person) -> None:
    page = text_of(as_role("rn").get(f"/people/{person}/allergies/"))
    bar = page.split('class="parts-groups">')[1].split("</ul>")[0]
    assert re.findall(r">([^<]+)</a>", html.unescape(bar))[:4] == [
        "Summary",
        "Problems & allergies",
        "Medicines",
        "Results & orders",
    ]
    assert 'aria-current="true">Problems' in bar  # the group; the page itself stands below it
    assert 'aria-current="page">Allergies' in page.split('class="parts-pages">')[1].split("</ul>")[0]
    every = page.split('class="places-all parts-all"')[1].split("</details>")[0]
    assert every.count("<h2>") == bar.count("<li>") and f"/people/{person}/timeline/" in every
    assert "/observed-doses/" not in text_of(as_role("planner").get(f"/people/{person}/"))
    assert "parts-groups" in text_of(as_role("rn").get(f"/people/{person}/consents/"))
