"""D3-3 and D3-17, what a form carries: whatever is typed into any field of any door, the answer is words and never a fall."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client

from tests.exchange.fhir.conftest import agency, in_agency
from tests.security import oracle
from tests.security.objects import ROLES, address, parameters, routes
from throughcare.access.doors import Route
from throughcare.custody.models import Placement
from throughcare.kernel.vocabulary import Role

pytestmark = pytest.mark.slow
__all__ = ["agency", "in_agency"]
SOURCE = Path(__file__).resolve().parents[2] / "src/throughcare"
READ = re.compile(r'(?:\.(?:get|getlist|pop)|FieldShape|ask)\(\s*"([a-z]\w*)"')
PAYLOADS = {
    "many digits": "9" * 5000,
    "more than a column holds": "99999999999",
    "an odd digit": "²",
    "below nothing": "-1",
    "an exponent": "1e999999",
    "no number": "NaN",
    "a zero byte": "a\x00b",
    "half a character": "\ud800",
    "no such day": "2026-02-30",
    "the last day": "9999-12-31",
    "the first day": "0001-01-01",
    "a late hour": "23:59",
    "nobody": str(uuid4()),
    "a list": '["a", {"b": 1}]',
    "right to left": "\u202eabc\u0000"[:-1],
    "long words": "word " * 2000,
}
QUICK = ("many digits", "an odd digit", "below nothing", "a zero byte")
# Who asks, where several may.
ASKING = sorted(
    ROLES,
    key=lambda role: (
        (Role.PROVIDER, Role.RN, Role.HSA, Role.HIM).index(role)
        if role in (Role.PROVIDER, Role.RN, Role.HSA, Role.HIM)
        else 9
    ),
)
# Ends the session of who asks, or begins another's.
LEFT = {"kiosk-sign-in", "sign-out", "sign-in", "switch", "demo_become", "language"}


# Parts of an address → the model that holds what they name.
HELD = {
    "amendment_id": "access.Amendment", "hold_id": "access.Hold", "annotation_id": "improvement.Annotation", "alert_id": "custody.OperationalAlert",
    "app_id": "smart.App", "arrival_id": "intake.Arrival", "authority_id": "access.Authority", "code_id": "emergency.Code",
    "condition_id": "chart.Condition", "confinement_id": "restriction.Confinement", "consent_id": "access.Consent",
    "crossing_id": "medications.Crossing", "cycle_id": "improvement.Cycle", "delivery_id": "exchange.Delivery",
    "denial_id": "access.Denial", "device_id": "devices.Device", "dose_id": "medications.Dose", "duty_id": "duties.Duty",
    "entry_id": "devices.DeviceEvent", "episode_id": "substance_use.Episode", "escalation_id": "duties.Escalation",
    "event_id": "custody.ScheduledEvent", "facility_id": "custody.Facility", "finding_id": "access.Finding",
    "follow_up_id": "mental_health.FollowUp", "glass_id": "access.BreakGlass", "handover_id": "duties.Handover",
    "held_id": "exchange.Received", "incoming_id": "exchange.Incoming", "lockdown_id": "custody.Lockdown",
    "medicine_id": "chart.HomeMedicine", "message_id": "exchange.Message", "note_id": "chart.Note",
    "order_id": "medications.MedicationOrder", "pack_id": "medications.KeptPack", "packet_id": "reentry.Packet",
    "posting_id": "access.Posting", "project_id": "improvement.Project", "proposal_id": "people.MergeProposal",
    "received_id": "exchange.Received", "report_id": "chart.Report", "representative_id": "access.Representative",
    "request_id": "sick_call.CareRequest", "restraint_id": "restriction.Restraint", "service_request_id": "chart.Order",
    "shift_id": "duties.RosterShift", "stock_id": "medications.StockLot", "suspension_id": "access.Suspension",
    "user_id": "access.User", "watch_id": "mental_health.Watch",
}  # fmt: skip


@dataclass(frozen=True)
class Knock:
    """One door, what its address names, and who asks from where."""

    route: Route
    parts: dict[str, Any]
    role: Role
    facility: str


@pytest.mark.parametrize(
    "payload",
    [pytest.param(v, id=k, marks=() if k in QUICK else pytest.mark.long) for k, v in PAYLOADS.items()],
)
def test_nothing_typed_breaks_a_door(payload: str, in_agency: None) -> None:
    told = answers([r for r in routes() if r.method == "POST" and r.name not in LEFT], payload)
    fell = [f"{knock.role} {knock.route.path}: {status}" for knock, status in told if status >= 500]
    assert not fell, "\n".join(fell)
    reached = {knock.route.path for knock, status in told if status not in (403, 404)}
    assert len(reached) > 120, "too few doors were passed to show anything"


def test_this_test_notices_a_field_read_without_care(in_agency: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from throughcare.duties import screens

    monkeypatch.setattr(screens, "whole_or_none", int)
    doors = [r for r in routes() if r.method == "POST" and r.path.startswith("/work/duties/")]
    assert any(status >= 500 for _, status in answers(doors, "²"))


def answers(doors: Iterable[Route], payload: str) -> list[tuple[Knock, int]]:
    """Post to each door a form that carries this in every field."""
    knocks = sorted((k for route in doors for k in knocks_at(route)), key=lambda k: (k.role, k.facility, k.route.path))
    told = []
    for (role, facility), some in groupby(knocks, key=lambda k: (k.role, k.facility)):
        client = Client(raise_request_exception=False)
        answer = client.post("/demo/become", {"role": role, "facility": facility})
        assert answer.status_code == 302, answer.content
        for knock in some:
            typed = dict.fromkeys(names_of(knock.route), payload)
            told.append((knock, _post(client, address(knock.route, knock.parts), typed)))
    return told


@cache
def knocks_at(route: Route) -> list[Knock]:
    """Give up to two things of the agency that an address may name, each with whom it is about and where they are."""
    role = next(one for one in ASKING if route.policy.public or oracle.role_passes(route.policy, one))
    names = [name for _, name in parameters(route.path)]
    held = next((name for name in reversed(names) if name in HELD), None)
    rows: list[Any] = list(apps.get_model(HELD[held]).objects.order_by("-pk")[:2]) if held else []
    found = []
    for row in rows or [None]:
        placed = Placement.objects.filter(until=None, cancelled=False).order_by("pk")
        person_id = getattr(row, "person_id", None)
        place = (placed.filter(person_id=person_id).first() if person_id else None) or placed.first()
        assert place is not None
        parts: dict[str, Any] = {}
        for kind, name in parameters(route.path):
            nothing = {"uuid": uuid4(), "int": 1, "slug": "none", "str": "none", "path": "none"}[kind]
            known = row.pk if row is not None and name == held else getattr(row, name, None)
            if known is None and name in HELD:
                known = apps.get_model(HELD[name]).objects.values_list("pk", flat=True).first()
            parts[name] = place.person_id if name == "person_id" else known or nothing
        found.append(Knock(route, parts, role, str(getattr(row, "facility_id", None) or place.facility_id)))
    return found


@cache
def names_of(route: Route) -> frozenset[str]:
    """Give every field that a page of this door's room reads: its own are among them."""
    room = Path(str(import_module(route.module).__file__)).parent
    room = room.parent if room.name in ("screens", "views") else room
    read = {name for file in room.rglob("*.py") for name in READ.findall(file.read_text())}
    return frozenset(read - {"intent", "csrfmiddlewaretoken"})


def _post(client: Client, url: str, typed: dict[str, str]) -> int:
    sent = urlencode(typed | {"intent": str(uuid4())}, errors="surrogatepass")
    with transaction.atomic():
        status: int = client.post(url, sent, content_type="application/x-www-form-urlencoded").status_code
        transaction.set_rollback(True)
    return status
