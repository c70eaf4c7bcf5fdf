"""Bulk clients that others wrote, against a live server with its job running: through the proxy that adds a token."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.exchange.fhir.test_clients import Proxy, open_door

pytestmark = pytest.mark.slow
WORKER = """
import time
from throughcare.app import house
with house.opened():
    from throughcare.exchange.bulk import working
    while True:
        working.go_on(2) or time.sleep(0.2)
"""


@pytest.fixture(scope="module")
def base(agency: str, serve: Callable[..., str], django_db_blocker) -> Iterator[str]:
    """Serve a copy of the agency, carry its exports on, and give the proxy's address of its API."""
    import threading
    from http.server import ThreadingHTTPServer

    from django.db import connection

    from tests.conftest import APP, CLUSTER, copy_of

    name, before = f"copy_{os.getpid()}_bulk", connection.settings_dict["NAME"]
    with copy_of(agency, name), django_db_blocker.unblock():
        connection.close()
        connection.settings_dict["NAME"] = name
        try:
            token = open_door("him").token
        finally:
            connection.close()
            connection.settings_dict["NAME"] = before
        site = serve(name)
        worker = subprocess.Popen(
            [sys.executable, "-c", WORKER], env={**os.environ, "DATABASE_URL": CLUSTER.url(APP, name)}
        )
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Proxy,), {"upstream": site, "token": token}))
        # The proxy hands on the name it was called by, so the manifest leads back to it.
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/fhir"
        server.shutdown()
        worker.terminate()
        worker.wait(10)


def test_smart_fetch_exports(base: str, shared: Path) -> None:
    if shutil.which("smart-fetch") is None:
        pytest.skip("smart-fetch is not installed (pip install smart-fetch==1.0.3)")
    done = _run(shared / "corpora/clients/c6_smartfetch.sh", base)
    assert ".ndjson" in done.stdout, done.stdout + done.stderr


def test_the_bulk_data_client_exports(base: str, shared: Path) -> None:
    if not (os.environ.get("BDC") and os.environ.get("NODE18")):
        pytest.skip("smart-on-fhir/bulk-data-client is not on npm: name its folder in BDC and a Node 18 in NODE18")
    done = _run(shared / "corpora/clients/c5_bulkdata.sh", base)
    assert ".ndjson" in done.stdout, done.stdout + done.stderr


def _run(script: Path, base: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(["bash", str(script), base], capture_output=True, text=True, check=False, timeout=240)
