"""An app from its registration to its last token, and everything that it must not get (SMART App Launch 2, RFC 9700)."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from django.test import Client

from tests.exchange.fhir.conftest import Door
from tests.exchange.smart.apps import (
    BACK,
    FORM,
    SCOPES,
    Program,
    answer,
    base,
    closed_person,
    code_of,
    open_person,
    register,
    said,
    signed_in,
)

pytestmark = pytest.mark.usefixtures("in_agency")


@pytest.fixture
def app(in_agency: None) -> Program:
    """Have a registered app that lives on somebody's phone."""
    return Program(register()[0].client_id)


@pytest.fixture
def nurse(in_agency: None) -> Client:
    """Have a nurse at Hartford."""
    return signed_in("rn")


@pytest.fixture
def person(in_agency: None) -> UUID:
    """Give somebody whose record stands open to the nurse."""
    return open_person("rn")


def allowed(app: Program, browser: Client, person: UUID | str, **changed: Any) -> dict[str, Any]:
    """Go the whole way; gives what the app is told with its token."""
    came = answer(browser, app.asks(**changed), person)
    assert came.status_code == 303, came.content.decode()[:2000]
    assert said(came.headers["Location"])["state"] == app.state
    status, told = app.trade(code_of(came.headers["Location"]))
    assert status == 200, told
    return told


def test_the_door_says_where_apps_ask() -> None:
    of_api = Door().get(".well-known/smart-configuration")
    of_site = Client().get("/.well-known/smart-configuration")
    assert of_api.json == of_site.json() and of_api.headers["Access-Control-Allow-Origin"] == "*"
    assert of_api.json["code_challenge_methods_supported"] == ["S256"]
    assert urlsplit(of_api.json["token_endpoint"]).path == "/smart/token"
    assert Door().get("metadata").json["rest"][0]["security"]["extension"][0]["url"].endswith("oauth-uris")


def test_a_standalone_app_asks_is_allowed_and_reads_one_person(app: Program, nurse: Client, person: UUID) -> None:
    first = nurse.get(f"/smart/authorize?{app.asks()}")
    assert first.status_code == 302 and first.headers["Location"].startswith("/smart/ask?")
    picker = nurse.get(first.headers["Location"])
    assert "Whose record?" in picker.content.decode()
    chosen = answer(nurse, app.asks(), person, do="choose")
    page = chosen.content.decode()
    assert "Read results, measurements and observations of this person." in page
    assert "https://app.example.org" in chosen.headers["Content-Security-Policy"]
    told = allowed(app, nurse, person)
    assert told["patient"] == str(person) and told["token_type"] == "Bearer" and told["expires_in"] == 900
    door = Door(told["access_token"])
    assert door.get(f"Patient/{person}").status == 200
    assert {r["subject"]["reference"] for r in door.get("Observation").resources} <= {f"Patient/{person}"}
    assert [r["id"] for r in door.get("Patient").resources] == [str(person)]
    assert door.get("MedicationRequest", patient=str(person)).status == 403, "not asked, so not read"


def test_an_app_reads_no_more_than_who_let_it_in(app: Program, person: UUID) -> None:
    from tests.exchange.fhir.conftest import open_door

    scheduler = signed_in("scheduler")
    whom = open_person("scheduler")
    told = allowed(app, scheduler, whom)
    own = open_door("scheduler", facility="Hartford")
    for kind in ("Observation", "Condition"):
        of_app = {r["id"] for r in Door(told["access_token"]).get(kind, patient=str(whom), _count=200).resources}
        of_self = {r["id"] for r in own.get(kind, patient=str(whom), _count=200).resources}
        assert of_app == of_self


def test_a_patient_lets_an_app_in_to_their_own_record_and_reads_it_in_spanish(app: Program, person: UUID) -> None:
    other = closed_person("rn")
    browser = signed_in("patient", str(person))
    page = browser.get(f"/smart/ask?{app.asks()}&lang=es").content.decode()
    assert "Leer resultados, mediciones y observaciones en su expediente." in page
    told = allowed(app, browser, other)
    assert told["patient"] == str(person), "whatever is posted, it is their own"
    assert Door(told["access_token"]).get(f"Patient/{other}").status == 404


