"""The one writer of what other systems send as FHIR: all of it in one transaction, as it was sent, or nothing.

Each resource that came is exactly one resource of the record. Where the chart has a place for it, the chart's action writes
the row and the ledger keeps the sender's words under the row's id; else the words alone are kept (docs/decisions/0035).
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from django.conf import settings

from throughcare import ledger
from throughcare.access.labels import bit_of, bits_of
from throughcare.chart import actions as chart
from throughcare.exchange import bundles
from throughcare.exchange.fhir.outcome import FhirError
from throughcare.exchange.fhir.writing import charting, matching, sent
from throughcare.exchange.fhir.writing.sent import Done, Json, Sent
from throughcare.exchange.hl7v2 import whom
from throughcare.exchange.incoming import kinds
from throughcare.exchange.incoming.actions import Arrived, put_before_somebody
from throughcare.exchange.models import Outside, OutsideNumber
from throughcare.exchange.resource_parts import moment_of
from throughcare.kernel import db
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.fhir import encode
from throughcare.kernel.ids import derived, uuid7
from throughcare.kernel.vocabulary import DataClass
from throughcare.ledger.entry import Entry
from throughcare.ledger.labels import keep_said
from throughcare.people import actions as people

_PATIENT = re.compile(
    r"(?:^|/)Patient/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?:/_history/\d+)?$"
)
_HAPPENED = (
    *(
        "effectiveDateTime",
        "occurrenceDateTime",
        "performedDateTime",
        "authoredOn",
        "authored",
        "date",
        "start",
        "sent",
    ),
    *("recordedDate", "dateTime", "created", "issued", "recorded", "started"),
)
SOURCE = "FHIR"
# Id, type, person, version, digest, sender, as what it was sent, whether it stands in the chart.
OutsideRow = tuple[UUID, str, UUID | None, int, bytes, str, str, bool]
_PERIODS = ("effectivePeriod", "performedPeriod", "period", "billablePeriod", "occurrencePeriod")


@action("exchange.take_in")
def take_in(
    *, actor: Actor, intent: UUID | None = None, writes: Sequence[Sent], known: Mapping[str, str] | None = None
) -> list[Done]:
    """Take in everything that was sent, in the order the standard asks for; gives what became of each, in the order sent.

    `known` are addresses of what the sender sent before, and where it stands here.
    """
    return _Taking(actor, list(writes), dict(known or {})).run()


def named(writes: Sequence[Sent], addresses: Mapping[str, str] = MappingProxyType({})) -> set[UUID]:
    """Give the ids of the people whom these name by their charts here, some of them by addresses that lead there."""
    said = {addresses.get(address, address) for one in writes for address in sent.whose(one.resource)}
    return {UUID(found[1]) for address in said if (found := _PATIENT.search(address))}


@dataclass(slots=True)
class _Kept:
    """One that is to be kept as it was sent."""

    n: int
    kind: str
    id: UUID
    person_id: UUID | None
    status: int
    charted: bool = False


@dataclass(slots=True)
class _Taking:
    """The taking in of what came together."""

    actor: Actor
    writes: list[Sent]
    addresses: dict[str, str] = field(default_factory=dict)
    whose: dict[int, UUID | None] = field(default_factory=dict)
    kept: dict[int, _Kept] = field(default_factory=dict)
    done: dict[int, Done] = field(default_factory=dict)
    same: dict[int, int] = field(default_factory=dict)
    held: dict[UUID, tuple[Outside | None, int]] = field(default_factory=dict)
    # Conditional references to what came together: its place here is known once all is kept.
    later: dict[str, int] = field(default_factory=dict)
    numbered: dict[tuple[str, str], list[int]] | None = None
    # The addresses that stand in each.
    pointed: list[list[str]] = field(default_factory=list)

    def run(self) -> list[Done]:
        """Do it: conditions, people, whose each is, what the chart takes, the rest; then all is kept at once."""
        self._conditions()
        self._people()
        self._find_whose()
        with chart.gathered():
            self._chart()
        for n, one in enumerate(self.writes):
            if n not in self.done and n not in self.kept and n not in self.same:
                self._keep(n, one.id or uuid7(), 200 if one.id else 201)
        for n, first in self.same.items():
            self._address(n, self.kept[first].id)
        for address, n in self.later.items():
            n = self.same.get(n, n)
            id_ = self.kept[n].id if n in self.kept else self.done[n].id
            self.addresses[address] = f"{self.writes[n].kind}/{id_}"
        self._resolve()
        self._write()
        for n, first in self.same.items():
            self.done[n] = replace(self.done[first], status=200, note="It came in the same Bundle already.")
        return [self.done[n] for n in range(len(self.writes))]

    # --- conditions ---------------------------------------------------------------------------------------------------

    def _conditions(self) -> None:
        """Settle conditional creates and updates against the record as it stands, and check versions."""
        asked = {n: (one.kind, one.if_none_exist or one.search) for n, one in enumerate(self.writes)}
        asked = {n: said for n, said in asked.items() if said[1]}
        matching.hold(asked.values())
        found = matching.find_all(asked.values())
        first: dict[matching.Condition, int] = {}
        for n, one in enumerate(self.writes):
            if one.if_none_exist:
                here = matching.only(found[asked[n]], one.place)
                if here is not None:
                    self._known(n, here, "It was here already; nothing was changed.")
                elif asked[n] in first:
                    self.same[n] = first[asked[n]]
                else:
                    first[asked[n]] = n
            elif one.method == "PUT":
                self._updated(n, one, matching.only(found[asked[n]], one.place) if n in asked else one.id)

    def _known(self, n: int, id_: UUID, note: str) -> None:
        one = self.writes[n]
        at = ledger_header(one.kind, id_)
        version, person = (at.version, at.person_id) if at else (1, None)
        # What stands here is answered for as what it is, whatever was sent in the hope of meeting it.
        data_class = DataClass(at.data_class) if at else sent.class_of(one.resource)
        self.done[n] = Done(one.kind, id_, version, 200, person, data_class, note=note, found=True)
        self._address(n, id_)

    def _updated(self, n: int, one: Sent, id_: UUID | None) -> None:
        if one.search:
            if id_ is None:
                if one.if_match:
                    raise FhirError(412, "conflict", "Nothing stands there that If-Match could name.", one.place)
                return  # the condition names none: it is created
            self.writes[n] = one = replace(one, id=id_)
        at = ledger_header(one.kind, id_) if id_ else None
        if id_ is None or at is None:
            # R4: nothing is there, and the sender does not give out our ids.
            words = f"There is no [{one.kind}] of this id to change; what is new is sent by POST and gets its id here."
            raise FhirError(405, "not-supported", words, one.place)
        if "*" in one.if_none_match:
            words = "It stands there already, and was to be created only where it does not. Nothing was changed."
            raise FhirError(412, "conflict", words, one.place)
        if one.if_match and not _names(one.if_match, at.version):
            words = f"It was changed since: it is at version {at.version} now. Read it, and change that."
            raise FhirError(412, "conflict", words, one.place)
        row = Outside.objects.select_for_update().filter(id=id_, type=one.kind).first()
        self.held[id_] = (row, at.version)
        if one.kind == "Patient":
            return
        if row is None or row.version != at.version:
            words = "This is the chart's own: it is changed by those who keep the chart, in its pages."
            raise FhirError(405, "not-supported", words, one.place, headers={"Allow": "GET"})

    # --- people -------------------------------------------------------------------------------------------------------

    def _people(self) -> None:
        for n, one in enumerate(self.writes):
            if one.kind == "Patient" and n not in self.done and n not in self.same:
                self._patient(n, one)

    def _patient(self, n: int, one: Sent) -> None:
        said = bundles.patient_of(one.resource)
        about = people.Demographics(
            family=said.family,
            given=said.given,
            middle=said.middle,
            birth_date=said.birth_date,
            birth_date_estimated=said.birth_date_estimated,
            sex=said.sex,
            race_ethnicity=said.race,
            language=said.language,
            synthetic=bool(settings.THROUGHCARE_DEMO),
        )
        held = [people.Number(system, value) for system, value in said.numbers]
        if one.id is not None:
            people.correct(actor=self.actor, person_id=one.id, demographics=about, numbers=held)
            self._keep(n, one.id, 200, one.id)
            return
        known = whom.holders(held)
        if len(known) == 1 and known[0].birth_date in (None, said.birth_date):
            self._received(known[0].id, one)
            self._known(
                n, known[0].id, "This person has a chart here. What was sent of who they are is kept beside it."
            )
            self.whose[n] = known[0].id
            return
        # where the numbers are somebody else's, the chart is opened without them and people decide
        id_ = people.register(actor=self.actor, demographics=about, numbers=[] if known else held, source=SOURCE)
        if said.deceased_at is not None:
            people.record_death(actor=self.actor, person_id=id_, at=said.deceased_at)
        self._keep(n, id_, 201, id_)

    def _received(self, person_id: UUID, one: Sent) -> None:
        ledger.record(
            type="ReceivedPatient",
            id=uuid7(),
            person_id=person_id,
            data_class=DataClass.DEMOGRAPHICS,
            body={"resource": one.resource, "person": str(person_id)},
            media="throughcare/ReceivedPatient",
        )

    # --- whose --------------------------------------------------------------------------------------------------------

    def _find_whose(self) -> None:
        """Find whom each is about: by its own words, else by what it points to."""
        self._named_by_number()
        self.pointed = [[said["reference"] for said in sent.references(one.resource)] for one in self.writes]
        self._conditional_references()
        here = matching.people(named(self.writes, self.addresses))
        later = []
        for n, one in enumerate(self.writes):
            if n in self.whose or n in self.done or n in self.same:
                continue
            person = self._person_in(one.resource, here)
            if person is None:
                later.append(n)
            else:
                self.whose[n] = person
        by_url = {self.writes[n].full_url: person for n, person in self.whose.items() if self.writes[n].full_url}
        for n in later:
            one = self.writes[n]
            self.whose[n] = next((by_url[a] for a in sent.whose(one.resource) if a in by_url), None)
            if self.whose[n] is None and one.kind not in sent.OF_NOBODY:
                words = f"Say whom this {one.kind} is about: a Patient who is here, or who comes with it."
                raise FhirError(422, "required", words, f"{one.place or one.kind}")

    def _named_by_number(self) -> None:
        """Find whom a sender names by number alone (a logical reference), where exactly one person here has it."""
        named = {(n, name): said for n, one in enumerate(self.writes) for name, said in sent.by_number(one.resource)}
        found = matching.find_all(("Patient", said) for said in named.values()) if named else {}
        for (n, name), said in named.items():
            if len(people := found["Patient", said]) == 1:
                one = self.writes[n]
                address = {"reference": f"Patient/{people[0]}", **one.resource[name]}
                self.writes[n] = replace(one, resource={**one.resource, name: address})

    def _conditional_references(self) -> None:
        said = {address for some in self.pointed for address in some if "?" in address}
        parted = {address: address.partition("?") for address in said}
        asked = {a: (path.rpartition("/")[2], query) for a, (path, _, query) in parted.items() if "//" not in path}
        found = matching.find_all(asked.values())
        for address, condition in asked.items():
            here = matching.only(found[condition], address[:80])
            if here is None and (beside := self._beside(*condition)) is not None:
                self.later[address] = beside
                continue
            if here is None:
                words = f"Nothing fits the conditional reference [{address[:120]}]. Send what it names first."
                raise FhirError(412, "not-found", words)
            self.addresses[address] = f"{condition[0]}/{here}"

    def _beside(self, kind: str, query: str) -> int | None:
        """Find what a condition names among what came together (a bulk export names its own people so)."""
        if self.numbered is None:
            self.numbered = {}
            for n, one in enumerate(self.writes):
                for system, value in sent.numbers(one.resource):
                    self.numbered.setdefault((one.kind, f"{system}|{value}"), []).append(n)
        said = parse_qsl(query)
        found = self.numbered.get((kind, said[0][1]), []) if len(said) == 1 and said[0][0] == "identifier" else []
        return found[0] if len(found) == 1 else None

    def _person_in(self, resource: Json, here: dict[UUID, UUID]) -> UUID | None:
        for address in sent.whose(resource):
            found = _PATIENT.search(self.addresses.get(address, address))
            if found and (person := here.get(UUID(found[1]))) is not None:
                return person
        return None

    # --- the chart ----------------------------------------------------------------------------------------------------

    def _chart(self) -> None:
        others = {one.full_url: one.resource for one in self.writes if one.full_url}
        seen: dict[UUID, list[tuple[int, bundles.Measurement]]] = {}
        source = SOURCE
        for n, one in enumerate(self.writes):
            person = self.whose.get(n)
            if n in self.done or n in self.kept or n in self.same or person is None:
                continue
            if one.kind == "Observation":
                measured = charting.observed(one.resource)
                if one.id is not None:
                    self._restate(n, one, person, measured)
                elif measured is not None:
                    seen.setdefault(person, []).append((n, measured))
            elif one.id is None and one.kind in bundles.CHARTED:
                made = charting.chart_one(self.actor, person, one.resource, others, source)
                if made is not None:
                    self._keep(n, made, 201, person, charted=True)
        for who, told in seen.items():
            for n, id_ in charting.chart_observations(self.actor, who, told).items():
                self._keep(n, id_, 201, who, charted=True)

    def _restate(self, n: int, one: Sent, person: UUID, measured: bundles.Measurement | None) -> None:
        row, _ = self.held[one.id] if one.id else (None, 0)
        if row is None or not row.charted or one.id is None:
            return
        charting.restate(self.actor, person, one.id, measured, str(one.resource.get("status")))
        self._keep(n, one.id, 200, person, charted=True)

    # --- keeping ------------------------------------------------------------------------------------------------------

    def _keep(self, n: int, id_: UUID, status: int, person: UUID | None = None, *, charted: bool = False) -> None:
        one = self.writes[n]
        self.kept[n] = _Kept(n, one.kind, id_, person or self.whose.get(n), status, charted)
        self._address(n, id_)
        if one.kind == "Patient":
            self.whose[n] = id_

    def _address(self, n: int, id_: UUID) -> None:
        one = self.writes[n]
        here = f"{one.kind}/{id_}"
        theirs = f"{one.kind}/{one.resource.get('id')}" if one.resource.get("id") else ""
        if one.full_url:
            self.addresses[one.full_url] = here
        if theirs and (not one.full_url or one.full_url.endswith(theirs)):
            self.addresses[theirs] = here

    def _resolve(self) -> None:
        """Refuse what points to something that should have come with it."""
        for n in self.kept:
            for address in self.pointed[n]:
                if address.startswith("urn:") and address not in self.addresses:
                    words = f"[{address[:80]}] is no entry of this Bundle."
                    raise FhirError(422, "not-found", words, self.writes[n].place or self.writes[n].kind)

    def _write(self) -> None:
        unit, sender = db.unit(), _sender(self.actor)
        keys = {(one.kind, one.id) for one in self.kept.values()}
        rendered: dict[tuple[str, UUID], Entry] = {(e.type, e.id): e for e in unit.entries if (e.type, e.id) in keys}
        unit.entries[:] = [e for e in unit.entries if (e.type, e.id) not in keys]
        rows: list[OutsideRow] = []
        numbers: list[tuple[_Kept, str, str]] = []
        said: list[tuple[str, UUID, str, str]] = []
        for n, one in sorted(self.kept.items()):
            resource = sent.pending(self.writes[n].resource)
            words = sent.readdressed(resource, self.addresses) if self.addresses else resource
            body, labels = sent.as_kept(words, one.id, sender)
            known = [label for label in labels if label in bit_of()]
            before = rendered.get((one.kind, one.id))
            data_class = before.data_class if before is not None else sent.class_of(resource)
            _record(one, body, data_class, before, bits_of(known))
            said += [(one.kind, one.id, label, "its sender") for label in known]
            version = self._row(one, rows, hashlib.sha256(encode(body)).digest(), sender)
            known_by = self._known_by(one)
            numbers += [(one, *number) for number in sent.numbers(resource) if number not in known_by]
            note = (
                ""
                if resource is self.writes[n].resource
                else "It is pending until health information management accepts it."
            )
            self.done[n] = Done(one.kind, one.id, version, one.status, one.person_id, data_class, one.charted, note)
        _keep_outside(rows)
        if numbers:
            columns = [[k.kind for k, _, _ in numbers], [n[1] for n in numbers], [n[2] for n in numbers]]
            db.later(NUMBERS, [*columns, [k.id for k, _, _ in numbers]])
        keep_said(said)
        self._put_before_somebody(sender)

    def _put_before_somebody(self, sender: str) -> None:
        """What somebody must see waits for them with a clock; a chart that was opened waits to be verified."""
        now, arrived = db.unit().now, []
        for n, one in sorted(self.kept.items()):
            resource = self.writes[n].resource
            opened_here = one.kind == "Patient" and one.status == 201
            kind = "person" if opened_here else kinds.wanted(resource, now)
            if kind and one.person_id is not None and not one.charted:
                cls, urgent = self.done[n].data_class, kinds.urgency(resource)
                arrived.append(Arrived(kind, one.person_id, one.kind, one.id, cls, kinds.title(resource), urgent))
        if arrived:
            put_before_somebody(actor=self.actor, arrived=arrived, sender=sender)

    def _known_by(self, one: _Kept) -> set[tuple[str, str]]:
        """Give the numbers by which one was sent before; it stays known by them."""
        if one.id not in self.held:
            return set()
        return set(OutsideNumber.objects.filter(resource_id=one.id).values_list("system", "value"))

    def _row(self, one: _Kept, rows: list[OutsideRow], digest: bytes, sender: str) -> int:
        """Say beside the ledger that this is another's; gives its version."""
        row, before = self.held.get(one.id, (None, 0))
        if row is not None:
            row.version, row.digest = before + 1, digest
            row.save(update_fields=["version", "digest"])
            return row.version
        sent_as = self.writes[one.n].full_url[:300]
        rows.append((one.id, one.kind, one.person_id, before + 1, digest, sender[:160], sent_as, one.charted))
        return before + 1


