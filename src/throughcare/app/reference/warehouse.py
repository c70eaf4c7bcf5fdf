"""Reference of the warehouse: a page of contents, and one page a table, from the tables' own declaration."""

from throughcare.app.reference.markdown import code, codes, page, table
from throughcare.insight.flatten import FLATTEN
from throughcare.insight.schema import TABLES, VERSION, Table

TYPES = {
    "text": "string",
    "texts": "list of strings",
    "instant": "timestamp, microseconds, UTC",
    "date": "date",
    "bool": "boolean",
    "int": "64-bit integer",
    "number": "double",
}


def contents() -> str:
    """List the tables."""
    rows = [(f"[{t.name}](warehouse/{t.name}.md)", t.row, code(t.month), codes(t.key)) for t in TABLES]
    return page(
        "The warehouse",
        f"Open Parquet files that `throughcare warehouse update` makes from the ledger. Version {VERSION} of the tables. "
        "`manifest.json` names the files of the present state: read it first, and only the files it names.",
        "Rows are resources at their last version; what was entered in error is not there. Sealed classes, names and free text are "
        "not there either. Every row says its `data_class`. A file holds one table and month (UTC); in it rows lie by facility, then "
        "time, in row groups of 131,072. Codes are `system|code` with FHIR's canonical systems. An empty `person.survivor_id` means "
        "that the record was linked to no other; count linked ones as one person.",
        table(("Table", "A row", "Month by", "Key"), rows),
    )


def files() -> dict[str, str]:
    """Make each table's page, by its file name."""
    return {f"warehouse/{t.name}.md": _page(t) for t in TABLES}


def _page(one: Table) -> str:
    types = [kind for kind, (_, tables) in FLATTEN.items() if one.name in tables]
    rows = [
        (
            code(c.name),
            TYPES[c.type],
            c.meaning + (f" ({c.unit})" if c.unit and c.unit != "UTC" else ""),
            "" if c.null else "never empty",
        )
        for c in one.columns
    ]
    return page(
        one.name,
        f"{one.row}. From: {one.source}."
        + (f" Resources read: {codes(types)}." if types else " Made from other tables."),
        f"Key: {codes(one.key)}. " + (f"A file a month of {code(one.month)}." if one.month else "One file."),
        table(("Column", "Type", "Meaning", ""), rows),
        "[All tables](../warehouse.md)",
    )
