"""The doors of a device that works without a network: enrolled, given its bundle, heard; and the page of its exceptions."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

import msgspec
import orjson
from django.http import HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import reverse

from throughcare.access.doors import Request, saw, screen
from throughcare.devices import actions, device_keys, policy, reads
from throughcare.devices.entries import Entry, Section, Synced
from throughcare.devices.json_doors import answering, body_of, device_in, here, intent_in
from throughcare.devices.ports import KINDS
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid, NotAllowed, NotFound
from throughcare.ledger.reads import log_read
from throughcare.ui import pages
from throughcare.ui.forms import id_or_none, intent_of, whole_or_none
from throughcare.ui.wording import t

PARCEL = 60
HOUSE = (
    "ui/throughcare.css", "ui/theme.js", "ui/throughcare.js", "ui/mark.svg", "ui/vendor/htmx-4.0.1.min.js",
    "ui/fonts/public-sans-latin-wght-normal.woff2", "ui/fonts/public-sans-latin-ext-wght-normal.woff2",
    "devices/tablet.css", "devices/dom.js", "devices/wire.js", "devices/store.js", "devices/tablet.js",
)  # fmt: skip


@screen("GET", "/devices/worker.js", policy=policy.CARRY, name="device_worker")
def worker(request: Request) -> HttpResponse:
    """Give the script that keeps the empty pages at hand: it holds no person's data."""
    kinds = KINDS().values()
    kept = {
        "pages": {reverse(kind.page): reverse(kind.shell) for kind in kinds},
        "files": [static(file) for file in (*HOUSE, *(f for kind in kinds for f in kind.files))],
    }
    text = f"const KEPT = {json.dumps(kept)};\nimportScripts({json.dumps(static('devices/worker.js'))});\n"
    return HttpResponse(
        text, content_type="text/javascript; charset=utf-8", headers={"Service-Worker-Allowed": reverse("home")}
    )


@screen("POST", "/devices/enrol/", policy=policy.CARRY, name="device_enrol")
@answering
def enrol(request: Request) -> HttpResponse:
    """Enrol this device, and give it our public keys."""
    body = body_of(request)
    device_id = actions.enrol_device(
        actor=request.actor,
        intent=intent_in(body),
        device_id=device_in(body),
        facility_id=here(request),
        name=str(body.get("name", "")),
    )
    return JsonResponse({"device": str(device_id), **device_keys.public()})


@screen("POST", "/devices/bundle/", policy=policy.CARRY, name="device_bundle")
@answering
def bundle(request: Request) -> HttpResponse:
    """Give a device what it takes along for twelve hours, signed; what could kill twice becomes its own."""
    body, place = body_of(request), here(request)
    device_id, now = device_in(body), clock.now()
    sections = _sections(request, place, device_id, body.get("sections"))
    everybody = {person for section in sections.values() for person in section.people}
    bundle_id = actions.take_bundle(
        actor=request.actor,
        intent=intent_in(body),
        device_id=device_id,
        people=len(everybody),
        own={name: section.own for name, section in sections.items()},
    )
    content = {
        "as_of": now.isoformat(),
        "device": str(device_id),
        "bundle": str(bundle_id),
        "carrier": request.lens.user_name,
        "expires": (now + actions.LASTS).isoformat(),
        "entry_key": device_keys.text(device_keys.event_key(bundle_id)),
        "sections": {name: section.content() for name, section in sections.items()},
    }
    classes = {KINDS()[name].data_class for name in sections}
    log_read(request.lens, route="device_bundle", people=everybody, classes=classes, kind="export")
    text = msgspec.json.encode(content)
    return JsonResponse({"body": text.decode(), "signature": device_keys.sign(text)})


def _sections(request: Request, place: UUID, device_id: UUID, asked: Any) -> dict[str, Section]:
    """Give the parts asked for that the reader's role may carry."""
    if not isinstance(asked, Mapping) or not asked:
        raise Invalid("This page did not say what to take along. Open it again; nothing was taken.")
    kinds = KINDS()
    found = {}
    for name, words in asked.items():
        kind = kinds.get(str(name))
        if kind is None or not kind.carry.allows(request.lens):
            raise NotAllowed("Your role can't take that along. Nothing was taken.")
        said = {str(k): str(v) for k, v in words.items()} if isinstance(words, Mapping) else {}
        found[str(name)] = kind.section(request.lens, place, device_id, said)
    return found


@screen("POST", "/devices/return/", policy=policy.CARRY, name="device_return")
@answering
def give_back(request: Request) -> HttpResponse:
    """End what a device took along."""
    body = body_of(request)
    actions.return_bundle(actor=request.actor, intent=intent_in(body), device_id=device_in(body))
    return JsonResponse({"returned": True})