def test_an_app_opens_from_a_chart_once_for_that_person_and_that_user(
    app: Program, nurse: Client, person: UUID
) -> None:
    from throughcare.exchange.smart.models import App

    row = App.objects.get(client_id=app.client_id)
    opened = nurse.post(f"/people/{person}/apps/{row.id}/", {"intent": str(uuid4())})
    word = said(opened.headers["Location"])
    assert opened.headers["Location"].startswith("https://app.example.org/launch?") and word["iss"] == base()
    other = signed_in("provider").get(f"/smart/ask?{app.asks(launch=word['launch'])}")
    assert other.status_code == 403, "another's launch"
    told = allowed(app, nurse, "", launch=word["launch"])
    assert told["patient"] == str(person) and told["need_patient_banner"] is True
    again = nurse.get(f"/smart/ask?{app.asks(launch=word['launch'])}")
    assert said(again.headers["Location"])["error"] == "invalid_request", "a launch is used once"
    stranger = Program(register()[0].client_id)
    fresh = said(nurse.post(f"/people/{person}/apps/{row.id}/", {"intent": str(uuid4())}).headers["Location"])["launch"]
    assert (
        said(nurse.get(f"/smart/ask?{stranger.asks(launch=fresh)}").headers["Location"])["error"] == "invalid_request"
    )


def test_nobody_lets_an_app_in_to_a_record_that_is_closed_to_them(app: Program, nurse: Client) -> None:
    page = answer(nurse, app.asks(), closed_person("rn"))
    assert page.status_code == 200 and "Whose record?" in page.content.decode()


@pytest.mark.parametrize(
    "address", ["https://app.example.org/back/", "https://app.example.org/back?x=1", "https://evil.example/back"]
)
def test_nobody_is_sent_to_an_address_that_was_not_registered(app: Program, nurse: Client, address: str) -> None:
    page = nurse.get(f"/smart/ask?{app.asks(redirect_uri=address)}")
    assert page.status_code == 400 and "Location" not in page.headers
    assert answer(nurse, app.asks(redirect_uri=address)).status_code == 400


@pytest.mark.parametrize(
    "changed",
    [
        {"code_challenge_method": "plain"},
        {"code_challenge_method": None},
        {"code_challenge": None},
        {"code_challenge": "short"},
        {"aud": "https://other.example/fhir"},
        {"aud": None},
        {"response_type": "token"},
        {"state": None},
        {"scope": "system/*.rs"},
        {"launch": "made-up"},
    ],
)
def test_what_is_weaker_than_agreed_is_refused(
    app: Program, nurse: Client, person: UUID, changed: dict[str, Any]
) -> None:
    for came in (nurse.get(f"/smart/ask?{app.asks(**changed)}"), answer(nurse, app.asks(**changed), person)):
        assert came.status_code == 302 and came.headers["Location"].startswith(BACK)
        told = said(came.headers["Location"])
        assert "code" not in told and told["error"] in ("invalid_request", "unsupported_response_type", "invalid_scope")


def test_who_says_no_gives_nothing(app: Program, nurse: Client, person: UUID) -> None:
    came = answer(nurse, app.asks(), person, do="deny")
    assert said(came.headers["Location"]) == {"error": "access_denied", "state": app.state}


def test_a_code_is_for_one_verifier_one_address_one_app_once(app: Program, nurse: Client, person: UUID) -> None:
    def code() -> str:
        return code_of(answer(nurse, app.asks(), person).headers["Location"])

    assert app.trade(code(), code_verifier="x" * 43)[1]["error"] == "invalid_grant"
    assert app.trade(code(), code_verifier=None)[0] == 400
    assert app.trade(code(), redirect_uri="https://app.example.org/other")[0] == 400
    assert Program(register()[0].client_id).trade(code(), code_verifier=app.verifier)[1]["error"] == "invalid_grant"
    spent = code()
    app.trade(spent, code_verifier="y" * 43)
    assert app.trade(spent)[1]["error"] == "invalid_grant", "a wrong verifier spends the code"


def test_a_code_that_comes_twice_ends_what_it_gave(app: Program, nurse: Client, person: UUID) -> None:
    code = code_of(answer(nurse, app.asks(), person).headers["Location"])
    _, told = app.trade(code)
    door = Door(told["access_token"])
    assert door.get(f"Patient/{person}").status == 200
    assert app.trade(code)[1]["error"] == "invalid_grant"
    assert door.get(f"Patient/{person}").status == 401
    assert app.token(grant_type="refresh_token", refresh_token=told["refresh_token"])[0] == 400


