"""D3-15, shipped secrets: none in the repository, none that works by default."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SECRETS = {
    "a private key": re.compile(r"-----BEGIN (?:RSA |EC |OPENSSH )?PRIVATE KEY-----\n[A-Za-z0-9+/=]{20}"),
    "a cloud key": re.compile(r"\bAKIA[0-9A-Z]{16}\b"),
    "a token": re.compile(r"\bgh[pousr]_[A-Za-z0-9]{30,}|\bxox[bap]-[A-Za-z0-9-]{20,}|\bglpat-[A-Za-z0-9_-]{20}"),
    "a Django key": re.compile(r"SECRET_KEY\s*=\s*[\"'][^\"'{]{20,}"),
    "a database password": re.compile(r"postgres(?:ql)?://\w+:[^@{}\s\"'$]{6,}@(?!localhost|127|example|HOST|host)"),
}
NOT_TEXT = {".woff2", ".png", ".ico", ".zdict", ".lock", ".xz", ".gz", ".zip"}


def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a checkout")
    return [ROOT / name for name in done.stdout.splitlines() if Path(name).suffix not in NOT_TEXT]


def test_no_secret_is_in_the_repository() -> None:
    found = []
    for file in tracked():
        if not file.is_file() or file.name == Path(__file__).name:
            continue
        text = file.read_text(errors="ignore")
        found += [f"{file.relative_to(ROOT)}: {what}" for what, looks in SECRETS.items() if looks.search(text)]
    assert not found, "\n".join(found)


def test_no_key_file_is_in_the_repository() -> None:
    assert not [f for f in tracked() if f.suffix in (".pem", ".key", ".env", ".p12")]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("admin", "admin"),
        ("admin", "password"),
        ("root", "root"),
        ("throughcare", "throughcare"),
        ("demo", "demo"),
        ("test", "test"),
    ],
)
def test_no_account_is_there_that_nobody_made(name: str, password: str) -> None:
    from django.test import Client

    from throughcare.access.models import User

    assert not User.objects.exclude(password__startswith="!").exists()
    assert Client().post("/sign-in/", {"name": name, "password": password}).status_code == 422
