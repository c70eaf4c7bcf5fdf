"""The immunization registry as a chart asks it: whether it is connected, how the last question stands, what it answered."""

from collections.abc import Sequence
from uuid import UUID

from throughcare.chart.ports import RegistryDue, RegistrySaid
from throughcare.exchange.documents import answers
from throughcare.exchange.documents.models import Received
from throughcare.exchange.models import Delivery
from throughcare.exchange.outgoing import actions
from throughcare.exchange.outgoing.directory import receivers
from throughcare.kernel import db
from throughcare.kernel.actor import Actor
from throughcare.kernel.fhir import Json, decode
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb
from throughcare.ledger.models import Current, Version
from throughcare.ledger.present import opened

QUESTION = "QBP^Q11"
FORECAST = "ImmunizationRecommendation"


class ImmunizationRegistry:
    """Asks through the queue of what is sent; the answer comes in at the door of messages."""

    def said(self, lens: Lens, family: Sequence[UUID]) -> RegistrySaid:
        """Give whether it can be asked, how the last question stands, and what it holds to be due, as far as it may be read."""
        receiver = receivers().get("registry")
        with db.reading(lens):
            asked = Delivery.objects.filter(person_id__in=family, trigger=QUESTION).order_by("-queued_at").first()
            may = all(lens.may(Verb.READ, DataClass.CLINICAL, person_id=one) for one in family)
            body = _forecast(family) if may else None
            answered = Received.objects.filter(person_id__in=family, kind=answers.KIND, state="open") if may else None
            unread = answered.count() if answered is not None else 0
        return RegistrySaid(
            connected=receiver is not None and receiver.takes(QUESTION),
            asked_at=asked.queued_at if asked else None,
            state=asked.state if asked else "",
            due=tuple(_due(one) for one in (body or {}).get("recommendation", ())),
            due_by=f"{body.get('authority', {}).get('display', '')}, {str(body['date'])[:10]}" if body else "",
            unread=unread,
        )

    def ask(self, actor: Actor, intent: UUID | None, person_id: UUID) -> None:
        """Ask what it knows of this person, and what it holds to be due."""
        actions.ask_registry(actor=actor, intent=intent, person_id=person_id, forecast=True)


def _forecast(family: Sequence[UUID]) -> Json | None:
    """Give the newest forecast that stands in the record unguarded by a label."""
    rows = Current.objects.filter(person_id__in=family, type=FORECAST, labels=0, data_class=DataClass.CLINICAL)
    bodies: list[Json] = []
    for one in rows:
        kept = Version.objects.filter(type=FORECAST, resource_id=one.resource_id, version=one.version).first()
        if kept is not None and kept.body is not None:
            raw = opened(bytes(kept.body), bytes(kept.digest), (kept.resource_id, kept.subject), sealed=False)
            bodies += [decode(raw)] if raw else []
    return max(bodies, key=lambda body: str(body.get("date", "")), default=None)


def _due(one: Json) -> RegistryDue:
    days = {
        c.get("code"): str(d.get("value", ""))[:10] for d in one.get("dateCriterion", ()) for c in d["code"]["coding"]
    }
    vaccine: Json = next(iter(one.get("vaccineCode", ())), {})
    coding: Json = next(iter(vaccine.get("coding", ())), {})
    number = one.get("doseNumberPositiveInt") or one.get("doseNumberString") or ""
    return RegistryDue(
        vaccine=str(vaccine.get("text") or coding.get("display") or coding.get("code") or ""),
        standing=str(one.get("forecastStatus", {}).get("text") or ""),
        due=days.get("30980-7") or days.get("30981-5") or "",
        late_from=days.get("59778-1", ""),
        dose=str(number),
    )
