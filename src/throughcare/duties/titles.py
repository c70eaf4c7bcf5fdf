"""Roles by the titles that content gives them."""

from functools import lru_cache

from throughcare.kernel import content


def role_title(role: str) -> str:
    """Give a role's title."""
    return _titles(content.stamp()).get(role, role)


@lru_cache(maxsize=2)
def _titles(stamp: tuple[str, int]) -> dict[str, str]:
    return {row["id"]: row["title"] for row in content.rows("access/roles.toml", "role")}
