"""The configuration: safe defaults, plain refusals, secrets of one's own."""

import re
import stat
from pathlib import Path

import pytest

from throughcare.app import config as configuration
from throughcare.app.config import SETTINGS, Misconfigured, Mode, django_database, keep, load, make_home

SOURCE = Path(configuration.__file__).parents[1]


def production(home: Path, **more: str):
    return load(
        {
            "THROUGHCARE_HOME": str(home),
            "DATABASE_URL": "postgresql://throughcare_app:x@db/throughcare",
            "THROUGHCARE_HOSTS": "record.example.org",
            "THROUGHCARE_BASE_URL": "https://record.example.org",
            **more,
        }
    )


def test_defaults_are_those_of_production_and_local(tmp_path: Path):
    config = load({"THROUGHCARE_HOME": str(tmp_path)})
    assert (config.mode, config.port, config.mllp_port, config.address) == (Mode.PRODUCTION, 8000, 2575, "127.0.0.1")
    assert not config.embedded
    assert config.hosts == ()


def test_production_refuses_to_start_half_configured_naming_each_thing(tmp_path: Path):
    said = " ".join(load({"THROUGHCARE_HOME": str(tmp_path)}).problems())
    for name in (
        "DATABASE_URL",
        "THROUGHCARE_HOSTS",
        "THROUGHCARE_BASE_URL",
        "django.key",
        "sealing.key",
        "anchor.pem",
    ):
        assert name in said
    with pytest.raises(Misconfigured):
        load({"THROUGHCARE_HOME": str(tmp_path)}).require()


def test_production_starts_when_whole(tmp_path: Path):
    make_home(production(tmp_path))
    assert production(tmp_path).problems() == []


def test_production_refuses_plain_http(tmp_path: Path):
    make_home(production(tmp_path))
    assert "https" in production(tmp_path, THROUGHCARE_BASE_URL="http://record.example.org").problems()[0]


def test_production_refuses_a_demonstrations_home(tmp_path: Path):
    make_home(load({"THROUGHCARE_HOME": str(tmp_path), "THROUGHCARE_MODE": "demo"}))
    assert "made by a demo" in " ".join(production(tmp_path, THROUGHCARE_MODE="production").problems())


def test_a_home_remembers_that_it_is_a_demonstrations(tmp_path: Path):
    make_home(load({"THROUGHCARE_HOME": str(tmp_path), "THROUGHCARE_MODE": "demo"}))
    assert load({"THROUGHCARE_HOME": str(tmp_path)}).mode is Mode.DEMO


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("THROUGHCARE_MODE", "prod"),
        ("THROUGHCARE_PORT", "eighty"),
        ("THROUGHCARE_PORT", "0"),
        ("THROUGHCARE_PORT", "70000"),
        ("THROUGHCARE_PORT", "８０"),
        ("THROUGHCARE_WORKERS", "-1"),
    ],
)
def test_a_value_that_is_none_is_named(tmp_path: Path, name: str, value: str):
    with pytest.raises(Misconfigured) as refused:
        load({"THROUGHCARE_HOME": str(tmp_path), name: value})
    assert name in str(refused.value)
    assert f"[{value}]" in str(refused.value)


def test_keys_are_made_once_and_are_the_owners_alone(tmp_path: Path):
    config = load({"THROUGHCARE_HOME": str(tmp_path / "home")})
    make_home(config)
    first = {file.name: file.read_bytes() for file in config.keys.iterdir()}
    assert set(first) == set(configuration.KEY_FILES)
    for path in (config.home, config.keys):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    for file in config.keys.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    make_home(config)
    assert {file.name: file.read_bytes() for file in config.keys.iterdir()} == first
    assert len(config.sealing_key) == 32


def test_two_homes_have_different_secrets(tmp_path: Path):
    one, other = (load({"THROUGHCARE_HOME": str(tmp_path / name)}) for name in ("one", "other"))
    make_home(one)
    make_home(other)
    assert one.secret_key != other.secret_key
    assert one.sealing_key != other.sealing_key
    assert one.anchor_key != other.anchor_key


def test_a_secret_is_never_replaced(tmp_path: Path):
    assert keep(tmp_path / "key", b"first") == b"first"
    assert keep(tmp_path / "key", b"second") == b"first"
    assert [file.name for file in tmp_path.iterdir()] == ["key"]


def test_before_setup_the_session_key_is_nobodys(tmp_path: Path):
    config = load({"THROUGHCARE_HOME": str(tmp_path)})
    assert config.secret_key != config.secret_key


def test_children_read_the_same_configuration_without_the_owners_address(tmp_path: Path):
    config = production(tmp_path, OWNER_DATABASE_URL="postgresql://throughcare_owner:y@db/throughcare")
    child = load(config.environ())
    assert child.owner_database_url == ""
    assert (child.mode, child.home, child.hosts, child.database_url) == (
        config.mode,
        config.home,
        config.hosts,
        config.database_url,
    )


def test_a_database_address_becomes_djangos():
    words = django_database("postgresql://us%40er:p%2Fw@/name?host=/tmp/socket&sslmode=require")
    assert (words["USER"], words["PASSWORD"], words["HOST"], words["NAME"]) == ("us@er", "p/w", "/tmp/socket", "name")
    assert words["OPTIONS"] == {"sslmode": "require"}
    with pytest.raises(Misconfigured):
        django_database("mysql://somewhere")


def test_every_variable_that_is_read_is_documented():
    documented = {setting.name for setting in SETTINGS}
    read = set()
    for file in SOURCE.rglob("*.py"):
        read |= set(re.findall(r'["\'](THROUGHCARE_[A-Z_]+|(?:OWNER_)?DATABASE_URL)["\']', file.read_text()))
    read -= {"THROUGHCARE_DEMO"}  # a Django setting, not a variable
    assert read <= documented
    assert documented <= read
