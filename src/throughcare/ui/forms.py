"""What a page posts: its fields without the furniture, and the intent under which it was sent."""

from datetime import UTC, date, datetime, time
from uuid import UUID

from django.http import HttpRequest

from throughcare.kernel import clock
from throughcare.kernel.errors import Invalid, Refused
from throughcare.ui.shapes import FieldError

FURNITURE = frozenset({"csrfmiddlewaretoken", "intent", "version", "section", "next", "sign", "add_row", "shown"})


def posted_of(request: HttpRequest) -> dict[str, list[str]]:
    """Give the posted fields of a form, each with all its values."""
    return {name: [str(v) for v in request.POST.getlist(name)] for name in request.POST if name not in FURNITURE}


# What somebody proves themselves with never comes back to a page.
_SECRET = ("pass", "secret", "pin", "code", "token", "key")


def words_of(request: HttpRequest) -> list[tuple[str, str]]:
    """Give the words of a post, each under its field's name: what takes time to type again. No choice, number, id or secret."""
    found = []
    for name, value in posted_of(request).items() if request.method == "POST" else ():
        words = " ".join(value).strip()
        if " " in words and not any(part in name.lower() for part in _SECRET):
            found.append((name.replace("_", " ").replace("-", " ").capitalize(), words))
    return found


def intent_of(request: HttpRequest) -> UUID | None:
    """Give the intent of a post: sent twice, it is done once. A page without one is refused."""
    text = request.POST.get("intent", "")
    try:
        return UUID(text)
    except ValueError:
        raise Invalid("This form was sent without its number. Open the page again; what you typed is on it.") from None


def error_lines(refused: Refused | None) -> list[FieldError]:
    """Give the lines of the summary at the top of a page: field by field, or the sentence where no field is to blame."""
    if refused is None:
        return []
    return [FieldError(name, words) for name, words in refused.fields.items()] or [FieldError("", refused.sentence)]


def id_or_none(text: object) -> UUID | None:
    """Read an id that a page sent, or nothing where it is none."""
    try:
        return UUID(str(text))
    except ValueError:
        return None


def id_of(text: str, refusal: Refused) -> UUID:
    """Read an id that a page sent; where it is none, the page is refused in the room's own words."""
    found = id_or_none(text)
    if found is None:
        raise refusal
    return found


def whole_or_none(text: str, digits: int = 9) -> int | None:
    """Read a whole number of at most so many plain digits that a page sent, or nothing where it is none."""
    typed = text.strip()
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= digits else None


def day_or_none(text: str) -> date | None:
    """Read a day that a page sent, or nothing where it is none."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def day_of(text: str, refusal: Refused) -> date:
    """Read a day that a page sent; where it is none, the page is refused in the room's own words."""
    found = day_or_none(text)
    if found is None:
        raise refusal
    return found


def moment_of(day: str, hour: str, *, otherwise: str = "") -> datetime:
    """Read the moment that a day and an hour name on the wall of this place, in UTC; raise ValueError where they name none.

    An empty hour is `otherwise`. An hour that the clocks skip in spring is the one they show instead.
    """
    typed = hour.strip() or otherwise
    wall = time.fromisoformat(f"0{typed}" if typed[1:2] == ":" else typed)
    if wall.tzinfo is not None:
        raise ValueError(f"[{hour}] is no hour on a wall")
    return datetime.combine(date.fromisoformat(day.strip()), wall, tzinfo=clock.zone()).astimezone(UTC)
