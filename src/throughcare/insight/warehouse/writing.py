"""One file of one table and month: rows in the table's order, types as declared, the same bytes for the same rows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from throughcare.insight.schema import Table
from throughcare.insight.warehouse import files
from throughcare.insight.warehouse.files import Part

if TYPE_CHECKING:
    import duckdb

ROW_GROUP = 131_072


def connect(work: Path) -> duckdb.DuckDBPyConnection:
    """Open an engine in this process with bounded memory; it spills beside the files and reaches for nothing outside."""
    import duckdb

    # Where the planner takes one side of an as-of join for a handful of rows it pairs each with every other: of a whole agency's
    # days it is wrong by four powers of ten, and a month took 100 s and not 2.
    held: dict[str, str | bool | int | float | list[str]] = {
        "asof_loop_join_threshold": 0,
        "memory_limit": "1GB",
        "threads": 2,
        "temp_directory": str(work / "spill"),
        "autoinstall_known_extensions": False,
    }
    return duckdb.connect(config=held)


def write(con: duckdb.DuckDBPyConnection, folder: Path, table: Table, month: str, rows: str) -> Part | None:
    """Write what a query gives as the file of a table and month; None where it gives nothing."""
    draft = folder / files.WORK / "draft.parquet"
    count = draw_up(con, draft, table, rows)
    return files.keep(folder, table.name, month, draft, count) if count else None


def draw_up(con: duckdb.DuckDBPyConnection, draft: Path, table: Table, rows: str) -> int:
    """Write what a query gives, as rows of a table in their order, to a new file; say how many they are."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = table.arrow()
    order = ", ".join(f"{name} NULLS FIRST" for name in table.order)
    reader = con.sql(f"SELECT {', '.join(table.names)} FROM ({rows}) ORDER BY {order}").to_arrow_reader(ROW_GROUP)  # noqa: S608
    count, held, waiting = 0, [], 0
    with files.private(draft) as out, pq.ParquetWriter(out, schema, compression="zstd", store_schema=False) as writer:
        for batch in reader:
            held.append(pa.Table.from_batches([batch]).cast(schema))
            waiting += batch.num_rows
            while waiting >= ROW_GROUP:
                whole = pa.concat_tables(held).combine_chunks()
                writer.write_table(whole.slice(0, ROW_GROUP))
                held, waiting = [whole.slice(ROW_GROUP)], waiting - ROW_GROUP
                count += ROW_GROUP
        if waiting:
            writer.write_table(pa.concat_tables(held).combine_chunks())
            count += waiting
    return count


def source(folder: Path, table: Table, names: list[str]) -> str:
    """Give the query that reads these files of a table, or a table of its columns without rows."""
    if names:
        listed = ", ".join(f"'{folder / name}'" for name in names)
        return f"SELECT * FROM read_parquet([{listed}])"  # noqa: S608
    types = {"text": "VARCHAR", "texts": "VARCHAR[]", "instant": "TIMESTAMP", "date": "DATE"}
    types |= {"bool": "BOOLEAN", "int": "BIGINT", "number": "DOUBLE"}
    columns = ", ".join(f"NULL::{types[c.type]} AS {c.name}" for c in table.columns)
    return f"SELECT * FROM (SELECT {columns}) WHERE false"  # noqa: S608
