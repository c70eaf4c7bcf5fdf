"""The only writers of exports: asked for, carried on step by step, cancelled, forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Q

from throughcare.access.realtime import real_now
from throughcare.access.tokens import Bearer
from throughcare.exchange.bulk import files
from throughcare.exchange.bulk.asking import Wish
from throughcare.exchange.bulk.models import Export, ExportFile
from throughcare.exchange.bulk.reading import PARTS, Step
from throughcare.exchange.fhir.types import LEAN
from throughcare.kernel import content
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.errors import NotFound
from throughcare.kernel.ids import uuid7
from throughcare.kernel.vocabulary import DataClass
from throughcare.ledger import reads as ledger_reads

WORKER = Actor.system("exports")
# A file is closed when it holds so many resources; the next of its type begins.
FULL = 100_000
GIVEN_UP = "given up by the app"  # says nothing against what was asked with it
HORIZON = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, clock_timestamp()"


def number(name: str) -> int:
    """Give a number of content/exchange/bulk.toml."""
    return int(content.load("exchange/bulk.toml")[name])


@dataclass(frozen=True, slots=True)
class Asked:
    """Which export is asked for: of everybody, of the people of a group, or of all people."""

    level: str
    request: str
    wish: Wish
    group_id: UUID | None = None
    members: Sequence[UUID] | None = None


@action("bulk.ask_export")
def ask_export(*, actor: Actor, bearer: Bearer, asked: Asked) -> UUID:
    """Queue an export; what is committed at this moment is what it will hold."""
    with connection.cursor() as cursor:
        cursor.execute(HORIZON)
        horizon, now = cursor.fetchone()
    id_, since = uuid7(), asked.wish.since
    before = Export.objects.filter(as_of=since).values_list("horizon", flat=True).first() if since else None
    Export.objects.create(
        id=id_,
        level=asked.level,
        group_id=asked.group_id,
        members=list(asked.members) if asked.members is not None else None,
        request=asked.request[:4000],
        client=bearer.client,
        token_id=bearer.token_id,
        user_id=bearer.lens.user_id,
        posting_id=_posting(bearer),
        person_id=bearer.lens.person_id,
        scopes=list(bearer.scopes) if bearer.scopes is not None else None,
        types=list(asked.wish.types),
        filters=[list(f) for f in asked.wish.filters],
        since=since,
        since_tx=before,
        horizon=horizon,
        as_of=now,
        key=files.new_key(id_),
        asked_at=real_now(),
    )
    return id_


def _posting(bearer: Bearer) -> UUID:
    from throughcare.access.models import Token

    return UUID(str(Token.objects.values_list("posting_id", flat=True).get(id=bearer.token_id)))


@action("bulk.keep_step")
def keep_step(*, actor: Actor, export_id: UUID, found: Step, bearer: Bearer) -> bool:
    """Write what a step found behind what stands, log whom it shows, and move on; gives whether there is more."""
    row = Export.objects.select_for_update().get(id=export_id)
    if row.state != "asked":
        return False
    if found.lines:
        _write(row, found)
        ledger_reads.log_read(
            bearer.lens,
            route="fhir export",
            people=found.people,
            classes=[DataClass(c) for c in found.classes],
            kind="export",
            note=str(row.id),
        )
    _move_on(row, found.last)
    row.resources += len(found.lines)
    row.worked_at = real_now()
    if row.at_type >= len(row.types):
        row.state, row.ended_at = "done", row.worked_at
        row.expires_at = row.worked_at + timedelta(hours=number("hours_kept"))
    row.bump(**{name: getattr(row, name) for name in _MOVED})
    return row.state == "asked"


_MOVED = ("at_type", "at_part", "at_id", "resources", "worked_at", "state", "ended_at", "expires_at")


def _write(row: Export, found: Step) -> None:
    kind = row.types[row.at_type]
    file = ExportFile.objects.filter(export=row, type=kind, resources__lt=FULL).order_by("-n").first()
    if file is None:
        file = ExportFile(export=row, n=ExportFile.objects.filter(export=row).count(), type=kind)
    lines = b"\n".join(found.lines) + b"\n"
    file.length = files.append(row.id, bytes(row.key), file.n, at=file.length, frame=file.frames, lines=lines)
    file.frames += 1
    file.resources += len(found.lines)
    file.people = sorted({*file.people, *found.people})
    file.classes = sorted({*file.classes, *found.classes})
    file.save()


def _move_on(row: Export, last: UUID | None) -> None:
    if last is not None:
        row.at_id = last
        return
    part = PARTS.index(row.at_part) + 1
    if part < len(PARTS) and PARTS[part] == "doses" and row.types[row.at_type] not in LEAN:
        part += 1
    row.at_id = None
    if part < len(PARTS):
        row.at_part = PARTS[part]
    else:
        row.at_type, row.at_part = row.at_type + 1, PARTS[0]


@action("bulk.end_export")
def end_export(*, actor: Actor, export_id: UUID, state: str, trouble: str = "") -> None:
    """End an export before it is done (cancelled, failed), or forget one that is over; its files go."""
    row = Export.objects.select_for_update().filter(id=export_id).first()
    if row is None or row.wiped_at is not None:
        raise NotFound("There is no such export.")
    now = real_now()
    files.wipe(row.id)
    row.bump(state=state, trouble=trouble[:200], ended_at=row.ended_at or now, wiped_at=now)


def waiting() -> list[UUID]:
    """List the exports that are to be carried on, the one that waits longest first."""
    return list(Export.objects.filter(state="asked").order_by("worked_at", "asked_at").values_list("id", flat=True))


def over(now: datetime) -> list[UUID]:
    """List the exports whose files are to be forgotten: their day is over, or what they were asked with was taken back."""
    taken = Q(token__revoked_at__isnull=False) & ~Q(token__revoked_why=GIVEN_UP)
    held = Export.objects.filter(taken | Q(expires_at__lte=now), state="done", wiped_at=None)
    return list(held.values_list("id", flat=True))
