"""Who passes the exchange's doors: the board shows who people are and where, its counts show nobody."""

from django.db.models import Q, QuerySet

from throughcare.access.policy import Policy, roles
from throughcare.exchange.models import Message
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import DataClass, Role, Verb

_BOARD = frozenset({Role.HIM, Role.HSA, Role.SCHEDULER})
COUNTS = roles("exchange.counts", Role.OPERATOR, *_BOARD)
BOARD = Policy("exchange.board", ((Verb.READ, DataClass.DEMOGRAPHICS),), _BOARD)
# Saying whom a message is about changes who somebody is to the record: health information management's alone.
IDENTIFY = Policy("exchange.identify", ((Verb.WRITE, DataClass.DEMOGRAPHICS),), frozenset({Role.HIM}))
# What is typed here becomes what custody said: the same office's, with the reason kept beside it.
CORRECT = Policy("exchange.correct", ((Verb.WRITE, DataClass.DEMOGRAPHICS),), frozenset({Role.HIM}))
# Saying which order a result answers changes the chart's orders: the same office's, which reads results of every class.
SETTLE = Policy("exchange.settle", ((Verb.READ, DataClass.INFECTION),), frozenset({Role.HIM}))
# What came from outside: which kinds and which words each sees is decided entry by entry (incoming/reads.py).
INCOMING = Policy(
    "exchange.incoming",
    ((Verb.READ, DataClass.DEMOGRAPHICS),),
    frozenset({Role.PROVIDER, Role.RN, Role.PSYCH, Role.DENTAL, Role.PLANNER, Role.SCHEDULER, Role.HIM}),
)


def visible(lens: Lens) -> QuerySet[Message]:
    """Give the messages that a reader's board shows: those of their facilities, and those of no facility yet.

    What other systems send beside custody's says what somebody has: only who may read any result sees those.
    """
    rows = Message.objects.filter(repeat_of=None)
    if not lens.may(Verb.READ, DataClass.INFECTION):
        rows = rows.filter(Q(trigger__startswith="ADT^") | Q(trigger=""))
    if lens.facilities is None:
        return rows
    return rows.filter(Q(facility_id__in=lens.facilities) | Q(facility_id=None))
