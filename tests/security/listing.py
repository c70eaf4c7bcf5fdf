"""Every route with its policy and roles, as reviewed: `python -m tests.security.listing` writes it anew, and a reviewer
reads the difference. A test holds that the list and the house agree.
"""

from pathlib import Path

FILE = Path(__file__).parent / "listed.txt"


def lines() -> list[str]:
    """Give a line for each door."""
    from tests.security.objects import routes

    return [f"{r.method:4} {r.path} · {r.policy.name} · {' '.join(r.policy.roles())}" for r in routes()]


def listed() -> list[str]:
    """Give the lines as reviewed."""
    return FILE.read_text().splitlines()


if __name__ == "__main__":
    import os

    os.environ.setdefault("THROUGHCARE_MODE", "test")
    from throughcare.app import house

    house.django_ready()
    FILE.write_text("\n".join(lines()) + "\n")
