"""The project speaks of itself alone: no place of a machine, no index of packages, no talk of how it was made."""

import codecs
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KINDS = {".md", ".py", ".toml", ".html", ".css", ".js", ".sql", ".lock", ""}
FILES = sorted(
    file
    for place in ("docs", "src", "tests", "bench", "tools", ".ci")
    for file in (ROOT / place).rglob("*")
    if file.is_file() and file.suffix in KINDS and "__pycache__" not in file.parts
) + sorted([*ROOT.glob("*.md"), *ROOT.glob("*.lock"), ROOT / "Makefile", ROOT / "pyproject.toml"])
# Turned by thirteen letters, so that this file does not hold them itself.
TURNED = (
    "nagurebcvp",
    "naguebcvp",
    "pynhqr",
    "bcranv",
    "pungtcg",
    "pbcvybg",
    "fhontrag",
    "ynathntr zbqry",
    "clcv.bet",
    "clguba" + "ubfgrq",
    "/jbex/j-",
    "/jbex/znva",
    "/jbex/funerq",
)
FORBIDDEN = re.compile("|".join(re.escape(codecs.decode(word, "rot13")) for word in TURNED), re.I)
PLACES = re.compile(r"(?<![\w.])/(?:home|root|Users)/\w+")


def test_nothing_speaks_of_anything_but_the_project() -> None:
    texts = ((file.relative_to(ROOT), file.read_text()) for file in FILES)
    found = [
        (str(name), match) for name, text in texts for match in (FORBIDDEN.search(text), PLACES.search(text)) if match
    ]
    assert [f"{name}: [{match.group()}]" for name, match in found] == []
