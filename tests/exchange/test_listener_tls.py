"""The HL7 v2 door under TLS, as it is run: who shows no certificate, or speaks plainly, is not let in."""

import os
import ssl
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.exchange.messages import Arrival, message
from tests.serving import free_port
from throughcare.app.config import load
from throughcare.exchange.hl7v2 import listener
from throughcare.exchange.hl7v2.mllp import Client

LUIS = Arrival(unit="A", cell="101", bed="1")


@pytest.fixture
def together(certificate, tmp_path) -> tuple[str, str, str]:
    """Give certificate and key in one file, as the listener takes them, and each by itself."""
    pem, secret = certificate
    both = tmp_path / "both.pem"
    both.write_bytes(Path(pem).read_bytes() + Path(secret).read_bytes())
    return str(both), pem, secret


def test_the_door_under_tls_lets_in_who_shows_a_certificate(together, database_copy, app_dsn):
    both, pem, secret = together
    port = free_port()
    told = {
        **os.environ, "DATABASE_URL": app_dsn, "THROUGHCARE_MLLP_PORT": str(port),
        "THROUGHCARE_MLLP_CERTIFICATE": both, "THROUGHCARE_MLLP_CALLERS": pem,
    }  # fmt: skip
    process = subprocess.Popen([sys.executable, "-m", "throughcare.app", "listen"], env=told)
    try:
        shown = ssl.create_default_context(cafile=pem)
        shown.load_cert_chain(pem, secret)
        line = _line(port, shown)
        assert b"|AA|" in line.send(message("A28", LUIS)) or b"MSA|AA" in line.send(message("A28", LUIS))
        line.close()
        hidden = ssl.create_default_context(cafile=pem)
        for context in (hidden, None):
            with pytest.raises((OSError, ssl.SSLError)):
                Client("localhost", port, 5, tls=context).send(message("A28", LUIS, control_id="X9"))
        assert process.poll() is None, "the door stays open for the others"
    finally:
        process.terminate()
        assert process.wait(15) == 0


def _line(port: int, context: ssl.SSLContext) -> Client:
    until = time.monotonic() + 60
    while True:
        try:
            return Client("localhost", port, 30, tls=context)
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def test_without_a_certificate_the_door_speaks_plainly_and_a_torn_one_is_refused(tmp_path, together):
    assert listener.context(None, None) is None
    made = listener.context(Path(together[0]), None)
    assert made is not None and made.verify_mode is ssl.CERT_NONE
    torn = tmp_path / "torn.pem"
    torn.write_text("no certificate")
    with pytest.raises(ssl.SSLError):
        listener.context(torn, None)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"THROUGHCARE_MLLP_CERTIFICATE": "/no/such/file.pem"}, "is not a file that can be read"),
        ({"THROUGHCARE_MLLP_CALLERS": __file__}, "asks for TLS"),
    ],
)
def test_half_a_configuration_is_named(tmp_path, said, words):
    problems = load({"THROUGHCARE_HOME": str(tmp_path), "THROUGHCARE_MODE": "test", **said}).problems()
    assert any(words in one for one in problems), problems
