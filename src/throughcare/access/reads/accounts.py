"""What the pages of this room show: accounts, sign-ins, break-glass, consents, who looked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from throughcare.access import limits, second_factor
from throughcare.access.actions.record import in_force
from throughcare.access.actions.signing_in import FULL
from throughcare.access.models import OutsideName, Posting, SignIn, User
from throughcare.kernel import db
from throughcare.kernel.errors import NotFound
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import Role


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account in the list."""

    id: UUID
    name: str
    username: str
    badge: str
    active: bool
    left_at: datetime | None
    second_factor: bool
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PostingRow:
    """One posting of an account."""

    id: UUID
    role: str
    facility_id: UUID | None
    title: str
    trainings: tuple[str, ...]
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class SignInRow:
    """One sign-in of one's own."""

    id: UUID
    how: str
    device: str
    address: str
    started_at: datetime
    seen_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class KioskRow:
    """A person's own way in: the number they type, and when they last came in."""

    number: str
    last_at: datetime | None


def kiosk(lens: Lens, person_id: UUID) -> KioskRow | None:
    """Give a person's way in at the kiosk; None where there is none, or it was closed."""
    found = User.objects.filter(person_id=person_id, is_active=True).first()
    if found is None:
        return None
    last = SignIn.objects.filter(user=found).order_by("-started_at").values_list("started_at", flat=True).first()
    return KioskRow(found.username, last)


def user(user_id: UUID | None) -> User:
    """Give an active account; for the doors alone."""
    found = User.objects.filter(id=user_id, is_active=True).first() if user_id else None
    if found is None:
        raise NotFound("There is no such account, or it is closed.")
    return found


def owes(account: User, *, strict: bool, by_password: bool = True) -> str:
    """Say what must be done before the record opens: choose a password, set up the second factor, or nothing."""
    if account.must_change and by_password:
        return "password"
    if not strict or second_factor.required(account):
        return ""
    held = Posting.objects.filter(in_force(), user=account).values_list("role", flat=True)
    return "second_factor" if any(limits.of_role(Role(role)).second_factor for role in held) else ""


def own_sign_ins(lens: Lens, *, limit: int = 20) -> list[SignInRow]:
    """List one's own sign-ins, newest first."""
    rows = SignIn.objects.filter(user_id=lens.user_id).order_by("-started_at")[:limit]
    return [SignInRow(r.id, r.how, r.device, r.address, r.started_at, r.seen_at, r.ended_at) for r in rows]


def own_postings(lens: Lens, roles: Sequence[str] | None = None) -> list[PostingRow]:
    """List the postings under which one may work now; where the agency's sign-in named roles, those."""
    held = Posting.objects.filter(in_force(), user_id=lens.user_id)
    return _postings(held if roles is None else held.filter(role__in=roles))


def vouched(user_id: UUID) -> list[str] | None:
    """Give the roles that hold for a PIN's sign-in: those of the full sign-in that lets the PIN count."""
    last = SignIn.objects.filter(user_id=user_id, how__in=FULL).order_by("-started_at").first()
    return last.roles if last is not None else None


def outside_since(lens: Lens, user_id: UUID) -> datetime | None:
    """Say since when an account is tied to the agency's sign-in; HSA alone."""
    lens_must_administer(lens)
    return OutsideName.objects.filter(user_id=user_id, until=None).values_list("since", flat=True).first()


def accounts(lens: Lens, *, words: str = "", after: str = "", limit: int = 50) -> list[AccountRow]:
    """List staff accounts by name, a page at a time; HSA alone."""
    lens_must_administer(lens)
    found = User.objects.filter(person_id=None).order_by("username")
    if words:
        found = found.filter(Q(name__icontains=words) | Q(username__icontains=words) | Q(badge=words))
    if after:
        found = found.filter(username__gt=after)
    page = list(found[:limit])
    held: dict[UUID, list[str]] = {}
    postings = Posting.objects.filter(in_force(), user__in=page).order_by("since")
    for user_id, role in postings.values_list("user_id", "role"):
        held.setdefault(user_id, []).append(role)
    with_code = second_factor.enrolled_among([u.id for u in page])
    return [_account(u, held.get(u.id, ()), u.id in with_code) for u in page]


def account(lens: Lens, user_id: UUID) -> tuple[AccountRow, list[PostingRow]]:
    """Give one account with all its postings, past ones too."""
    lens_must_administer(lens)
    found = User.objects.filter(id=user_id, person_id=None).first()
    if found is None:
        raise NotFound("There is no such account.")
    postings = _postings(Posting.objects.filter(user=found))
    now_held = [p.role for p in postings if p.until is None]
    return _account(found, now_held, second_factor.required(found)), postings


def lens_must_administer(lens: Lens) -> None:
    """Refuse whoever does not administer accounts."""
    if lens.role is not Role.HSA:
        raise NotFound("There is no such account.")


def _account(u: User, held: Sequence[str], with_code: bool) -> AccountRow:
    return AccountRow(u.id, u.name, u.username, u.badge or "", u.is_active, u.left_at, with_code, tuple(held))


def _postings(rows: object) -> list[PostingRow]:
    found = rows.order_by("-since")  # type: ignore[attr-defined]
    return [PostingRow(p.id, p.role, p.facility_id, p.title, tuple(p.trainings), p.since, p.until) for p in found]


def staff_names(lens: Lens, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Give the names of members of staff by their accounts, for entries that keep ids; nobody in custody is named."""
    with db.reading(lens):
        return dict(User.objects.filter(id__in=set(ids), person_id=None).values_list("id", "name"))
