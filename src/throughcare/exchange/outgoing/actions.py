"""The only writers of what is sent: fill the queues from the ledger's feed, note what came of a try, pause, replay, set aside."""

import hashlib
from datetime import timedelta
from itertools import takewhile
from uuid import UUID

from django.conf import settings
from django.db import connection

from throughcare import ledger
from throughcare.access import labels
from throughcare.access.models import Consent
from throughcare.exchange.events import DeliveryFailed, DeliverySettled
from throughcare.exchange.hl7v2.parse import parse
from throughcare.exchange.models import Delivery, Destination
from throughcare.exchange.outgoing import messages, writing
from throughcare.exchange.outgoing.directory import Receiver, receivers
from throughcare.kernel import clock
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import Invalid, NotFound, Stale
from throughcare.kernel.events import emit
from throughcare.kernel.fhir import decode
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import DataClass
from throughcare.ledger import body as bodies
from throughcare.ledger import reads
from throughcare.ledger.models import Current, Version
from throughcare.people.family import family
from throughcare.people.models import Identifier, Person

SENDER = Actor.system("sender")
PARCEL = 5_000
NEVER = ("42CFRPart2", "PSYTHPN", "SDV")
WAIT, LONGEST = timedelta(seconds=15), timedelta(hours=1)


@action("exchange.fill_queue")
def fill_queue(*, actor: Actor, code: str) -> int:
    """Read what the ledger has written since the last time and queue what this receiver is told; give how many.

    A receiver begins with what is written after it was opened: nobody is sent the past unasked.
    """
    receiver = receivers().get(code)
    if receiver is None or not receiver.is_open:
        return 0
    place, fresh = Destination.objects.select_for_update().get_or_create(code=code, defaults={"id": uuid7()})
    if fresh:
        Destination.objects.filter(id=place.id).update(horizon=_now())
        return 0
    rows, horizon = reads.feed(place.horizon, limit=PARCEL)
    wanted = [position for position, kind, _, _ in rows if kind in messages.BUILDERS]
    queued = sum(
        _queue(place, receiver, one) for one in Version.objects.filter(position__in=wanted).order_by("position")
    )
    Destination.objects.filter(id=place.id).update(horizon=horizon)
    return queued


def _now() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


def _queue(place: Destination, receiver: Receiver, version: Version) -> bool:
    if version.subject_kind != "person" or version.data_class not in receiver.classes or version.body is None:
        return False
    who = _who(version.subject)
    body = decode(bodies.unpack(bytes(version.body), (version.resource_id, version.subject)))
    entry = messages.Entry(version.type, str(version.resource_id), version.version, body)
    found = messages.built(entry, who) if who else None
    if found is None or not receiver.takes(found[0]) or _kept_back(version):
        return False
    if found[0].startswith("ADT") and not _agreed(version.subject):
        return False
    about = (version.type, version.resource_id, version.version)
    return _put(place, receiver, version.subject, found[0], found[1], about) is not None


def _kept_back(version: Version) -> bool:
    """Labels are those of today: what a programme or a psychotherapist wrote does not leave by a message."""
    standing = Current.objects.filter(type=version.type, resource_id=version.resource_id).values_list(
        "labels", flat=True
    )
    return bool((standing.first() or 0) & labels.bits_of(NEVER))


def _agreed(person_id: UUID) -> bool:
    """True where the person's last word on the exchange is yes, and not taken back."""
    said = Consent.objects.filter(person_id__in=family(person_id), kind="release_to_exchange").order_by("-signed_at")
    last = said.first()
    now = clock.now()
    return (
        last is not None
        and last.agreed
        and last.revoked_at is None
        and (last.expires_at is None or last.expires_at > now)
    )


def _put(
    place: Destination,
    receiver: Receiver,
    person_id: UUID,
    trigger: str,
    lines: list[str],
    about: tuple[str, UUID, int],
) -> Delivery | None:
    now, id_ = clock.now(), uuid7()
    control = id_.hex[12:]
    profile = {"VXU^V04": "Z22^CDCPHINVS", "QBP^Q11": "Z34^CDCPHINVS"}.get(trigger, "")
    processing = "T" if settings.THROUGHCARE_DEMO else "P"
    to = (receiver.application, receiver.facility)
    first = writing.header(trigger, to, control, now, processing=processing, profile=profile)
    raw = writing.message([first, *lines])
    row, made = Delivery.objects.get_or_create(
        destination=place,
        about_type=about[0],
        about_id=about[1],
        about_version=about[2],
        trigger=trigger,
        defaults={
            "id": id_,
            "person_id": person_id,
            "control_id": control,
            "raw": raw,
            "digest": hashlib.sha256(raw).digest(),
            "queued_at": now,
            "next_at": now,
        },
    )
    if not made:
        return None
    _keep(row, receiver)
    return row


def _who(person_id: UUID) -> writing.Who | None:
    person = Person.objects.select_related("survivor").filter(id=person_id).first()
    if person is None:
        return None
    held = (
        Identifier.objects.filter(person=person, until=None).order_by("system", "value").values_list("system", "value")
    )
    numbers = tuple((system.rsplit(":", 1)[-1].replace("person", "CTDOC"), value) for system, value in held)
    return writing.Who(numbers, person.family, person.given, person.middle, person.birth_date, person.sex)


