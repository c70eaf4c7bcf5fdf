"""The clock hears: arrivals open duties, signatures close them, moves carry, convert and make void, and come back."""

from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from tests.duties.makers import DAY, FEED, HOUR, MONDAY, YORK, link, person, tell, told
from throughcare.duties.actions import hear_many
from throughcare.duties.desk import Desk
from throughcare.duties.models import Duty
from throughcare.kernel import clock, db
from throughcare.kernel.ids import uuid7
from throughcare.ledger import verify

pytestmark = pytest.mark.django_db


def duties(person_id: UUID, **by: object) -> list[Duty]:
    with db.writing(FEED):
        return list(Duty.objects.filter(person_id=person_id, **by).order_by("due_at", "rule"))


def one(person_id: UUID, rule: str, **by: object) -> Duty:
    found = duties(person_id, rule=rule, **by)
    assert len(found) == 1, [(d.rule, d.outcome) for d in found]
    return found[0]


def test_an_arrival_opens_its_duties_and_the_signature_closes_them() -> None:
    luis = person()
    tell(told("admitted", luis, MONDAY, facility_kind="jail", sex="male"))
    screening = one(luis, "INT-02")
    assert screening.due_at == MONDAY + 4 * HOUR and screening.lane == "now" and screening.owner_role == "rn"
    assert {d.rule for d in duties(luis)} >= {"INT-00", "INT-02", "INT-05-TEST", "INT-07", "INT-09", "IHA-01", "MHS-01"}
    tell(told("screening_signed", luis, MONDAY + HOUR, signed_by_role="rn"))
    screening = one(luis, "INT-02")
    assert (screening.outcome, screening.closed_at) == ("done", MONDAY + HOUR)
    assert one(luis, "INT-08").outcome == "done"
    assert verify.run().broken == []


def test_the_same_event_told_twice_opens_and_closes_once() -> None:
    luis = person()
    arrival = told("admitted", luis, MONDAY, facility_kind="jail")
    signed = told("screening_signed", luis, MONDAY + HOUR)
    tell(arrival, signed)
    before = [(d.id, d.version) for d in duties(luis)]
    tell(arrival, signed, arrival)
    assert [(d.id, d.version) for d in duties(luis)] == before


def test_a_transfer_carries_with_the_original_times_and_a_new_owner() -> None:
    luis = person()
    tell(told("admitted", luis, MONDAY, facility_kind="jail"))
    before = {d.id: (d.opened_at, d.due_at) for d in duties(luis, closed_at=None)}
    tell(told("transferred_in", luis, MONDAY + HOUR, facility=YORK))
    after = {d.id: d for d in duties(luis, closed_at=None) if d.id in before}
    assert {i: (d.opened_at, d.due_at) for i, d in after.items()} == before
    assert {d.facility_id for d in after.values()} == {YORK}
    assert one(luis, "TRN-01").facility_id == YORK


def test_a_release_converts_or_makes_void_and_a_cancelled_one_restores() -> None:
    luis, result = person(), uuid7()
    tell(told("admitted", luis, MONDAY, facility_kind="jail"))
    tell(told("result_received", luis, MONDAY + HOUR, ref=result, urgency="abnormal"))
    before = {d.id: (d.due_at, d.facility_id) for d in duties(luis, closed_at=None)}
    left = told("released", luis, MONDAY + 2 * HOUR, planned=True)
    tell(left, told("care_left_open", luis, MONDAY + 2 * HOUR, ref=left.ref, follow_up_needed=True))
    reviewed = one(luis, "LAB-01")
    assert reviewed.outcome == "converted" and reviewed.successor.rule == "REL-RESULT"
    assert one(luis, "IHA-01").outcome == "void" and one(luis, "IHA-01").reason == "released"
    assert one(luis, "REL-CONTACT-1").outcome == ""
    tell(told("release_cancelled", luis, MONDAY + 3 * HOUR, ref=left.ref))
    assert {d.id: (d.due_at, d.facility_id) for d in duties(luis, closed_at=None)} == before
    assert one(luis, "REL-RESULT").outcome == "void" and one(luis, "REL-CONTACT-1").outcome == "void"


def test_a_cancelled_release_brings_back_the_older_of_what_two_linked_charts_owed_however_they_are_found() -> None:
    alias, luis = sorted([person("A"), person("B")])
    tell(
        told("admitted", luis, MONDAY, facility_kind="jail"),
        told("admitted", alias, MONDAY + HOUR, facility_kind="jail"),
        told("people_merged", luis, MONDAY + 2 * HOUR, loser_id=alias),
    )
    left = told("released", luis, MONDAY + DAY, planned=True)
    tell(left)
    # By an index of people, and not in the order of writing: the other chart's first.
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    tell(told("release_cancelled", luis, MONDAY + DAY + HOUR, ref=left.ref))
    assert one(luis, "INT-07").outcome == "" and one(alias, "INT-07").reason == "released"
    theirs, mine = ({d.rule for d in duties(one_, closed_at=None)} for one_ in (alias, luis))
    assert mine and not theirs


def test_a_review_closes_the_result_it_is_about_and_no_other() -> None:
    luis, sodium, lithium = person(), uuid7(), uuid7()
    tell(told("result_received", luis, MONDAY, ref=sodium, urgency="critical"))
    tell(told("result_received", luis, MONDAY, ref=lithium, urgency="critical"))
    tell(told("result_reviewed", luis, MONDAY + HOUR, ref=sodium))
    tell(told("result_reviewed", luis, MONDAY + HOUR, ref=sodium))
    assert one(luis, "LAB-01", ref=sodium).outcome == "done"
    assert one(luis, "LAB-01", ref=lithium).outcome == ""


