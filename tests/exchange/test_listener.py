"""The door of the house over a real socket and a real database: repeats at the same moment, duties, and the account."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

import pytest

from tests.exchange.lab_messages import TAKEN
from tests.exchange.messages import Arrival, hl7_time, message, pid
from tests.exchange.serving import running
from throughcare.exchange.hl7v2.framing import frame
from throughcare.exchange.hl7v2.mllp import send
from throughcare.exchange.hl7v2.parse import parse
from throughcare.exchange.hl7v2.rules import judge

pytestmark = [pytest.mark.database_copy, pytest.mark.slow]
LUIS = Arrival(unit="A", cell="101", bed="1")


@pytest.fixture
def door(places_committed):
    from throughcare.exchange.hl7v2.listener import handle

    with running(handle) as server:
        yield server


@pytest.fixture
def places_committed(database_copy):
    from throughcare.custody.actions import load_places
    from throughcare.custody.models import Facility
    from throughcare.kernel.actor import Actor

    if not Facility.objects.exists():
        load_places(actor=Actor.system("test"))


def codes(answers):
    return sorted(answer.split(b"\r")[1].split(b"|")[1].decode() for answer in answers)


def test_the_same_message_by_eight_senders_at_once_is_applied_once(door):
    from throughcare.custody.models import Stay
    from throughcare.exchange.hl7v2 import audit

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: send("127.0.0.1", door.port, message("A01", LUIS), 60), range(8)))
    assert codes(answers) == ["AA"] * 8
    assert Stay.objects.count() == 1
    account = audit.run()
    assert account.sound, account.lines()
    assert account.counts == {"received": 0, "applied": 1, "repeated": 7, "held": 0, "refused": 0}


def test_a_history_in_eight_hands_ends_where_it_should_and_nothing_stays_owed(door):
    from throughcare.custody.models import Placement
    from throughcare.duties.models import Duty
    from throughcare.exchange.hl7v2 import audit

    history = [message("A01", LUIS, control_id="H0")]
    for hours, facility in enumerate(("OSBORN CI", "CHESHIRE CI", "NEW HAVEN CC", "BROOKLYN CI"), 1):
        history.append(message("A02", LUIS.moved(facility, "A", hours=hours), control_id=f"H{hours}"))
    history.append(message("A08", replace(LUIS.moved("", "", hours=9), language="en"), control_id="H9"))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda raw: send("127.0.0.1", door.port, raw, 60), reversed(history)))
    assert codes(answers) == ["AA"] * len(history)
    assert Placement.objects.get(until=None, cancelled=False).facility.code == "brooklyn"
    assert audit.run().counts == {"received": 0, "applied": len(history), "repeated": 0, "held": 0, "refused": 0}
    assert not Duty.objects.filter(rule="EXC-01", closed_at=None).exists()


def test_a_held_message_has_an_owner_until_it_is_settled(door):
    from throughcare.duties.models import Duty
    from throughcare.exchange.hl7v2 import actions
    from throughcare.exchange.models import Message
    from throughcare.kernel.actor import Actor

    send("127.0.0.1", door.port, message("A02", LUIS), 60)
    duty = Duty.objects.get(rule="EXC-01")
    assert (duty.owner_role, duty.closed_at) == ("him", None)
    actions.dismiss_message(actor=Actor.system("test"), message_id=Message.objects.get().id, why="Sent by mistake")
    duty.refresh_from_db()
    assert duty.outcome == "done"


def test_messages_of_others_are_all_kept_and_accounted_for(door, shared):
    import gzip
    import json

    from throughcare.exchange.hl7v2 import audit
    from throughcare.exchange.hl7v2.mllp import Client
    from throughcare.exchange.models import Message

    with gzip.open(shared / "corpora/hl7v2/messages.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    with Client("127.0.0.1", door.port, 120) as client:
        for row in rows:
            assert client.send(row["raw"].encode()).split(b"\r")[1].startswith(b"MSA")
    account = audit.run()
    assert account.sound, account.lines()
    assert account.received == len(rows)
    assert Message.objects.filter(raw__isnull=False).count() == len(rows) - account.counts["repeated"]
    print("\n", *account.lines())


def test_the_command_listens_and_ends_in_order_when_told(database_copy, app_dsn):
    """The whole door as it is run: a process of its own, answering, and gone a moment after TERM."""
    import os
    import signal
    import subprocess
    import sys
    import time

    from tests.serving import free_port

    port = free_port()
    environment = {**os.environ, "DATABASE_URL": app_dsn, "THROUGHCARE_MLLP_PORT": str(port)}
    process = subprocess.Popen([sys.executable, "-m", "throughcare.app", "listen"], env=environment)
    try:
        answer = _first_answer(port, message("A28", LUIS))
        assert codes([answer]) == ["AA"]
        since = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert time.monotonic() - since < 6
    finally:
        process.kill()
        process.wait()


def _first_answer(port, raw, within=60):
    import time

    until = time.monotonic() + within
    while True:
        try:
            return send("127.0.0.1", port, raw, 60)
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def results(person, control_id, filler, at=None):
    stamp = hl7_time(at or TAKEN)
    return "".join(
        f"{line}\r"
        for line in (
            f"MSH|^~\\&|LAB|CTDOC|THROUGHCARE|CT|{stamp}||ORU^R01^ORU_R01|{control_id}|T|2.5.1",
            pid(person),
            f"OBR|1||{filler}|2951-2^Sodium^LN|||{stamp}|||||||||||||||{stamp}|||F",
            "OBX|1|NM|2951-2^Sodium^LN||140|mmol/L|135-145|N|||F",
        )
    ).encode()


def test_results_are_durable_when_they_are_answered_and_charted_in_their_order(places_committed):
    """A stored message is one that a crash can't lose: whoever charts next finds it."""
    from throughcare.chart.models import Report
    from throughcare.exchange.hl7v2 import actions, audit
    from throughcare.exchange.hl7v2.listener import Desk, handle
    from throughcare.exchange.models import Message

    actions.receive(message("A01", LUIS, control_id="ADT"), "test")
    desk = Desk()
    desk.open()
    stranger = replace(LUIS, number="T0000404")
    told = [results(LUIS, f"R{n}", f"F{n}") for n in range(8)] + [results(stranger, "R9", "F9")]
    try:
        with running(handle, store=desk.take) as server, ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda raw: send("127.0.0.1", server.port, raw, 60), [*told, told[0]]))
    finally:
        desk.close()
    assert codes(answers) == ["AA"] * 10
    account = audit.run()
    assert account.sound, account.lines()
    assert account.counts == {"received": 9, "applied": 1, "repeated": 1, "held": 0, "refused": 0}
    assert Report.objects.count() == 0
    actions.chart_all()
    account = audit.run()
    assert account.sound, account.lines()
    assert account.counts == {"received": 0, "applied": 9, "repeated": 1, "held": 1, "refused": 0}
    assert Report.objects.count() == 8
    order = list(Message.objects.filter(trigger__startswith="ORU", status="applied").order_by("received_at", "id"))
    # to the millisecond: within one, the numbers of rows are dice
    charted = [Report.objects.get(filler=f"F{one.control_id[1:]}").id.int >> 80 for one in order]
    assert charted == sorted(charted), "charted in the order in which they came"


