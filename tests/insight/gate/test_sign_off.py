"""From draft to publication: who may do what, what the database refuses, and what stays as it was."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from tests.insight.gate.making import dimension, draft, table
from throughcare.insight.gate import actions, demonstration, editions, reads, release, writing
from throughcare.insight.gate.models import Publication, PublishedFile
from throughcare.insight.gate.ports import COUNTS
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed, Refused, Stale
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import Role
from throughcare.ledger import verify

pytestmark = pytest.mark.django_db
SITES = dimension("facility", "demo-ash", "demo-birch", "demo-cedar", "demo-dogwood", top="state")
LEAVES = {("demo-ash",): (40, 0), ("demo-birch",): (3, 0), ("demo-cedar",): (120, 0), ("demo-dogwood",): (75, 0)}


def staff(name: str, role: Role) -> Actor:
    return Actor("staff", derived("test", name), f"Demo-{name}", role)


AUTHOR, DOCTOR, KEEPER = staff("Ada", Role.HSA), staff("Eve", Role.PROVIDER), staff("Ivy", Role.HIM)


class Made:
    """Counts of one small table, in place of a measure's."""

    def __init__(self) -> None:
        self.leaves = dict(LEAVES)

    def drafts(self, quarter):
        return [draft(table(SITES, unit="count", over_time="none"), self.leaves, quarter)]

    def invented(self):
        return True

    def secret(self):
        return b"made"


@pytest.fixture(autouse=True)
def counts():
    before, made = COUNTS(), Made()
    COUNTS.fill(made)
    yield made
    COUNTS.fill(before)


def drafted(quarter="2026-Q1", **more):
    return Publication.objects.get(id=actions.draft_edition(actor=AUTHOR, quarter=quarter, **more))


def signed(row):
    for actor, part in ((DOCTOR, "clinical"), (KEEPER, "privacy")):
        actions.sign_edition(actor=actor, edition=row.id, part=part, digest=row.digest)
    return row


def published(quarter="2026-Q1", **more):
    row = signed(drafted(quarter, **more))
    actions.publish_edition(actor=AUTHOR, edition=row.id)
    row.refresh_from_db()
    return row


def test_days_of_an_edition_are_the_agencys(tmp_path):
    """Half an hour before midnight in Hartford it is the next day in London, and an edition is still today's."""
    with clock.frozen(datetime(2026, 7, 1, 3, 30, tzinfo=UTC)), clock.within("Europe/London"):
        row = published()
        actions.withdraw_edition(actor=AUTHOR, edition=row.id, because_en="A test.", because_es="Una prueba.")
        reads.write_out(tmp_path)
    edition = editions.latest(tmp_path) or editions.read(tmp_path, row.name)
    assert {edition.published_on, *(one["on"] for one in edition.signed)} == {"2026-06-30"}
    (listed,) = editions.listed(tmp_path)
    assert (listed.published_on, listed.withdrawn_on) == ("2026-06-30", "2026-06-30")


def test_drafted_signed_twice_published_and_written_as_it_was(tmp_path):
    row = published()
    assert reads.write_out(tmp_path) == ["2026-Q1"]
    assert editions.check(tmp_path, "2026-Q1") == 5
    edition = editions.latest(tmp_path)
    assert edition is not None
    assert [one["part"] for one in edition.signed] == ["clinical", "privacy"]
    again = release.decide("2026-Q1", COUNTS().drafts("2026-Q1"), secret=b"made").tables
    files = writing.files_of(actions.edition_of(row, row.published_at), again)
    assert files == {one.path: bytes(one.content) for one in row.files.all()}
    assert verify.run().broken == []


def test_the_true_counts_are_in_no_file(tmp_path):
    row = published()
    text = b"".join(bytes(one.content) for one in row.files.all() if one.path.endswith("csv"))
    assert b",3," not in text


@pytest.mark.parametrize(
    ("actor", "part"), [(AUTHOR, "clinical"), (AUTHOR, "privacy"), (KEEPER, "clinical"), (DOCTOR, "privacy")]
)
def test_who_drafted_and_who_has_another_role_does_not_sign(actor, part):
    row = drafted()
    with pytest.raises(NotAllowed):
        actions.sign_edition(actor=actor, edition=row.id, part=part, digest=row.digest)


