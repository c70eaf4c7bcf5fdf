"""Any shuffle, duplication and interruption of a valid history ends where the ordered history ends, and adds up."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.exchange.messages import START, Arrival, message
from throughcare.custody.models import LegalStatus, Placement, Stay
from throughcare.exchange.hl7v2 import applying, audit
from throughcare.exchange.hl7v2.actions import receive
from throughcare.exchange.models import Message
from throughcare.kernel import clock
from throughcare.ledger import verify

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
FACILITIES = ("HARTFORD CC", "OSBORN CI", "CHESHIRE CI", "NEW HAVEN CC")
FIRST = Arrival(unit="A", cell="", bed="", visit="")


class Undone(Exception):
    """Raised to roll an example back."""


@st.composite
def histories(draw):
    """A valid history of one person as a list of events: stays with moves, cancellations and releases."""
    steps = []
    for booking in range(draw(st.integers(1, 2))):
        place = draw(st.integers(0, 3))
        steps.append(("A01", place, booking))
        moves = 0
        for kind in draw(st.lists(st.sampled_from(["A02", "A02", "A08", "A12"]), max_size=4)):
            if kind == "A12" and not moves:
                continue
            if kind == "A02":
                place, moves = (place + draw(st.integers(1, 3))) % 4, moves + 1
            moves -= kind == "A12"
            steps.append((kind, place, booking))
        if booking == 0 or draw(st.booleans()):
            steps.append(("A03", place, booking))
            if draw(st.booleans()):
                steps.append(("A13", None, booking))
                steps.append(("A03", place, booking))
    if draw(st.booleans()) and steps[-1][0] == "A03":
        steps.append(("A13", None, steps[-1][2]))
    return steps


def messages_of(steps):
    for number, (event, place, booking) in enumerate(steps):
        person = replace(
            FIRST,
            facility=FACILITIES[place] if place is not None else "",
            unit="A" if place is not None else "",
            visit=f"V{booking}",
            at=START + timedelta(hours=number),
            legal_status="sentenced" if event == "A08" else "accused",
        )
        yield message(event, person, control_id=f"C{number}")


def outcome():
    """What custody says at the end: the stay that runs, where the person is, by what legal status.

    A whole stay that is told only after a newer one has begun is laid in its place; a change of it that comes later still
    is kept with its message.
    """
    placed = Placement.objects.filter(until=None, cancelled=False, stay__state="open").select_related(
        "facility", "unit"
    )
    status = LegalStatus.objects.filter(until=None, cancelled=False, stay__state="open")
    return (
        list(Stay.objects.filter(state="open").values_list("booking_number", flat=True)),
        [(one.facility.code, one.unit.code if one.unit else "") for one in placed],
        list(status.values_list("kind", flat=True)),
    )


def played(raws, *, broken=()):
    """Receive these messages in this order, then undo it all; some break us on the way and are tried again later."""
    real, result = applying.apply, None

    def apply(row, said, actor):
        if row.control_id in fragile:
            fragile.discard(row.control_id)
            raise ZeroDivisionError
        return real(row, said, actor)

    fragile = set(broken)
    applying.apply = apply
    try:
        with transaction.atomic(), clock.frozen(START + timedelta(days=30)):
            for raw in raws:
                receive(raw, "test")
            _replay_failed()
            account = audit.run()
            assert account.sound, account.lines()
            assert account.received == len(raws)
            assert verify.run().sound
            result = (outcome(), account.counts["held"])
            raise Undone
    except Undone:
        pass
    finally:
        applying.apply = real
    return result


def _replay_failed():
    from throughcare.exchange.hl7v2 import actions
    from throughcare.kernel.actor import Actor

    for row in Message.objects.filter(hold="failed").order_by("happened_at"):
        actions.replay_message(actor=Actor.system("test"), message_id=row.id)


@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(histories(), st.data())
def test_every_order_ends_in_the_same_state(places, steps, data):
    ordered = list(messages_of(steps))
    expected, held = played(ordered)
    assert held == 0, "a valid history in its order leaves nothing waiting"
    shuffled = data.draw(st.permutations(ordered))
    repeated = data.draw(st.lists(st.sampled_from(ordered), max_size=4))
    broken = data.draw(st.sets(st.sampled_from([f"C{n}" for n in range(len(steps))]), max_size=2))
    again = data.draw(st.permutations([*shuffled, *repeated]))
    assert played(again, broken=broken) == (expected, 0)