@screen("POST", "/devices/sync/", policy=policy.CARRY, name="device_sync")
@answering
def sync(request: Request) -> HttpResponse:
    """Take in a parcel of sealed entries, and say of each what became of it. Sent again, nothing happens twice."""
    body = body_of(request)
    device = reads.device(request.lens, device_in(body))
    if device is None:
        raise NotFound("This device is not enrolled here. What it holds is kept on it; enrol it first.")
    rows = body.get("entries")
    if not isinstance(rows, list) or len(rows) > PARCEL:
        raise Invalid(f"Send at most {PARCEL} entries at once. What was charted is kept on the device.")
    opened = [_opened(str(device.id), row) for row in rows if isinstance(row, dict)]
    done: list[Synced] = []
    for bundle_id, group in groupby(opened, key=lambda pair: pair[0]):
        done += _take_in(request, device.id, bundle_id, [entry for _, entry in group])
    return JsonResponse(
        {"entries": [{"id": str(d.event_id), "outcome": d.outcome, "sentence": _sentence(request, d)} for d in done]}
    )


def _take_in(request: Request, device_id: UUID, bundle_id: UUID | None, entries: Iterable[Entry]) -> list[Synced]:
    bundle = reads.bundle(request.lens, bundle_id) if bundle_id else None
    actor = actions.carrier_of(bundle) if bundle else request.actor
    return actions.take_in(
        actor=actor, device_id=device_id, bundle_id=bundle.id if bundle else None, entries=list(entries)
    )


def _sentence(request: Request, done: Synced) -> str:
    """Say what is to be done only to somebody whose work it is: another may carry the device back."""
    kind = KINDS().get(done.kind)
    return done.sentence if kind is None or kind.carry.allows(request.lens) else ""


def _opened(device_id: str, row: dict[str, Any]) -> tuple[UUID | None, Entry]:
    """Open one sealed entry; what can't be opened or proved is kept as it came, never dropped."""
    event_id, sequence = id_or_none(row.get("id")), row.get("sequence")
    if event_id is None or not isinstance(sequence, int) or not 0 < sequence < 2**31:
        raise Invalid("An entry came without its number. What was charted is kept on the device.")
    try:
        sealed = orjson.loads(device_keys.open_box(row.get("box"), f"{device_id}/{event_id}"))
        text, bundle_id = str(sealed["body"]), id_or_none(sealed["bundle"])
        proved = bundle_id is not None and device_keys.proves(bundle_id, text.encode(), str(sealed["mark"]))
        entry = _read(orjson.loads(text), "" if proved else "not_proved")
    except (device_keys.Unreadable, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None, _unreadable(event_id, sequence, row)
    if (entry.event_id, entry.sequence) != (event_id, sequence):
        return bundle_id, _unreadable(event_id, sequence, row)
    return bundle_id, entry


def _read(body: dict[str, Any], doubt: str) -> Entry:
    if _holds_nul(body):
        raise ValueError("a byte that no text holds")
    at, skew = datetime.fromisoformat(str(body["at"])), int(body.get("skew_ms") or 0)
    if at.tzinfo is None or abs(skew) >= 2**52:
        raise ValueError("no moment")
    return Entry(UUID(str(body["event_id"])), int(body["sequence"]), str(body["kind"])[:20], at, skew, body, doubt)


def _holds_nul(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_holds_nul, (*value, *value.values())))
    return any(map(_holds_nul, value)) if isinstance(value, list) else "\x00" in str(value)


def _unreadable(event_id: UUID, sequence: int, row: dict[str, Any]) -> Entry:
    return Entry(event_id, sequence, "", None, 0, {"box": json.dumps(row.get("box"))[:4000]}, "unreadable")


@screen("GET", "/devices/", policy=policy.KEEP, name="devices")
def devices(request: Request) -> HttpResponse:
    """Show the facility's devices, and the entries that a person must look at."""
    place = request.posting.facility_id
    kept = reads.kept(request.lens, place) if place else []
    saw(request, *(k.who.person_id for k in kept if k.who))
    context = {"rows": reads.devices(request.lens, place) if place else [], "kept": kept, "facility_id": place}
    return pages.page(request, "devices/devices.html", context)


@screen("POST", "/devices/<uuid:device_id>/revoke/", policy=policy.KEEP, name="device_revoke")
def revoke(request: Request, device_id: UUID) -> HttpResponse:
    """Refuse a lost device from now on."""
    found = reads.device(request.lens, device_id)
    if found is None or found.facility_id != request.posting.facility_id:
        raise NotFound("There is no such device here.")
    actions.revoke_device(
        actor=request.actor, intent=intent_of(request), device_id=device_id, why=request.POST.get("why", "")
    )
    return pages.then(request, reverse("devices"), t("devices.revoked"))


@screen("POST", "/devices/entries/<uuid:entry_id>/review/", policy=policy.KEEP, name="device_review")
def review(request: Request, entry_id: UUID) -> HttpResponse:
    """Say what was found out about an entry."""
    if reads.entry(request.lens, entry_id) is None:
        raise NotFound("There is no such entry here.")
    actions.review_entry(
        actor=request.actor,
        intent=intent_of(request),
        entry_id=entry_id,
        version=whole_or_none(request.POST.get("version", "")) or 0,
        found=request.POST.get("found", ""),
    )
    return pages.then(request, reverse("devices"), t("devices.reviewed"))
