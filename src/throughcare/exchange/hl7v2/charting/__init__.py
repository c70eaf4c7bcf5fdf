"""What clinical messages become in the chart, one file per kind of message; each by the chart's own actions."""

from collections.abc import Callable

from throughcare.exchange.hl7v2.charting import documents, requests, results, vaccines, visits
from throughcare.exchange.hl7v2.facts import Message as Facts
from throughcare.exchange.hl7v2.holding import Applied
from throughcare.exchange.models import Message
from throughcare.kernel.actor import Actor

Charting = Callable[[Message, Facts, Actor], Applied]
BY_TYPE: dict[str, Charting] = {
    "MDM": documents.apply,
    "OMG": requests.apply,
    "OML": requests.apply,
    "ORM": requests.apply,
    "ORU": results.apply,
    "OUL": results.apply,
    "RSP": vaccines.apply,
    "SIU": visits.apply,
    "VXU": vaccines.apply,
}
