"""D3-17 and 7, files: none of people's lies under a public root, what a page hands out is not kept by anybody between."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from tests.security.objects import World, address, objects_of, routes
from tests.security.test_01_doors import knock, signed_in_as
from throughcare.app.config import KEY_FILES
from throughcare.kernel.vocabulary import Role

SOURCE = Path(__file__).resolve().parents[2] / "src/throughcare"
SHIPPED = {".css", ".js", ".svg", ".woff2", ".txt", ".png", ".ico", ".webmanifest", ".json", ".md"}


def test_what_is_served_to_anybody_came_with_the_package() -> None:
    assert not settings.MEDIA_ROOT and not getattr(settings, "STATIC_ROOT", None)
    assert not settings.STATICFILES_DIRS
    files = [file for folder in SOURCE.rglob("static") for file in folder.rglob("*") if file.is_file()]
    assert files
    assert {file.suffix for file in files} <= SHIPPED | {""}


def test_the_home_with_its_keys_is_not_below_anything_served() -> None:
    home = Path(settings.CONFIG.home).resolve() if hasattr(settings, "CONFIG") else settings.SEALING_KEY_FILE.parent
    roots = [folder.resolve() for folder in SOURCE.rglob("static")]
    assert not any(home.is_relative_to(root) for root in roots)


@pytest.mark.django_db
@pytest.mark.parametrize("name", [*KEY_FILES, "anchors.jsonl", "postgres.json", "mode"])
def test_no_address_gives_a_file_of_the_home(name: str) -> None:
    for path in (
        f"/{name}",
        f"/keys/{name}",
        f"/static/{name}",
        f"/static/../keys/{name}",
        f"/static/%2e%2e/keys/{name}",
    ):
        assert Client().get(path).status_code in (400, 404), path


@pytest.mark.django_db
def test_nobody_between_keeps_what_a_page_hands_out(world: World) -> None:
    client = signed_in_as(Role.PROVIDER, world)
    for route in routes():
        if route.method != "GET" or route.policy.public:
            continue
        answer = knock(client, route, address(route, objects_of(route, world, world.here)))
        assert "no-store" in answer.headers["Cache-Control"], route.path
        if "attachment" in answer.headers.get("Content-Disposition", ""):
            assert "Sample-" not in answer.headers["Content-Disposition"], route.path


def test_no_file_is_written_for_others_to_fetch() -> None:
    for file in SOURCE.rglob("*.py"):
        text = file.read_text()
        assert "FileSystemStorage" not in text and "default_storage" not in text, file
