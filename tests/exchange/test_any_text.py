"""Whatever is written in a field, and however a message is damaged: kept, judged, answered, accounted for."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.exchange.messages import START, Arrival, message
from throughcare.exchange.hl7v2 import audit
from throughcare.exchange.hl7v2.actions import receive
from throughcare.exchange.models import Message
from throughcare.kernel import clock

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.usefixtures("places")]
LUIS = Arrival(unit="A", cell="", bed="")
WHOLE = message("A01", LUIS)


@pytest.fixture(autouse=True)
def _later():
    with clock.frozen(START + timedelta(days=30)):
        yield


def answer(raw):
    """The code of MSA-1, whatever the sender's separator is."""
    return re.search(rb"\rMSA.{1,4}?(AA|AE|AR)", receive(raw, "test")[1])[1]


def test_naughty_strings_of_others_as_names_and_cells(shared):
    strings = json.loads((shared / "corpora/robustness/blns.json").read_text(encoding="utf-8"))[::10]
    failed = []
    for number, text in enumerate(strings):
        escaped = "".join(
            {"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\"}.get(c, c) for c in text
        )
        person = replace(LUIS, number=f"T{number:07d}", family=escaped, cell=escaped[:30], visit=f"V{number}")
        if answer(message("A01", person, control_id=f"N{number}")) not in (b"AA", b"AE"):
            failed.append(text)
    assert not failed
    assert not Message.objects.filter(hold="failed").exists(), "no text breaks us"
    account = audit.run()
    assert account.sound, account.lines()
    print("\n", *account.lines())


@settings(max_examples=40, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_message_damaged_anywhere_is_kept_and_answered(data):
    raw = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(raw)))
        raw[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    before = Message.objects.count()
    assert answer(bytes(raw)) in (b"AA", b"AE", b"AR")
    assert Message.objects.count() == before + 1
    assert not Message.objects.filter(hold="failed").exists()
    assert audit.run().sound
