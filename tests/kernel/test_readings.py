"""What one reading asks once, and matching one of many by an array."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.fixtures_lenses import lens_of
from throughcare.kernel import clock, db
from throughcare.kernel.actor import Actor
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import Role
from throughcare.people.models import Person

pytestmark = pytest.mark.django_db


def asked(times: list[int]) -> int:
    """Answer with how often it was asked."""
    times.append(1)
    return len(times)


def test_a_reading_asks_once_and_forgets_at_its_end() -> None:
    lens, times = lens_of(Role.RN), list[int]()
    with db.reading(lens):
        assert [db.once("how often", lambda: asked(times)) for _ in range(3)] == [1, 1, 1]
        with db.reading(lens):
            assert db.once("how often", lambda: asked(times)) == 1
    with db.reading(lens):
        assert db.once("how often", lambda: asked(times)) == 2


def test_another_lens_asks_for_itself() -> None:
    times = list[int]()
    with db.reading(lens_of(Role.RN)):
        assert db.once("how often", lambda: asked(times)) == 1
        with db.reading(lens_of(Role.CUSTODY)):
            assert db.once("how often", lambda: asked(times)) == 2
        assert db.once("how often", lambda: asked(times)) == 1


def test_outside_a_reading_and_in_an_action_every_question_is_asked() -> None:
    times = list[int]()
    assert [db.once("how often", lambda: asked(times)) for _ in range(2)] == [1, 2]
    with db.reading(lens_of(Role.RN)):
        assert db.once("how often", lambda: asked(times)) == 3
        with db.writing(Actor.system("test")):
            assert [db.once("how often", lambda: asked(times)) for _ in range(2)] == [4, 5]
        assert db.once("how often", lambda: asked(times)) == 6, "what was known before the action is not known after it"


@pytest.mark.parametrize("many", [0, 1, 3])
def test_one_of_many_is_one_parameter(many: int) -> None:
    people = [Person.objects.create(family=f"Sample-{n}", created_at=clock.now()) for n in range(many)]
    Person.objects.create(family="Test-King", created_at=clock.now())
    with CaptureQueriesContext(connection) as captured:
        found = Person.objects.filter(id__among=[p.id for p in people])
        assert {p.id for p in found} == {p.id for p in people}
    assert "= ANY" in captured[0]["sql"] and " IN (" not in captured[0]["sql"]
    assert Person.objects.filter(family__among=["Test-King", "Nobody"]).count() == 1
    assert not Person.objects.filter(survivor_id__among=[uuid7()]).exists()
