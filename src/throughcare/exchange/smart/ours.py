"""Where our own endpoints stand, as apps are told: the API, and what lies beside it."""

from django.conf import settings

GIVES = "/smart/token"


def fhir_base() -> str:
    """Give the address of the API: the one audience there is."""
    return f"{settings.BASE_URL.rstrip('/')}/fhir"


def address(path: str) -> str:
    """Give the address of an endpoint of ours."""
    return settings.BASE_URL.rstrip("/") + path
