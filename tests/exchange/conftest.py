"""Places for the exchange's tests, and the door through which their messages come."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def places(db: None) -> None:
    """Have the agency's facilities, units and beds."""
    from throughcare.custody.actions import load_places
    from throughcare.custody.models import Facility
    from throughcare.kernel.actor import Actor

    if not Facility.objects.exists():
        load_places(actor=Actor.system("test"))


@pytest.fixture
def take(places: None) -> Callable[[bytes], Any]:
    """Give a function that receives one message and gives its receipt."""
    from throughcare.exchange.hl7v2.actions import receive

    return lambda raw: receive(raw, "test")[0]


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[str, str]:
    """Give a certificate of this machine's own, and its key, as files."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    made = x509.CertificateBuilder(name, name, key.public_key(), 7, now - timedelta(days=1), now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    pem, secret = tmp_path / "ca.pem", tmp_path / "key.pem"
    pem.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, *plain))
    return str(pem), str(secret)
