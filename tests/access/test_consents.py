"""Consents: what the law asks of a form, what they open, and that taking back stops the future alone."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.access.makers import CLERK, care_for, signed_in, staff
from tests.access.test_glass import somebody
from throughcare.access import actions, conditions, fhir, lenses, reads
from throughcare.access.kinds import Agreement
from throughcare.access.models import Consent
from throughcare.kernel import clock, db
from throughcare.kernel.errors import Invalid, Refused
from throughcare.kernel.vocabulary import DataClass, Role, Verb
from throughcare.ledger import reads as ledger_reads

pytestmark = pytest.mark.django_db


# What 42 CFR 2.31(a) asks of a form beside what every release asks (clinical.md 7.1).
PART2 = {
    "disclosers": "Demo-Programme, its medical director",
    "described": "Attendance, doses and results of the opioid treatment programme",
    "recipient": "Sample Clinic",
    "signed_by": "the person",
    "statements": ("revoke", "redisclosure"),
}


def release(kind: str, *classes: DataClass, to: Role = Role.COMMUNITY, **more) -> Agreement:
    said = {
        "form_version": "R-1",
        "agreed": True,
        "language": "en",
        "purpose": "care after release",
        "expires_at": clock.now() + timedelta(days=90),
    }
    if kind.startswith("part2_"):
        said |= PART2
    return Agreement(kind=kind, classes=classes, roles=(to,), **{**said, **more})


def sees(role: Role, cls: DataClass, person) -> bool:
    # A lens lives for one request; what it has asked it does not ask again.
    lens = lenses.make(CLERK.id, "Demo", role, facilities=None)
    return lens.may(Verb.READ, cls, person_id=person)


def give(person, agreement: Agreement):
    return actions.give_consent(actor=CLERK, person_id=person, agreement=agreement)


def test_a_release_opens_its_classes_to_its_roles_and_nothing_else() -> None:
    person, other = somebody(), somebody()
    assert not sees(Role.COMMUNITY, DataClass.CLINICAL, person)
    give(person, release("release_to_provider", DataClass.CLINICAL, DataClass.MEDICATION))
    assert sees(Role.COMMUNITY, DataClass.CLINICAL, person) and sees(Role.COMMUNITY, DataClass.MEDICATION, person)
    assert not sees(Role.COMMUNITY, DataClass.MENTAL_HEALTH, person)
    assert not sees(Role.PAROLE, DataClass.CLINICAL, person)
    assert not sees(Role.COMMUNITY, DataClass.CLINICAL, other)


def test_it_ends_by_its_date_by_revoking_and_by_a_later_refusal() -> None:
    person = somebody()
    consent = give(person, release("release_to_provider", DataClass.CLINICAL))
    with clock.frozen(clock.now() + timedelta(days=91)):
        assert not sees(Role.COMMUNITY, DataClass.CLINICAL, person)
    actions.revoke_consent(actor=CLERK, consent_id=consent, person_id=person, version=1, how="said so to the nurse")
    assert not sees(Role.COMMUNITY, DataClass.CLINICAL, person)
    give(person, release("release_to_provider", DataClass.CLINICAL))
    assert sees(Role.COMMUNITY, DataClass.CLINICAL, person)
    give(person, release("release_to_provider", DataClass.CLINICAL, agreed=False))
    assert not sees(Role.COMMUNITY, DataClass.CLINICAL, person)


def test_a_programme_s_record_opens_by_a_form_of_its_own() -> None:
    person = somebody()
    with pytest.raises(Invalid):
        give(person, release("release_to_provider", DataClass.PART2, to=Role.PROVIDER))
    give(person, release("part2_tpo", DataClass.PART2, to=Role.PROVIDER))
    assert sees(Role.PROVIDER, DataClass.PART2, person)
    assert not sees(Role.RN, DataClass.PART2, person)


def test_parole_reads_a_programme_s_record_by_the_criminal_justice_form_alone() -> None:
    """42 CFR 2.35; it can't be taken back before its event."""
    person = somebody()
    give(person, release("part2_tpo", DataClass.PART2, to=Role.PAROLE))
    assert not sees(Role.PAROLE, DataClass.PART2, person)
    with pytest.raises(Invalid):
        give(person, release("part2_criminal_justice", DataClass.PART2, to=Role.PAROLE))
    consent = give(
        person,
        release(
            "part2_criminal_justice",
            DataClass.PART2,
            to=Role.PAROLE,
            expires_event="end of parole",
            irrevocable_until="end of parole",
        ),
    )
    assert sees(Role.PAROLE, DataClass.PART2, person)
    with pytest.raises(Refused):
        actions.revoke_consent(actor=CLERK, consent_id=consent, person_id=person, version=1, how="in writing")


