"""What the pages of emergency read from a post: the site, a time, an id; and what was wrong."""

from datetime import datetime, timedelta
from uuid import UUID

from throughcare.access.doors import Request
from throughcare.custody import reads as custody
from throughcare.custody.policy import sees
from throughcare.custody.reads import FacilityRow
from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid, NotFound
from throughcare.ui import forms


def site(request: Request, code: str = "") -> FacilityRow:
    """Give the facility that was named, else where the reader is posted, else the first that is open."""
    if code:
        asked = custody.facility_by_code(request.lens, code)
        if asked is None or not sees(request.lens, asked.id):
            raise NotFound("There is no such facility here.")
        return asked
    if request.posting.facility_id is not None:
        return custody.facility(request.lens, request.posting.facility_id)
    return custody.facilities(request.lens, open_only=True)[0]


def moment(text: str) -> datetime | None:
    """Read a time of the wall clock as the last moment at which it was that late; nothing where nothing was typed."""
    if not text.strip():
        return None
    now = clock.now()
    here = now.astimezone(clock.zone())
    try:
        at = forms.moment_of(here.date().isoformat(), text)
    except ValueError:
        raise Invalid("Write the time as 14:30.", fields={"at": "Write the time as 14:30."}) from None
    if at > now + timedelta(minutes=1):
        at = forms.moment_of((here.date() - timedelta(days=1)).isoformat(), text)
    return at


def id_of(text: str) -> UUID:
    """Read an id."""
    return forms.id_of(text, NotFound("There is no such thing here."))
