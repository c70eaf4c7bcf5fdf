"""Configuration: what the environment and the home folder say, read once, checked, and free of Django."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import available_timezones


class Misconfigured(Exception):
    """Raised with one sentence per thing that is missing or wrong."""

    def __init__(self, *sentences: str) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences


class Mode(StrEnum):
    """What this installation is for; only demo and test may move the clock, become anyone, or print addresses."""

    DEMO = "demo"
    TEST = "test"
    PRODUCTION = "production"


@dataclass(frozen=True)
class Setting:
    """One documented variable of the environment."""

    name: str
    default: str
    meaning: str
    required: bool = False


# The reference page is made from this table, and a test holds that nothing else is read from the environment.
SETTINGS: tuple[Setting, ...] = (
    Setting("THROUGHCARE_MODE", "production", "`demo`, `test` or `production`. A home made by `throughcare demo` says demo."),
    Setting("THROUGHCARE_HOME", "~/.throughcare", "Folder of all local state: keys, the embedded database, anchors, logs."),
    Setting("THROUGHCARE_KEYS", "HOME/keys", "Folder of the secret keys, made on first setup, readable by its owner only."),
    Setting("THROUGHCARE_ADDRESS", "127.0.0.1", "Address on which pages and HL7 v2 are served; put a TLS proxy before it."),
    Setting("THROUGHCARE_PORT", "8000", "Port of the pages."),
    Setting("THROUGHCARE_MLLP_PORT", "2575", "Port of the HL7 v2 listener (MLLP)."),
    Setting("THROUGHCARE_MLLP_CERTIFICATE", "", "File (PEM) with the listener's certificate, those above it, and its key: messages come over TLS alone; none: the line itself has to be private."),
    Setting("THROUGHCARE_MLLP_CALLERS", "", "File (PEM) of who signs the certificates of those who may send messages; each has to show one."),
    Setting("THROUGHCARE_LISTENS", "no", "`yes` where pages are ready only when the HL7 v2 listener beside them is (the demonstration)."),
    Setting("THROUGHCARE_WORKERS", "2 (demo: 1)", "Processes that serve pages."),
    Setting("THROUGHCARE_HOSTS", "127.0.0.1, localhost", "Host names under which pages may be asked for, with commas.", True),
    Setting("THROUGHCARE_BASE_URL", "http://127.0.0.1:PORT", "Address that people type, without a path; https in production.", True),
    Setting("THROUGHCARE_ZONE", "America/New_York", "The agency's time zone; a facility's own goes before it."),
    Setting("THROUGHCARE_OIDC_ISSUER", "", "Issuer of the agency's own sign-in (OpenID Connect), https; none: there is no such way in."),
    Setting("THROUGHCARE_OIDC_CLIENT", "", "What that sign-in calls this installation; the secret it gave stands in KEYS/oidc.secret."),
    Setting("THROUGHCARE_CONTENT", "", "Folder of the agency's own content; its files take the place of those shipped."),
    Setting("THROUGHCARE_POSTGRES", "the wheel's, else Debian's", "Folder of the PostgreSQL programs for the embedded database."),
    Setting("DATABASE_URL", "the embedded PostgreSQL (never in production)", "Database, as role `throughcare_app`: owns nothing, bypasses nothing.", True),
    Setting("OWNER_DATABASE_URL", "the embedded PostgreSQL (never in production)", "Database, as role `throughcare_owner`: for `setup` and `backup` alone; leave it unset where pages are served."),
)  # fmt: skip

KEY_FILES = ("django.key", "sealing.key", "anchor.pem")


@dataclass(frozen=True, kw_only=True)
class Config:
    """One installation's configuration; nothing here changes after it was read."""

    mode: Mode
    home: Path
    keys: Path
    address: str
    port: int
    mllp_port: int
    mllp_certificate: Path | None
    mllp_callers: Path | None
    listens: bool
    workers: int
    hosts: tuple[str, ...]
    base_url: str
    zone: str
    oidc_issuer: str
    oidc_client: str
    content: Path | None
    database_url: str
    owner_database_url: str
    embedded: bool

    @property
    def production(self) -> bool:
        """Say whether real people's records are kept here."""
        return self.mode is Mode.PRODUCTION

    @property
    def secret_key(self) -> str:
        """Give the key that signs sessions; before setup, one that is forgotten when the process ends."""
        file = self.keys / "django.key"
        return file.read_text().strip() if file.exists() else secrets.token_urlsafe(48)

    @property
    def sealing_key(self) -> bytes:
        """Give the 32 bytes that encrypt sealed bodies; kept outside the database, made by setup."""
        return bytes.fromhex((self.keys / "sealing.key").read_text().strip())

    @property
    def anchor_key(self) -> bytes:
        """Give the Ed25519 private key (PEM) that signs the ledger's anchors, made by setup."""
        return (self.keys / "anchor.pem").read_bytes()

    @property
    def anchors(self) -> Path:
        """Give the file, outside the database, to which signed anchors are appended."""
        return self.home / "anchors.jsonl"

    @property
    def editions(self) -> Path:
        """Give the folder of published editions, which the public site reads."""
        return self.home / "editions"

    def problems(self) -> list[str]:
        """Say in one sentence each what keeps this installation from serving; empty when it may."""
        found: list[str] = []
        if self.production:
            if not self.database_url:
                found.append("DATABASE_URL is not set: name the PostgreSQL database, as role throughcare_app.")
            if not self.hosts:
                found.append("THROUGHCARE_HOSTS is not set: name the hosts under which pages may be asked for.")
            if not self.base_url.startswith("https://"):
                found.append("THROUGHCARE_BASE_URL is not an https address: name the one that people type.")
            if (self.home / "mode").exists() and (self.home / "mode").read_text().strip() != Mode.PRODUCTION:
                found.append(f"THROUGHCARE_HOME {self.home} was made by a demo: production needs a home of its own.")
        found += self._outside_problems()
        missing = [name for name in KEY_FILES if not (self.keys / name).exists()]
        if missing:
            found.append(f"Keys are missing in {self.keys} ({', '.join(missing)}): run `throughcare setup` first.")
        found += self._listener_problems()
        if self.content and not self.content.is_dir():
            found.append(f"THROUGHCARE_CONTENT {self.content} is not a folder.")
        return found

    def _listener_problems(self) -> list[str]:
        found = [
            f"{name} {file} is not a file that can be read."
            for name, file in (
                ("THROUGHCARE_MLLP_CERTIFICATE", self.mllp_certificate),
                ("THROUGHCARE_MLLP_CALLERS", self.mllp_callers),
            )
            if file and not os.access(file, os.R_OK)
        ]
        if self.mllp_callers and not self.mllp_certificate:
            found.append("THROUGHCARE_MLLP_CALLERS asks for TLS: name THROUGHCARE_MLLP_CERTIFICATE as well.")
        return found

    def _outside_problems(self) -> list[str]:
        if not self.oidc_issuer:
            return []
        found: list[str] = []
        if self.production and not self.oidc_issuer.startswith("https://"):
            found.append("THROUGHCARE_OIDC_ISSUER is not an https address: name the issuer of the agency's sign-in.")
        if not self.oidc_client:
            found.append("THROUGHCARE_OIDC_CLIENT is not set: name what the agency's sign-in calls this installation.")
        if not (self.keys / "oidc.secret").exists():
            found.append(
                f"There is no oidc.secret in {self.keys}: write the secret that the agency's sign-in gave there."
            )
        return found

    def require(self) -> None:
        """Refuse to go on unless everything needed for serving is there."""
        if found := self.problems():
            raise Misconfigured(*found)

    def environ(self) -> dict[str, str]:
        """Give the variables that make a child process read this same configuration, without the owner's address."""
        return {
            "THROUGHCARE_MODE": self.mode.value,
            "THROUGHCARE_HOME": str(self.home),
            "THROUGHCARE_KEYS": str(self.keys),
            "THROUGHCARE_ADDRESS": self.address,
            "THROUGHCARE_PORT": str(self.port),
            "THROUGHCARE_MLLP_PORT": str(self.mllp_port),
            "THROUGHCARE_MLLP_CERTIFICATE": str(self.mllp_certificate or ""),
            "THROUGHCARE_MLLP_CALLERS": str(self.mllp_callers or ""),
            "THROUGHCARE_LISTENS": "yes" if self.listens else "no",
            "THROUGHCARE_WORKERS": str(self.workers),
            "THROUGHCARE_HOSTS": ",".join(self.hosts),
            "THROUGHCARE_BASE_URL": self.base_url,
            "THROUGHCARE_OIDC_ISSUER": self.oidc_issuer,
            "THROUGHCARE_OIDC_CLIENT": self.oidc_client,
            "THROUGHCARE_CONTENT": str(self.content or ""),
            "DATABASE_URL": self.database_url,
        }


