"""Whatever is thrown at the API, by its own description and by the cases of others: never a fault of ours, always FHIR's words."""

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.exchange.fhir.conftest import Door, open_door
from tests.exchange.fhir.test_writing import FAMILIES, PATIENT, changed

pytestmark = pytest.mark.slow
# Of these types every interaction is tried in the quick suite; of the others a few, and all of them in the long one.
CLOSELY = ("Patient", "Observation", "Appointment", "Consent", "MedicationAdministration")
STATUSES = {200, 201, 202, 304, 400, 401, 403, 404, 405, 406, 409, 410, 412, 413, 415, 422}


def gently(examples: int) -> settings:
    """Give settings that try the same each time and shrink nothing: a failure names its request."""
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture
def schema(in_agency: None) -> Iterator[Any]:
    """Read the API's own description through its door, with a token of the records office."""
    import schemathesis

    from throughcare.exchange.fhir import application

    token = open_door("him").token

    def with_token(environ: dict[str, Any], start: Any) -> Any:
        return application.application(
            {**environ, "HTTP_HOST": "testserver", "HTTP_AUTHORIZATION": f"Bearer {token}"}, start
        )

    yield schemathesis.openapi.from_wsgi("/fhir/openapi.json", with_token)


def sound(status: int, media: str, content: bytes) -> None:
    """Hold that an answer is one of FHIR's, and that what is refused is refused in its words."""
    assert status in STATUSES, content[:300]
    if status >= 400:
        assert media.startswith("application/fhir+json"), media
        assert json.loads(content)["resourceType"] == "OperationOutcome"
        assert json.loads(content)["issue"][0]["diagnostics"]


def thrown(schema: Any, examples: int, wanted: Any) -> Counter[int]:
    """Throw so many requests at each operation that is wanted."""
    told: Counter[int] = Counter()
    for n, made in enumerate(schema.get_all_operations()):
        operation = made.ok()
        if not wanted(n, operation):
            continue

        @gently(examples)
        @given(case=operation.as_strategy())
        def throw(case: Any) -> None:
            answer = case.call()
            told[answer.status_code] += 1
            sound(answer.status_code, answer.headers.get("content-type", [""])[0], answer.content)

        throw()
    return told


def test_requests_made_of_the_description_never_fail_us(schema: Any) -> None:
    told = thrown(schema, 2, lambda n, one: one.path.split("/")[1] in (*CLOSELY, "", "{word}") or n % 40 == 0)
    print(f"\nfrom the description: {sum(told.values())} requests, {dict(sorted(told.items()))}")
    assert sum(told.values()) > 100


@pytest.mark.long
def test_many_requests_made_of_the_description_never_fail_us(schema: Any) -> None:
    told = thrown(schema, 25, lambda n, one: True)
    print(f"\nfrom the description: {sum(told.values())} requests, {dict(sorted(told.items()))}")
    assert sum(told.values()) > 5000


def test_every_interaction_is_described(in_agency: None) -> None:
    from throughcare.exchange.fhir import described, registry

    told = {(method, path) for path, one in described.description()["paths"].items() for method in one}
    assert len(told) > 500
    for one in registry.interactions():
        kinds = [""] if one.level == "system" else [k for k in one.types or ["Patient"] if k in registry.HELD]
        assert all((one.method.lower(), described.path_of(one, kind)) in told for kind in kinds)
    reply = Door().get("openapi.json")
    assert (reply.status, reply.headers["Content-Type"]) == (200, "application/json"), "anybody may read it"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=5,
)


def twisted(draw: st.DrawFn, value: Any, depth: int = 0) -> Any:
    """Put something else in one place of a resource: beside, deep inside, or in the place of a part."""
    if isinstance(value, dict) and value and draw(st.integers(0, 3)) < 3:
        key = draw(st.sampled_from(sorted(value)))
        if draw(st.integers(0, 5)) == 0:
            return {**value, draw(st.text(max_size=12)): draw(ANYTHING)}
        return {**value, key: twisted(draw, value[key], depth + 1)}
    if isinstance(value, list) and value and draw(st.integers(0, 3)) < 3:
        at = draw(st.integers(0, len(value) - 1))
        return [*value[:at], twisted(draw, value[at], depth + 1), *value[at + 1 :]]
    return draw(ANYTHING)


def throw_twisted(examples: int) -> Counter[int]:
    """Send resources that are right but for one thing, to create, to update, in a batch and to be validated."""
    office = open_door("him")
    person = office("POST", "Patient", PATIENT).json["id"]
    right = [{"resourceType": kind, **changed(kind, person)[0]} for kind in FAMILIES] + [PATIENT]
    told: Counter[int] = Counter()

    @gently(examples)
    @given(st.data())
    def throw(data: st.DataObject) -> None:
        one = data.draw(st.sampled_from(right))
        kind, sent = one["resourceType"], twisted(data.draw, one)
        entry = {"resource": sent, "request": {"method": "POST", "url": kind}}
        way, body = data.draw(
            st.sampled_from(
                [
                    (kind, sent),
                    (f"{kind}/$validate", sent),
                    ("", {"resourceType": "Bundle", "type": "batch", "entry": [entry]}),
                    ("", {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}),
                ]
            )
        )
        reply = office("POST", way, json.dumps(body).encode())
        told[reply.status] += 1
        sound(reply.status, reply.headers["Content-Type"], reply.body)

    throw()
    return told


def test_resources_that_are_wrong_in_one_place_never_fail_us(in_agency: None) -> None:
    told = throw_twisted(120)
    print(f"\ntwisted: {dict(sorted(told.items()))}")
    assert told[422] + told[400] > 20


@pytest.mark.long
def test_many_resources_that_are_wrong_in_one_place_never_fail_us(in_agency: None) -> None:
    print(f"\ntwisted: {dict(sorted(throw_twisted(5000).items()))}")


def test_what_a_validator_must_find_never_fails_us(in_agency: None, shared: Path) -> None:
    office, told = open_door("him"), Counter()
    cases = gzip.decompress((shared / "corpora/validator/r4_cases.jsonl.gz").read_bytes()).splitlines()
    for case in map(json.loads, cases):
        text = case["text"].encode()
        media = "application/fhir+json" if case["format"] == "json" else "application/fhir+xml"
        found = re.search(r'"resourceType"\s*:\s*"(\w+)"', case["text"])
        for way in ("$validate", found[1] if found else "Patient"):
            reply = office("POST", way, text, content_type=media)
            told[reply.status] += 1
            sound(reply.status, reply.headers["Content-Type"], reply.body)
    print(f"\nthe validator's {len(cases)} cases, validated and sent: {dict(sorted(told.items()))}")
    assert office.get("metadata").status == 200