def test_a_person_with_two_roles_signs_neither_their_own_draft_nor_twice():
    row = drafted()
    both = Actor("staff", AUTHOR.id, "Demo-Ada", Role.PROVIDER)
    with pytest.raises(NotAllowed):
        actions.sign_edition(actor=both, edition=row.id, part="clinical", digest=row.digest)
    actions.sign_edition(actor=DOCTOR, edition=row.id, part="clinical", digest=row.digest)
    with pytest.raises(NotAllowed):
        actions.sign_edition(
            actor=Actor("staff", DOCTOR.id, "Demo-Eve", Role.HIM), edition=row.id, part="privacy", digest=row.digest
        )


def test_one_signature_is_not_enough():
    row = drafted()
    actions.sign_edition(actor=DOCTOR, edition=row.id, part="clinical", digest=row.digest)
    with pytest.raises(Refused):
        actions.publish_edition(actor=AUTHOR, edition=row.id)


def test_a_draft_counted_anew_loses_its_signatures(counts):
    row = signed(drafted())
    counts.leaves["demo-ash",] = (60, 0)
    again = drafted()
    assert again.id == row.id
    assert again.clinical_by is None
    with pytest.raises(Stale):
        actions.sign_edition(actor=DOCTOR, edition=row.id, part="clinical", digest=row.digest)


def test_a_draft_older_than_another_edition_is_compared_anew():
    first, second = signed(drafted("2026-Q1")), signed(drafted("2025-Q4"))
    actions.publish_edition(actor=AUTHOR, edition=second.id)
    with pytest.raises(Stale):
        actions.publish_edition(actor=AUTHOR, edition=first.id)


def test_a_correction_is_a_new_edition_and_a_withdrawn_one_stays_listed(tmp_path, counts):
    row = published()
    with pytest.raises(Invalid):
        actions.draft_edition(actor=AUTHOR, quarter="2026-Q1")
    counts.leaves["demo-cedar",] = (190, 0)
    more = published(corrects=row.id, note_en="One site was counted twice.", note_es="Un centro se contó dos veces.")
    assert more.name == "2026-Q1-r2"
    actions.withdraw_edition(actor=AUTHOR, edition=more.id, because_en="Wrong again.", because_es="Otra vez mal.")
    reads.write_out(tmp_path)
    listed = {one.id: one for one in editions.listed(tmp_path)}
    assert listed["2026-Q1"].corrected_by == "2026-Q1-r2"
    assert listed["2026-Q1-r2"].withdrawn_because["en"] == "Wrong again."
    assert editions.latest(tmp_path) is None
    assert editions.check(tmp_path, "2026-Q1-r2")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE gate_publication SET clinical_by = drafted_by WHERE id = %s",
        "UPDATE gate_publication SET privacy_by = drafted_by WHERE id = %s",
        "UPDATE gate_publication SET privacy_by = clinical_by, privacy_at = now(), privacy_name = 'x' WHERE id = %s",
        "UPDATE gate_publication SET state = 'published', published_at = now(), published_by = 'x' WHERE id = %s",
        "UPDATE gate_publication SET state = 'gone' WHERE id = %s",
        "UPDATE gate_publication SET digest = 'other' WHERE id = %s",
        "UPDATE gate_publication SET clinical_at = NULL WHERE id = %s",
        "UPDATE gate_publication SET state = 'withdrawn' WHERE id = %s",
    ],
)
def test_the_database_refuses_a_draft_signed_wrongly(change):
    row = drafted()
    actions.sign_edition(actor=DOCTOR, edition=row.id, part="clinical", digest=row.digest)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change, [row.id])


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE gate_publication SET tables = '[]' WHERE id = %s",
        "UPDATE gate_publication SET state = 'draft', published_at = NULL, published_by = '' WHERE id = %s",
        "UPDATE gate_publication SET clinical_name = 'x' WHERE id = %s",
        "UPDATE gate_publication SET published_at = now() WHERE id = %s",
        "UPDATE gate_publication SET told = '' WHERE id = %s",
        "UPDATE gate_publishedfile SET content = '' WHERE publication_id = %s",
    ],
)
def test_the_database_refuses_a_change_of_what_is_published(change):
    row = published()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change, [row.id])


def test_a_draft_that_leaves_a_number_within_reach_can_not_be_signed():
    row = drafted()
    Publication.objects.filter(id=row.id).update(exposed=1)
    with pytest.raises(Refused):
        actions.sign_edition(actor=DOCTOR, edition=row.id, part="clinical", digest=row.digest)
    assert not PublishedFile.objects.exists()


def test_the_invented_counts_fill_every_registered_table():
    assert len(demonstration.drafts("2026-Q2")) >= 16