def test_what_breaks_a_parcel_is_held_alone(places_committed, monkeypatch):
    from throughcare.exchange.hl7v2 import actions
    from throughcare.exchange.hl7v2.actions import parcels, storing
    from throughcare.exchange.models import Message

    actions.receive(message("A01", LUIS, control_id="ADT"), "test")
    came = [
        storing.Came(raw, parse(raw), judge(parse(raw), actions.accepts()))
        for raw in (results(LUIS, "R1", "F1"), results(LUIS, "R2", "F2"))
    ]
    actions.store_messages(actor=actions.FEED, came=came, door="test")
    whole = storing.lock_people

    def broken(said):
        if said.header.control_id == "R1":
            raise ValueError("something of ours")
        whole(said)

    monkeypatch.setattr(storing, "lock_people", broken)
    monkeypatch.setattr(parcels, "lock_all", lambda some: [broken(said) for said in some])
    actions.chart_all()
    found = dict(Message.objects.filter(trigger__startswith="ORU").values_list("control_id", "status"))
    assert found == {"R1": "held", "R2": "applied"}
    assert Message.objects.get(control_id="R1").hold == "failed"


def test_one_message_that_can_not_be_stored_takes_no_other_with_it(places_committed, monkeypatch):
    """A sender that does not wait has all of it stored together; what breaks is not answered, what stands before it is."""
    from throughcare.exchange.hl7v2.actions import storing
    from throughcare.exchange.hl7v2.listener import Desk, handle
    from throughcare.exchange.hl7v2.mllp import Client
    from throughcare.exchange.models import Message

    whole = storing._row

    def broken(one, door, now):
        return whole(one, "no door has so long a name" * 9 if one.said.header.control_id == "P3" else door, now)

    monkeypatch.setattr(storing, "_row", broken)
    told = [results(LUIS, f"P{n}", f"F{n}") for n in range(6)]
    desk = Desk()
    desk.open()
    try:
        with running(handle, store=desk.take) as server, Client("127.0.0.1", server.port, 60) as client:
            client.send_bytes(b"".join(frame(one) for one in told))
            answers = [client.receive() for _ in range(3)]
            with pytest.raises(ConnectionError):
                client.receive()
    finally:
        desk.close()
    assert [one.split(b"\r")[1] for one in answers] == [b"MSA|AA|P0", b"MSA|AA|P1", b"MSA|AA|P2"]
    kept = list(Message.objects.order_by("received_at").values_list("control_id", flat=True))
    assert kept == ["P0", "P1", "P2", "P4", "P5"], "in their order, and the others of the parcel with them"


