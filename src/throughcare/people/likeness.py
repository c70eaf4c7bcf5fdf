"""How likely two charts are one person's, by all that differs a little: names as heard, turned round, dates one slip apart.

The model is that of Fellegi and Sunter, counted by Splink in DuckDB; its weights are content (`content/people/likeness.toml`). It
finds what exact comparison misses, and only proposes: a person decides (ruling 12).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from throughcare.kernel import content
from throughcare.people.rules import folded

if TYPE_CHECKING:
    import pyarrow as pa

FILE = "people/likeness.toml"
PAIR = ("id_l", "id_r", "match_probability")


@dataclass(frozen=True, slots=True)
class Known:
    """What is compared of a chart: every family and given name that it has been known by, birth date and sex."""

    id: UUID
    family: tuple[str, ...]
    given: tuple[str, ...]
    birth_date: date | None
    sex: str


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two charts, the lower id first, the probability that they are one person's, and what speaks for it."""

    a: UUID
    b: UUID
    probability: float
    reasons: tuple[str, ...]


def alike(charts: Iterable[Known]) -> list[Likeness]:
    """Give the pairs that are likely enough to be laid before a person, likeliest first."""
    settings = content.load(FILE)
    no_name = frozenset(settings["no_name"])
    rows = [_row(chart, no_name) for chart in charts]
    if len(rows) < 2:
        return []
    found = [_likeness(pair) for pair in _pairs(rows, float(settings["propose_from"]))]
    return sorted(found, key=lambda one: (-one.probability, one.a, one.b))


def _row(chart: Known, no_name: frozenset[str]) -> dict[str, Any]:
    family, given = _words(chart.family, no_name), _words(chart.given, no_name)
    born = f"{chart.birth_date:%Y%m%d}" if chart.birth_date else None
    return {
        "id": str(chart.id),
        "family": family,
        "given": given,
        "birth_date": born,
        "sex": chart.sex if chart.sex in ("female", "male") else None,
        # Which charts are compared at all: those that share one of these.
        "begins": "".join(sorted({word[0] for word in (*family[:1], *given[:1])})) + (born or "")[:4],
        "name": " ".join(sorted({word[:4] for word in (*family[:1], *given[:1])})),
    }


def _words(names: Iterable[str], no_name: frozenset[str]) -> list[str]:
    words = dict.fromkeys(word for name in names for word in folded(name).split())
    return [word for word in words if word not in no_name]


def _pairs(rows: list[dict[str, Any]], threshold: float) -> list[tuple[Any, ...]]:
    import duckdb
    import pyarrow as pa
    from splink import DuckDBAPI, Linker

    with duckdb.connect(":memory:") as connection:
        connection.execute("SET threads = 1")  # a night's work, beside people at theirs
        api = DuckDBAPI(connection)
        linker = Linker(api.register(pa.Table.from_pylist(rows, schema=_schema(pa))), _settings(), log_level="ERROR")
        found = linker.inference.predict(threshold_match_probability=threshold, warning_mode="never")
        levels = [f"gamma_{row['id']}" for row in _comparisons()]
        table = connection.table(found.physical_name)
        return table.project(*(duckdb.ColumnExpression(name) for name in (*PAIR, *levels))).fetchall()


def _schema(arrow: Any) -> "pa.Schema":
    words, text = arrow.list_(arrow.string()), arrow.string()
    return arrow.schema(
        [("id", text), ("family", words), ("given", words)]
        + [(name, text) for name in ("birth_date", "sex", "begins", "name")]
    )


def _comparisons() -> tuple[Mapping[str, Any], ...]:
    return tuple(content.rows(FILE, "comparison"))


def _nearest(mine: str, theirs: str) -> str:
    """Give how near the nearest two words of two lists are, as SQL: 1 is equal."""
    inner = f"list_max(list_transform({theirs}, lambda b: jaro_winkler_similarity(a, b)))"
    return f"list_max(list_transform({mine}, lambda a: {inner}))"


TURNED = "list_has_any(family_l, given_r) AND list_has_any(given_l, family_r)"
# What must hold for each way of comparing, in the order in which they are tried.
HOLDS = {
    ("family", "equal"): "list_has_any(family_l, family_r)",
    ("family", "near"): f"{_nearest('family_l', 'family_r')} >= 0.9",
    ("family", "turned"): TURNED,
    ("given", "equal"): f"list_has_any(given_l, given_r) OR ({TURNED})",
    ("given", "near"): f"{_nearest('given_l', 'given_r')} >= 0.88",
    ("birth_date", "equal"): "birth_date_l = birth_date_r",
    ("birth_date", "slip"): "damerau_levenshtein(birth_date_l, birth_date_r) <= 1"
    " OR birth_date_l = left(birth_date_r, 4) || right(birth_date_r, 2) || birth_date_r[5:6]",
    ("sex", "equal"): "sex_l = sex_r",
}
LACKS = {
    "family": "len(family_l) = 0 OR len(family_r) = 0",
    "given": "len(given_l) = 0 OR len(given_r) = 0",
    "birth_date": "birth_date_l IS NULL OR birth_date_r IS NULL",
    "sex": "sex_l IS NULL OR sex_r IS NULL",
}


def _settings() -> dict[str, Any]:
    return {
        "link_type": "dedupe_only",
        "sql_dialect": "duckdb",
        "unique_id_column_name": "id",
        "probability_two_random_records_match": content.load(FILE)["prior"],
        "blocking_rules_to_generate_predictions": [
            "l.birth_date = r.birth_date",
            "l.name = r.name AND l.name <> ''",
            "l.begins = r.begins AND l.birth_date IS NOT NULL",
        ],
        "comparisons": [_comparison(row) for row in _comparisons()],
        "retain_matching_columns": True,  # what was reached, for the reasons
    }


def _comparison(row: Mapping[str, Any]) -> dict[str, Any]:
    lacking = {"sql_condition": LACKS[row["id"]], "label_for_charts": "lacking", "is_null_level": True}
    levels = [
        {
            "sql_condition": HOLDS.get((row["id"], level["id"]), "ELSE"),
            "label_for_charts": level["id"],
            "m_probability": level["same"],
            "u_probability": level["others"],
        }
        for level in row["level"]
    ]
    return {"output_column_name": row["id"], "comparison_levels": [lacking, *levels]}


def _likeness(pair: tuple[Any, ...]) -> Likeness:
    low, high = sorted((UUID(pair[0]), UUID(pair[1])))
    reasons = []
    for row, reached in zip(_comparisons(), pair[3:], strict=True):
        levels = row["level"]
        # Splink counts levels from the least like (0) up; -1 is a thing that one chart lacks.
        if reached > 0:
            reasons.append(levels[len(levels) - 1 - reached]["words"])
    return Likeness(low, high, float(pair[2]), tuple(reasons))
