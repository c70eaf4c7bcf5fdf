"""The forms as the record holds them: each a Questionnaire, a new version where its content has changed."""

from uuid import UUID

from throughcare import ledger
from throughcare.chart.forms import library
from throughcare.kernel import content
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.kernel.fhir import Json, encode
from throughcare.kernel.ids import derived
from throughcare.kernel.vocabulary import DataClass
from throughcare.ledger import body as bodies
from throughcare.ledger.models import Version


def questionnaire_id(name: str) -> UUID:
    """Give the id that a form of this name has everywhere."""
    return derived("questionnaire", name)


def questionnaire(name: str) -> Json:
    """Give a form as it is served: the reviewed file, under the house's id."""
    return {**content.load(f"forms/{name}.json"), "id": str(questionnaire_id(name))}


@action("chart.load_forms")
def load_forms(*, actor: Actor) -> int:
    """Keep every form of the content as a Questionnaire, so that whoever reads an answer can read the question.

    Gives how many are new or changed; a form whose file says the same is left alone.
    """
    changed = 0
    for name in library.names():
        body = questionnaire(name)
        if encode(body) == _kept(questionnaire_id(name)):
            continue
        ledger.record(
            type="Questionnaire",
            id=questionnaire_id(name),
            subject=(ledger.SubjectKind.AGENCY, derived("agency")),
            data_class=DataClass.DEMOGRAPHICS,
            body=body,
        )
        changed += 1
    return changed


def _kept(id: UUID) -> bytes:
    last = Version.objects.filter(type="Questionnaire", resource_id=id).order_by("-version").first()
    return bodies.unpack(bytes(last.body), (last.resource_id, last.subject)) if last and last.body else b""
