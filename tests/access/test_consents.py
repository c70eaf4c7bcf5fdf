"""Consents: what the law asks of a form, what they open, and that taking back stops the future alone."""

from datetime import timedelta

import pytest

from tests.access.makers import CLERK, signed_in, staff
from tests.access.test_glass import somebody
from throughcare.access import actions, conditions, lenses
from throughcare.access.kinds import Agreement
from throughcare.kernel import clock, db
from throughcare.kernel.errors import Invalid, Refused
from throughcare.kernel.vocabulary import DataClass, Role, Verb
from throughcare.ledger import reads as ledger_reads

pytestmark = pytest.mark.django_db


def release(kind: str, *classes: DataClass, to: Role = Role.COMMUNITY, **more) -> Agreement:
    said = {
        "form_version": "R-1",
        "agreed": True,
        "language": "en",
        "purpose": "care after release",
        "expires_at": clock.now() + timedelta(days=90),
    }
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


@pytest.mark.parametrize("missing", ["purpose", "expires_at", "classes", "roles"])
def test_a_release_without_what_the_law_asks_is_not_kept(missing: str) -> None:
    empty = {"purpose": "", "expires_at": None}
    said = release("release_to_provider", DataClass.CLINICAL, **({missing: empty[missing]} if missing in empty else {}))
    from dataclasses import replace

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
