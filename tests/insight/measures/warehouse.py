"""A made warehouse in memory: every table as declared, filled by tests with the few columns they are about."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa

from throughcare.insight.measures.periods import Period
from throughcare.insight.schema import BY_NAME, TABLES
from throughcare.insight.warehouse import opening

ZONE = ZoneInfo("America/New_York")
EMPTY = {"text": "", "texts": [], "bool": False, "int": 0, "number": 0.0, "instant": None, "date": None}
NUMBERS = count(1)
NOW = datetime(2030, 1, 1, tzinfo=UTC)


def at(text):
    """Read a local time: `2026-03-01 10:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC).replace(tzinfo=None)


def utc(text):
    """Read the same as an aware moment."""
    return at(text).replace(tzinfo=UTC)


def opened():
    """Open an engine with every table, all empty."""
    con = duckdb.connect(config={"autoinstall_known_extensions": False})
    opening.day_macro(con, ZONE)
    for table in TABLES:
        con.register("shape", table.arrow().empty_table())
        con.execute(f"CREATE TABLE {table.name} AS SELECT * FROM shape")
        con.unregister("shape")
    return con


def put(con, name, **values):
    """Add a row; a column that is not named is empty, or its type's nothing where it may not be."""
    table = BY_NAME[name]
    row = {c.name: None if c.null else EMPTY[c.type] for c in table.columns}
    if "id" in row:
        row["id"] = f"{name}-{next(NUMBERS)}"
    unknown = set(values) - set(row)
    assert not unknown, unknown
    row.update(values)
    con.register("one", pa.Table.from_pylist([row], schema=table.arrow()))
    con.execute(f"INSERT INTO {name} SELECT * FROM one")
    con.unregister("one")
    return row.get("id")


def year(value=2026, now=NOW):
    """Give a calendar year as a period."""
    return Period(date(value, 1, 1), date(value, 12, 31), ZONE, now)


def stayed(con, person, first, last, facility="hartford", stay=None):
    """Put somebody in custody on every day from one to another, and give the stay."""
    stay = stay or put(con, "stay", person_id=person, status="ended", admitted_at=at(f"{first} 10:00"))
    day, end, number = date.fromisoformat(first), date.fromisoformat(last), 1
    rows = []
    while day <= end:
        rows.append(
            {
                "person_id": person,
                "facility": facility,
                "data_class": "",
                "day": day,
                "unit": None,
                "stay_id": stay,
                "legal_status": None,
                "day_of_stay": number,
                "hours": 24.0,
            }
        )
        day, number = day + timedelta(days=1), number + 1
    con.register("days", pa.Table.from_pylist(rows, schema=BY_NAME["person_day"].arrow()))
    con.execute("INSERT INTO person_day SELECT * FROM days")
    con.unregister("days")
    return stay


def released(con, person, when, admitted="2025-01-01 10:00", **more):
    """Put a stay and the release that ended it; give both ids."""
    stay = put(con, "stay", person_id=person, status="ended", admitted_at=at(admitted), ended_at=at(when))
    move = put(
        con,
        "move",
        **{
            "person_id": person,
            "stay_id": stay,
            "kind": "release",
            "happened_at": at(when),
            "from_facility": "hartford",
            **more,
        },
    )
    return stay, move
