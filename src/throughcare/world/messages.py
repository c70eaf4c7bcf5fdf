"""Messages as custody's system sends them when somebody arrives. Pure."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from throughcare.world.cast import Character

ZONE = ZoneInfo("America/New_York")
RACES = {"black": "2054-5", "white": "2106-3", "hispanic": "2135-2", "asian": "2028-9"}


@dataclass(frozen=True, slots=True)
class Booking:
    """One who comes in, where and when."""

    who: Character
    facility: str
    unit: str
    at: datetime
    accused: bool


def admission(booking: Booking) -> bytes:
    """Write the ADT^A01 of a booking."""
    who, when = booking.who, booking.at.astimezone(ZONE).strftime("%Y%m%d%H%M%S%z")
    language = "es^Spanish^ISO639" if who.language == "es" else "en^English^ISO639"
    born, sex = who.birth_date.strftime("%Y%m%d"), who.sex[0].upper()
    visit = [""] * 46
    visit[0:4] = ["PV1", "1", "I", f"{booking.unit}^^^{booking.facility}"]
    visit[19], visit[44] = f"B{who.n:07}", when
    lines = (
        f"MSH|^~\\&|CUSTODY|CTDOC|THROUGHCARE|CT|{when}||ADT^A01^ADT_A01|W{who.n:07}|T|2.5.1",
        f"EVN|A01|{when}||||{when}",
        f"PID|1||{who.number}^^^CTDOC^MR||{who.family}^{who.given}^^^^^L||{born}|{sex}||{RACES[who.race]}|||||{language}",
        "|".join(visit),
        f"ZCU|{'accused' if booking.accused else 'sentenced'}",
    )
    return "".join(f"{line}\r" for line in lines).encode()