def load(environ: Mapping[str, str] = os.environ) -> Config:
    """Read the configuration, making nothing and reaching nothing; raise Misconfigured on a value that is no value."""
    home = Path(environ.get("THROUGHCARE_HOME") or "~/.throughcare").expanduser().absolute()
    keys = Path(environ.get("THROUGHCARE_KEYS") or home / "keys").expanduser().absolute()
    mode = _mode(environ, home)
    local = mode is not Mode.PRODUCTION
    port = _port(environ, "THROUGHCARE_PORT", 8000)
    embedded = local and not environ.get("DATABASE_URL")
    app_url, owner_url = _embedded_urls(home) if embedded else ("", "")
    content = environ.get("THROUGHCARE_CONTENT")
    return Config(
        mode=mode,
        home=home,
        keys=keys,
        address=environ.get("THROUGHCARE_ADDRESS") or "127.0.0.1",
        port=port,
        mllp_port=_port(environ, "THROUGHCARE_MLLP_PORT", 2575),
        mllp_certificate=_file(environ, "THROUGHCARE_MLLP_CERTIFICATE"),
        mllp_callers=_file(environ, "THROUGHCARE_MLLP_CALLERS"),
        listens=environ.get("THROUGHCARE_LISTENS") == "yes",
        workers=_whole(environ, "THROUGHCARE_WORKERS", 1 if local else 2, 1, 64),
        hosts=_hosts(environ, local),
        base_url=(environ.get("THROUGHCARE_BASE_URL") or (f"http://127.0.0.1:{port}" if local else "")).rstrip("/"),
        zone=_zone(environ),
        oidc_issuer=(environ.get("THROUGHCARE_OIDC_ISSUER") or "").rstrip("/"),
        oidc_client=environ.get("THROUGHCARE_OIDC_CLIENT") or "",
        content=Path(content).expanduser().absolute() if content else None,
        database_url=environ.get("DATABASE_URL") or app_url,
        owner_database_url=environ.get("OWNER_DATABASE_URL") or owner_url,
        embedded=embedded,
    )


