"""The registered tables in force: read from content, with the agency's own sites as the dimension of place."""

from collections.abc import Mapping

from throughcare.kernel import content

from .tables import BadTable, Dimension, Identity, Rules, Table, dimension_from, identity_from, rules_from, table_from

STATE = {"id": "state", "title": {"en": "Whole state", "es": "Todo el estado"}}
SITE = {"en": "Site", "es": "Centro"}


def rules() -> Rules:
    """Return the house's figures."""
    return rules_from(content.load("gate/rules.toml")["rules"], Rules())


def identities() -> tuple[Identity, ...]:
    """Return what everybody knows."""
    return tuple(identity_from(row) for row in content.rows("gate/rules.toml", "identity"))


def places(sites: Mapping[str, str]) -> Dimension:
    """Return the dimension of place for these sites (id → name)."""
    nodes = [
        STATE,
        *({"id": site, "title": {"en": name, "es": name}, "parent": "state"} for site, name in sites.items()),
    ]
    return dimension_from({"id": "facility", "title": SITE, "nodes": nodes})


def tables(place: Dimension) -> dict[str, Table]:
    """Return every registered table by its id."""
    dimensions = {row["id"]: dimension_from(row) for row in content.rows("gate/dimensions.toml", "dimension")}
    known = {**dimensions, place.id: place}
    return {row["id"]: table_from(row, known, rules()) for row in content.rows("gate/tables.toml", "table")}


def table(id: str, place: Dimension) -> Table:
    """Return one registered table; nothing else can be published."""
    found = tables(place).get(id)
    if found is None:
        raise BadTable(f"There is no registered table [{id}]. Register it in content/gate/tables.toml first.")
    return found


__all__ = ["identities", "places", "rules", "table", "tables"]