def test_a_series_goes_on_until_it_has_run_its_time() -> None:
    luis = person()
    tell(told("admitted", luis, MONDAY, facility_kind="jail"))
    for n in (1, 2, 3):
        tell(told("withdrawal_screen_done", luis, MONDAY + n * DAY - HOUR))
    found = duties(luis, rule="INT-08-RESCREEN")
    assert [d.due_at for d in found] == [MONDAY + DAY, MONDAY + 2 * DAY, MONDAY + 3 * DAY]
    assert {d.outcome for d in found} == {"done"}


def test_the_database_refuses_what_the_clock_must_not_do() -> None:
    luis = person()
    tell(told("admitted", luis, MONDAY, facility_kind="jail"), told("screening_signed", luis, MONDAY + HOUR))
    open_one, closed = one(luis, "INT-07"), one(luis, "INT-02")
    for id_, change in [
        (open_one.id, {"due_at": F("due_at") + DAY}),
        (open_one.id, {"opened_at": F("opened_at") - DAY}),
        (closed.id, {"outcome": "void", "reason": "tidied"}),
        (open_one.id, {"closed_at": MONDAY + DAY}),
        (open_one.id, {"closed_at": MONDAY + DAY, "outcome": "void"}),
        (open_one.id, {"closed_at": MONDAY + DAY, "outcome": "converted"}),
    ]:
        with pytest.raises(IntegrityError), transaction.atomic():
            Duty.objects.filter(id=id_).update(**change)


def test_sealed_duties_are_not_seen_by_a_connection_that_may_not() -> None:
    luis = person()
    tell(told("admitted", luis, MONDAY, facility_kind="jail"))
    assert not Duty.objects.filter(person_id=luis, rule="INT-09").exists()
    assert one(luis, "INT-09").data_class == "prea"


def history(people: list[UUID]) -> list:
    luis, maya, alias = people
    sodium = uuid7()
    left = told("released", luis, MONDAY + 5 * DAY, planned=False)
    return [
        told("admitted", luis, MONDAY, facility_kind="jail"),
        told("admitted", maya, MONDAY + HOUR, facility_kind="jail"),
        told("screening_signed", luis, MONDAY + HOUR, clinically_significant=True),
        told("admitted", alias, MONDAY + 2 * HOUR, facility_kind="jail"),
        told("result_received", luis, MONDAY + DAY, ref=sodium, urgency="abnormal"),
        told("transferred_in", maya, MONDAY + DAY, facility=YORK),
        told("withdrawal_screen_done", luis, MONDAY + DAY),
        told("people_merged", luis, MONDAY + 2 * DAY, loser_id=alias),
        told("withdrawal_screen_done", luis, MONDAY + 2 * DAY),
        left,
        told("care_left_open", luis, MONDAY + 5 * DAY, ref=left.ref, follow_up_needed=True),
        told("release_cancelled", luis, MONDAY + 5 * DAY + HOUR, ref=left.ref),
        told("died", maya, MONDAY + 6 * DAY),
    ]


def snapshot(people: list[UUID]) -> list[tuple]:
    order = {p: i for i, p in enumerate(people)}
    with db.writing(FEED):
        rows = Duty.objects.filter(person_id__in=people)
        return sorted(
            (
                order[d.person_id],
                d.rule,
                str(d.opened_at),
                str(d.due_at),
                d.outcome,
                str(d.closed_at),
                d.reason,
                d.version,
            )
            for d in rows
        )


def test_many_at_once_give_the_rows_that_one_by_one_give() -> None:
    singly, together = [person(f"A{n}") for n in range(3)], [person(f"B{n}") for n in range(3)]
    tell(*history(singly))
    told_together = history(together)
    for event in told_together:
        link(event)
    with clock.frozen(MONDAY + 7 * DAY):
        hear_many(actor=FEED, events=told_together)
    assert snapshot(singly) == snapshot(together)
    assert len(snapshot(singly)) > 40
    assert verify.run().broken == []


def test_a_link_makes_doubled_duties_to_settle_and_moves_nothing() -> None:
    luis, alias = person("A"), person("B")
    tell(told("admitted", luis, MONDAY, facility_kind="jail"), told("admitted", alias, MONDAY, facility_kind="jail"))
    mine, theirs = len(duties(luis)), len(duties(alias))
    tell(told("people_merged", luis, MONDAY + HOUR, loser_id=alias))
    assert len(duties(alias)) == theirs
    settle = duties(luis, rule="PPL-02")
    assert len(settle) == mine and len(duties(luis)) == 2 * mine
    assert {s.ref for s in settle} == {d.id for d in duties(alias)}


def test_an_event_without_a_place_opens_where_the_person_is_and_lays_out_only_what_it_can_touch() -> None:
    luis = person()
    tell(told("admitted", luis, MONDAY, facility_kind="jail"))
    tell(*(told("result_received", luis, MONDAY + HOUR, ref=uuid7(), urgency="abnormal") for _ in range(3)))
    another = told("result_received", luis, MONDAY + 2 * HOUR, ref=uuid7(), urgency="abnormal", facility=None)
    with db.writing(FEED):
        assert not [d for d in Desk.over([another]).of(luis) if d.rule == "LAB-01"], "other results are not read"
    tell(another)
    opened = one(luis, "LAB-01", ref=another.ref)
    assert opened.facility_id == one(luis, "INT-02").facility_id
