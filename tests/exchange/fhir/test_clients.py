"""Clients that others wrote, against a live server: through a small proxy that adds the token, as none of the scripts sends one."""

import hashlib
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.exchange.fhir.conftest import open_door

pytestmark = pytest.mark.slow


class Proxy(BaseHTTPRequestHandler):
    """Hands on whatever comes, with a token."""

    upstream = ""
    token = ""

    def _hand_on(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else None
        kept = {k: v for k, v in self.headers.items() if k.lower() not in ("connection", "accept-encoding")}
        connection = HTTPConnection(urlsplit(self.upstream).netloc, timeout=30)
        connection.request(self.command, self.path, body, {**kept, "Authorization": f"Bearer {self.token}"})
        answer = connection.getresponse()
        content = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        connection.close()

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _hand_on

    def log_message(self, *words: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def base(agency: str, serve: Callable[..., str], django_db_blocker) -> Iterator[str]:
    """Serve a copy of the agency and give the proxy's address of its API."""
    from django.db import connection

    from tests.conftest import copy_of

    name, before = f"copy_{os.getpid()}_clients", connection.settings_dict["NAME"]
    with copy_of(agency, name), django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["NAME"] = name
        try:
            token = open_door("him").token
        finally:
            connection.close()
            connection.settings_dict["NAME"] = before
        handler = type("Handler", (Proxy,), {"upstream": serve(name), "token": token})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/fhir"
        server.shutdown()


def test_the_smart_client_for_python_reads_and_searches(base: str) -> None:
    from fhirclient import client
    from fhirclient.models.patient import Patient

    smart = client.FHIRClient(settings={"app_id": "test", "api_base": base})
    found = Patient.where(struct={"_count": "3", "_sort": "family"}).perform_resources(smart.server)
    assert len(found) >= 3
    again = Patient.read(found[0].id, smart.server)
    assert again.name[0].family == found[0].name[0].family
    named = Patient.where(struct={"family": again.name[0].family}).perform_resources(smart.server)
    assert again.id in {p.id for p in named}


def test_fhirpy_reads_searches_and_pages(base: str) -> None:
    from fhirpy import SyncFHIRClient

    fhir = SyncFHIRClient(base, authorization=None)
    found = fhir.resources("Patient").sort("family").limit(5).fetch()
    assert len(found) == 5
    assert fhir.reference("Patient", found[0].id).to_resource()["id"] == found[0].id
    every = fhir.resources("Patient").limit(7).fetch_all()
    assert len({p.id for p in every}) == len(every) > 14
    assert fhir.resources("Patient").count() == len(every)


@pytest.mark.parametrize("script", ["c1_fhirclient_py.py", "c2_fhirpy.py"])
def test_the_scripts_of_others_run(base: str, shared: Path, script: str) -> None:
    from throughcare.exchange.fhir import registry

    if not any(i.code == "create" and i.serves("Patient") for i in registry.interactions()):
        pytest.skip("nothing is created over FHIR here yet")
    done = subprocess.run(
        [sys.executable, str(shared / "corpora/clients" / script), base],
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    assert " OK " in done.stdout, done.stdout + done.stderr


LOCKED = Path(__file__).with_name("node")


@pytest.fixture(scope="session")
def for_node() -> Path:
    """Give a folder with the clients for Node of the locked list, each held to its digest; skip where they can't be had.

    The list names no host: they come from wherever npm is told to fetch. They are kept between runs.
    """
    from tests.conftest import HOME

    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed")
    files = [LOCKED / name for name in ("package.json", "package-lock.json")]
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]
    folder = HOME / f"node-{digest}"
    if not (folder / "done").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for file in files:
            shutil.copy(file, folder)
        asked = ["npm", "ci", "--omit=dev", "--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund"]
        try:
            done = subprocess.run(asked, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
            said = (
                "" if done.returncode == 0 else (done.stderr.strip().splitlines() or ["npm ended without a word"])[-1]
            )
        except subprocess.TimeoutExpired:
            said = "two minutes were not enough"
        if said:
            assert "EINTEGRITY" not in said, said
            pytest.skip(f"the clients for Node could not be fetched: {said[:160]}")
        (folder / "done").touch()
    return folder


@pytest.mark.parametrize("script", ["c3_fhirkit.mjs", "c4_fhirclient_js.js"])
def test_the_scripts_for_node_run(base: str, shared: Path, for_node: Path, script: str) -> None:
    here = Path(shutil.copy(shared / "corpora/clients" / script, for_node))  # node looks for modules beside the script
    done = subprocess.run(["node", str(here), base], capture_output=True, text=True, check=False, timeout=90)
    assert " OK " in done.stdout, done.stdout + done.stderr
