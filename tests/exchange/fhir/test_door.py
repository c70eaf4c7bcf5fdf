"""The door: default deny, OperationOutcome for whatever goes wrong, tokens dead at once when revoked."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.exchange.fhir.conftest import Door

pytestmark = pytest.mark.slow


def test_anybody_may_ask_what_the_api_can_do(in_agency: None) -> None:
    answer = Door().get("metadata")
    assert answer.status == 200
    assert answer.json["resourceType"] == "CapabilityStatement"
    assert answer.json["fhirVersion"] == "4.0.1"
    assert answer.headers["Content-Type"].startswith("application/fhir+json")


@pytest.mark.parametrize("token", ["", "tc_nobody"])
def test_nobody_reads_without_a_token(in_agency: None, token: str) -> None:
    from throughcare.exchange.fhir import registry

    told = {("system", "metadata"), ("system", "openapi.json")}
    for one in registry.interactions():
        word = "Observation" if one.tail.startswith("*") else "1"
        path = {"system": "", "type": "Patient/", "instance": "Patient/x/"}[one.level] + one.tail.replace("*", word)
        kind = next(iter(one.types)) if one.types else "Patient"
        answer = Door(token)(one.method, path.replace("Patient", kind).rstrip("/"))
        if one.public:
            assert (one.level, one.tail) in told or one.tail.startswith(".well-known/"), one
            continue
        assert answer.status == 401, one
        assert answer.json["resourceType"] == "OperationOutcome"
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "Nothing/1", {}, 404),
        ("GET", "Patient/1/nothing", {}, 404),
        ("GET", "Patient/1/*", {}, 404),
        ("GET", "Patient/1/_history/*", {}, 404),
        ("GET", "metadata?_format=xml", {}, 406),
        ("GET", "metadata", {"accept": "application/fhir+xml"}, 406),
        ("DELETE", "metadata", {}, 405),
        ("GET", "metadata?a=%FF", {}, 400),
        ("GET", "metadata", {"host": "elsewhere.example"}, 400),
    ],
)
def test_what_goes_wrong_is_an_outcome(door_of: Callable[..., Door], method: str, path: str, headers, status) -> None:
    answer = door_of("provider")(method, path, **headers)
    assert answer.status == status
    if status != 200:
        assert answer.json["resourceType"] == "OperationOutcome"
        assert answer.json["issue"][0]["severity"] == "error"
    if status == 405:
        assert answer.headers["Allow"] == "GET"


def test_a_token_is_dead_at_once_when_revoked(door_of: Callable[..., Door]) -> None:
    from throughcare.access import actions, tokens
    from throughcare.access.models import Token
    from throughcare.kernel.actor import Actor

    door = door_of("provider")
    before = tokens.epoch()
    assert tokens.bearer(door.token) is not None
    assert actions.revoke_token(actor=Actor.system("test"), token_id=Token.objects.get().id)
    assert tokens.epoch() > before, "whoever reads with a cached lens sees that it no longer holds"
    assert tokens.bearer(door.token, fresh=True) is None


def test_a_token_ends_with_its_time_its_posting_and_its_account(door_of: Callable[..., Door]) -> None:
    from throughcare.access import tokens
    from throughcare.access.models import Posting, Token, User
    from throughcare.access.realtime import real_now

    door = door_of("rn")
    token = Token.objects.get()
    for change, back in (
        (lambda: Token.objects.update(made_at=real_now() - timedelta(2), expires_at=real_now() - timedelta(1)),
         lambda: Token.objects.update(expires_at=real_now() + timedelta(1))),
        (lambda: User.objects.filter(id=token.user_id).update(is_active=False),
         lambda: User.objects.filter(id=token.user_id).update(is_active=True)),
        (lambda: Posting.objects.filter(id=token.posting_id).update(since=real_now() - timedelta(9), until=real_now() - timedelta(8)),
         lambda: Posting.objects.filter(id=token.posting_id).update(until=None)),
    ):  # fmt: skip
        assert tokens.bearer(door.token, fresh=True) is not None
        change()
        assert tokens.bearer(door.token, fresh=True) is None
        back()


def test_only_a_digest_of_a_token_is_kept(door_of: Callable[..., Door]) -> None:
    from throughcare.access.models import Token

    door = door_of("rn")
    row = Token.objects.get()
    assert door.token.startswith("tc_")
    assert door.token.encode() not in bytes(row.digest)
    assert len(bytes(row.digest)) == 32
