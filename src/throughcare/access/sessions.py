"""The signed-in session: which posting somebody works under, until when, and the lens made of it for each request."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse

from throughcare.access import actions, lenses, limits, personal, reads, rules
from throughcare.access.actions.record import in_force
from throughcare.access.models import Posting, SignIn, User
from throughcare.access.realtime import real_now
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor, Kind
from throughcare.kernel.errors import NotAllowed
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import Role
from throughcare.ui.shapes import Action, Toast

SEAT, CONFIRMED = "sign_in", "signature_confirmed"
_HEARTBEAT = timedelta(seconds=30)


class LensMiddleware:
    """Put `lens`, `actor`, `posting`, `seat` and `must` on every request; end sign-ins that stood idle or lasted too long."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look the sign-in up once."""
        equip(request)
        return self.get_response(request)


def equip(request: Any) -> None:
    """Make the lens of whoever is signed in, or leave the request without one."""
    request.lens, request.actor, request.posting, request.seat, request.must = None, None, None, None, ""
    user = request.user
    if not isinstance(user, User):
        return
    seat = SignIn.objects.select_related("posting").filter(id=request.session.get(SEAT), user=user).first()
    if seat is None or seat.ended_at is not None:
        logout(request)
        return
    posting = _current_posting(seat, user)
    if _expired(seat, posting, by_itself=bool(request.headers.get("X-By-Itself"))):
        actions.end_sign_ins(actor=Actor.system("sign-in"), user_id=user.id, only=seat.id, why="idle")
        logout(request)
        return
    request.seat, request.must = seat, seat.must
    if posting is not None:
        _equip(request, user, posting)


def start(
    request: HttpRequest,
    user: User,
    posting: Posting | None = None,
    *,
    how: str = "",
    must: str = "",
    backend: str = "",
    roles: Sequence[str] | None = None,
) -> None:
    """Sign a user in under a posting (the first that holds now where none is named); `roles` are all that counts of them.

    The session gets a new key; if it was another user's, nothing of it is kept.
    """
    previous = request.session.get(SEAT)
    if previous is not None and isinstance(request.user, User):
        actions.end_sign_ins(
            actor=Actor.system("sign-in"), user_id=request.user.id, only=UUID(previous), why="switched"
        )
    # Nothing outlives a change of user, nor of sign-in: not even what one and the same user left behind.
    request.session.flush()
    login(request, user, backend=backend or settings.AUTHENTICATION_BACKENDS[0])
    chosen = posting or postings_of(user, roles).first()
    role = Role(chosen.role) if chosen else Role.PUBLIC
    seat_id = actions.begin_sign_in(
        actor=Actor("staff", user.id, user.name, role),
        user_id=user.id,
        posting_id=chosen.id if chosen else None,
        how=how or ("demo" if settings.THROUGHCARE_DEMO else "password"),
        must=must,
        address=address_of(request),
        device=rules.device_name(request.headers.get("User-Agent", "")),
        roles=roles,
    )
    request.session[SEAT] = str(seat_id)


def end(request: Any) -> None:
    """Sign out here."""
    if request.seat is not None:
        actions.end_sign_ins(actor=Actor.system("sign-in"), user_id=request.user.id, only=request.seat.id)
    logout(request)


def postings_of(user: User, roles: Sequence[str] | None = None) -> Any:
    """Give the postings that hold now; where `roles` are named, those of these roles."""
    held = Posting.objects.filter(in_force(), user=user).order_by("since")
    return held if roles is None else held.filter(role__in=roles)


def just_came(request: Any) -> bool:
    """Tell whether the agency's sign-in showed a moment ago who sits here: as good as a password typed now."""
    seat = request.seat
    fresh = timedelta(minutes=limits.number("second_factor", "minutes_to_answer"))
    return seat is not None and seat.how == "oidc" and real_now() - seat.started_at < fresh


def current_posting(request: Any, user: User) -> Posting | None:
    """Give the posting under which this session works."""
    held: Posting | None = request.posting or postings_of(user, request.seat.roles if request.seat else None).first()
    return held


