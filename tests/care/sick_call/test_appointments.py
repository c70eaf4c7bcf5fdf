"""The scheduler's page: who waits for a time, the clinic's day; booked, moved, cancelled with one side's word; never why."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.care.sick_call.test_actions import MORNING, ask, nurse, patient, person, place  # noqa: F401
from tests.care.sick_call.test_day import TEN, asked  # noqa: F401
from tests.care.sick_call.test_screens import become
from tests.fixtures_lenses import lens_of
from throughcare.care.sick_call import actions, booking, standing
from throughcare.care.sick_call.models import CareRequest, NoShow
from throughcare.custody import actions as custody
from throughcare.custody.models import Facility, OperationalAlert, ScheduledEvent
from throughcare.exchange.models import VisitOutside
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed, NotFound, Stale
from throughcare.kernel.ids import derived, uuid7
from throughcare.kernel.vocabulary import Role
from throughcare.people.actions import Demographics, register

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SECRET = "back hurts"


@pytest.fixture
def planner(place):  # noqa: F811
    return Actor("staff", derived("test", "scheduler"), "Demo-Scheduler, Ivy", Role.SCHEDULER, place.id)


def somebody(place, name: str, *, priority="routine", kind="sick", received=MORNING) -> tuple[UUID, UUID]:  # noqa: F811
    """Book a person in who asked and was read by a nurse."""
    feed = Actor.feed("custody")
    by = Actor("staff", derived("test", "nurse"), "Demo-Nurse, Ada", Role.RN, place.id)
    one = register(actor=feed, demographics=Demographics("Test-King", name, date(1990, 2, 3), "male"))
    with clock.frozen(MORNING - 30 * DAY):
        custody.admit(actor=feed, person_id=one, to=custody.Spot(place.id))
    with clock.frozen(received):
        row = ask(Actor("patient", one, name, Role.PATIENT, place.id), one, words="it hurts", kind=kind).request_id
        actions.triage_request(
            actor=by, person_id=one, request_id=row, priority=priority, why_lower="Looked at, no danger"
        )
    return one, row


def names(place) -> list[str]:  # noqa: F811
    return [w.who.given for w in booking.waiting(lens_of(Role.SCHEDULER), place.id)[0]]


def alerts(person) -> list[str]:  # noqa: F811
    found = OperationalAlert.objects.filter(person_id=person, template="bring_to_clinic", ended_at=None)
    return [a.values["time"] for a in found]


@pytest.mark.parametrize(
    ("priority", "said"),
    [
        ("emergent", "emergent"),
        ("urgent", "urgent"),
        ("routine", "routine"),
        ("mental", "routine"),
        ("dental", "routine"),
        ("non-clinical", "routine"),
        ("", "routine"),
    ],
)
def test_how_soon_says_nothing_of_why(priority: str, said: str) -> None:
    assert booking.soon(priority) == said


def test_who_waits_stands_by_harm_and_then_by_when_they_must_be_seen(place) -> None:  # noqa: F811
    somebody(place, "Routine", received=MORNING - timedelta(hours=3))
    somebody(place, "Longest", received=MORNING - timedelta(hours=20))
    somebody(place, "Dental", priority="dental", kind="dental", received=MORNING - timedelta(hours=5))
    somebody(place, "Urgent", priority="urgent")
    somebody(place, "Emergent", priority="emergent")
    somebody(place, "Paper", priority="non-clinical", kind="records")
    missed, row = somebody(place, "Missed", received=MORNING - timedelta(hours=8))
    with clock.frozen(MORNING - timedelta(hours=1)):
        actions.schedule_visit(
            actor=Actor.system("test"), person_id=missed, request_id=row, at=MORNING - timedelta(minutes=40)
        )
    gone, _ = somebody(place, "Gone")
    with clock.frozen(MORNING):
        custody.release(actor=Actor.feed("custody"), person_id=gone, destination="discharged")
        assert names(place) == ["Emergent", "Urgent", "Longest", "Missed", "Dental", "Routine"]
        waits, many = booking.waiting(lens_of(Role.SCHEDULER), place.id)
    assert many == 6
    assert waits[3].missed_at == MORNING - timedelta(minutes=40)
    assert waits[0].free[0] > MORNING


def test_somebody_who_was_moved_waits_where_they_are(place, planner) -> None:  # noqa: F811
    other = Facility.objects.get(short_name__istartswith="Osborn")
    moved, row = somebody(place, "Moved")
    with clock.frozen(MORNING):
        custody.transfer(actor=Actor.feed("custody"), person_id=moved, to=custody.Spot(other.id))
    with clock.frozen(MORNING + timedelta(hours=1)):
        assert names(place) == []
        assert names(other) == ["Moved"]
        with pytest.raises(NotFound, match="another facility"):
            booking.one(lens_of(Role.SCHEDULER), moved, row, place.id)
        found = booking.one(lens_of(Role.SCHEDULER), moved, row, other.id)
        at = found.waits.free[0]
        actions.schedule_visit(actor=planner, person_id=moved, request_id=row, at=at, facility_id=other.id)
        (day,) = booking.days(lens_of(Role.SCHEDULER), other.id, clock.local(at).date())
        assert [v.who.given for v in day.visits] == ["Moved"]


def test_booked_moved_and_cancelled_with_one_sides_word(asked, planner, person, place) -> None:  # noqa: F811
    one = {"actor": planner, "person_id": person, "request_id": asked}
    today = MORNING + timedelta(hours=2)
    actions.schedule_visit(**one, at=today)
    assert alerts(person) == ["10:00"]
    with pytest.raises(Stale):
        actions.schedule_visit(**one, at=today + timedelta(hours=1), version=1)
    actions.schedule_visit(**one, at=TEN)
    assert alerts(person) == [], "officers are told on the day, and of no time that was moved"
    with clock.frozen(TEN - timedelta(hours=1)):
        assert actions.tell_of_today() == 1
        assert alerts(person) == ["10:00"]
        assert actions.tell_of_today() == 0
        for reason, side, words in (
            ("refused-in-person", "health", "nurse"),
            ("refused-in-person", "patient", "nurse"),
            ("clinic-cancelled", "custody", "health staff"),
            ("made-up", "custody", "list"),
        ):
            with pytest.raises(Invalid, match=words):
                actions.cancel_visit(**one, reason=reason, said_by=side)
        actions.cancel_visit(**one, reason="court", said_by="custody", words="Van at nine")
        assert alerts(person) == []
        row = CareRequest.objects.get(id=asked)
        assert (row.state, row.scheduled_for) == ("triaged", None)
        kept = NoShow.objects.get(request=row)
        assert (kept.said_by, kept.reason, kept.visit_at, kept.by) == (
            "custody",
            "court",
            TEN,
            "Demo-Scheduler, Ivy (scheduler)",
        )
        with pytest.raises(Stale, match="No visit"):
            actions.cancel_visit(**one, reason="court", said_by="custody")
        assert names(place) == ["Luis"], "it waits again"
        later = booking.one(lens_of(Role.SCHEDULER), person, asked, place.id).waits.free[0]
        actions.schedule_visit(**one, at=later)


def test_custodys_plans_and_visits_outside_stand_in_the_way(asked, planner, person, place) -> None:  # noqa: F811
    one = {"actor": planner, "person_id": person, "request_id": asked}
    actions.schedule_visit(**one, at=TEN)
    VisitOutside.objects.create(
        id=uuid7(),
        person_id=person,
        source="HOSPITAL",
        number="1",
        status="booked",
        starts_at=TEN + timedelta(hours=1),
        minutes=30,
        place="Eye clinic",
        reason="retina",
        told_at=MORNING,
    )
    lens = lens_of(Role.SCHEDULER)
    (day,) = booking.days(lens, place.id, TEN.date())
    assert (day.clashes, day.visits[0].in_the_way) == (1, "a visit outside")
    assert [(o.place, o.at) for o in day.outside] == [("Eye clinic", TEN + timedelta(hours=1))]
    with pytest.raises(Invalid, match="a visit outside"):
        actions.schedule_visit(**one, at=TEN + timedelta(hours=2))
    VisitOutside.objects.update(status="cancelled")
    ScheduledEvent.objects.create(
        id=uuid7(), person_id=person, kind="court", starts_at=TEN - timedelta(hours=2), place="Court", source="test"
    )
    (day,) = booking.days(lens, place.id, TEN.date())
    assert day.visits[0].in_the_way == "a court trip"
    assert [b.what for b in standing.plans(person)] == ["a court trip"]
    custody.release(actor=Actor.feed("custody"), person_id=person, destination="discharged")
    (day,) = booking.days(lens, place.id, TEN.date())
    assert day.visits[0].in_the_way == "gone"


def test_the_page_of_the_scheduler(client, asked, person, place) -> None:  # noqa: F811
    become(client, "scheduler", place)
    assert client.get("/")["Location"] == "/appointments/"
    page = client.get("/appointments/").content.decode()
    assert "Sample-Ortiz" in page
    slot = page.split('name="slot" value="')[1].split('"')[0]
    here = f"/people/{person}/appointments/{asked}/"
    assert client.get(here).status_code == 200
    version = CareRequest.objects.get(id=asked).version
    post = {"version": version, "verb": "book"}
    assert client.post(here, {"intent": str(uuid7()), **post, "day": "soon", "time": "9"}).status_code == 422
    assert client.post(here, {"intent": str(uuid7()), "verb": "book", "slot": slot}).status_code == 422, "no version"
    assert client.post(here, {"intent": str(uuid7()), **post, "slot": slot}).status_code == 303
    stale = client.post(here, {"intent": str(uuid7()), **post, "day": "2026-11-23", "time": "11:00"})
    assert stale.status_code == 409
    assert 'value="2026-11-23"' in stale.content.decode(), "what was typed is still there"
    at = CareRequest.objects.get(id=asked).scheduled_for
    day = client.get("/appointments/", {"day": clock.local(at).date().isoformat()}).content.decode()
    assert "1 visit," in day
    assert "Nobody waits" in day
    for address in (
        "/appointments/?day=next",
        "/appointments/?show=week",
        "/appointments/?day=9999-12-31",
        "/appointments/sheet/",
    ):
        assert client.get(address).status_code == 200, address
    cancel = {"version": version + 1, "verb": "cancel", "said_by": "patient"}
    refused = client.post(here, {"intent": str(uuid7()), **cancel, "reason": "lockdown", "words": "Kept words"})
    assert refused.status_code == 422
    assert "Kept words" in refused.content.decode()
    assert client.post(here, {"intent": str(uuid7()), **cancel, "reason": "other-appointment"}).status_code == 303
    assert CareRequest.objects.get(id=asked).state == "triaged"


def test_no_page_of_the_scheduler_says_why(client, asked, person, place) -> None:  # noqa: F811
    """Nothing of what was asked, and of dental and mental health not even the word, on any of the pages; nurses read it as before."""
    CareRequest.objects.filter(id=asked).update(priority="mental", kind="mental", complaint="anxiety")
    become(client, "scheduler", place)
    here = f"/people/{person}/appointments/{asked}/"
    for address in ("/appointments/", here, "/appointments/sheet/", "/appointments/?show=week"):
        page = client.get(address).content.decode().lower()
        assert not [w for w in (SECRET, "mental", "anxiety", "dental", "symptom") if w in page], address
    assert client.get(f"/people/{person}/sick-call/{asked}/").status_code == 403
    for role, status in (
        ("rn", 200),
        ("lpn", 200),
        ("provider", 200),
        ("custody", 403),
        ("planner", 403),
        ("him", 403),
    ):
        become(client, role, place)
        assert client.get("/appointments/").status_code == status, role
        assert client.get(here).status_code == status, role
    become(client, "lpn", place)
    assert client.post(here, {"intent": str(uuid7()), "version": 1, "slot": TEN.isoformat()}).status_code == 403
    become(client, "patient", place, person)
    assert client.get(here).status_code == 403


def test_a_reader_without_the_class_reads_nothing(place, person, asked) -> None:  # noqa: F811
    for role in (Role.PREA, Role.OPERATOR):
        with pytest.raises(NotAllowed):
            booking.waiting(lens_of(role), place.id)
        with pytest.raises(NotAllowed):
            booking.days(lens_of(role), place.id, TEN.date())
    closed = lens_of(Role.SCHEDULER, denied=frozenset({person}))
    assert booking.waiting(closed, place.id) == ([], 0), "a record closed to the reader is on no list and in no count"
    with pytest.raises(NotAllowed):
        booking.one(closed, person, asked, place.id)


def test_as_many_queries_for_many_as_for_one(place) -> None:  # noqa: F811
    def asked_of(lens) -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            booking.waiting(lens, place.id)
            booking.days(lens, place.id, MORNING.date(), 7)
        return len(caught)

    with clock.frozen(MORNING):
        somebody(place, "One", received=MORNING - timedelta(hours=1))
        few = asked_of(lens_of(Role.SCHEDULER))
        for n in range(6):
            one, row = somebody(place, f"More{n}", received=MORNING - timedelta(hours=1))
            if n % 2:
                free = booking.one(lens_of(Role.SCHEDULER), one, row, place.id).waits.free[0]
                actions.schedule_visit(actor=Actor.system("test"), person_id=one, request_id=row, at=free)
        assert asked_of(lens_of(Role.SCHEDULER)) <= few + 2


def test_neighbours_with_nobody_are_one_line() -> None:
    from throughcare.care.sick_call.booking_views import rows

    def slot(minutes: int, free: int, *visits: str) -> booking.Slot:
        return booking.Slot(TEN + timedelta(minutes=minutes), list(visits), free)  # type: ignore[arg-type]

    found = rows([slot(0, 2), slot(20, 2), slot(40, 1, "a"), slot(60, -1, "b", "c"), slot(80, 2)])
    assert [(r.at, r.until, r.visits, r.free) for r in found] == [
        (TEN, TEN + timedelta(minutes=20), (), 4),
        (TEN + timedelta(minutes=40), TEN + timedelta(minutes=40), ("a",), 1),
        (TEN + timedelta(minutes=60), TEN + timedelta(minutes=60), ("b", "c"), 0),
        (TEN + timedelta(minutes=80), TEN + timedelta(minutes=80), (), 2),
    ]
    assert rows([]) == []


@pytest.mark.parametrize(("hour", "over"), [(13, False), (19, False), (20, True), (27, True)])
def test_after_the_clinic_the_next_day_is_shown(hour: int, over: bool) -> None:
    """It closes at three in the afternoon, which is twenty hours UTC in November; at ten in the evening it is over."""
    assert booking.over(TEN.replace(hour=0) + timedelta(hours=hour)) is over


def test_who_only_reads_a_request_is_shown_no_form_that_would_refuse_them(client, asked, person, place) -> None:  # noqa: F811
    here = f"/people/{person}/sick-call/{asked}/"
    for role, forms in (("rn", True), ("dental", False), ("lpn", False)):
        become(client, role, place)
        page = client.get(here).content.decode()
        assert (f'action="{here}visit/"' in page) is forms, role
        assert ("Your role reads this request" in page) is not forms, role
