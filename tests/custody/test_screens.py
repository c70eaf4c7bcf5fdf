"""Custody's pages: each answers its roles; officers read what to do and never why; what is refused keeps what was typed."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse

from tests.custody.conftest import HARTFORD, OSBORN, UNIT_A, bed
from throughcare.custody import reads
from throughcare.custody.actions import Spot, admit, raise_alert, schedule_event, send_out, start_lockdown
from throughcare.custody.wording import template, templates
from throughcare.kernel import clock, content
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import uuid7

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)
People = Callable[..., UUID]

# What an officer must never read (clinical.md 7.3): diagnosis, medicine, test, reason of a watch, pregnancy, substances.
FORBIDDEN = re.compile(
    r"\b(suicid\w*|self[- ]harm|withdraw\w*|detox\w*|methadone|buprenorphine|naloxone|opioid\w*|alcohol\w*|heroin|insulin"
    r"|diabet\w*|seizure\w*|epilep\w*|asthma|hiv|aids|hepatitis|tubercul\w*|tb|covid\w*|infect\w*|pregnan\w*|psych\w*"
    r"|mental|depress\w*|schizo\w*|bipolar|c-?ssrs|cows|ciwa|prea|abuse\w*|assault\w*|diagnos\w*|medicat\w*|medicine\w*"
    r"|gender|std|sti|cancer|dialysis|overdos\w*|drug\w*)\b",
    re.IGNORECASE,
)


@pytest.fixture(autouse=True)
def at_ten() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest.fixture
def as_role(db: None) -> Callable[..., Client]:
    """Give a function that signs a client in as a role at a facility."""

    def sign_in(role: str, facility: str = "hartford") -> Client:
        client = Client()
        assert client.post("/demo/become", {"role": role, "facility": facility}).status_code in (200, 302, 303)
        return client

    return sign_in


@pytest.fixture
def everybody(officer: Actor, person: People) -> list[UUID]:
    """Have people at Hartford of whom officers are told everything that they can be told, and one elsewhere."""
    ids = [person() for _ in range(5)]
    for n, who in enumerate(ids[:4]):
        admit(actor=officer, person_id=who, to=Spot(HARTFORD, UNIT_A, bed(f"A-10{n + 1}")), happened_at=NOW)
    admit(actor=officer, person_id=ids[4], to=Spot(OSBORN), happened_at=NOW)
    for form in templates().values():
        values = {name: {"time": "09:40", "place": "clinic"}[name] for name in form.values}
        raise_alert(actor=officer, person_id=ids[0], template=form.key, values=values, reason_ref=uuid4())
    schedule_event(actor=officer, person_id=ids[1], kind="court", starts_at=NOW + timedelta(hours=3), place="GA 14")
    schedule_event(
        actor=officer, person_id=ids[4], kind="transfer", starts_at=NOW + timedelta(hours=5), to_facility_id=HARTFORD
    )
    schedule_event(
        actor=officer, person_id=ids[2], kind="release", starts_at=NOW + timedelta(hours=5), confidence="likely"
    )
    send_out(actor=officer, person_id=ids[3], kind="hospital", place="St Francis")
    start_lockdown(actor=officer, facility_id=HARTFORD, unit_id=UNIT_A)
    return ids


def pages_of(ids: list[UUID]) -> list[str]:
    return [
        reverse("custody_board"),
        reverse("custody_board") + "?unit=A",
        reverse("custody_wall", kwargs={"facility_id": HARTFORD}),
        reverse("roster") + "?unit=A",
        reverse("movements"),
        reverse("custody_schedule"),
        reverse("find") + "?q=sample",
        *(reverse("custody_person", kwargs={"person_id": i}) for i in ids[:4]),
    ]


def test_officers_read_what_to_do_and_never_why(as_role: Callable[..., Client], everybody: list[UUID]) -> None:
    client = as_role("custody")
    for page in pages_of(everybody):
        answer = client.get(page)
        assert answer.status_code == 200, page
        words = re.sub(r"<[^>]*>", " ", answer.content.decode())
        assert not FORBIDDEN.findall(words), page
        for row in content.rows("custody/alerts.toml", "alert"):
            assert not row["gloss"] or row["gloss"] not in words


def test_no_alert_gives_a_reason_in_any_language(db: None) -> None:
    for form in templates().values():
        for part, text in form.words.items():
            assert not FORBIDDEN.search(text), (form.key, part)


def test_the_wall_names_nobody(as_role: Callable[..., Client], everybody: list[UUID]) -> None:
    text = as_role("custody").get(reverse("custody_wall", kwargs={"facility_id": HARTFORD})).content.decode()
    assert "A-101" in text and "Sample" not in text and "Pat" not in text


def test_the_board_shows_an_alert_at_once_and_only_of_here(
    as_role: Callable[..., Client], everybody: list[UUID], officer: Actor
) -> None:
    client = as_role("custody")
    raise_alert(actor=officer, person_id=everybody[2], template="check_now")
    text = client.get(reverse("custody_board"), headers={"HX-Request": "true"}).content.decode()
    assert template("check_now").sentence("text", {}) in text
    assert "<html" not in text
    assert client.get(reverse("custody_person", kwargs={"person_id": everybody[4]})).status_code == 404
    assert client.get(reverse("custody_wall", kwargs={"facility_id": OSBORN})).status_code == 404


@pytest.mark.parametrize("role", ["patient", "public", "parole", "community", "prea", "ombuds", "operator"])
def test_others_do_not_see_the_board(as_role: Callable[..., Client], everybody: list[UUID], role: str) -> None:
    client = Client() if role == "public" else as_role(role)
    answer = client.get(reverse("custody_board"))
    assert answer.status_code in (302, 403)


def test_an_officer_records_a_trip_and_takes_it_back(as_role: Callable[..., Client], everybody: list[UUID]) -> None:
    client, who = as_role("custody"), everybody[0]
    here = {"person_id": who}
    post = {"intent": str(uuid7()), "kind": "court", "place": "GA 14", "expected_back": ""}
    assert client.post(reverse("custody_out", kwargs=here), post).status_code == 303
    assert client.post(reverse("custody_out", kwargs=here), post).status_code == 303
    assert "at court" in client.get(reverse("custody_person", kwargs=here)).content.decode()
    back = reverse("custody_now", kwargs={**here, "what": "return"})
    assert client.post(back, {"intent": str(uuid7())}).status_code == 303
    refused = client.post(back, {"intent": str(uuid7())})
    assert refused.status_code == 409 and b"Nothing was changed" in refused.content
    undo = reverse("custody_now", kwargs={**here, "what": "cancel_transfer"})
    assert client.post(undo, {"intent": str(uuid7())}).status_code == 303
    assert "at court" in client.get(reverse("custody_person", kwargs=here)).content.decode()


def test_a_refused_plan_keeps_what_was_typed(as_role: Callable[..., Client], everybody: list[UUID]) -> None:
    address = reverse("custody_plan", kwargs={"person_id": everybody[0]})
    post = {
        "intent": str(uuid7()),
        "kind": "transfer",
        "starts_at": "2026-03-05T05:00",
        "place": "Bus 7",
        "confidence": "fixed",
    }
    answer = as_role("custody").post(address, post)
    assert answer.status_code == 422
    assert "Bus 7" in answer.content.decode()


def test_an_officer_settles_a_bed_moves_releases(as_role: Callable[..., Client], everybody: list[UUID]) -> None:
    client, who = as_role("custody"), everybody[0]
    post = {"intent": str(uuid7()), "bed": str(bed("A-120"))}
    assert client.post(reverse("custody_bed", kwargs={"person_id": who}), post).status_code == 303
    post = {"intent": str(uuid7()), "facility": str(OSBORN), "happened_at": ""}
    assert client.post(reverse("custody_transfer", kwargs={"person_id": who}), post).status_code == 303
    assert client.get(reverse("custody_person", kwargs={"person_id": who})).status_code == 404
    post = {"intent": str(uuid7()), "destination": "discharged", "happened_at": "", "unplanned": "on"}
    assert client.post(reverse("custody_release", kwargs={"person_id": everybody[1]}), post).status_code == 303
    post = {"intent": str(uuid7()), "unit": "B"}
    assert client.post(reverse("custody_lockdown", kwargs={"facility_id": HARTFORD}), post).status_code == 303


def test_a_nurse_tells_officers_and_ends_it(as_role: Callable[..., Client], everybody: list[UUID]) -> None:
    client, who = as_role("rn"), everybody[1]
    address = reverse("custody_alerts", kwargs={"person_id": who})
    post = {"intent": str(uuid7()), "template": "bring_to_clinic", "place": "", "time": "09:40", "until": ""}
    assert client.post(address, post).status_code == 422
    post = {**post, "intent": str(uuid7()), "place": "clinic"}
    assert client.post(address, post).status_code == 303
    page = client.get(address).content.decode()
    assert "Bring to clinic 09:40." in page
    (alert,) = reads.alerts_of(_rn(), [who])[who]
    end = reverse("custody_alert_end", kwargs={"person_id": who, "alert_id": alert.id})
    assert client.post(end, {"intent": str(uuid7())}).status_code == 303
    assert not reads.alerts_of(_rn(), [who])[who]
    assert as_role("custody").post(address, post).status_code == 403


def test_a_nurse_reads_lists_and_records_no_move(as_role: Callable[..., Client], everybody: list[UUID]) -> None:
    client = as_role("rn")
    for page in pages_of(everybody):
        assert client.get(page).status_code == 200, page
    address = reverse("custody_now", kwargs={"person_id": everybody[0], "what": "escape"})
    assert client.post(address, {"intent": str(uuid7())}).status_code == 403


def test_places_are_the_administrators(as_role: Callable[..., Client]) -> None:
    client = as_role("hsa")
    text = client.get(reverse("custody_places")).content.decode()
    assert "closed 01 Jul 2021" in text and "HARTFORD CC" in text
    assert client.get(reverse("custody_place", kwargs={"facility_id": HARTFORD})).status_code == 200
    assert as_role("rn").get(reverse("custody_places")).status_code == 403


def _rn():  # type: ignore[no-untyped-def]
    from tests.fixtures_lenses import lens_of
    from throughcare.kernel.vocabulary import Role

    return lens_of(Role.RN)


def test_two_people_swap_beds_in_one_go(as_role: Callable[..., Client], everybody: list[UUID]) -> None:
    client, (one, two, *_) = as_role("custody"), everybody
    page, swap = (reverse(name, kwargs={"person_id": one}) for name in ("custody_person", "custody_swap"))
    assert f'value="{two}"' in client.get(page).content.decode()
    post = {"intent": str(uuid7()), "other": str(two)}
    assert client.post(swap, post).status_code == 303
    where = reads.whereabouts(_rn(), [one, two])
    assert (where[one].cell, where[two].cell) == ("A-102", "A-101")
    assert client.post(swap, post).status_code == 303, "said twice, done once"
    assert reads.whereabouts(_rn(), [one])[one].cell == "A-102"


def test_nobody_swaps_with_somebody_elsewhere(as_role: Callable[..., Client], everybody: list[UUID]) -> None:
    client, (one, *_, elsewhere) = as_role("custody"), everybody
    address = reverse("custody_swap", kwargs={"person_id": one})
    for other, sentence in ((str(elsewhere), "in no bed here"), ("", "Choose with whom"), ("x", "in no bed here")):
        answer = client.post(address, {"intent": str(uuid7()), "other": other})
        assert answer.status_code == 422 and sentence in answer.content.decode()
    assert str(elsewhere) not in client.get(reverse("custody_person", kwargs={"person_id": one})).content.decode()
    assert as_role("rn").post(address, {"intent": str(uuid7()), "other": str(everybody[1])}).status_code == 403


def test_a_name_leads_who_opens_charts_only_as_a_sample_to_custodys_line(as_role, everybody) -> None:
    one = {"person_id": everybody[0]}
    for role, name in (("rn", "chart"), ("hsa", "custody_person"), ("custody", "custody_person")):
        page = as_role(role).get(reverse("roster")).content.decode()
        assert f'href="{reverse(name, kwargs=one)}"' in page, role
        if name == "custody_person":
            assert as_role(role).get(reverse(name, kwargs=one)).status_code == 200, role


def test_a_wall_that_nobody_scrolls_sets_many_lines_in_two_columns(as_role, everybody) -> None:
    page = as_role("custody").get(reverse("custody_wall", kwargs={"facility_id": HARTFORD})).content.decode()
    assert page.count('class="board-row') > 4
    assert 'class="board-list board-two"' in page