def choose(request: Any, posting_id: UUID) -> None:
    """Work under another of one's own postings."""
    if request.seat is None or request.actor is None:
        raise NotAllowed("You are signed out. Sign in again.")
    actions.choose_posting(actor=request.actor, sign_in_id=request.seat.id, posting_id=posting_id)


def address_of(request: HttpRequest) -> str:
    """Give the address a request came from, as the server saw it; what a client claims in headers is no address."""
    return str(request.META.get("REMOTE_ADDR", ""))


# --- signatures -----------------------------------------------------------------------------------------------------------


def signature_ready(request: Any) -> bool:
    """Tell whether a signature needs no secret now: confirmed within the grace time, or a persona of the demonstration."""
    if settings.THROUGHCARE_DEMO and not request.user.has_usable_password() and not request.user.pin:
        return True
    try:
        confirmed = datetime.fromisoformat(request.session[CONFIRMED])
    except (KeyError, ValueError):
        return False
    return real_now() - confirmed < timedelta(minutes=limits.number("signature", "grace_minutes"))


def confirm_signature(request: Any, secret: str) -> None:
    """Let whoever is signed in sign, by PIN or password; refuse anybody else."""
    if signature_ready(request):
        return
    outcome = actions.confirm_signature(
        actor=request.actor, user_id=request.user.id, secret=secret, address=address_of(request)
    )
    if outcome.wait_until is not None:
        raise NotAllowed("Too many tries. What you wrote is kept; wait a few minutes and sign then.")
    if outcome.user_id is None:
        raise NotAllowed("This is not your PIN or password. Nothing was signed; what you wrote is kept. Try again.")
    request.session[CONFIRMED] = real_now().isoformat()


# --- inside ---------------------------------------------------------------------------------------------------------------


def _current_posting(seat: SignIn, user: User) -> Posting | None:
    chosen = seat.posting
    vouched = chosen is not None and (seat.roles is None or chosen.role in seat.roles)
    if chosen is not None and vouched and personal.holds_now(chosen.since, chosen.until):
        return chosen
    found: Posting | None = postings_of(user, seat.roles).first()
    return found


def _equip(request: Any, user: User, posting: Posting) -> None:
    request.lens, request.actor = lens_of(user, posting), actor_of(user, posting)
    request.posting = posting
    if request.lens.opened:
        request.notices = [_standing_open(*glass) for glass in reads.open_glass(user.id)]


def lens_of(user: User, posting: Posting, *, person_id: UUID | None = None) -> Lens:
    """Make the lens of a user under a posting as things stand now; `person_id` narrows it to one person's record."""
    own = personal.load(user.id)
    return lenses.make(
        user.id,
        user.name,
        Role(posting.role),
        facilities=frozenset({posting.facility_id}) if posting.facility_id else None,
        person_id=user.person_id or person_id,
        opened=own.opened,
        reasoned=own.reasoned,
        denied=own.denied,
        emergencies=own.emergencies,
        trainings=frozenset(posting.trainings),
    )


def actor_of(user: User, posting: Posting, *, source: str = "screen") -> Actor:
    """Name a user under a posting as one who acts."""
    role = Role(posting.role)
    kind: Kind = "patient" if role is Role.PATIENT else "staff"
    return Actor(kind, user.id, user.name, role, posting.facility_id, source)


def _standing_open(glass_id: UUID, person_id: UUID, name: str, until: datetime) -> Toast:
    zone = settings.TIME_ZONE
    words = f"You hold a record open against the rule until {clock.local(until, zone):%H:%M}: {name}"
    return Toast(words, Action("Close it now", f"/glass/{glass_id}/close/", "post"), "harm")


def _expired(seat: SignIn, posting: Posting | None, *, by_itself: bool) -> bool:
    """Tell whether this sign-in is over; a request that a page makes by itself does not count as somebody's presence."""
    now = real_now()
    held = posting or seat.posting
    limit = limits.of_role(Role(held.role) if held else Role.PATIENT)
    if rules.expired(seat.started_at, seat.seen_at, now, idle=limit.idle, absolute=limit.absolute):
        return True
    if not by_itself and now - seat.seen_at > _HEARTBEAT:
        SignIn.objects.filter(id=seat.id).update(seen_at=now)
    return False
