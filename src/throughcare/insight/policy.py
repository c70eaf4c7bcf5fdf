"""Who may see the service's numbers; who stands behind one is asked of the lens, duty by duty and class by class."""

from throughcare.access.policy import Policy, roles
from throughcare.kernel.vocabulary import Role

# The administrator answers for quality; a provider and a nurse see their service's numbers; the record's keeper checks them.
NUMBERS: Policy = roles("insight.numbers", Role.HSA, Role.HIM, Role.PROVIDER, Role.PSYCH, Role.RN)
PEOPLE: Policy = roles("insight.people", Role.HSA, Role.HIM)
