"""Who may see the service's numbers; who stands behind one is asked of the lens, duty by duty and class by class."""

from throughcare.access.policy import Policy, roles
from throughcare.kernel.lens import Lens
from throughcare.kernel.vocabulary import Role

# The administrator answers for quality; a provider and a nurse see their service's numbers; the record's keeper checks them;
# oversight sees them in aggregate and nobody behind them (the matrix gives it the rest by the person's consent alone).
NUMBERS: Policy = roles("insight.numbers", Role.HSA, Role.HIM, Role.PROVIDER, Role.PSYCH, Role.RN, Role.OMBUDS)
PEOPLE: Policy = roles("insight.people", Role.HSA, Role.HIM)
AGGREGATE_ONLY = frozenset({Role.OMBUDS})


def aggregate(lens: Lens) -> bool:
    """Tell whether a reader may see numbers only where they stand on enough people that none can be read from them."""
    return lens.role in AGGREGATE_ONLY
