"""D3-3, injection by parameters, sort keys among them: whatever a link carries, a page answers in words and gives no more."""

import re
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.security.objects import World, address, objects_of, routes
from tests.security.test_01_doors import knock, signed_in_as
from throughcare.kernel.vocabulary import Role

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SOURCE = Path(__file__).resolve().parents[2] / "src/throughcare"
ASKED = re.compile(r'GET\.get(?:list)?\("(\w+)"')
# Every parameter that some page reads, and those that pages of other systems sort by.
NAMES = sorted(
    {name for file in SOURCE.rglob("*.py") for name in ASKED.findall(file.read_text())}
    | {"sort", "_sort", "order", "order_by", "dir", "limit", "offset", "page", "_include", "_has"}
)
MARK = "zq7injected"
PAYLOADS = {
    "quote": f"{MARK}' OR '1'='1",
    "statement": f"{MARK}'; SELECT pg_sleep(9); --",
    "sort": f"{MARK}, (CASE WHEN 1=1 THEN id ELSE pg_sleep(9) END) DESC",
    "comment": f"{MARK}/**/UNION/**/SELECT/**/password/**/FROM/**/access_user",
    "nothing": "\x00",
    "number": "9" * 400,
    "path": "../../../../etc/passwd",
}


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_no_parameter_becomes_part_of_a_statement_or_breaks_a_page(payload: str, world: World) -> None:
    client = signed_in_as(Role.HIM, world)
    for route in routes():
        if route.method != "GET" or route.name == "gallery":
            continue
        with CaptureQueriesContext(connection) as asked:
            from urllib.parse import urlencode

            url = address(route, objects_of(route, world, world.here))
            answer = knock(client, route, f"{url}?{urlencode(dict.fromkeys(NAMES, payload))}")
        assert answer.status_code < 500, route.path
        if hasattr(answer, "text"):
            assert "root:x:" not in answer.text and "argon2" not in answer.text, route.path
        for query in asked.captured_queries:
            said = query["sql"].replace("''", "")
            assert MARK not in re.sub(r"'[^']*'", "", said), f"{route.path}: a parameter stands outside a literal"