def test_refresh_turns_each_time_and_a_stolen_one_ends_all(app: Program, nurse: Client, person: UUID) -> None:
    first = allowed(app, nurse, person)
    status, second = app.token(grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert status == 200 and second["patient"] == str(person) and second["refresh_token"] != first["refresh_token"]
    less = app.token(grant_type="refresh_token", refresh_token=second["refresh_token"], scope="patient/Patient.rs")[1]
    assert less["scope"] == "patient/Patient.rs"
    assert Door(less["access_token"]).get("Observation").status == 403
    assert app.token(grant_type="refresh_token", refresh_token=first["refresh_token"])[1]["error"] == "invalid_grant"
    assert app.token(grant_type="refresh_token", refresh_token=less["refresh_token"])[1]["error"] == "invalid_grant"
    for told in (first, second, less):
        assert Door(told["access_token"]).get(f"Patient/{person}").status == 401


def test_refresh_never_widens(app: Program, nurse: Client, person: UUID) -> None:
    told = allowed(app, nurse, person, scope="offline_access patient/Observation.r")
    for wider in ("patient/*.rs", "patient/Observation.rs", "user/*.cruds", "patient/Observation.r openid"):
        answered = app.token(grant_type="refresh_token", refresh_token=told["refresh_token"], scope=wider)
        assert answered[1]["error"] == "invalid_scope", wider


def test_without_offline_or_online_access_there_is_no_refresh(app: Program, nurse: Client, person: UUID) -> None:
    assert "refresh_token" not in allowed(app, nurse, person, scope="patient/Observation.rs")


def test_what_is_asked_is_cut_to_what_was_registered(nurse: Client, person: UUID) -> None:
    app = Program(register(scopes="patient/Observation.rs patient/Condition.r")[0].client_id)
    told = allowed(app, nurse, person, scope="patient/*.cruds user/*.cruds offline_access")
    assert told["scope"] == "patient/Observation.rs patient/Condition.r" and "refresh_token" not in told


def test_a_scope_with_a_query_shows_what_answers_it_and_counts_nothing_else(nurse: Client, person: UUID) -> None:
    from tests.exchange.fhir.conftest import open_door

    whole = open_door("rn", facility="Hartford").get("Observation", patient=str(person), _count=500).resources
    codes = [r["code"]["coding"][0]["code"] for r in whole if r.get("code", {}).get("coding")]
    assert len(set(codes)) > 1, "the agency must have something to hide"
    scope = f"patient/Observation.rs?code={codes[0]}"
    told = allowed(Program(register(scopes=scope)[0].client_id), nurse, person, scope=scope)
    door, wanted = Door(told["access_token"]), {r["id"] for r in whole if codes[0] in str(r["code"])}
    found = door.get("Observation", patient=str(person), _count=500)
    assert {r["id"] for r in found.resources} == wanted and found.json["total"] == len(wanted)
    assert door.get("Observation", patient=str(person), _summary="count").json["total"] == len(wanted)
    assert door.get("Observation", _summary="count").json["total"] == len(wanted)
    hidden = next(r["id"] for r in whole if r["id"] not in wanted)
    for path in (f"Observation/{hidden}", f"Observation/{hidden}/_history", f"Observation/{hidden}/_history/1"):
        assert door.get(path).status == 404, path
    assert door.get("Observation", patient=str(person), code=next(c for c in codes if c != codes[0])).resources == []
    assert {r["id"] for r in door.get("Observation/_history", _count=500).resources} <= wanted


def test_an_app_with_a_secret_shows_it(nurse: Client, person: UUID) -> None:
    row, secret = register("secret")
    app = Program(row.client_id, secret)
    code = code_of(answer(nurse, app.asks(), person).headers["Location"])
    assert Program(row.client_id, "wrong", app.verifier).trade(code)[0] == 401
    plain = Program(row.client_id, "", app.verifier)
    assert plain.trade(code)[0] == 401, "its name alone proves nothing"
    assert app.trade(code)[0] == 200


def test_who_somebody_is_stands_in_a_signed_token(app: Program, nurse: Client, person: UUID) -> None:
    from joserfc import jwt
    from joserfc.jwk import KeySet

    told = allowed(app, nurse, person, nonce="n-1")
    keys = KeySet.import_key_set(Client().get("/smart/keys").json())
    claims = jwt.decode(told["id_token"], keys, algorithms=["RS256"]).claims
    assert claims["aud"] == app.client_id and claims["iss"] == base() and claims["nonce"] == "n-1"
    assert claims["fhirUser"].startswith(f"{base()}/Practitioner/")


def test_introspection_and_revocation_are_the_app_s_own(app: Program, nurse: Client, person: UUID) -> None:
    told = allowed(app, nurse, person)

    def call(path: str, client: Program, token: str) -> Any:
        body = f"token={token}&client_id={client.client_id}"
        return Client().post(path, body, content_type=FORM)

    stranger = Program(register()[0].client_id)
    mine = call("/smart/introspect", app, told["access_token"]).json()
    assert (
        mine["active"] is True and mine["patient"] == str(person) and set(mine["scope"].split()) <= set(SCOPES.split())
    )
    assert call("/smart/introspect", stranger, told["access_token"]).json() == {"active": False}
    assert call("/smart/revoke", stranger, told["access_token"]).status_code == 200
    assert Door(told["access_token"]).get(f"Patient/{person}").status == 200, "another app can't take it back"
    assert call("/smart/revoke", app, told["refresh_token"]).status_code == 200
    assert Door(told["access_token"]).get(f"Patient/{person}").status == 401
    assert call("/smart/introspect", app, told["access_token"]).json() == {"active": False}


def test_a_suspended_app_is_dead_at_once_and_a_revoked_one_for_good(app: Program, nurse: Client, person: UUID) -> None:
    from throughcare.exchange.smart import actions
    from throughcare.exchange.smart.models import App
    from throughcare.kernel.actor import Actor
    from throughcare.kernel.errors import Refused

    told = allowed(app, nurse, person)
    door, row = Door(told["access_token"]), App.objects.get(client_id=app.client_id)
    assert door.get(f"Patient/{person}").status == 200
    who = Actor.system("test")
    actions.change_state(actor=who, app_id=row.id, state="suspended", why="looked at")
    assert door.get(f"Patient/{person}").status == 401
    assert app.token(grant_type="refresh_token", refresh_token=told["refresh_token"])[0] == 401
    assert nurse.get(f"/smart/ask?{app.asks()}").status_code == 400
    actions.change_state(actor=who, app_id=row.id, state="active", why="all well")
    status, again = app.token(grant_type="refresh_token", refresh_token=told["refresh_token"])
    assert status == 200 and Door(again["access_token"]).get(f"Patient/{person}").status == 200
    actions.change_state(actor=who, app_id=row.id, state="revoked", why="no longer used")
    assert Door(again["access_token"]).get(f"Patient/{person}").status == 401
    with pytest.raises(Refused):
        actions.change_state(actor=who, app_id=row.id, state="active", why="come back")


def test_somebody_stops_an_app_of_theirs_and_no_other(app: Program, nurse: Client, person: UUID) -> None:
    from throughcare.exchange.smart.models import Permission

    told = allowed(app, nurse, person)
    permission = Permission.objects.get(app__client_id=app.client_id, ended_at=None)
    address = f"/account/apps/{permission.id}/stop/"
    assert signed_in("provider").post(address, {"intent": str(uuid4())}).status_code == 404
    assert "Sample app" in nurse.get("/account/apps/").content.decode()
    nurse.post(address, {"intent": str(uuid4())})
    assert Door(told["access_token"]).get(f"Patient/{person}").status == 401


def test_custody_lets_no_app_in(app: Program) -> None:
    assert signed_in("custody").get(f"/smart/ask?{app.asks()}").status_code == 403


def test_a_page_of_a_registered_app_s_site_may_read_the_answer_and_no_other(app: Program) -> None:
    from throughcare.exchange.smart import origins

    origins._kept = (float("-inf"), frozenset())
    ours = Door()("OPTIONS", "Patient", origin="https://app.example.org")
    assert ours.status == 204 and ours.headers["Access-Control-Allow-Origin"] == "https://app.example.org"
    assert "Access-Control-Allow-Credentials" not in ours.headers
    assert "Access-Control-Allow-Origin" not in Door()("OPTIONS", "Patient", origin="https://evil.example").headers