@cache
def current() -> Config:
    """Give the configuration of this process, read once."""
    return load()


def make_home(config: Config) -> None:
    """Make the home folder and whatever key is missing in it, readable by this user only; never change one that is."""
    for folder in (config.home, config.keys):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not (config.home / "mode").exists():
        keep(config.home / "mode", config.mode.value.encode() + b"\n")
    keep(config.keys / "django.key", secrets.token_urlsafe(48).encode() + b"\n")
    keep(config.keys / "sealing.key", secrets.token_hex(32).encode() + b"\n")
    if not (config.keys / "anchor.pem").exists():
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        key = Ed25519PrivateKey.generate()
        encoding, bare = serialization.Encoding.PEM, serialization.NoEncryption()
        keep(config.keys / "anchor.pem", key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, bare))
        public = serialization.load_pem_private_key((config.keys / "anchor.pem").read_bytes(), None).public_key()
        keep(
            config.home / "anchor.pub.pem",
            public.public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo),
        )


def keep(file: Path, content: bytes) -> bytes:
    """Write a secret once, whole or not at all, mode 0600; give what is there, whoever wrote it first."""
    if not file.exists():
        draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        try:
            os.link(draft, file)  # atomic, and refuses to replace
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_bytes()


def django_database(url: str) -> dict[str, Any]:
    """Turn a PostgreSQL address into Django's words; an empty one gives a database that refuses to connect."""
    parts = urlsplit(url)
    if url and parts.scheme not in {"postgresql", "postgres"}:
        raise Misconfigured("DATABASE_URL is not a PostgreSQL address (postgresql://user:password@host:port/name).")
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "throughcare",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", None) or parts.hostname or "",
        "PORT": options.pop("port", None) or str(parts.port or ""),
        "OPTIONS": options,
    }


def _mode(environ: Mapping[str, str], home: Path) -> Mode:
    marked = home / "mode"
    word = environ.get("THROUGHCARE_MODE") or (marked.read_text().strip() if marked.exists() else Mode.PRODUCTION.value)
    if word not in set(Mode):
        raise Misconfigured(f"THROUGHCARE_MODE is [{word}]: it may be demo, test or production.")
    return Mode(word)


def _whole(environ: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = environ.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
        raise Misconfigured(f"{name} is [{text}]: it must be a whole number from {least} to {most}.")
    return int(text)


def _file(environ: Mapping[str, str], name: str) -> Path | None:
    word = environ.get(name)
    return Path(word).expanduser().absolute() if word else None


def _zone(environ: Mapping[str, str]) -> str:
    name = environ.get("THROUGHCARE_ZONE") or "America/New_York"
    if name not in available_timezones():
        raise Misconfigured(f"THROUGHCARE_ZONE is [{name}]: it must be a time zone's name, such as America/New_York.")
    return name


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    return _whole(environ, name, default, 1, 65535)


def _hosts(environ: Mapping[str, str], local: bool) -> tuple[str, ...]:
    text = environ.get("THROUGHCARE_HOSTS") or ("127.0.0.1,localhost" if local else "")
    return tuple(host.strip() for host in text.split(",") if host.strip())


def _embedded_urls(home: Path) -> tuple[str, str]:
    """Give the app's and the owner's address of the embedded database of this home; empty before it was made."""
    file = home / "postgres.json"
    if not file.exists():
        return "", ""
    urls = json.loads(file.read_bytes())
    return urls["app"], urls["owner"]
