"""Backend services: a signed assertion is all that there is, and it proves one thing once, for minutes (SMART Backend Services)."""

import time
from typing import Any

import pytest
from joserfc.jwk import ECKey, RSAKey

from tests.exchange.fhir.conftest import Door
from tests.exchange.smart.apps import Program, assertion, base, register
from throughcare.kernel.vocabulary import Role

pytestmark = pytest.mark.usefixtures("in_agency")
JWT = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SCOPES = "system/Patient.rs system/Observation.rs"


@pytest.fixture(scope="module")
def key() -> ECKey:
    """Make a service's key pair."""
    return ECKey.generate_key("P-384", parameters={"kid": "one"})


def service(key: Any, **more: Any) -> Program:
    """Register a service with the public half."""
    jwks = {"keys": [{**key.as_dict(private=False), "kid": key.kid}]}
    row, _ = register("service", SCOPES, **{"jwks": jwks, "role": Role.HIM, **more})
    return Program(row.client_id)


def ask(app: Program, said: str, scope: str = SCOPES) -> Any:
    """Ask for a token with an assertion."""
    return app.token(grant_type="client_credentials", scope=scope, client_assertion_type=JWT, client_assertion=said)


def test_a_service_reads_by_its_key_and_its_role_for_five_minutes(key: ECKey) -> None:
    app = service(key)
    status, told = ask(app, assertion(app.client_id, key))
    assert status == 200 and told["expires_in"] == 300 and "refresh_token" not in told, told
    door = Door(told["access_token"])
    assert door.get("Patient", _count=5).resources
    assert door.get("Condition").status == 403


def test_rs384_is_taken_as_well() -> None:
    key = RSAKey.generate_key(2048, parameters={"kid": "rsa"})
    app = service(key)
    assert ask(app, assertion(app.client_id, key, alg="RS384"))[0] == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "https://other.example/token"},
        {"aud": None},
        {"iss": "app-of-another"},
        {"sub": "app-of-another"},
        {"exp": int(time.time()) - 5},
        {"exp": int(time.time()) + 4000},
        {"exp": None},
        {"jti": None},
        {"iat": int(time.time()) + 4000},
    ],
)
def test_what_is_not_plainly_meant_for_us_now_proves_nothing(key: ECKey, changed: dict[str, Any]) -> None:
    app = service(key)
    status, told = ask(app, assertion(app.client_id, key, **changed))
    assert (status, told["error"]) == (401, "invalid_client")


def test_an_assertion_is_taken_once(key: ECKey) -> None:
    app = service(key)
    said = assertion(app.client_id, key)
    assert ask(app, said)[0] == 200
    assert ask(app, said)[0] == 401
    number = (
        assertion(app.client_id, key, jti="same"),
        assertion(app.client_id, key, jti="same", exp=int(time.time()) + 100),
    )
    assert [ask(app, one)[0] for one in number] == [200, 401]


def test_an_unsigned_one_another_s_and_a_weaker_signature_prove_nothing(key: ECKey) -> None:
    import base64

    import orjson

    app, other = service(key), ECKey.generate_key("P-384", parameters={"kid": "one"})
    head, body, _ = assertion(app.client_id, key).split(".")
    bare = base64.urlsafe_b64encode(orjson.dumps({"alg": "none", "typ": "JWT", "kid": "one"})).decode().rstrip("=")
    weaker = ECKey.generate_key("P-256", parameters={"kid": "one"})
    for said in (
        f"{bare}.{body}.",
        f"{head}.{body}.",
        assertion(app.client_id, other),
        assertion(app.client_id, weaker, alg="ES256"),
        "x.y.z",
        "",
    ):
        assert ask(app, said)[0] == 401, said[:20]
    plain = app.token(grant_type="client_credentials", scope=SCOPES)
    assert plain[0] == 401, "a name proves nothing"


