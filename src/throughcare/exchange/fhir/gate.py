"""What the lens shows of one entry: nothing, the whole, or by which cuts. Asked before a body is opened, and the same everywhere.

What was decided is kept with the token's lens, some seconds: a list of a hundred rows of one person asks once.
"""

from dataclasses import dataclass
from uuid import UUID

from throughcare.access import care, labels, lenses, showing
from throughcare.access.tokens import Bearer
from throughcare.exchange.fhir import granular, scopes
from throughcare.exchange.fhir.outcome import FhirError
from throughcare.kernel.lens import Lens
from throughcare.kernel.statement import Ready
from throughcare.kernel.vocabulary import SEALED, DataClass, Verb

Cuts = tuple[str, ...]
WHOLE: Cuts = ()
_STANDING = 64


def cuts(bearer: Bearer, kind: str, person_id: UUID | None, data_class: str, bits: int) -> Cuts | None:
    """Give by which cuts the bearer sees such an entry; none for the whole; None where it is not there for them."""
    if not in_scope(bearer, kind):
        return None
    # By the number: an identifier of its own hashes and compares ten times as slowly.
    key = (person_id.int if person_id is not None else None, data_class, bits)
    known = bearer.known
    if key not in known:
        known[key] = _cuts(bearer, person_id, DataClass(data_class), bits)
    found: Cuts | None = known[key]
    queries = narrowed(bearer, kind)
    return (*found, granular.named(kind, queries)) if queries and found is not None else found


def in_scope(bearer: Bearer, kind: str) -> bool:
    """Tell whether the token may ask for this type at all."""
    return bearer.scopes is None or scopes.reads(bearer.scopes, kind)


RIGHT = {"read": "r", "vread": "r", "history-instance": "r", "search-type": "s", "history-type": "s"}


def require_scope(bearer: Bearer, code: str, kind: str) -> None:
    """Refuse what the token's scopes don't ask for, whatever the lens would show (RFC 6750: insufficient_scope)."""
    right = RIGHT.get(code)
    if bearer.scopes is None or not kind or right is None or scopes.might(bearer.scopes, kind, right):
        return
    said = {"WWW-Authenticate": 'Bearer realm="throughcare", error="insufficient_scope"'}
    raise FhirError(
        403,
        "forbidden",
        f"This token's scopes don't let it {'read' if right == 'r' else 'search'} {kind}.",
        headers=said,
    )


def narrowed(bearer: Bearer, kind: str) -> tuple[str, ...]:
    """Give the queries of its scopes of which an entry of this type must answer one for this token; none where none is asked."""
    return () if bearer.scopes is None else scopes.narrowed(bearer.scopes, kind)


def logs(bearer: Bearer, kind: str) -> bool:
    """Tell whether a statement may log what the lens shows whole: not where each entry has still to answer a scope's query."""
    return in_scope(bearer, kind) and not narrowed(bearer, kind)


def _cuts(bearer: Bearer, person_id: UUID | None, data_class: DataClass, bits: int) -> Cuts | None:
    if person_id is not None and not stands_open(bearer, person_id):
        return None
    return showing.cuts(bearer.lens, data_class, bits, person_id=person_id)


def stands_open(bearer: Bearer, person_id: UUID) -> bool:
    """Tell whether this person's record stands open to the bearer; a record that asks for a reason is closed to a program."""
    if everyone(bearer.lens):
        return True
    key = ("open", person_id)
    if key not in bearer.known:
        bearer.known[key] = care.relation(bearer.lens, person_id) is care.Relation.OPEN
        if bearer.known[key]:
            bearer.known.setdefault("stand", []).append(person_id)
            bearer.known.pop("standing", None)
    return bool(bearer.known[key])


def standing(bearer: Bearer) -> Ready:
    """Give people of whom it is known that their record stands open: those asked for last."""
    found: Ready | None = bearer.known.get("standing")
    if found is None:
        found = bearer.known["standing"] = Ready(list(bearer.known.get("stand", ())[-_STANDING:]))
    return found


@dataclass(frozen=True, slots=True)
class Reader:
    """What every statement says of the reader, made into bytes once."""

    id: Ready
    name: Ready
    role: Ready
    purpose: Ready
    free: Ready
    telling: Ready
    everyone: Ready


def reader(bearer: Bearer) -> Reader:
    """Say who reads."""
    found: Reader | None = bearer.known.get("reader")
    if found is None:
        lens = bearer.lens
        said = lens.user_id, lens.user_name, lens.role.value, lens.purpose.value
        more = free(bearer), telling(bearer), everyone(lens)
        found = bearer.known["reader"] = Reader(*(Ready(one) for one in (*said, *more)))
    return found


def everyone(lens: Lens) -> bool:
    """Tell whether no person's record is closed to this lens as such: what is seen depends on class and label alone."""
    if lens.person_id is not None or lens.denied or lens.role in lenses.CUSTODY_ROLES:
        return False
    return lens.role in care.BY_OFFICE or lens.facilities is None


def sealed(lens: Lens) -> bool:
    """Tell whether any sealed class may be there for this lens."""
    return bool(lens.sealed_classes(Verb.READ))


def seals(bearer: Bearer) -> bool:
    """Tell the same of the bearer's lens, found once while it is kept."""
    found: bool | None = bearer.known.get("seals")
    if found is None:
        found = bearer.known["seals"] = sealed(bearer.lens)
    return found


def free(bearer: Bearer) -> list[str]:
    """Give the classes that this lens sees whole of everybody, whatever else is so."""
    if "free" not in bearer.known:
        lens = bearer.lens
        bearer.known["free"] = [
            c.value
            for c in DataClass
            if c not in SEALED and any(Verb.READ in g.verbs and not g.condition for g in lens.cell(c))
        ]
    found: list[str] = bearer.known["free"]
    return found


def telling(bearer: Bearer) -> int:
    """Give the bits of labels that ask more of this reader than the entry's class."""
    if "telling" not in bearer.known:
        names = [n for n in labels.bit_of() if labels.class_of_label(n, bearer.lens.role) is not None]
        bearer.known["telling"] = labels.bits_of(names)
    return int(bearer.known["telling"])
