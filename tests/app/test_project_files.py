"""The project's own files: the lock is whole and names no place; the wheel holds everything that runs."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")


def releases(lock: str) -> list[tuple[str, str]]:
    return re.findall(r"^([a-z0-9][a-z0-9._-]*)==([^ ;\\]+)", (ROOT / lock).read_text(), re.MULTILINE)


def pinned(lock: str) -> dict[str, str]:
    return dict(releases(lock))  # of a package with one release per Python, the newest


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_has_a_hash_for_everything_and_names_no_place(lock: str):
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert "--index" not in text
    entries = re.split(r"\n(?=[a-z0-9])", text.strip())
    assert len(entries) == len(releases(lock)) > 20
    assert all("--hash=sha256:" in entry for entry in entries)


def test_what_proves_runs_on_the_same_releases_as_what_serves():
    runs, proves = pinned(LOCKS[0]), pinned(LOCKS[1])
    assert runs.items() <= proves.items()


def test_every_direct_dependency_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [*project["project"]["dependencies"], *project["project"]["optional-dependencies"]["demo"]]
    names = {re.split(r"[\[<>=~!; ]", line)[0].lower() for line in wanted}
    assert names <= set(pinned(LOCKS[0]))
    names = {re.split(r"[\[<>=~!; ]", line)[0].lower() for line in project["dependency-groups"]["dev"]}
    assert names <= set(pinned(LOCKS[1]))


@pytest.mark.long
def test_the_wheel_holds_everything_and_runs_elsewhere(tmp_path: Path):
    wheel = _build_wheel(tmp_path)
    inside = set(zipfile.ZipFile(wheel).namelist())
    source = ROOT / "src"
    kept = [f for f in (source / "throughcare").rglob("*") if f.is_file() and "__pycache__" not in f.parts]
    assert {str(file.relative_to(source)) for file in kept} <= inside
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in inside)
    zipfile.ZipFile(wheel).extractall(tmp_path / "elsewhere")
    environment = {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(tmp_path / "elsewhere"),
        "THROUGHCARE_HOME": str(tmp_path / "home"),
    }
    command = [sys.executable, "-c", "import throughcare; print(throughcare.__file__)"]
    said = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert str(tmp_path / "elsewhere") in said
    environment["THROUGHCARE_MODE"] = "demo"
    command = [sys.executable, "-m", "throughcare.app", "setup"]
    subprocess.run(command, env=environment, cwd=tmp_path, check=True, timeout=120)


def _build_wheel(folder: Path) -> Path:
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet", "--wheel-dir", str(folder)]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, str(ROOT)], check=True)
    return next(folder.glob("*.whl"))


def test_a_line_of_a_template_can_be_read():
    templates = [p for p in (ROOT / "src").rglob("*.html") if p.is_file()]
    long = [
        f"{p.relative_to(ROOT)}:{n}"
        for p in templates
        for n, line in enumerate(p.read_text().splitlines(), 1)
        if len(line) > 230
    ]
    assert len(templates) > 200
    assert not long, "break it where whitespace means nothing: between blocks, between attributes, within brackets"