@pytest.mark.parametrize("lacking", [*PART2, "purpose"])
@pytest.mark.parametrize("kind", ["part2_tpo", "part2_counselling", "part2_criminal_justice"])
def test_a_programme_s_record_is_not_told_by_a_form_that_lacks_an_element(kind: str, lacking: str) -> None:
    cls = DataClass.SUD_COUNSELLING if kind == "part2_counselling" else DataClass.PART2
    more = {"expires_event": "end of parole", "irrevocable_until": "end of parole"}
    said = release(kind, cls, to=Role.PAROLE, **more)
    person = somebody()
    with pytest.raises(Invalid) as refused:
        give(person, replace(said, **{lacking: () if lacking == "statements" else " "}))
    assert lacking in refused.value.fields
    give(person, replace(said, agreed=False, **{lacking: ()}) if lacking == "statements" else said)


@pytest.mark.parametrize(
    ("intermediary", "statements", "kept"),
    [
        ("", ("revoke", "redisclosure"), True),
        ("Connie", ("revoke", "redisclosure"), False),
        ("Connie", ("revoke", "redisclosure", "intermediary"), True),
        ("", ("redisclosure",), False),
    ],
)
def test_an_intermediary_has_words_of_its_own(intermediary: str, statements: tuple[str, ...], kept: bool) -> None:
    more = {"intermediary": intermediary, "statements": statements}
    said = release("part2_tpo", DataClass.PART2, to=Role.PROVIDER)
    if kept:
        assert give(somebody(), replace(said, **more))
        return
    with pytest.raises(Invalid):
        give(somebody(), replace(said, **more))


def test_the_criminal_justice_form_tells_parole_alone_and_needs_its_event() -> None:
    said = release(
        "part2_criminal_justice", DataClass.PART2, to=Role.PROVIDER, expires_event="x", irrevocable_until="x"
    )
    with pytest.raises(Invalid) as refused:
        give(somebody(), said)
    assert "roles" in refused.value.fields
    with pytest.raises(Invalid) as refused:
        give(somebody(), replace(said, roles=(Role.PAROLE,), irrevocable_until=""))
    assert "irrevocable_until" in refused.value.fields


def test_what_was_kept_before_the_elements_were_asked_opens_nothing_and_can_be_taken_back() -> None:
    person = somebody()
    consent = give(person, release("part2_tpo", DataClass.PART2, to=Role.PROVIDER))
    assert sees(Role.PROVIDER, DataClass.PART2, person)
    with pytest.raises(IntegrityError), transaction.atomic():
        Consent.objects.filter(id=consent).update(disclosers="")
    # As one would stand from before: with a statement that is asked for now, and was not on it.
    Consent.objects.filter(id=consent).update(statements=["revoke"])
    assert not sees(Role.PROVIDER, DataClass.PART2, person)
    lens = lenses.make(CLERK.id, "Demo", Role.SUD, facilities=None)
    assert [(r.state, r.can_revoke) for r in reads.consents(lens, person)] == [("not complete", True)]
    actions.revoke_consent(actor=CLERK, consent_id=consent, person_id=person, version=1, how="in writing")


@pytest.mark.parametrize("missing", ["purpose", "expires_at", "classes", "roles"])
def test_a_release_without_what_the_law_asks_is_not_kept(missing: str) -> None:
    empty = {"purpose": "", "expires_at": None}
    said = release("release_to_provider", DataClass.CLINICAL, **({missing: empty[missing]} if missing in empty else {}))
    if missing not in empty:
        said = replace(said, **{missing: ()})
    with pytest.raises(Invalid):
        give(somebody(), said)


def test_nothing_opens_psychotherapy_notes_or_peer_review() -> None:
    for cls in (DataClass.PSYCHOTHERAPY, DataClass.PEER_REVIEW):
        with pytest.raises(Invalid):
            give(somebody(), release("release_to_ombuds", cls, to=Role.OMBUDS))


def test_each_version_is_in_the_ledger_as_a_consent() -> None:
    person = somebody()
    consent = give(person, release("release_to_provider", DataClass.CLINICAL))
    actions.revoke_consent(actor=CLERK, consent_id=consent, person_id=person, version=1, how="in writing")
    with db.reading(lenses.bare(Role.RN)):
        versions = ledger_reads.history(lenses.bare(Role.RN), "Consent", consent)
    assert [v.body["status"] for v in versions] == ["inactive", "active"]


def test_a_sample_opens_named_charts_until_its_end() -> None:
    """R* of 7.3."""
    reviewer, person, other = staff(Role.HSA), somebody(), somebody()
    lens = lenses.make(reviewer.id, "Demo", Role.HSA, facilities=None)
    assert not lens.may(Verb.READ, DataClass.CLINICAL, person_id=person)
    until = clock.now() + timedelta(days=14)
    actions.give_authority(
        actor=CLERK,
        user_id=reviewer.id,
        kind="sample",
        purpose="Quarterly audit of intake",
        people=[person],
        until=until,
    )
    lens = lenses.make(reviewer.id, "Demo", Role.HSA, facilities=None)
    assert lens.may(Verb.READ, DataClass.CLINICAL, person_id=person)
    assert not lens.may(Verb.READ, DataClass.CLINICAL, person_id=other)
    with clock.frozen(until):
        ended = lenses.make(reviewer.id, "Demo", Role.HSA, facilities=None)
        assert not ended.may(Verb.READ, DataClass.CLINICAL, person_id=person)


