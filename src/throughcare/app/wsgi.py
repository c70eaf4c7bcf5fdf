"""What the page server runs: the pages, and beside them the FHIR API, which needs no page's furniture (docs/decisions/0032)."""

import gc
import os
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "throughcare.app.settings")
pages = get_wsgi_application()

from throughcare.app.house import let_collector_rest  # noqa: E402
from throughcare.exchange.fhir import application as fhir  # noqa: E402  (only now is Django ready)


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Give a request to the API or to the pages."""
    return (fhir.application if fhir.serves(environ.get("PATH_INFO", "")) else pages)(environ, start_response)


# What was loaded stays until the end: a collection that walks it all would hold up a page for a tenth of a second.
gc.collect()
let_collector_rest()
