"""How long what an app is given lasts: content, signed by the agency."""

from datetime import timedelta

from throughcare.kernel import content


def number(name: str) -> int:
    """Give a number of content/exchange/apps.toml."""
    return int(content.load("exchange/apps.toml")[name])


def token(*, service: bool) -> timedelta:
    """Say how long an access token opens something."""
    return timedelta(minutes=number("service_token_minutes" if service else "token_minutes"))


def refresh(*, offline: bool) -> timedelta:
    """Say how long an app may ask for the next token."""
    return timedelta(days=number("offline_days")) if offline else timedelta(hours=number("online_hours"))
