"""The signed-in session: which posting somebody works under, until when, and the lens made of it for each request."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import login, logout
from django.db.models import Q
from django.http import HttpRequest, HttpResponse

from throughcare.access import lenses
from throughcare.access.models import Posting, User
from throughcare.access.ports import GLASS
from throughcare.kernel import clock
from throughcare.kernel.actor import Actor, Kind
from throughcare.kernel.errors import NotAllowed
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import Role

POSTING, STARTED, SEEN = "posting", "started", "seen"


class LensMiddleware:
    """Put `lens`, `actor` and `posting` on every request; end sessions that stood idle or lasted too long."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look the session up once."""
        request.lens, request.actor, request.posting = None, None, None  # type: ignore[attr-defined]
        user = request.user
        if isinstance(user, User) and user.is_authenticated:
            if _expired(request):
                logout(request)
            else:
                posting = current_posting(request, user)
                if posting is not None:
                    _equip(request, user, posting)
        return self.get_response(request)


def start(request: HttpRequest, user: User, posting: Posting | None = None, *, backend: str = "") -> None:
    """Sign a user in under a posting (the first that holds now where none is named)."""
    login(request, user, backend=backend or settings.AUTHENTICATION_BACKENDS[0])
    chosen = posting or postings_of(user).first()
    if chosen is not None:
        request.session[POSTING] = str(chosen.id)
    request.session[STARTED] = request.session[SEEN] = _real_now().isoformat()


def postings_of(user: User) -> Any:
    """Give the postings that hold now."""
    now = clock.now()
    return Posting.objects.filter(user=user, since__lte=now).filter(Q(until=None) | Q(until__gt=now)).order_by("since")


def current_posting(request: HttpRequest, user: User) -> Posting | None:
    """Give the posting under which this session works."""
    chosen = request.session.get(POSTING)
    query = postings_of(user)
    found: Posting | None = query.filter(id=chosen).first() if chosen else None
    return found or query.first()


def choose(request: HttpRequest, posting_id: UUID) -> None:
    """Work under another of one's own postings."""
    user = request.user
    if not isinstance(user, User) or not postings_of(user).filter(id=posting_id).exists():
        raise NotAllowed("This posting is not yours, or it has ended.")
    request.session[POSTING] = str(posting_id)


def _equip(request: HttpRequest, user: User, posting: Posting) -> None:
    role = Role(posting.role)
    places = frozenset({posting.facility_id}) if posting.facility_id else None
    lens: Lens = lenses.make(
        user.id, user.name, role, facilities=places, person_id=user.person_id, opened=GLASS().opened(user.id)
    )
    kind: Kind = "patient" if role is Role.PATIENT else "staff"
    request.lens, request.posting = lens, posting  # type: ignore[attr-defined]
    request.actor = Actor(kind, user.id, user.name, role, posting.facility_id)  # type: ignore[attr-defined]


def _expired(request: HttpRequest) -> bool:
    now = _real_now()
    idle, absolute = timeouts(request)
    try:
        started = datetime.fromisoformat(request.session[STARTED])
        seen = datetime.fromisoformat(request.session[SEEN])
    except (KeyError, ValueError):
        return True
    if now - seen > idle or now - started > absolute:
        return True
    if now - seen > timedelta(seconds=30):
        request.session[SEEN] = now.isoformat()
    return False


def timeouts(request: HttpRequest) -> tuple[timedelta, timedelta]:
    """Give the idle and the absolute limit of this session."""
    return timedelta(minutes=settings.IDLE_MINUTES), timedelta(hours=settings.SESSION_HOURS)


def _real_now() -> datetime:
    # A demonstration's clock jumps; a session's does not.
    return datetime.now().astimezone()
