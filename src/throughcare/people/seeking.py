"""The night's search for charts that are one person's, beyond what registering compares: every chart with every other."""

from collections import defaultdict
from uuid import UUID

from throughcare.kernel import content
from throughcare.kernel.actions import action
from throughcare.kernel.actor import Actor
from throughcare.people import likeness
from throughcare.people.actions import propose
from throughcare.people.models import Alias, MergeProposal, Person


@action("people.look_for_alike")
def look_for_alike(*, actor: Actor) -> int:
    """Propose the likeliest pairs that nobody has decided on, as many as the content allows in one night; gives their number.

    What is over that number is found again the next night, behind what is likelier.
    """
    decided = set(MergeProposal.objects.values_list("a_id", "b_id"))
    found = [pair for pair in likeness.alike(_charts()) if (pair.a, pair.b) not in decided]
    parcel = found[: int(content.load(likeness.FILE)["at_most"])]
    for pair in parcel:
        propose(pair.a, pair.b, pair.reasons, "likeness")
    return len(parcel)


def _charts() -> list[likeness.Known]:
    also: dict[UUID, list[tuple[str, str]]] = defaultdict(list)
    for person_id, family, given in Alias.objects.values_list("person_id", "family", "given"):
        also[person_id].append((family, given))
    rows = Person.objects.filter(survivor=None).order_by("id")
    return [
        likeness.Known(
            id=person_id,
            family=(family, *(name for name, _ in also[person_id])),
            given=(given, used, *(name for _, name in also[person_id])),
            birth_date=born,
            sex=sex,
        )
        for person_id, family, given, used, born, sex in rows.values_list(
            "id", "family", "given", "used_name", "birth_date", "sex"
        ).iterator(5_000)
    ]
