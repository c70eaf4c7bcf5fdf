"""Charts that may be this person's from another stay, to read before anybody links them (ruling 12). One for every room."""

from uuid import UUID

from throughcare.access.doors import Request, saw
from throughcare.chart import reads
from throughcare.chart.views import summary
from throughcare.chart.views.summary import Earlier
from throughcare.kernel.vocabulary import DataClass, Verb
from throughcare.people import reads as people


def of(request: Request, person_id: UUID) -> list[Earlier]:
    """Give what each such chart says, as far as this reader may see it; what is shown is logged as read."""
    if not request.lens.may(Verb.READ, DataClass.DEMOGRAPHICS, person_id=person_id):
        return []
    others = people.candidates(request.lens, person_id)
    readable = [
        c.card.person_id
        for c in others
        if request.lens.may(Verb.SUMMARY, DataClass.CLINICAL, person_id=c.card.person_id)
    ]
    saw(request, *readable)
    return summary.earlier(others, reads.prior(request.lens, readable) if readable else {})
