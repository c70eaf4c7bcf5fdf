"""Who reads what came from outside, who decides on it, who sends a summary; and which items one reader sees."""

from throughcare.access import showing
from throughcare.access.policy import Policy
from throughcare.exchange.documents.models import Said
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Role, Verb

_DECIDE = frozenset({Role.PROVIDER, Role.RN, Role.PSYCH})
RECONCILE = Policy(
    "exchange.reconcile", ((Verb.WRITE, DataClass.CLINICAL), (Verb.WRITE, DataClass.MEDICATION)), _DECIDE
)
# Saying whose a document is changes whose record it enters: the records office's, which may read every class in it.
HELD = Policy(
    "exchange.held_documents",
    ((Verb.WRITE, DataClass.DEMOGRAPHICS), (Verb.READ, DataClass.INFECTION)),
    frozenset({Role.HIM}),
)

# A summary holds what its sender may read and the right lets go; a clinician's, the records office's, or the planner's
# to send, who sends of the chart what the matrix shows planners of it: the summary.
SEND = Policy(
    "exchange.send_summary",
    ((Verb.SUMMARY, DataClass.CLINICAL), (Verb.READ, DataClass.MEDICATION)),
    frozenset({Role.PROVIDER, Role.RN, Role.PSYCH, Role.HIM, Role.PLANNER}),
)


def sees(lens: Lens, row: Said) -> bool:
    """Tell whether a reader sees an item whole: by its class and by its labels, as the chart's own entries."""
    return showing.cuts(lens, DataClass(row.data_class), row.labels, person_id=row.person_id) == ()
