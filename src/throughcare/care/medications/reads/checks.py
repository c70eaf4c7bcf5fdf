"""What the checks say of an order that is not placed yet, through a lens."""

from uuid import UUID

from throughcare.care.medications import checking
from throughcare.care.medications.actions.ordering import Prescription, wanted
from throughcare.care.medications.checking import Checked
from throughcare.care.medications.rules import timing as timings
from throughcare.kernel import db
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Verb


def preview(lens: Lens, person_id: UUID, asked: Prescription) -> Checked | None:
    """Give the report on what is asked for; none where its timing can't be read yet."""
    lens.require(Verb.READ, DataClass.MEDICATION, person_id=person_id)
    try:
        timing = timings.from_json(dict(asked.timing))
    except timings.TimingError:
        return None
    with db.reading(lens):
        return checking.check(person_id, wanted(asked, timing))
