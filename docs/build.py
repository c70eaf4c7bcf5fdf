"""Writes what is made and not typed: the reference, and the notices of what others wrote. Run it by `make docs`.

`python docs/build.py --check` writes nothing and ends with 1 if a file is stale.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "docs" / "reference"


def made() -> dict[Path, str]:
    """Give every made file with its text. Needs no database."""
    from docs import notices
    from throughcare.app import house

    house.django_ready()
    from throughcare.app import reference

    pages = {REFERENCE / name: text for name, text in reference.files().items()}
    return {**pages, ROOT / "THIRD_PARTY_NOTICES.md": notices.markdown(ROOT)}


def stale(files: dict[Path, str]) -> list[str]:
    """Name the files that differ from what is made, and those that nothing makes any more."""
    kept = {file: file.read_text() for file in files if file.exists()}
    wrong = [file for file, text in files.items() if kept.get(file) != text]
    left = [file for file in REFERENCE.rglob("*.md") if file not in files]
    return sorted(str(file.relative_to(ROOT)) for file in [*wrong, *left])


def main(words: list[str]) -> int:
    """Write the files, or with --check say which are stale."""
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(THROUGHCARE_MODE="test", THROUGHCARE_HOME=home)
        files = made()
    wrong = stale(files)
    if "--check" in words:
        for name in wrong:
            sys.stdout.write(f"stale: {name} (make docs)\n")
        return 1 if wrong else 0
    REFERENCE.mkdir(exist_ok=True)
    for file in REFERENCE.rglob("*.md"):
        if file not in files:
            file.unlink()
    for file, text in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    sys.stdout.write(f"docs: {len(files)} files made, {len(wrong)} changed\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