def test_a_service_gets_no_more_than_it_was_registered_for(key: ECKey) -> None:
    app = service(key)
    assert ask(app, assertion(app.client_id, key), "system/*.cruds")[1]["scope"] == SCOPES
    for scope in ("user/*.rs", "patient/*.rs", "openid", "system/Observation.cud"):
        assert ask(app, assertion(app.client_id, key), scope)[1]["error"] == "invalid_scope", scope


def test_new_keys_end_the_old_ones_and_a_private_one_is_refused(key: ECKey) -> None:
    from throughcare.exchange.smart import actions
    from throughcare.exchange.smart.models import App
    from throughcare.kernel.actor import Actor
    from throughcare.kernel.errors import Invalid

    app, other = service(key), ECKey.generate_key("P-384", parameters={"kid": "two"})
    door = Door(ask(app, assertion(app.client_id, key))[1]["access_token"])
    assert door.get("Patient", _count=1).status == 200
    row, who = App.objects.get(client_id=app.client_id), Actor.system("test")
    with pytest.raises(Invalid, match="not changed"):
        actions.change_keys(actor=who, app_id=row.id, jwks={"keys": [{**other.as_dict(private=True), "kid": "two"}]})
    actions.change_keys(actor=who, app_id=row.id, jwks={"keys": [{**other.as_dict(private=False), "kid": "two"}]})
    assert door.get("Patient", _count=1).status == 401
    assert ask(app, assertion(app.client_id, key))[0] == 401
    assert ask(app, assertion(app.client_id, other))[0] == 200


def test_a_revoked_service_has_no_account_left(key: ECKey) -> None:
    from throughcare.exchange.smart import actions
    from throughcare.exchange.smart.models import App
    from throughcare.kernel.actor import Actor

    app = service(key)
    door = Door(ask(app, assertion(app.client_id, key))[1]["access_token"])
    row = App.objects.select_related("user").get(client_id=app.client_id)
    assert row.user is not None and row.user.name == "Sample app (app)"
    actions.change_state(actor=Actor.system("test"), app_id=row.id, state="revoked", why="no longer used")
    assert door.get("Patient", _count=1).status == 401
    row.user.refresh_from_db()
    assert not row.user.is_active
    assert ask(app, assertion(app.client_id, key))[0] == 401


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "10.0.0.8", "169.254.169.254", "[::1]", "[::ffff:10.0.0.8]", "0.0.0.0", "192.168.1.1"],
)
def test_keys_are_never_fetched_from_our_own_network(host: str, key: ECKey, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    from throughcare.exchange.smart import keys

    asked: list[Any] = []
    monkeypatch.setattr(socket, "create_connection", lambda where, *a: asked.append(where))
    app = service(key, jwks=None, jwks_uri=f"https://{host}/keys.json")
    assert ask(app, assertion(app.client_id, key))[0] == 401
    assert asked == []
    with pytest.raises(keys.Untrue):
        keys.fetched(f"https://{host}/keys.json")


def test_an_app_registers_only_what_can_stand(key: ECKey) -> None:
    from throughcare.kernel.errors import Invalid

    public = {"keys": [{**key.as_dict(private=False), "kid": "one"}]}
    for kind, scope, more in (
        ("public", "patient/*.rs", {"redirect_uris": ["http://app.example.org/back"]}),
        ("public", "patient/*.rs", {"redirect_uris": ["https://app.example.org/back#part"]}),
        ("public", "patient/*.rs", {"redirect_uris": ["https://a;b.example/back"]}),
        ("public", "patient/*.rs", {"redirect_uris": ["javascript:alert(1)"]}),
        ("public", "system/*.rs", {}),
        ("public", "patient/Nonsense.rs", {}),
        ("public", "patient/Observation.rs?nonsense=1", {}),
        ("public", "openid", {}),
        ("key", "patient/*.rs", {}),
        ("key", "patient/*.rs", {"jwks_uri": "http://app.example.org/keys"}),
        ("service", "system/*.rs", {"jwks": public}),
        ("service", "system/*.rs", {"jwks": public, "role": Role.CUSTODY}),
    ):
        with pytest.raises(Invalid):
            register(kind, scope, **more)
    assert base().endswith("/fhir")
