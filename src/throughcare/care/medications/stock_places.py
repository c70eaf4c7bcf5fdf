"""Where medicines lie in a facility, and from when stock is low or old, as the content says."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from throughcare.kernel import content

STOCK = "medications/stock.toml"


@dataclass(frozen=True, slots=True)
class StockPlace:
    """One kind of place in which medicines lie."""

    id: str
    title: str


def places() -> tuple[StockPlace, ...]:
    """Give the places that every facility has."""
    return tuple(StockPlace(row["id"], row["title"]) for row in content.rows(STOCK, "place"))


def place_ids() -> frozenset[str]:
    """Give the codes of the places."""
    return frozenset(place.id for place in places())


def title_of(place: str) -> str:
    """Give a place's name; one that the content no longer has keeps its code."""
    return next((p.title for p in places() if p.id == place), place)


def low_units() -> Decimal:
    """Give from how many units down a product is low at a place."""
    return Decimal(str(content.load(STOCK)["low_units"]))


def expiring() -> timedelta:
    """Give how long before its expiry a lot is told of."""
    return timedelta(days=content.load(STOCK)["expiring_days"])


def count_good_for() -> timedelta:
    """Give how long a count stands for the closing of a shift."""
    return timedelta(minutes=content.load(STOCK)["count_good_minutes"])


def closing_roles() -> frozenset[str]:
    """Give the roles whose handover waits for the count."""
    return frozenset(content.load(STOCK)["closing_roles"])


def single_nurse(facility_code: str) -> bool:
    """Tell whether one nurse works alone at this facility, so that a second counter of another role will do."""
    return facility_code in content.load(STOCK)["single_nurse_facilities"]
