"""Notes that their author alone reads (clinical.md 7.1, 7.3): written, read back, and found by nobody else on any path."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from tests.chart.chart_makers import hartford, housed
from tests.chart.test_screens import send, text_of
from tests.duties.makers import staff
from tests.security.objects import World, address, make_world, objects_of, routes
from tests.security.test_01_doors import signed_in_as
from throughcare.access import lenses
from throughcare.chart import actions, own_notes
from throughcare.chart.models import OwnNote
from throughcare.kernel import clock, db
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotAllowed, NotFound, Stale
from throughcare.kernel.ids import uuid7
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import AUTHOR_ALONE, DataClass, Role
from throughcare.ledger import reads as ledger_reads
from throughcare.ledger import verify
from throughcare.ledger.models import Read, SealedVersion

WORD = "zzheronzz"
KEEPERS = [Role.PSYCH, Role.SUD]


def lens_for(actor: Actor, role: Role | None = None, **more: object) -> Lens:
    return lenses.make(actor.id, actor.name, role or actor.role, facilities=None, **more)  # type: ignore[arg-type]


def kept(actor: Actor, person: UUID, words: str = f"We spoke of {WORD}", *, sign: bool = True) -> UUID:
    note = actions.draft_own_note(actor=actor, person_id=person, text=words)
    if sign:
        actions.sign_own_note(actor=actor, person_id=person, note_id=note, version=1)
    return note


def rows(sql: str, *values: object) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(values))
        return list(cursor.fetchall())


def test_each_kind_is_of_a_class_that_its_author_alone_reads_and_has_its_labels() -> None:
    from throughcare.access import labels

    found = {kind.role: kind for kind in own_notes.kinds()}
    assert set(found) == set(KEEPERS)
    assert {kind.data_class for kind in found.values()} == AUTHOR_ALONE
    psychotherapy = labels.by_codes([("note", found[Role.PSYCH].id)])
    assert "PSYTHPN" in dict(psychotherapy.labels)
    assert psychotherapy.data_class is DataClass.PSYCHOTHERAPY
    counselling = labels.by_codes([("note", found[Role.SUD].id)])
    assert {"42CFRPart2", "NORDSCLCD"} <= set(dict(counselling.labels))
    assert counselling.data_class is DataClass.SUD_COUNSELLING
    for kind in found.values():
        cells = {role: lenses.bare(role).cell(kind.data_class) for role in Role}
        writers = {role for role, cell in cells.items() if any("write" in g.verbs for g in cell)}
        assert writers == {kind.role}, "the matrix lets this role alone write it"


@pytest.mark.django_db
def test_the_ledgers_row_security_names_the_classes_of_the_vocabulary() -> None:
    for table in ("ledger_sealed_version", "ledger_sealed_current"):
        ((rule,),) = rows("SELECT qual FROM pg_policies WHERE tablename = %s AND policyname = 'readers'", table)
        for cls in DataClass:
            assert (f"{cls.value}" in str(rule)) is (cls in AUTHOR_ALONE), (table, cls)


@pytest.mark.django_db
@pytest.mark.parametrize("role", KEEPERS, ids=str)
def test_drafted_signed_added_to_and_never_changed(role: Role) -> None:
    author, person = staff(role, f"Demo-Author, {role}"), housed()
    note = actions.draft_own_note(actor=author, person_id=person, text="")
    with pytest.raises(Invalid, match="empty"):
        actions.sign_own_note(actor=author, person_id=person, note_id=note)
    actions.draft_own_note(
        actor=author, person_id=person, text="First words", on=date(2026, 3, 1), note_id=note, version=1
    )
    with pytest.raises(Stale):
        actions.draft_own_note(actor=author, person_id=person, text="From another tab", note_id=note, version=1)
    with pytest.raises(Invalid, match="too long"):
        actions.draft_own_note(actor=author, person_id=person, text="x" * 100_001, note_id=note)
    tomorrow = clock.today() + timedelta(days=1)
    actions.draft_own_note(actor=author, person_id=person, text="First words", on=tomorrow, note_id=note)
    with pytest.raises(Invalid, match="not come yet"):
        actions.sign_own_note(actor=author, person_id=person, note_id=note)
    actions.draft_own_note(actor=author, person_id=person, text="First words", on=date(2026, 3, 1), note_id=note)
    actions.sign_own_note(actor=author, person_id=person, note_id=note)
    with pytest.raises(Stale, match="signed"):
        actions.draft_own_note(actor=author, person_id=person, text="Other words", note_id=note)
    added = actions.add_to_own_note(actor=author, person_id=person, note_id=note, text="And later this")
    with pytest.raises(Stale):
        actions.add_to_own_note(actor=author, person_id=person, note_id=added, text="To what was added")
    (one,), older = own_notes.of_author(lens_for(author), [person])
    assert (one.text, one.on, [a.text for a in one.added], older) == (
        "First words",
        date(2026, 3, 1),
        ["And later this"],
        None,
    )
    with pytest.raises(DatabaseError, match="signed note"), transaction.atomic(), db.writing(author):
        OwnNote.objects.filter(id=note).update(body=own_notes.sealed(note, date(2026, 3, 1), "Quietly changed"))
    assert verify.run().sound, "its chain is proved without showing it"


@pytest.mark.django_db
def test_many_are_read_by_pages() -> None:
    author, person = staff(Role.PSYCH, "Demo-Author, Many"), housed()
    for n in range(5):
        kept(author, person, f"Words {n}")
    kept(author, person, "A draft", sign=False)
    first, key = own_notes.of_author(lens_for(author), [person], limit=2)
    assert [n.text for n in first] == ["A draft", "Words 4", "Words 3"]
    second, key = own_notes.of_author(lens_for(author), [person], before=key, limit=2)
    assert [n.text for n in second] == ["Words 2", "Words 1"]
    last, key = own_notes.of_author(lens_for(author), [person], before=key, limit=2)
    assert ([n.text for n in last], key) == (["Words 0"], None)


@pytest.mark.django_db
@pytest.mark.parametrize("role", KEEPERS, ids=str)
def test_the_database_shows_it_to_nobody_else_whatever_they_may(role: Role) -> None:
    """As the role that serves: by SQL, through every lens, and inside an action of somebody who may open the class."""
    author, colleague, person = staff(role, "Demo-Author, A"), staff(role, "Demo-Colleague, B"), housed()
    note, draft = kept(author, person), kept(author, person, sign=False)
    table = "SELECT count(*) FROM chart_ownnote"
    assert rows(table) == [(0,)], "without a lens"
    with db.reading(lens_for(author)):
        assert rows(table) == [(2,)]
        ((body,), _) = rows("SELECT body FROM chart_ownnote")
        assert WORD.encode() not in bytes(body), "what is kept is encrypted"  # type: ignore[call-overload]
        assert rows("SELECT count(*) FROM ledger_sealed_version WHERE type = 'Composition'") == [(0,)]
    readers = [lens_for(colleague), lens_for(author, Role.HIM), lens_for(author, Role.PROVIDER)]
    readers += [lens_for(staff(other, f"Demo-{other}"), other) for other in Role if other is not Role.PUBLIC]
    readers.append(lens_for(colleague, opened=frozenset({person}), emergencies=frozenset({person})))
    for lens in readers:
        with db.reading(lens):
            assert rows(table) == [(0,)], lens.role
            for pair in ("ledger_sealed_version", "ledger_sealed_current"):
                assert rows(f"SELECT count(*) FROM {pair} WHERE id IN (%s, %s)", note, draft) == [(0,)], lens.role
    for other in (colleague, Actor.system("ledger check")):
        with db.writing(other):
            assert rows(table) == [(0,)], "an action opens every class, and still not this"
            assert SealedVersion.objects.filter(resource_id=note).count() == 0
            assert ledger_reads.header("Composition", note) is None
            assert OwnNote.objects.filter(id=draft).update(status="draft") == 0, "nor changes it"
    with pytest.raises(DatabaseError), transaction.atomic(), db.writing(colleague):
        id_ = uuid7()
        OwnNote.objects.create(
            id=id_,
            person_id=person,
            data_class=own_notes.kind_of(role).data_class.value,
            author_id=author.id,
            begun_at=clock.now(),
            body=own_notes.sealed(id_, clock.today(), "Put into another's mouth"),
        )


@pytest.mark.django_db
def test_nobody_writes_in_it_for_another_and_no_other_role_keeps_any() -> None:
    author, colleague, person = staff(Role.PSYCH, "Demo-Author, C"), staff(Role.PSYCH, "Demo-Col, D"), housed()
    note = kept(author, person)
    for act in (
        lambda a: actions.add_to_own_note(actor=a, person_id=person, note_id=note, text="x"),
        lambda a: actions.sign_own_note(actor=a, person_id=person, note_id=note),
        lambda a: actions.draft_own_note(actor=a, person_id=person, note_id=note, text="x"),
    ):
        with pytest.raises(NotFound):
            act(colleague)
    for role in set(Role) - set(KEEPERS):
        with pytest.raises(NotAllowed):
            actions.draft_own_note(actor=staff(role, f"Demo-{role}"), person_id=person, text="x")
        with pytest.raises(NotAllowed):
            own_notes.of_author(lens_for(author, role), [person])
    other = housed("Test-King", "Ann")
    with pytest.raises(Stale, match="another person"):
        actions.add_to_own_note(actor=author, person_id=other, note_id=note, text="x")
    assert own_notes.of_author(lens_for(author), [other]) == ([], None)
    denied = lens_for(author, denied=frozenset({person}))
    assert own_notes.of_author(denied, [person]) == ([], None), "a record closed to its author stays closed"


@pytest.mark.django_db
def test_a_note_closes_no_duty_and_tells_nobody() -> None:
    from throughcare.duties.models import Duty
    from throughcare.ledger.models import Version

    author, person = staff(Role.PSYCH, "Demo-Author, E"), housed()
    before = Duty.objects.filter(person_id=person).count(), Version.objects.filter(subject=person).count()
    kept(author, person)
    assert (Duty.objects.filter(person_id=person).count(), Version.objects.filter(subject=person).count()) == before


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["psych", "sud"])
def test_the_page(client: Client, role: str) -> None:
    person = housed()
    answer = client.post("/demo/become", {"role": role, "facility": str(hartford().id)})
    assert answer.status_code == 302
    here = f"/people/{person}/own-notes/"
    assert "signed no note" in text_of(client.get(here))
    assert send(client, here, verb="begin").status_code == 303
    page = text_of(client.get(here))
    note = page.split('name="note" value="')[1][:36]
    fields = {"note": note, "on": "2026-03-01"}
    saved = client.post(
        here, {"intent": str(uuid7()), **fields, "version": 1, "text": "Draft"}, headers={"X-Autosave": "1"}
    )
    assert (saved.status_code, saved["X-Version"]) == (204, "2")
    stale = send(client, here, verb="save", **fields, version=1, text="Typed meanwhile")
    assert stale.status_code == 409
    assert "Typed meanwhile" in text_of(stale)
    assert "Draft" in text_of(stale)
    bad = send(client, here, verb="sign", note=note, on="soon", version=2, text="Typed here")
    assert bad.status_code == 422
    assert "Typed here" in text_of(bad)
    assert send(client, here, verb="sign", **fields, version=2, text=f"Of {WORD}").status_code == 303
    assert send(client, here, verb="add", note=note, addendum=" ").status_code == 422
    assert send(client, here, verb="add", note=note, addendum="And more").status_code == 303
    assert send(client, here, verb="add", note="x", addendum="And more").status_code == 404
    page = text_of(client.get(here))
    assert WORD in page
    assert "And more" in page
    log = Read.objects.filter(route="own_notes").order_by("-id")[0]
    assert log.classes == [], "who looks through the log learns of no such note"
    for other in ("provider", "rn", "him", "custody", "planner", "patient"):
        client.post("/demo/become", {"role": other, "facility": str(hartford().id), "person": str(person)})
        assert client.get(here).status_code in (403, 404)


@pytest.mark.django_db
@pytest.mark.slow
@pytest.mark.parametrize(
    "role",
    [Role.PSYCH, Role.HIM, *(pytest.param(r, marks=pytest.mark.long) for r in (Role.SUD, Role.PROVIDER, Role.PATIENT))],
    ids=str,
)
def test_no_page_of_anybody_else_changes_by_it(role: Role) -> None:
    """Every page that a colleague, the records office or the patient may read is the same before and after, letter for letter."""
    from tests.security.test_01_objects import shown

    world = make_world()
    client = signed_in_as(role, world)
    # Who works here is on pages of its own, such as cover: the authors are there before, their notes are not.
    authors = [staff(keeper, f"Demo-Author, {keeper}", None) for keeper in KEEPERS]
    with clock.frozen(clock.now()):  # a printed sheet says its minute
        before = _pages(client, world, shown)
        for author in authors:
            kept(author, world.here)
            kept(author, world.here, sign=False)
        after = _pages(client, world, shown)
    assert len(before) > (10 if role is Role.PATIENT else 20), (
        "there are pages to compare; a patient has the kiosk's alone"
    )
    changed = [path for path in before if before[path] != after[path]]
    assert not changed, changed
    assert not [path for path, text in after.items() if WORD in text]


def _pages(client: Client, world: World, shown) -> dict[str, str]:
    found = {}
    for route in routes():
        if route.method != "GET" or route.policy.public or route.path.startswith(UNSTEADY):
            continue
        url = address(route, objects_of(route, world, world.here))
        with transaction.atomic():
            answer = client.get(url)
            if answer.status_code == 200 and not answer.streaming:
                paper = answer["Content-Type"] == "application/pdf"
                found[route.path] = answer.content.decode("latin-1") if paper else shown(answer)
            transaction.set_rollback(True)
    return found


# Pages that differ each time they are opened: a new secret, one's own sign-ins.
UNSTEADY = "/account/"
