"""Backend services: a signed assertion is all that there is, and it proves one thing once, for minutes (SMART Backend Services)."""

import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
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


def test_numbers_are_forgotten_once_nothing_with_them_could_be_taken(key: ECKey) -> None:
    from datetime import timedelta

    from throughcare.app.jobs import JOBS
    from throughcare.exchange.smart.models import Assertion

    app = service(key)
    said = assertion(app.client_id, key)
    assert ask(app, said)[0] == 200
    job = next(one for one in JOBS if one.name.startswith("forget the numbers"))
    assert job.run() == 0
    assert ask(app, said)[0] == 401
    row = Assertion.objects.get()
    Assertion.objects.filter(id=row.id).update(until=row.until - timedelta(minutes=7))
    assert job.run() == 1
    assert not Assertion.objects.exists()


def test_keys_at_an_address_of_the_outside_world_are_fetched_by_https(
    key: ECKey, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A real TLS server answers; the name leads to a public address, and only the last hop is turned to it."""
    from throughcare.exchange.smart import keys

    host, public = "keys.sample.example", "93.184.216.34"
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (public, 443))]
    monkeypatch.setattr(keys, "_kept", {})
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: found)
    straight = socket.create_connection
    with key_server(tmp_path, host, {"keys": [{**key.as_dict(private=False), "kid": key.kid}]}) as (port, asked):

        def turned(where: tuple[str, int], *more: Any) -> socket.socket:
            assert where == (public, 443), "what was checked is what is connected to"
            monkeypatch.setattr(socket, "getaddrinfo", real)
            return straight(("127.0.0.1", port), *more)

        real = REAL_ADDRESSES
        monkeypatch.setattr(socket, "create_connection", turned)
        app = service(key, jwks=None, jwks_uri=f"https://{host}/keys.json")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "other.pem"))
        assert ask(app, assertion(app.client_id, key))[0] == 401, "a certificate that nobody trusts"
        monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: found)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        assert ask(app, assertion(app.client_id, key))[0] == 200
        assert ask(app, assertion(app.client_id, key))[0] == 200
        assert asked == ["/keys.json"], "kept for some minutes"


REAL_ADDRESSES = socket.getaddrinfo


@contextmanager
def key_server(folder: Path, host: str, jwks: dict[str, Any]) -> Iterator[tuple[int, list[str]]]:
    """Serve a set of keys by TLS under a name, with a certificate of its own in the folder."""
    (folder / "other.pem").write_bytes(certificate(folder / "other", host))
    (folder / "cert.pem").write_bytes(certificate(folder / "own", host))
    asked: list[str] = []

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            body = json.dumps(jwks).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Keys)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "own")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1], asked
    finally:
        server.shutdown()
        server.server_close()


def certificate(path: Path, host: str) -> bytes:
    """Make a key and a certificate that speaks for a name, both in one file; gives the certificate."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    own, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(own, hashes.SHA256())
    )
    public = made.public_bytes(serialization.Encoding.PEM)
    plain = serialization.NoEncryption()
    path.write_bytes(own.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain) + public)
    return public


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