def test_a_list_asks_once_for_each_person(django_assert_num_queries) -> None:
    person = somebody()
    lens = lenses.make(CLERK.id, "Demo", Role.COMMUNITY, facilities=None)
    bench = lens.judge
    assert isinstance(bench, conditions.Bench)
    lens.may(Verb.READ, DataClass.CLINICAL, person_id=person)
    with django_assert_num_queries(0):
        for _ in range(20):
            lens.may(Verb.READ, DataClass.CLINICAL, person_id=person)


def test_what_is_learned_of_a_list_at_once_is_what_each_would_answer(django_assert_num_queries) -> None:
    person, linked, refused, twin, nobody = (somebody() for _ in range(5))
    for one in (linked, refused):
        give(one, release("release_to_provider", DataClass.CLINICAL))
    give(twin, release("release_to_provider", DataClass.CLINICAL, agreed=False))
    families = {person: (person, linked), refused: (twin, refused), nobody: (nobody,)}
    lens = lenses.make(CLERK.id, "Demo", Role.COMMUNITY, facilities=None)
    bench = conditions.bench_of(lens)
    with django_assert_num_queries(1):
        bench.learn_consents(lens, families)
        bench.learn_consents(lens, families)
        opened = {one: bench.consented(lens, one) for one in families}
    assert opened[person] == {("release_to_provider", DataClass.CLINICAL)}
    assert opened[refused] == opened[nobody] == frozenset()


def test_the_page_keeps_what_was_typed_and_says_what_is_missing() -> None:
    from tests.access.makers import care_for

    person = somebody()
    care_for(person)
    client = signed_in(staff())
    sent = {
        "kind": "release_to_family",
        "agreed": "yes",
        "language": "en",
        "form_version": "R-7",
        "recipient": "Sample-Aunt",
    }
    answer = client.post(f"/people/{person}/consents/", sent)
    assert answer.status_code == 422 and "Sample-Aunt" in answer.text and "Say what may be told" in answer.text
    sent |= {"classes": ["clinical"], "purpose": "family wishes to know", "expires_at": "2099-01-01"}
    assert client.post(f"/people/{person}/consents/", sent).status_code == 302
    page = client.get(f"/people/{person}/consents/")
    assert "Information to family" in page.text and "in force" in page.text


def test_the_page_keeps_a_programme_s_form_and_prints_it_with_every_element() -> None:
    person, records = somebody(), staff(Role.SUD)
    care_for(person)
    client = signed_in(records)
    address = f"/people/{person}/consents/"
    sent = {
        "kind": "part2_tpo", "agreed": "yes", "classes": ["part2"], "roles": ["provider"], "purpose": "Care after release",
        "expires_event": "end of treatment", "language": "es", "form_version": "P-1", "signed_on": "2026-01-05",
        **{k: v for k, v in PART2.items() if k != "statements"}, "statements": ["revoke"],
    }  # fmt: skip
    refused = client.post(address, sent)
    assert refused.status_code == 422 and "must say each of these" in refused.text and "Sample Clinic" in refused.text
    sent["statements"] = ["revoke", "redisclosure"]
    ahead = client.post(address, {**sent, "signed_on": "2999-01-05"})
    assert ahead.status_code == 422 and "still to come" in ahead.text
    assert client.post(address, sent).status_code == 302
    row = Consent.objects.get(person_id=person)
    assert clock.local(row.signed_at).date().isoformat() == "2026-01-05"
    copy = client.get(f"{address}{row.id}/print/").text
    assert '<html lang="es"' in copy and "Quién puede dar la información" in copy and "procedimiento legal" in copy
    for words in (*(v for v in PART2.values() if isinstance(v, str)), "Care after release", "end of treatment"):
        assert words in copy, words
    assert client.get(f"/people/{somebody()}/consents/{row.id}/print/").status_code in (403, 404)
    blank = client.get(f"{address}paper/", {"kind": "part2_criminal_justice"}).text
    assert "Who may disclose" in blank and "Can&#39;t be taken back before" in blank and "Sample Clinic" not in blank
    assert client.get(f"{address}paper/", {"kind": "nonsense"}).status_code == 422
    said = fhir.consent(row)
    roles = {a["role"]["coding"][0]["code"]: a["reference"]["display"] for a in said["provision"]["actor"][:1]}
    assert roles == {"IRCP": "Sample Clinic"} and said["organization"] == [{"display": PART2["disclosers"]}]
    assert {e["url"].rpartition("-")[2] for e in said["extension"]} >= {"purpose", "described", "with", "statements"}


def test_a_printed_sheet_says_who_when_and_whose() -> None:
    person, nurse = somebody(), staff(Role.RN, name="Demo-Printer, Ann")
    care_for(person)
    page = signed_in(nurse).get(f"/people/{person}/consents/paper/", {"kind": "treatment"}).text
    assert page.count("Demo-Printer, Ann · Registered nurse · ") == 2, (
        "once across the sheet, once to be read at its foot"
    )
    assert page.count(" · Sample-Reyes, Luis") == 2
