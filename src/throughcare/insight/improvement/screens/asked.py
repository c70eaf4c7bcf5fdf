"""What these pages read of a form that was sent: a place, a day, and what goes back to whoever was refused. HTTP only."""

from datetime import date
from uuid import UUID

from throughcare.access.doors import Request
from throughcare.insight.improvement import reads
from throughcare.kernel.errors import Invalid, Refused
from throughcare.ui.forms import day_of

HOME = "/insight/improvement/"


def place_of(request: Request, said: str) -> UUID | None:
    """Read a facility; refuses one that is not this reader's."""
    found = reads.place(request.lens, said)
    if found is None and request.lens.facilities is not None:
        raise Invalid("Choose one of your facilities.", fields={"facility": "Choose one."})
    return found


def day(said: str, name: str) -> date:
    """Read a day; refuses under its field's name what is none."""
    return day_of(said, Invalid("Give a day.", fields={name: "Give a day."}))


def typed_in(request: Request, refused: Refused | None) -> dict[str, str]:
    """Give what was typed, to whoever was refused."""
    return {k: str(v) for k, v in request.POST.items()} if refused else {}


def wrong_in(refused: Refused | None) -> dict[str, str]:
    """Give what is wrong with each field."""
    return refused.fields if refused else {}