@action("exchange.ask_registry")
def ask_registry(*, actor: Actor, intent: UUID | None = None, person_id: UUID, forecast: bool = False) -> UUID:
    """Queue a question to the immunization registry: what it knows of this person, and with `forecast` what is due."""
    receiver = receivers().get("registry")
    who = _who(person_id)
    if receiver is None or not receiver.takes("QBP^Q11") or who is None:
        raise Invalid("The registry is not connected here yet. Nothing was sent.")
    place, _ = Destination.objects.get_or_create(code="registry", defaults={"id": uuid7(), "horizon": _now()})
    asked = uuid7()
    lines = messages.query(who, asked.hex[12:], forecast=forecast)
    row = _put(place, receiver, person_id, "QBP^Q11", lines, ("Query", asked, 1))
    if row is None:
        raise Stale("This was asked already.")
    return row.id


# --- what came of a try ----------------------------------------------------------------------------------------------------


@action("exchange.note_answer")
def note_answer(*, actor: Actor, delivery_id: UUID, answer: bytes) -> str:
    """Keep what the receiver answered: accepted, or refused and on the board with an owner. Gives the new state."""
    row = _queued(delivery_id)
    if row is None:
        return "settled"
    now, code, names_us = clock.now(), *_code(answer, row.control_id)
    row.tries, row.sent_at, row.answered_at, row.answer = row.tries + 1, now, now, answer
    if code in ("AA", "CA") and names_us:
        row.state, row.trouble = "accepted", ""
        Destination.objects.filter(id=row.destination_id).update(last_ack_at=now, last_trouble="")
    else:
        row.state = "failed"
        row.trouble = (
            f"The receiver answered {code}." if names_us else "The receiver answered another message than ours."
        )
    _save(row)
    return row.state


@action("exchange.note_trouble")
def note_trouble(*, actor: Actor, delivery_id: UUID, trouble: str, max_tries: int) -> str:
    """Keep that a try did not come through: it is tried again, later each time, and at last put on the board."""
    row = _queued(delivery_id)
    if row is None:
        return "settled"
    row.tries += 1
    row.trouble = trouble[:300]
    row.next_at = clock.now() + min(WAIT * 2 ** min(row.tries - 1, 10), LONGEST)
    if row.tries >= max_tries:
        row.state = "failed"
    Destination.objects.filter(id=row.destination_id).update(last_trouble=trouble[:200])
    _save(row)
    return row.state


@action("exchange.pause_destination")
def pause_destination(*, actor: Actor, intent: UUID | None = None, code: str, paused: bool) -> None:
    """Stop sending to a receiver, or go on; what is queued stays queued."""
    row = Destination.objects.select_for_update().filter(code=code).first()
    if row is None:
        raise NotFound("There is no such receiver, or nothing was ever queued for it.")
    row.bump(paused_at=clock.now() if paused else None, paused_by=actor.label()[:160] if paused else "")


@action("exchange.replay_delivery")
def replay_delivery(*, actor: Actor, intent: UUID | None = None, delivery_id: UUID) -> None:
    """Queue a message again that had failed: the same bytes, under the same id."""
    row = _failed(delivery_id)
    row.state, row.next_at, row.tries, row.trouble = "queued", clock.now(), 0, ""
    row.settled_by = actor.label()[:160]
    _save(row)
    emit(DeliverySettled(happened_at=clock.now(), person_id=row.person_id, ref=row.id))


@action("exchange.set_delivery_aside")
def set_delivery_aside(*, actor: Actor, intent: UUID | None = None, delivery_id: UUID, why: str) -> None:
    """Give a message up that had failed, with the reason; it stays to be read."""
    if len(why.strip()) < 3:
        raise Invalid("Say why, in a few words.", fields={"why": "Say why, in a few words."})
    row = _failed(delivery_id)
    row.state, row.why, row.settled_by = "set_aside", why.strip()[:400], actor.label()[:160]
    _save(row)
    emit(DeliverySettled(happened_at=clock.now(), person_id=row.person_id, ref=row.id))


def _queued(delivery_id: UUID) -> Delivery | None:
    return Delivery.objects.select_for_update().filter(id=delivery_id, state="queued").first()


def _failed(delivery_id: UUID) -> Delivery:
    row = Delivery.objects.select_for_update().filter(id=delivery_id).first()
    if row is None:
        raise NotFound("There is no such message.")
    if row.state != "failed":
        raise Stale("Somebody has settled this one already. Nothing was changed.")
    return row


def _code(answer: bytes, control_id: str) -> tuple[str, bool]:
    said = next((one for one in parse(answer).segments if one.name == "MSA"), None)
    return (said.part(1).upper(), said.part(2) == control_id) if said else ("nothing readable", False)


def _save(row: Delivery) -> None:
    row.version += 1
    row.save()
    if row.state != "queued":
        _keep(row, receivers().get(row.destination.code))
    if row.state == "failed":
        emit(DeliveryFailed(happened_at=clock.now(), person_id=row.person_id, ref=row.id))


def _keep(row: Delivery, receiver: Receiver | None) -> None:
    """The disclosure log: to whom, what, when, by its digest; the bytes stand in the row, which the database freezes."""
    ledger.record(
        type="Delivery",
        id=row.id,
        person_id=row.person_id,
        data_class=DataClass.DEMOGRAPHICS,
        body={
            "destination": row.destination.code,
            "title": receiver.title if receiver else "",
            "trigger": row.trigger,
            "controlId": row.control_id,
            "about": f"{row.about_type}/{row.about_id}/_history/{row.about_version}",
            "digest": bytes(row.digest).hex(),
            "state": row.state,
            "why": row.why,
            "by": row.settled_by,
        },
        media="throughcare/Delivery",
    )


def waiting(code: str, limit: int) -> list[Delivery]:
    """Give what is due to be sent to a receiver, in the order in which it was queued; nothing overtakes what waits."""
    now = clock.now()
    rows = Delivery.objects.filter(destination__code=code, destination__paused_at=None, state="queued")
    return list(takewhile(lambda row: row.next_at <= now, rows.order_by("queued_at", "id")[:limit]))
