"""Bulk: the same steps taken one by one and all at once give the same rows and the same ledger."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tests.custody.conftest import HARTFORD, OSBORN, UNIT_A, UNIT_B, bed
from throughcare.custody import actions as act
from throughcare.custody.bulk import History, Step, lay_stays
from throughcare.custody.making import Spot
from throughcare.custody.models import Away, LegalStatus, Move, Placement, Stay
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Refused
from throughcare.ledger import verify
from throughcare.ledger.body import unpack
from throughcare.ledger.models import Version

pytestmark = pytest.mark.django_db
T0 = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)
A1 = Spot(HARTFORD, UNIT_A, bed("A-101"))


def hours(n: int) -> datetime:
    return T0 + timedelta(hours=n)


PLANS: list[list[Step]] = [
    [Step("admit", hours(0), A1), Step("send_out", hours(9), word="court"), Step("return_in", hours(17))],
    [
        Step("admit", hours(1), A1),
        Step("legal_status", hours(20), word="sentenced"),
        Step("transfer", hours(24), Spot(OSBORN)),
        Step("release", hours(90), word="parole", planned=False),
        Step("admit", hours(200), Spot(HARTFORD, UNIT_B, bed("B-101"))),
    ],
    [
        Step("admit", hours(2), Spot(HARTFORD, bed_named="X-9"), booking_number="B77"),
        Step("move_within", hours(3), Spot(HARTFORD, UNIT_A, bed("A-102"))),
        Step("release", hours(30), word="home_confinement"),
        Step("return_in", hours(40), Spot(OSBORN)),
    ],
    [
        Step("admit", hours(2), Spot(HARTFORD, UNIT_A, bed("A-103"))),
        Step("send_out", hours(5), word="escape"),
        Step("return_in", hours(50), A1),
        Step("release", hours(60)),
    ],
]


def one_by_one(actor: Actor, person_id: UUID, step: Step) -> None:
    common = {"actor": actor, "person_id": person_id, "happened_at": step.at}
    with clock.frozen(step.at):
        if step.kind == "admit":
            act.admit(to=step.to, legal_status=step.word or "accused", booking_number=step.booking_number, **common)
        elif step.kind == "transfer":
            act.transfer(to=step.to, **common)
        elif step.kind == "move_within":
            assert step.to is not None
            act.move_within(unit_id=step.to.unit_id, bed_id=step.to.bed_id, **common)
        elif step.kind == "send_out" and step.word == "escape":
            act.record_escape(**common)
        elif step.kind == "send_out":
            act.send_out(kind=step.word, **common)
        elif step.kind == "return_in":
            act.return_in(to=step.to, legal_status=step.word, **common)
        elif step.kind == "legal_status":
            act.change_legal_status(kind=step.word, **common)
        else:
            act.release(planned=step.planned, destination=step.word or "discharged", to=step.to, **common)


def rows_of(person_id: UUID) -> list[object]:
    """Give everything written of one person, with ids named by the order in which they appear."""
    names: dict[str, str] = {str(person_id): "person"}

    def plain(value: object) -> object:
        text = str(value)
        if isinstance(value, UUID) and text not in known:
            return names.setdefault(text, f"id{len(names)}")
        return text

    known = {str(x) for x in (HARTFORD, OSBORN, UNIT_A, UNIT_B)} | {
        str(bed(f"{u}-10{n}")) for u in "AB" for n in (1, 2, 3)
    }
    found: list[object] = []
    for model, order in (
        (Stay, "admitted_at"),
        (Move, "happened_at"),
        (LegalStatus, "since"),
        (Placement, "since"),
        (Away, "since"),
    ):
        for row in model._default_manager.filter(person_id=person_id).order_by(order):
            values = {f.attname: plain(getattr(row, f.attname)) for f in row._meta.concrete_fields}
            values.pop("version")
            found.append((model.__name__, values))
    for version in Version.objects.filter(subject=person_id, type__in=("Stay", "Move")).order_by("n"):
        body = json.loads(unpack(bytes(version.body)))
        text = json.dumps(body, sort_keys=True)
        for own, name in names.items():
            text = text.replace(own, name)
        found.append((version.type, version.version, version.data_class, version.happened_at, text))
    return found


def test_bulk_and_single_give_the_same(officer: Actor, person: Callable[..., UUID]) -> None:
    singles, many = [person() for _ in PLANS], [person() for _ in PLANS]
    steps = sorted((s.at, n, i, s) for i, plan in enumerate(PLANS) for n, s in enumerate(plan))
    for _, _, i, step in steps:
        one_by_one(officer, singles[i], step)
    alone = [rows_of(p) for p in singles]
    for p in Placement.objects.filter(until=None):  # the beds must be free again for the second time
        with clock.frozen(hours(300)):
            act.release(actor=officer, person_id=p.person_id, happened_at=hours(250))
    shifted = [[_later(s) for s in plan] for plan in PLANS]
    moves = lay_stays(actor=officer, histories=[History(p, "male", s) for p, s in zip(many, shifted, strict=True)])
    assert moves == sum(s.kind != "legal_status" for plan in PLANS for s in plan)
    together = [rows_of(p) for p in many]
    assert _unshifted(together) == _unshifted(alone, by=timedelta())
    assert verify.run().sound


def test_bulk_refuses_who_has_a_stay_and_what_the_actions_refuse(officer: Actor, person: Callable[..., UUID]) -> None:
    who = person()
    lay_stays(actor=officer, histories=[History(who, "male", PLANS[0])])
    with pytest.raises(Refused):
        lay_stays(actor=officer, histories=[History(who, "male", PLANS[0])])
    with pytest.raises(Refused):
        lay_stays(actor=officer, histories=[History(person(), "male", [Step("transfer", T0, A1)])])


SHIFT = timedelta(days=30)


def _later(step: Step) -> Step:
    from dataclasses import replace

    return replace(step, at=step.at + SHIFT)


def _unshifted(rows: list[list[object]], by: timedelta = SHIFT) -> str:
    import re

    text = repr(rows)

    def back(match: re.Match[str]) -> str:
        at = datetime.fromisoformat(match.group(0).replace("Z", "+00:00")) - by
        return at.isoformat()

    text = re.sub(
        r"datetime\.datetime\((\d+), (\d+), (\d+), (\d+), (\d+)(?:, (\d+))?, tzinfo=datetime.timezone.utc\)",
        lambda m: datetime(*[int(x or 0) for x in m.groups()], tzinfo=UTC).isoformat(),
        text,
    )
    return re.sub(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\+00:00|Z)", back, text)
