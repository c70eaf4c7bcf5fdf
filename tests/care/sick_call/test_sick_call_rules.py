"""Red flags in people's own words, lowest priorities, repeats, times promised, and whose word counts."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from throughcare.care.sick_call import rules
from throughcare.care.sick_call.rule_table import load_protocols, load_table
from throughcare.care.sick_call.rules import PastRequest
from throughcare.chart import forms

TABLE = load_table()
PROTOCOLS = load_protocols()
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)

WORDS = [
    ("I have chest pain", "chest-pain"), ("my CHEST HURTS bad", "chest-pain"), ("Dolor en el pecho desde ayer", "chest-pain"),
    ("cant breathe", "breathing"), ("I can't BREATH", "breathing"), ("No puedo respirar", "breathing"), ("respirár", "breathing"),
    ("I fainted in the shower", "faint"), ("me desmayé", "faint"), ("I keep passing out", "faint"),
    ("bleeding from my nose", "bleeding"), ("estoy sangrando", "bleeding"), ("there is blood in my pee", "bleeding"),
    ("feeling suicidal", "suicide"), ("thinking about suicide", "suicide"), ("I want to kill my self", "suicide"), ("quiero morir", "suicide"),
    ("me quiero hacerme daño", "suicide"), ("I dont want to live no more", "suicide"), ("suiside", "suicide"),
    ("I think I'm pregnant", "pregnancy"), ("pregnancy test please", "pregnancy"), ("estoy embarazada", "pregnancy"),
    ("had a seizure", "seizure"), ("siezures again", "seizure"), ("tuve una convulsión", "seizure"),
    ("my vision is going", "vision"), ("veo doble", "vision"), ("i cant see from left eye", "vision"),
    ("I'm withdrawing", "withdrawal"), ("dope-sick", "withdrawal"), ("estoy malilla", "withdrawal"), ("withdrawl", "withdrawal"),
    ("they didn't get my insulin, I didn’t get my insulin", "sugar"), ("worst headache of my life", "stroke"), ("a lump on my neck", "cancer"),
    ("hoarse for two months", "cancer"), ("I was jumped and hit my head", "head-injury"), ("me tragué una navaja", "overdose"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "flag"), WORDS)
@pytest.mark.parametrize("lang", ["en", "es"])
def test_red_flag_words(text: str, flag: str, lang: str) -> None:
    found = {f.key: f for f in rules.red_flags(text, TABLE, lang)}
    assert flag in found
    assert all(text[s.start : s.end] for s in found[flag].spans)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "My foot itches",
        "Need new glasses",
        "the television is broken",
        "Quiero mis lentes",
        "toothpaste",
        "afraid",
        "!!!",
        "   ",
    ],
)
def test_other_words_raise_nothing(text: str) -> None:
    assert rules.red_flags(text, TABLE) == ()


def test_marked_words_are_those_of_the_person() -> None:
    text = "¡No puedo   RESPIRÁR bien, me duele el pecho!"
    marked = {f.key: [text[s.start : s.end] for s in f.spans] for f in rules.red_flags(text, TABLE)}
    assert marked == {"breathing": ["RESPIRÁR"], "chest-pain": ["duele el pecho"]}


def test_no_and_not_never_quiet_a_flag() -> None:
    assert [f.key for f in rules.red_flags("I do not have chest pain", TABLE)] == ["chest-pain"]


def test_the_worst_flag_comes_first() -> None:
    flags = rules.red_flags("pregnant and bleeding", TABLE)
    assert [f.key for f in flags] == ["bleeding", "pregnancy"]
    assert rules.pages_now(flags)
    assert not rules.pages_now(rules.red_flags("a lump on my arm", TABLE))


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_any_words(text: str) -> None:
    for flag in rules.red_flags(text, TABLE):
        for span in flag.spans:
            assert 0 <= span.start < span.end <= len(text)
    rules.likely_complaints(text, PROTOCOLS)


@settings(max_examples=100, deadline=None)
@given(
    st.text(alphabet=st.characters(categories=["L", "Z", "P"]), max_size=40),
    st.sampled_from([w for w, _ in WORDS]),
    st.text(max_size=40),
)
def test_a_flag_stands_whatever_is_around_it(before: str, words: str, later: str) -> None:
    alone = {f.key for f in rules.red_flags(words, TABLE)}
    assert alone <= {f.key for f in rules.red_flags(f"{before} {words} {later}", TABLE)}


@pytest.mark.parametrize(
    ("kind", "text", "worse", "priority"),
    [
        ("sick", "my foot itches", False, "routine"), ("sick", "my foot itches", True, "urgent"), ("sick", "chest pain", False, "emergent"),
        ("missed-dose", "no pills today", False, "urgent"), ("missed-dose", "no insulin today", False, "emergent"),
        ("withdrawal", "help", False, "urgent"), ("pregnancy", "test please", False, "urgent"), ("records", "copy of my file", False, "routine"),
        ("records", "I want to die", False, "emergent"), ("made-up", "hello", False, "urgent"), ("sick", "hoarse", False, "urgent"),
    ],
)  # fmt: skip
def test_triage_floor(kind: str, text: str, worse: bool, priority: str) -> None:
    floor = rules.triage_floor(kind, rules.red_flags(text, TABLE), TABLE, worse=worse)
    assert floor.priority == priority and floor.reasons


@pytest.mark.parametrize(
    ("priority", "floor", "reason", "ok"),
    [("emergent", "urgent", "", True), ("urgent", "urgent", "", True), ("routine", "urgent", "", False), ("routine", "urgent", "Seen an hour ago", True),
     ("routine", "urgent", "  ", False), ("urgent", "emergent", "", False), ("dental", "routine", "", True), ("mental", "urgent", "", False),
     ("non-clinical", "emergent", "", False)],
)  # fmt: skip
def test_triage_below_the_floor_needs_a_reason(priority: str, floor: str, reason: str, ok: bool) -> None:
    decision = rules.may_triage(priority, rules.Floor(floor, ()), reason)
    assert decision.ok is ok and bool(decision.reason.es) is not ok


def test_request_types_are_those_of_the_form() -> None:
    form = forms.load("sick-call-request")
    assert set(TABLE.types) == {option.code for option in form.item("type").options}


@pytest.mark.parametrize(
    ("kind", "text", "symptom"),
    [
        ("sick", "", True),
        ("missed-dose", "no pills", False),
        ("missed-dose", "I am bleeding", True),
        ("records", "", False),
        ("made-up", "", True),
    ],
)
def test_a_symptom_starts_the_face_to_face_clock(kind: str, text: str, symptom: bool) -> None:
    assert rules.tells_symptom(kind, rules.red_flags(text, TABLE), TABLE) is symptom


def test_times_promised_run_from_receipt() -> None:
    with_symptom = rules.promise(NOW, symptom=True, table=TABLE)
    assert (with_symptom.triaged_by, with_symptom.seen_by) == (NOW + timedelta(hours=24), NOW + timedelta(hours=24))
    assert rules.promise(NOW, symptom=False, table=TABLE).seen_by is None


def past(days: float, complaint: str = "back", seen_by: str = "nurse", resolved: bool = False) -> PastRequest:
    return PastRequest(complaint, NOW - timedelta(days=days), seen_by, resolved)


@pytest.mark.parametrize(
    ("history", "times", "book"),
    [
        ([], 1, False), ([past(5)], 2, False), ([past(10), past(5)], 3, True), ([past(20), past(10), past(5)], 4, True),
        ([past(10), past(5, "tooth")], 2, False), ([past(10), past(5, seen_by="provider")], 1, False),
        ([past(20), past(10, seen_by="provider"), past(5)], 2, False), ([past(10, resolved=True), past(5)], 2, False),
        ([past(90), past(5)], 3, True), ([past(90.01), past(5)], 2, False), ([past(-1), past(5)], 2, False), ([past(10, seen_by=""), past(5, seen_by="")], 3, True),
    ],
)  # fmt: skip
def test_the_third_request_without_a_provider_books_one(history: list[PastRequest], times: int, book: bool) -> None:
    found = rules.repeat_complaint("back", NOW, history, TABLE)
    assert (found.times, found.book_provider) == (times, book)


@pytest.mark.parametrize(
    ("history", "flagged"),
    [
        ([], []), ([past(30)], []), ([past(30.01)], ["back"]), ([past(60, seen_by="provider"), past(2)], ["back"]),
        ([past(60, resolved=True)], []), ([past(60), past(40, resolved=True)], []), ([past(60, resolved=True), past(31)], ["back"]),
        ([past(40), past(50, "throat")], ["throat", "back"]),
    ],
)  # fmt: skip
def test_a_complaint_unsettled_for_more_than_thirty_days(history: list[PastRequest], flagged: list[str]) -> None:
    assert [u.complaint for u in rules.unresolved(history, NOW, TABLE)] == flagged


@pytest.mark.parametrize(
    ("reason", "who", "more", "ok"),
    [
        ("refused-in-person", "custody", {"witnesses": 2}, False), ("refused-in-person", "health", {}, False),
        ("refused-in-person", "health", {"signed": True}, True), ("refused-in-person", "health", {"witnesses": 2}, True),
        ("refused-in-person", "health", {"witnesses": 1}, False), ("refused-in-person", "patient", {"signed": True}, False),
        ("not-brought", "custody", {}, True), ("not-brought", "patient", {}, True), ("lockdown", "custody", {}, True), ("lockdown", "patient", {}, False),
        ("made-up", "health", {}, False),
    ],
)  # fmt: skip
def test_whose_word_counts(reason: str, who: str, more: dict[str, int], ok: bool) -> None:
    decision = rules.may_record_no_show(reason, who, TABLE, **more)  # type: ignore[arg-type]
    assert decision.ok is ok


def test_no_clinical_refusal_is_custodys_to_record() -> None:
    assert all("refus" not in key for key, reason in TABLE.no_shows.items() if "custody" in reason.attested_by)
    assert {k for k, r in TABLE.no_shows.items() if r.access_failure} >= {"not-brought", "lockdown"}


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda p: p.key)
def test_protocols_are_whole(protocol: rules.Protocol) -> None:
    assert protocol.scope == "rn" and protocol.red_flags and protocol.asks and protocol.otc and protocol.measure
    assert {flag.act for flag in protocol.red_flags} <= {"emergency", "provider-now", "provider-same-day"}
    for text in [
        protocol.title,
        protocol.education,
        protocol.follow_up,
        *(f.text for f in protocol.red_flags),
        *(a.text for a in protocol.asks),
    ]:
        assert text.en and text.es
    for remedy in protocol.otc:
        assert remedy.maximum and remedy.not_if and remedy.days > 0 and remedy.dose.es


def test_there_are_protocols_for_common_complaints() -> None:
    assert len(PROTOCOLS) >= 8
    assert next(p.key for p in rules.likely_complaints("my tooth hurts and my jaw", PROTOCOLS)) == "dental-pain"
    assert [p.key for p in rules.likely_complaints("me duele la cabeza", PROTOCOLS)] == ["headache"]
    assert rules.likely_complaints("hello", PROTOCOLS) == ()
