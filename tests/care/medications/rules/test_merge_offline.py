"""Merging what devices charted without a network: whatever is repeated, reordered or cut, the same end; nothing lost, nothing twice."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from throughcare.care.medications.rules.merge_offline import (
    SERVER,
    Charted,
    Decision,
    Device,
    Expected,
    Log,
    Merged,
    Why,
    merge,
    outcome,
    release,
)
from throughcare.care.medications.rules.statuses import CHARTED, TAKEN, Status, may_follow

EIGHT = datetime(2026, 11, 21, 13, tzinfo=UTC)
DOSES = {
    "d1": Expected("d1", "p1", "metformin"),
    "d2": Expected("d2", "p1", "metformin", minimum=timedelta(hours=4)),
    "m1": Expected("m1", "p2", "methadone", minimum=timedelta(hours=18), leased_to="A"),
    "s1": Expected("s1", "p3", "sertraline", stopped_at=EIGHT + timedelta(minutes=30)),
}
DEVICES = {
    "A": Device("A", bundle_ends_at=EIGHT + timedelta(hours=12)),
    "B": Device("B"),
    "R": Device("R", revoked_at=EIGHT),
}


def event(
    id: str,
    dose: str = "d1",
    status: str = "given",
    minute: float = 0,
    device: str = "A",
    sequence: int | None = None,
    **more: object,
) -> Charted:
    place = int(id[1:]) if sequence is None else sequence
    made = Charted(
        id,
        f"#{id}",
        device,
        place if device else 0,
        EIGHT + timedelta(minutes=minute),
        timedelta(0),
        dose,
        Status(status),
    )
    return replace(made, **more)  # type: ignore[arg-type]


def merged(*events: Charted, log: Log | None = None) -> Merged:
    return merge(log or Log(), events, DOSES, DEVICES)


def decided(found: Merged) -> list[str]:
    return [str(decision) for _, decision in found.decisions]


def test_an_event_is_applied_once() -> None:
    one = event("e1")
    first = merged(one, one)
    assert decided(first) == ["apply", "repeat"]
    again = merged(one, log=first.log)
    assert decided(again) == ["repeat"]
    assert again.log == first.log
    assert again.outcome.standing("d1") is Status.GIVEN


def test_two_givings_of_one_dose_are_a_possible_double() -> None:
    found = merged(event("e1"), event("e2", device="B", minute=3, sequence=1))
    assert decided(found) == ["possible_double", "possible_double"]
    (double,) = found.outcome.doubles
    assert (double.first, double.second, double.same_dose) == ("e1", "e2", True)
    assert found.outcome.standing("d1") is Status.GIVEN


def test_two_doses_within_the_minimum_interval_are_a_possible_double() -> None:
    found = merged(event("e1"), event("e2", dose="d2", minute=239))
    assert [(d.first, d.second, d.same_dose) for d in found.outcome.doubles] == [("e1", "e2", False)]
    assert not merged(event("e1"), event("e2", dose="d2", minute=240)).outcome.doubles


def test_a_vomited_dose_was_a_dose_and_counts_once() -> None:
    alone = merged(event("e1", status="vomited"), event("e2", dose="d2", minute=60))
    assert [(d.first, d.second) for d in alone.outcome.doubles] == [("e1", "e2")]
    both = merged(event("e1"), event("e3", status="vomited", minute=10), event("e2", dose="d2", minute=241))
    assert not both.outcome.doubles
    assert both.outcome.standing("d1") is Status.VOMITED


def test_a_double_with_what_was_charted_online() -> None:
    online = event("e9", device=SERVER, minute=1)
    found = merged(event("e1"), log=merged(online).log)
    assert decided(found) == ["possible_double"]


def test_a_refusal_before_a_giving_stands_before_it_and_after_it_is_a_conflict() -> None:
    before = merged(event("e1", minute=5), event("e2", status="refused", device="B", sequence=1))
    assert decided(before) == ["apply", "apply"]
    assert [e.id for e in before.outcome.chains["d1"]] == ["e2", "e1"]
    after = merged(event("e1"), event("e2", status="refused", device="B", minute=5, sequence=1))
    assert decided(after) == ["apply", "conflict"]
    assert after.outcome.standing("d1") is Status.GIVEN
    assert [e.id for e in after.outcome.conflicts] == ["e2"]


def test_skew_is_taken_out_before_events_are_ordered() -> None:
    ahead = event("e1", minute=65, skew=timedelta(hours=1))
    late = event("e2", device="B", minute=7, sequence=1)
    assert merged(late, ahead).outcome.doubles[0].first == "e1"


def test_an_error_takes_back_what_it_names_and_no_second_giving_is_hidden_by_it() -> None:
    first, second = event("e1"), event("e2", device="B", minute=2, sequence=1)
    error = event("e3", status="charted-in-error", minute=5, corrects="e1", sequence=2)
    found = merged(first, second, error)
    assert found.outcome.standing("d1") is Status.GIVEN
    assert [e.id for e in found.outcome.taken_back] == ["e1"]
    assert not found.outcome.doubles
    assert merged(first, error).outcome.standing("d1") is Status.EXPECTED
    waits = merged(error)
    assert waits.outcome.review == ((error, Why.NOTHING_TO_CORRECT),)
    assert merged(first, log=waits.log).outcome.standing("d1") is Status.EXPECTED


def test_the_same_id_with_other_content_keeps_both_and_never_unswallows() -> None:
    given_first = event("e1", minute=9)
    other = replace(event("e1", status="refused"), digest="#other")
    for pair in ((given_first, other), (other, given_first)):
        found = merged(*pair)
        assert found.log.events == {given_first, other}
        assert found.outcome.standing("d1") is Status.GIVEN
        assert found.outcome.review == ((other, Why.SAME_ID_OTHER_CONTENT),)


def test_an_unknown_dose_waits_until_it_is_known() -> None:
    found = merged(event("e1", dose="new"))
    assert decided(found) == ["review"]
    assert found.outcome.review[0][1] is Why.UNKNOWN_DOSE
    later = outcome(found.log, {**DOSES, "new": Expected("new", "p9", "x")}, DEVICES)
    assert later.standing("new") is Status.GIVEN


def test_a_revoked_device_is_refused_and_its_queue_kept() -> None:
    before = merge(Log(), [event("e1", device="R")], DOSES, {**DEVICES, "R": Device("R")})
    after = merged(event("e1", device="R"), event("e2", dose="d2", device="R"), log=before.log)
    assert decided(after) == ["repeat", "review"]
    assert after.outcome.standing("d1") is Status.GIVEN
    assert after.outcome.standing("d2") is Status.EXPECTED
    assert {e.id for e in after.log.held} == {"e2"}
    freed = release(after.log, frozenset({"e2"}))
    assert outcome(freed, DOSES, DEVICES).standing("d2") is Status.GIVEN
    assert not freed.held


def test_an_unknown_device_is_refused_and_its_queue_kept() -> None:
    assert merged(event("e1", device="Z")).outcome.review[0][1] is Why.DEVICE_REFUSED


def test_gaps_and_numbers_used_twice_are_told() -> None:
    found = merged(event("e1"), event("e4", dose="d2", minute=300))
    assert [(g.device, g.missing) for g in found.outcome.gaps] == [("A", (2, 3))]
    filled = merged(event("e2", dose="s1"), event("e3", dose="m1"), log=found.log)
    assert not filled.outcome.gaps
    twice = merged(event("e1"), event("e7", dose="d2", minute=300, sequence=1))
    assert [e.id for e in twice.outcome.sequence_twice] == ["e1", "e7"]
    assert twice.outcome.standing("d2") is Status.GIVEN


def test_given_after_the_order_stopped_is_listed() -> None:
    assert not merged(event("e1", dose="s1", minute=30)).outcome.after_stop
    assert [e.id for e in merged(event("e1", dose="s1", minute=31)).outcome.after_stop] == ["e1"]


def test_a_leased_dose_elsewhere_needs_two_people() -> None:
    alone = event("e1", dose="m1", device="B", by="n1")
    assert not merged(event("e1", dose="m1", by="n1")).outcome.without_lease
    assert [e.id for e in merged(alone).outcome.without_lease] == ["e1"]
    assert merged(replace(alone, second="n1")).outcome.without_lease
    assert not merged(replace(alone, second="n2")).outcome.without_lease


def test_charted_after_the_bundle_ended_stands_and_is_listed() -> None:
    found = merged(event("e1", minute=721))
    assert found.outcome.standing("d1") is Status.GIVEN
    assert [e.id for e in found.outcome.after_bundle] == ["e1"]


def test_every_order_of_four_events_ends_the_same() -> None:
    events = [
        event("e1"), event("e2", device="B", minute=2, sequence=1), event("e3", status="charted-in-error", minute=5, corrects="e2"),
        event("e4", status="refused", minute=1),
    ]  # fmt: skip
    ends = []
    for order in permutations(events):
        log = Log()
        for one in order:
            log = merged(one, log=log).log
        ends.append(outcome(log, DOSES, DEVICES))
    assert all(end == ends[0] for end in ends)


@st.composite
def batches(draw: st.DrawFn) -> list[Charted]:
    count = draw(st.integers(1, 9))
    made = []
    for number in range(1, count + 1):
        status = draw(st.sampled_from(sorted(CHARTED)))
        corrects = f"e{draw(st.integers(1, count))}" if status is Status.ERROR else ""
        made.append(
            event(
                f"e{draw(st.integers(1, count))}", draw(st.sampled_from([*DOSES, "unknown"])), status, draw(st.integers(0, 30)),
                draw(st.sampled_from(["A", "B", "R", "Z", SERVER])), number, skew=timedelta(minutes=draw(st.integers(-5, 5))), corrects=corrects,
                digest=f"#{number}",
            )
        )  # fmt: skip
    return made


@settings(max_examples=150, deadline=None)
@given(batches(), st.data())
def test_any_order_repetition_or_interruption_gives_the_same_end_and_loses_nothing(
    events: list[Charted], data: st.DataObject
) -> None:
    whole = merged(*events)
    replayed = data.draw(st.permutations(events + data.draw(st.lists(st.sampled_from(events), max_size=6))))
    log, cut = Log(), data.draw(st.integers(0, len(replayed)))
    for part in (replayed[:cut], replayed[:cut], replayed[cut:], replayed):
        log = merge(log, part, DOSES, DEVICES).log
    assert log == whole.log
    assert outcome(log, DOSES, DEVICES) == whole.outcome
    assert whole.log.events | whole.log.held == set(events)


@settings(max_examples=150, deadline=None)
@given(batches())
def test_every_event_is_somewhere_a_person_can_see_it(events: list[Charted]) -> None:
    found = merged(*events).outcome
    doubled = {name for d in found.doubles for name in (d.first, d.second)}
    errors = {e for e in events if e.status is Status.ERROR}
    shown = (
        {e for chain in found.chains.values() for e in chain}
        | set(found.conflicts)
        | set(found.taken_back)
        | {e for e, _ in found.review}
    )
    assert all(e in shown or e in errors or e.id in doubled for e in events)
    for dose in DOSES:
        chain = found.chains.get(dose, ())
        assert [e.happened_at for e in chain] == sorted(e.happened_at for e in chain)
        if any(e.status in TAKEN for e in chain):
            assert found.standing(dose) is not Status.EXPECTED


@settings(max_examples=100, deadline=None)
@given(batches())
def test_an_event_that_was_seen_is_answered_repeat_whatever_came_between(events: list[Charted]) -> None:
    log = merged(*events).log
    assert all(decision is Decision.REPEAT for _, decision in merge(log, events, DOSES, DEVICES).decisions)


@settings(max_examples=100, deadline=None)
@given(batches())
def test_the_end_is_that_of_charting_online_one_by_one_in_the_order_of_time(events: list[Charted]) -> None:
    found = merged(*events).outcome
    waiting = {e for e, _ in found.review}
    taken_back = {e.id for e in found.taken_back}
    online: dict[str, Status] = {}
    for one in sorted(set(events) - waiting, key=lambda e: (e.happened_at, e.device, e.sequence, e.id, e.digest)):
        if one.status is Status.ERROR or one.id in taken_back:
            continue
        if may_follow(online.get(one.dose, Status.EXPECTED), one.status):
            online[one.dose] = one.status
    assert {dose: found.standing(dose) for dose in found.chains} == online
