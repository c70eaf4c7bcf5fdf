"""Messages that others made, taken in whole: each is kept, its person registered where somebody may, and charted; none fails.

The messages are not part of the project; without the folder ../shared these tests are skipped with a reason.
"""

import gzip
import json
from collections import Counter
from contextlib import suppress

import pytest

from throughcare.chart.models import Immunization, Observation, Report
from throughcare.exchange.hl7v2 import actions, audit, panels
from throughcare.exchange.hl7v2.parse import parse
from throughcare.exchange.models import Message, VisitOutside
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Refused
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import Role

pytestmark = pytest.mark.django_db
CLERK = Actor("staff", derived("test", "clerk"), "Demo-Clerk, Bo", Role.HIM)


@pytest.fixture
def places(db):
    """Have the agency's facilities, units and beds."""
    from throughcare.custody.actions import load_places
    from throughcare.custody.models import Facility

    if not Facility.objects.exists():
        load_places(actor=Actor.system("test"))


def corpus(shared):
    with gzip.open(shared / "corpora/hl7v2/messages.jsonl.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def take(rows):
    """Take messages in; whom nobody here knows is registered by hand, as the records office does."""
    by_type: dict[str, Counter] = {}
    for row in rows:
        receipt, answer = actions.receive(row["raw"].encode(), "test")
        assert answer.startswith(b"MSH"), row["id"]
        if receipt.hold == "unknown_person":
            with suppress(Refused):  # it says no name, or its number is somebody's: it stays on the board
                receipt = actions.register_person(actor=CLERK, message_id=receipt.message_id)
        by_type.setdefault(row["type"], Counter())[f"{receipt.status} {receipt.hold or receipt.answer}"] += 1
    return by_type


def check(rows):
    by_type = take(rows)
    for kind, counts in sorted(by_type.items()):
        print(f"\n{kind}: {dict(counts)}", end="")
    failed = list(Message.objects.filter(hold="failed").values_list("control_id", "trigger"))
    assert failed == []
    account = audit.run()
    assert account.sound, account.lines()
    assert sum(account.counts.values()) == len(rows)
    print("\n", account.lines()[0])


def test_a_slice_of_each_type_is_charted_and_none_fails(shared, places):
    seen: Counter = Counter()
    rows = []
    for row in corpus(shared):
        seen[row["type"]] += 1
        if seen[row["type"]] <= 2 and row["type"][:3] in ("ORU", "VXU", "SIU", "MDM", "ORM", "OMG", "OML"):
            rows.append(row)
    check(rows)


@pytest.mark.long
def test_every_message_is_kept_and_what_has_a_place_is_charted(shared, places):
    rows = corpus(shared)
    check(rows)
    applied = Message.objects.filter(status="applied", trigger__startswith="ORU^").exclude(raw=None)
    told = sum(len(panel.told) for one in applied for panel in panels.panels(parse(bytes(one.raw or b""))))
    lines = Observation.objects.filter(category="laboratory").count()
    print(f"\n{lines} lines charted of {told} OBX in {applied.count()} applied messages with results")
    print(
        f"{Report.objects.count()} reports, {Immunization.objects.count()} vaccines, {VisitOutside.objects.count()} visits"
    )
    assert Report.objects.count() > 50
    assert Immunization.objects.count() >= 8
