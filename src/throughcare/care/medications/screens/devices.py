"""The doors of a device that charts without a network: enrolled, given its bundle, heard; and the page of its exceptions."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import reverse

from throughcare.access.doors import Request, saw, screen
from throughcare.care.medications import actions, device_keys, downtime, formulary, pass_views, policy, views
from throughcare.care.medications.reads import devices as reads
from throughcare.care.medications.reads import passes
from throughcare.care.medications.screens.passing import answering, body_of, context_of, here, intent_in
from throughcare.care.medications.traits import double_kills
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid, NotFound, Refused
from throughcare.ui import pages
from throughcare.ui.forms import intent_of
from throughcare.ui.shapes import Viewer
from throughcare.ui.wording import t

AHEAD = timedelta(hours=12)
PARCEL = 60
# What can't be opened says no time; the same thing sent again must be the same entry.
NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)
SHELL = (
    "ui/throughcare.css", "ui/theme.js", "ui/throughcare.js", "ui/layout.js", "ui/mark.svg", "ui/vendor/htmx-4.0.1.min.js",
    "ui/fonts/public-sans-latin-wght-normal.woff2", "ui/fonts/public-sans-latin-ext-wght-normal.woff2",
    "medications/pass.css", "medications/dom.js", "medications/faces.js", "medications/pass.js",
    "medications/pass_view.js", "medications/pass_dialogs.js", "medications/device.js", "medications/device_store.js",
    "medications/packs.js",
)  # fmt: skip


@screen("GET", "/pass/worker.js", policy=policy.GIVE, name="pass_worker")
def worker(request: Request) -> HttpResponse:
    """Give the script that keeps the empty page at hand: it holds no person's data."""
    kept = json.dumps({"page": reverse("pass"), "shell": reverse("pass_shell"), "files": [static(f) for f in SHELL]})
    text = f"const KEPT = {kept};\nimportScripts({json.dumps(static('medications/worker.js'))});\n"
    return HttpResponse(text, content_type="text/javascript; charset=utf-8")


@screen("GET", "/pass/shell/", policy=policy.GIVE, name="pass_shell")
def shell(request: Request) -> HttpResponse:
    """Give the page without anybody on it, for hours without a network."""
    context = {**context_of(request), "viewer": Viewer(), "nav": (), "facility_id": "shell"}
    return pages.page(request, "medications/pass_shell.html", context)


@screen("POST", "/pass/enrol/", policy=policy.GIVE, name="pass_enrol")
@answering
def enrol(request: Request) -> HttpResponse:
    """Enrol this device, and give it our public keys."""
    body = body_of(request)
    device_id = actions.enrol_device(
        actor=request.actor,
        intent=intent_in(body),
        device_id=_id(body, "device"),
        facility_id=here(request),
        name=str(body.get("name", "")),
    )
    return JsonResponse({"device": str(device_id), **device_keys.public()})


@screen("POST", "/pass/bundle/", policy=policy.GIVE, name="pass_bundle")
@answering
def bundle(request: Request) -> HttpResponse:
    """Give a device the line of the next twelve hours, signed; doses that could kill twice become its own."""
    body, place = body_of(request), here(request)
    device_id = _id(body, "device")
    unit, code = views.uuid_of(str(body.get("unit", ""))), str(body.get("pass", ""))
    found = passes.line(request.lens, place, unit_id=unit, code=code, ahead=AHEAD)
    expected = passes.coming(request.lens, place, code=code, ahead=AHEAD)
    everybody = [*found.people, *expected]
    orders = {d.order.id: d.order for p in everybody for d in p.doses if d.order}
    orders |= {a.order.id: a.order for p in everybody for a in p.as_needed}
    owned = [o.id for o in orders.values() if double_kills(o)]
    bundle_id = actions.take_bundle(
        actor=request.actor, intent=intent_in(body), device_id=device_id, people=len(everybody), leased=owned
    )
    now = clock.now()
    content = {
        **pass_views.line(found),
        "expected": [pass_views.person(p) for p in expected],
        "device": str(device_id),
        "bundle": str(bundle_id),
        "nurse": request.lens.user_name,
        "expires": (now + AHEAD).isoformat(),
        "entry_key": device_keys.text(device_keys.event_key(bundle_id)),
        "leases": reads.leases(request.lens, set(owned)),
        "packs": pass_views.packs(formulary.load(), {o.code for o in orders.values() if o.code}),
    }
    saw(request, *(p.who.person_id for p in everybody))
    text = msgspec.json.encode(content)
    return JsonResponse({"body": text.decode(), "signature": device_keys.sign(text)})


@screen("POST", "/pass/return/", policy=policy.GIVE, name="pass_return")
@answering
def give_back(request: Request) -> HttpResponse:
    """End what a device took along."""
    body = body_of(request)
    actions.return_bundle(actor=request.actor, intent=intent_in(body), device_id=_id(body, "device"))
    return JsonResponse({"returned": True})


