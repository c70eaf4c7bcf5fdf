"""The pages of documents: read beside the chart, given to their person, sent. Importing them opens their doors."""

from throughcare.chart.screens import frame
from throughcare.exchange.documents import policy
from throughcare.exchange.documents.screens import held, reconcile, sending

frame.also("outside_documents", policy.RECONCILE, group="documents")
frame.also("send_summary", policy.SEND, group="documents")

__all__ = ["held", "reconcile", "sending"]