OUTSIDE = """
INSERT INTO exchange_outside (id, type, person_id, version, digest, sender, sent_as, charted, received_at)
SELECT d.*, %s FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::int[], %s::bytea[], %s::text[], %s::text[], %s::boolean[]) AS d
"""
NUMBERS = """
INSERT INTO exchange_outsidenumber (type, system, value, resource_id) SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::uuid[])
"""


def _keep_outside(rows: Sequence[OutsideRow]) -> None:
    """Say beside the ledger what is another's, all in one statement."""
    if rows:
        db.later(OUTSIDE, [db.unit().now, *(list(column) for column in zip(*rows, strict=True))])


def _record(one: _Kept, body: Json, data_class: DataClass, before: Entry | None, labels: int) -> None:
    person = one.person_id
    ledger.record(
        type=one.kind,
        id=one.id,
        person_id=person,
        subject=None if person else (ledger.SubjectKind.AGENCY, derived("agency")),
        data_class=data_class,
        body=body,
        happened_at=before.happened_at if before is not None else _happened(body),
        labels=labels,  # what stands already stays: the ledger adds
    )


def _happened(body: Json) -> datetime | None:
    for name in _HAPPENED:
        if isinstance(body.get(name), str) and (at := moment_of(body[name])) is not None:
            return at
    for name in _PERIODS:
        said = body.get(name)
        if isinstance(said, dict) and (at := moment_of(said.get("start"))) is not None:
            return at
    return None


def _sender(actor: Actor) -> str:
    return re.sub(r"[^a-z0-9]+", "-", actor.name.lower()).strip("-") or "unnamed"


def ledger_header(kind: str, id_: UUID) -> Any:
    """Give where a resource stands in the ledger, or None."""
    from throughcare.ledger.reads import header

    return header(kind, id_)


def _names(asked: str, version: int) -> bool:
    """Tell whether If-Match names this version, however a client writes a tag: weak, strong, bare, one of several, any."""
    tags = (one.strip().removeprefix("W/").strip('"') for one in asked.split(","))
    return any(tag in (str(version), "*") for tag in tags)