@screen("POST", "/pass/sync/", policy=policy.GIVE, name="pass_sync")
@answering
def sync(request: Request) -> HttpResponse:
    """Take in a parcel of sealed entries, and say of each what became of it. Sent again, nothing happens twice."""
    body = body_of(request)
    device = reads.device(request.lens, _id(body, "device"))
    if device is None:
        raise NotFound("This device is not enrolled here. What it holds is kept on it; enrol it first.")
    rows = body.get("entries")
    if not isinstance(rows, list) or len(rows) > PARCEL:
        raise Invalid(f"Send at most {PARCEL} entries at once. What was charted is kept on the device.")
    opened = [_opened(str(device.id), row) for row in rows if isinstance(row, dict)]
    done: list[actions.Synced] = []
    for bundle_id, group in groupby(opened, key=lambda pair: pair[0]):
        done += _take_in(request, device.id, bundle_id, [event for _, event in group])
    return JsonResponse(
        {"entries": [{"id": str(d.event_id), "outcome": d.outcome, "sentence": d.sentence} for d in done]}
    )


def _take_in(
    request: Request, device_id: UUID, bundle_id: UUID | None, events: Iterable[actions.SentEvent]
) -> list[actions.Synced]:
    bundle = reads.bundle(request.lens, bundle_id) if bundle_id else None
    actor = actions.nurse_of(bundle) if bundle else request.actor
    return actions.sync_events(
        actor=actor, device_id=device_id, bundle_id=bundle.id if bundle else None, events=list(events)
    )


def _opened(device_id: str, row: dict[str, Any]) -> tuple[UUID | None, actions.SentEvent]:
    """Open one sealed entry; what can't be opened or proved is kept as it came, never dropped."""
    event_id, sequence = views.uuid_of(str(row.get("id", ""))), row.get("sequence")
    if event_id is None or not isinstance(sequence, int) or not 0 < sequence < 2**31:
        raise Invalid("An entry came without its number. What was charted is kept on the device.")
    try:
        sealed = json.loads(device_keys.open_box(row.get("box"), f"{device_id}/{event_id}"))
        text, bundle_id = str(sealed["body"]), views.uuid_of(str(sealed["bundle"]))
        proved = bundle_id is not None and device_keys.proves(bundle_id, text.encode(), str(sealed["mark"]))
        event = pass_views.sent(json.loads(text), "" if proved else "not_proved")
    except (device_keys.Unreadable, Refused, ValueError, KeyError, TypeError):
        return None, _unreadable(event_id, sequence, row)
    if (event.event_id, event.sequence) != (event_id, sequence):
        return bundle_id, _unreadable(event_id, sequence, row)
    return bundle_id, event


def _unreadable(event_id: UUID, sequence: int, row: dict[str, Any]) -> actions.SentEvent:
    box = json.dumps(row.get("box"))[:4000]
    return actions.SentEvent(event_id, sequence, None, None, None, "", NO_TIME, detail={"box": box}, doubt="unreadable")


@screen("GET", "/pass/devices/", policy=policy.DEVICES, name="pass_devices")
def devices(request: Request) -> HttpResponse:
    """Show the facility's devices, and the entries that a person must look at."""
    place = request.posting.facility_id
    kept = reads.kept(request.lens, place) if place else []
    saw(request, *(k.who.person_id for k in kept if k.who))
    context = {"rows": reads.devices(request.lens, place) if place else [], "kept": kept, "facility_id": place}
    return pages.page(request, "medications/devices.html", context)


@screen("POST", "/pass/devices/<uuid:device_id>/revoke/", policy=policy.DEVICES, name="pass_revoke")
def revoke(request: Request, device_id: UUID) -> HttpResponse:
    """Refuse a lost device from now on."""
    found = reads.device(request.lens, device_id)
    if found is None or found.facility_id != request.posting.facility_id:
        raise NotFound("There is no such device here.")
    actions.revoke_device(
        actor=request.actor, intent=intent_of(request), device_id=device_id, why=request.POST.get("why", "")
    )
    return pages.then(request, reverse("pass_devices"), t("medications.devices.revoked"))


@screen("POST", "/pass/entries/<uuid:entry_id>/review/", policy=policy.DEVICES, name="pass_review")
def review(request: Request, entry_id: UUID) -> HttpResponse:
    """Say what was found out about an entry."""
    actions.review_entry(
        actor=request.actor,
        intent=intent_of(request),
        entry_id=entry_id,
        version=views.number_of(request.POST.get("version", ""), 0),
        found=request.POST.get("found", ""),
    )
    return pages.then(request, reverse("pass_devices"), t("medications.devices.reviewed"))


@screen("GET", "/pass/downtime/", policy=policy.GIVE, name="pass_downtime", log="print")
def downtime_sheet(request: Request) -> HttpResponse:
    """Print every due dose of twelve hours, for hours in which nothing else works."""
    context, seen = downtime.sheet(request.lens, here(request), request.lens.user_name)
    saw(request, *seen)
    return pages.page(request, downtime.TEMPLATE, context)


def _id(body: dict[str, Any], name: str) -> UUID:
    found = views.uuid_of(str(body.get(name, "")))
    if found is None:
        raise Invalid("This device sent no name of its own. Open the page again; what was charted is kept on it.")
    return found
