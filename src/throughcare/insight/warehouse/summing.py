"""Tables summed from others, a file from a file: what measures would otherwise add up anew over years of days and doses.

A sum holds the very columns that a measure's query asks of the rows it was made from, so the query is the same over either. Where
nothing in a month changed, its sums stand. Queries of the engine; `local_day` must be there.
"""

from __future__ import annotations

import hashlib

from throughcare.insight.measures.codes import custody_clause

FOLLOWED = ("antidepressant", "opioid-medicine", "opioid-medicine-monthly")  # lists whose medicines count day by day

PERSON_MONTH = """
SELECT person_id, facility, any_value(data_class) AS data_class, legal_status, min(day) AS day, count(*) AS days,
       round(sum(hours), 3) AS hours
FROM (SELECT *, day - row_number() OVER (PARTITION BY person_id, facility, legal_status ORDER BY day)::INT AS run FROM {rows})
GROUP BY person_id, facility, legal_status, date_trunc('month', day), run
"""
DOSE_MONTH = """
SELECT person_id, facility, any_value(data_class) AS data_class, strftime(any_value(month), '%Y-%m') AS month, status, outcome, not_done,
       min(due_at) AS due_at, count(*) AS n
FROM (SELECT *, date_trunc('month', local_day(due_at)) AS month FROM {rows} WHERE kind = 'administration')
GROUP BY person_id, facility, month, status, outcome, not_done
"""
DOSE_HOUR = """
SELECT facility, date_trunc('hour', due_at) AS due_at, count(*) AS n FROM {rows} WHERE kind = 'administration' GROUP BY ALL
"""
COURSE = """
SELECT arg_min(id, day) AS id, person_id, arg_min(facility, day) AS facility, any_value(data_class) AS data_class, codes,
       min(day) AS day, max(day) AS last, min(happened_at) AS happened_at
FROM (
  SELECT *, day - row_number() OVER (PARTITION BY person_id, codes ORDER BY day)::INT AS run FROM (
    SELECT arg_min(id, happened_at) AS id, person_id, arg_min(facility, happened_at) AS facility, any_value(data_class) AS data_class,
           codes, day, min(happened_at) AS happened_at
    FROM (SELECT r.*, local_day(happened_at) AS day FROM {rows} r
          WHERE kind = 'administration' AND status = 'completed' AND NOT not_done AND happened_at IS NOT NULL AND {followed})
    GROUP BY person_id, codes, day)
) GROUP BY person_id, codes, run
"""
# Each with the table it is made from.
SUMS = {"person_month": "person_day", "dose_month": "dose", "dose_hour": "dose", "medicine_course": "dose"}


def followed(column: str = "codes") -> str:
    """Give the condition that a column of codes holds a medicine that is followed day by day."""
    return "(" + " OR ".join(custody_clause(name, column) for name in FOLLOWED) + ")"


def query(name: str, rows: str) -> str:
    """Give the query of a summed table from a query (in brackets) or table of the rows it is made from."""
    simple = {"person_month": PERSON_MONTH, "dose_month": DOSE_MONTH, "dose_hour": DOSE_HOUR}
    if name in simple:
        return simple[name].format(rows=rows)
    wanted = f"codes IN (SELECT codes FROM (SELECT DISTINCT codes FROM {rows}) WHERE {followed()})"  # noqa: S608
    return COURSE.format(rows=rows, followed=wanted)


def edition() -> str:
    """Name the lists that sums depend on: where an agency changes them, they are made anew."""
    return hashlib.sha256(followed().encode()).hexdigest()[:16]