def test_a_door_killed_in_the_middle_has_lost_and_doubled_nothing(database_copy, app_dsn):
    """Senders that don't wait for answers; the process dies by force; each sends again what it has no answer for."""
    import os
    import subprocess
    import sys
    import threading

    from tests.serving import free_port
    from throughcare.exchange.hl7v2 import audit
    from throughcare.exchange.models import Message

    port, senders, each = free_port(), 3, 120
    environment = {**os.environ, "DATABASE_URL": app_dsn, "THROUGHCARE_MLLP_PORT": str(port)}
    lots = [[results(LUIS, f"K{s}-{n}", f"K{s}-{n}") for n in range(each)] for s in range(senders)]
    answered = [0] * senders

    def open_door():
        return subprocess.Popen([sys.executable, "-m", "throughcare.app", "listen"], env=environment)

    def talk(sender, lot, stop_after=None):
        with suppress(OSError):
            _pour(port, lot, lambda: answered.__setitem__(sender, answered[sender] + 1), killing, stop_after)

    killing = threading.Event()
    process = open_door()
    try:
        assert codes([_first_answer(port, message("A28", LUIS))]) == ["AA"]
        talking = [threading.Thread(target=talk, args=(s, lots[s], each // 3)) for s in range(senders)]
        for one in talking:
            one.start()
        assert killing.wait(60)
        process.kill()
        process.wait()
        for one in talking:
            one.join(30)
        assert 0 < sum(answered) < senders * each, "it died in the middle"
        before = set(Message.objects.filter(repeat_of=None).values_list("control_id", flat=True))
        for sender, count in enumerate(answered):
            assert {f"K{sender}-{n}" for n in range(count)} <= before, "what was answered is there"
        process = open_door()
        _first_answer(port, message("A28", LUIS))
        for sender, count in enumerate(list(answered)):
            talk(sender, lots[sender][count:])
        assert answered == [each] * senders
    finally:
        process.kill()
        process.wait()
    sound = audit.run()
    assert sound.sound, sound.lines()
    for sender in range(senders):
        kept = Message.objects.filter(repeat_of=None, control_id__startswith=f"K{sender}-").order_by(
            "received_at", "id"
        )
        assert [one.control_id for one in kept] == [f"K{sender}-{n}" for n in range(each)], "each once, in its order"


def _pour(port, lot, told, killing, stop_after):
    """Write all at once, and count the answers; after so many the door may be killed."""
    from throughcare.exchange.hl7v2.mllp import Client

    with Client("127.0.0.1", port, 60) as client:
        client.send_bytes(b"".join(frame(one) for one in lot))
        for n, one in enumerate(lot):
            said = client.receive().split(b"\r")[1]
            assert said == b"MSA|AA|" + one.split(b"|")[9]
            told()
            if n == stop_after:
                killing.set()


def test_the_hand_that_charts_is_killed_and_another_goes_on_where_it_was(database_copy, app_dsn, places_committed):
    """Killed by force in the middle of charting: nothing is lost, nothing stands twice, and who charts is another process."""
    import os
    import signal
    import subprocess
    import sys
    import time

    from tests.serving import free_port
    from throughcare.chart.models import Report
    from throughcare.exchange.hl7v2 import actions, audit
    from throughcare.exchange.hl7v2.actions import storing
    from throughcare.exchange.models import Message

    actions.receive(message("A01", LUIS, control_id="ADT"), "test")
    told = [results(LUIS, f"D{n}", f"D{n}") for n in range(150)]
    came = [storing.Came(one, said := parse(one), judge(said, actions.accepts())) for one in told]
    actions.store_messages(actor=actions.FEED, came=came, door="test")
    environment = {**os.environ, "DATABASE_URL": app_dsn, "THROUGHCARE_MLLP_PORT": str(free_port())}
    process = subprocess.Popen([sys.executable, "-m", "throughcare.app", "listen"], env=environment)
    try:
        _until(lambda: Report.objects.count() > 0)
        first = _hand_of(process.pid)
        os.kill(first, signal.SIGKILL)
        left = Message.objects.filter(status="received").count()
        _until(lambda: not Message.objects.filter(status="received").exists())
        assert left, "it died in the middle"
        assert _hand_of(process.pid) != first
    finally:
        process.send_signal(signal.SIGTERM)
        since = time.monotonic()
        assert process.wait(10) == 0
        assert time.monotonic() - since < 6
    assert audit.run().sound
    assert sorted(Report.objects.values_list("filler", flat=True)) == sorted(f"D{n}" for n in range(150))


def _hand_of(listener):
    """Give the process that charts: the only child of the listener's only child."""
    from pathlib import Path

    process = listener
    for _ in range(2):
        (child,) = Path(f"/proc/{process}/task/{process}/children").read_text().split()
        process = int(child)
    return process


def _until(done, within=120):
    import time

    until = time.monotonic() + within
    while not done():
        assert time.monotonic() < until
        time.sleep(0.05)
