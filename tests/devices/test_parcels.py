"""A parcel of entries: asked and written together, and one entry that breaks us holds none of the others back."""

import json
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.care.medications.line_makers import EVERY_PASS, MORNING, housed, nurse, ordered
from tests.care.medications.test_pass import become, post
from tests.care.medications.test_sync import LATER, enrolled, event, sent, sync
from throughcare.care.medications import pass_along
from throughcare.care.medications.actions import SentEvent
from throughcare.care.medications.models import Dose
from throughcare.devices import actions as devices
from throughcare.devices import device_keys
from throughcare.devices.models import DeviceEvent
from throughcare.kernel import clock
from throughcare.kernel.ids import uuid7
from throughcare.ledger import verify
from throughcare.ledger.models import Version

pytestmark = pytest.mark.django_db
# More than the column of an amount holds: the database refuses it when everything else is written.
TOO_MUCH = Decimal(10) ** 12


def line(people: int, doses: int = 1) -> list[Dose]:
    orders = [ordered(housed(n + 1), timing=EVERY_PASS) for n in range(people)]
    return [d for order in orders for d in Dose.objects.filter(order_id=order).order_by("due_at")[:doses]]


def at_its_time(dose: Dose, sequence: int, **more) -> SentEvent:
    return event(dose, sequence, minutes=int((dose.due_at - MORNING).total_seconds() // 60), **more)


def test_one_entry_that_breaks_us_is_kept_and_the_others_stand() -> None:
    doses = line(3)
    with clock.frozen(LATER):
        device, bundle = enrolled()
        one, bad, three = (at_its_time(d, n) for n, d in enumerate(doses, 1))
        bad = replace(bad, amount=TOO_MUCH)
        assert sync(device, bundle, one, bad, three) == ["applied", "kept", "applied"]
        assert sync(device, bundle, one, bad, three) == ["repeated"] * 3
    assert [Dose.objects.get(id=d.id).status for d in doses] == ["given", "expected", "given"]
    row = DeviceEvent.objects.get(event_id=bad.event_id)
    assert (row.why, row.person_id, row.about_id) == ("failed", doses[1].person_id, doses[1].id)
    assert Version.objects.filter(type="DeviceEntry", resource_id=row.id).count() == 1
    assert Version.objects.filter(type="MedicationAdministration", resource_id=doses[1].id).count() == 0
    assert verify.run().sound


def test_what_can_not_even_be_kept_is_kept_as_its_words() -> None:
    (dose,) = line(1)
    with clock.frozen(LATER):
        device, bundle = enrolled()
        good = at_its_time(dose, 2)
        bad = sent(replace(good, event_id=uuid7(), sequence=1))
        bad = replace(bad, body={**bad.body, "detail": {"note": "no text holds \x00"}})
        done = devices.take_in(actor=nurse(), device_id=device, bundle_id=bundle, entries=[sent(good), bad])
    assert [d.outcome for d in done] == ["kept", "applied"]
    row = DeviceEvent.objects.get(sequence=1)
    assert row.why == "unreadable" and "no text holds" in row.body["sent"]


def test_a_database_that_fails_is_nobody_s_fault_and_the_parcel_comes_again(monkeypatch) -> None:
    doses = line(2)

    def gone(*_args, **_more):
        raise OperationalError("deadlock detected")

    with clock.frozen(LATER):
        device, bundle = enrolled()
        made = [at_its_time(d, n) for n, d in enumerate(doses, 1)]
        with monkeypatch.context() as broken, pytest.raises(OperationalError), transaction.atomic():
            broken.setattr(pass_along.actions, "take_dose", gone)
            sync(device, bundle, *made)
        assert not DeviceEvent.objects.exists()
        assert sync(device, bundle, *made) == ["applied", "applied"]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    bad=st.sets(st.integers(0, 5), max_size=3),
    cuts=st.lists(st.integers(1, 6), min_size=1, max_size=6),
    chance=st.randoms(use_true_random=False),
)
def test_whatever_is_bad_cut_repeated_or_reordered_each_good_one_stands_once(bad, cuts, chance) -> None:
    with transaction.atomic(), clock.frozen(LATER):
        doses = line(3, doses=2)
        device, bundle = enrolled()
        made = [at_its_time(d, n) for n, d in enumerate(doses, 1)]
        made = [replace(e, amount=TOO_MUCH) if n in bad else e for n, e in enumerate(made)]
        waiting = [*made, *chance.sample(made, 2)]
        chance.shuffle(waiting)
        while waiting:
            size = chance.choice(cuts)
            parcel, waiting = waiting[:size], waiting[size:]
            if chance.random() < 0.3:  # the server dies before it answers
                with transaction.atomic():
                    sync(device, bundle, *parcel)
                    transaction.set_rollback(True)
            sync(device, bundle, *parcel)
        kept = {e.event_id: (e.outcome, e.why) for e in DeviceEvent.objects.all()}
        told = {Dose.objects.get(id=d.id).status for n, d in enumerate(doses) if n not in bad}
        open_ = {Dose.objects.get(id=d.id).status for n, d in enumerate(doses) if n in bad}
        assert DeviceEvent.objects.count() == len(kept) == len(made)
        for n, e in enumerate(made):
            outcome, why = kept[e.event_id]
            assert (outcome == "kept" and why == "failed") if n in bad else outcome == "applied"
        assert told <= {"given"} and open_ <= {"expected"}
        transaction.set_rollback(True)


def test_a_parcel_asks_the_same_whatever_its_size() -> None:
    counts = []
    with clock.frozen(LATER):
        device, bundle = enrolled()
        doses = line(8, doses=2)
        first, later = doses[::2], doses[1::2]
        sync(device, bundle, *[at_its_time(d, n) for n, d in enumerate(first, 1)])
        for number, parcel in ((20, later[:2]), (40, later[2:])):
            with CaptureQueriesContext(connection) as asked:
                sync(device, bundle, *[at_its_time(d, n) for n, d in enumerate(parcel, number)])
            counts.append(len(asked))
    assert counts[0] == counts[1], "two entries and six ask Django's tables the same number of times"


# --- the door ---------------------------------------------------------------------------------------------------------------


def sealed(keys: dict[str, str], device: UUID, event_id: UUID, bundle: str, text: str) -> dict[str, str]:
    """Seal an entry as the tablet does."""
    own = ec.generate_private_key(ec.SECP256R1())
    point = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    server = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), device_keys.binary(keys["seal"]))
    key = HKDF(hashes.SHA256(), 32, point, device_keys.BOX).derive(own.exchange(ec.ECDH(), server))
    mark = device_keys.hmac.digest(device_keys.event_key(UUID(bundle)), text.encode(), "sha256")
    inside = json.dumps({"body": text, "bundle": bundle, "mark": device_keys.text(mark)})
    nonce = b"\x07" * 12
    data = AESGCM(key).encrypt(nonce, inside.encode(), f"{device}/{event_id}".encode())
    return {"from": device_keys.text(point), "iv": device_keys.text(nonce), "data": device_keys.text(data)}


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param('{"note": "a\\u0000b"}', id="no text holds it, deep inside"),
        pytest.param('{"note": "\\ud800"}', id="half a character"),
        pytest.param("NaN", id="no number"),
        pytest.param("1e999", id="more than a number"),
        pytest.param("[" * 20000 + "]" * 20000, id="deeper than anybody writes"),
        pytest.param('{"note": 5}', id="not what a detail is"),
    ],
)
def test_an_odd_entry_at_the_door_holds_nothing_back(client, odd: str) -> None:
    first, second = line(2)
    with clock.frozen(LATER):
        become(client)
        device = uuid7()
        _, keys = post(client, "/devices/enrol/", device=str(device), name="Cart 1")
        _, given_ = post(client, "/devices/bundle/", device=str(device), sections={"dose": {}})
        bundle = json.loads(given_["body"])["bundle"]
        entries = []
        for sequence, dose in enumerate((first, second), 1):
            one = at_its_time(dose, sequence)
            text = json.dumps(sent(one).body, default=str)
            if dose is first:
                text = f'{text[:-1]}, "detail": {odd}}}'
            box = sealed(keys, device, one.event_id, bundle, text)
            entries.append({"id": str(one.event_id), "sequence": sequence, "box": box})
        status, said = post(client, "/devices/sync/", device=str(device), entries=entries)
        again = post(client, "/devices/sync/", device=str(device), entries=entries)[1]
    assert status == 200
    assert [e["outcome"] for e in said["entries"]] == ["kept", "applied"]
    assert [e["outcome"] for e in again["entries"]] == ["repeated", "repeated"]
    second.refresh_from_db()
    assert second.status == "given"
