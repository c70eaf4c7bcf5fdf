"""The second person at a dose, proved at the screen of the one who is signed in. The secret goes no further than this."""

from throughcare.access.doors import Request
from throughcare.access.second_person import prove_second
from throughcare.care.medications.actions import Second
from throughcare.kernel.errors import Invalid

SECRETS = ("second_secret",)


def second_of(request: Request) -> Second | None:
    """Give the second person whose badge and PIN were posted; none where nobody was named."""
    return proved(request, request.POST.get("second", ""), request.POST.get("second_secret", ""))


def proved(request: Request, name: str, secret: str) -> Second | None:
    """Give the second person by badge and PIN; whoever does not work where the reader works is refused."""
    if not name.strip():
        return None
    site = request.posting.facility_id
    if site is None:
        raise Invalid("Choose a facility first: the second person must work there. Nothing was charted.")
    found = prove_second(request, name, secret, site)
    return Second(found.id, found.name, found.role)
