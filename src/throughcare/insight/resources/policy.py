"""Who reads demand and capacity: counts alone, by facility and hour; a reader with places of their own sees those."""

from throughcare.access.policy import Policy, roles
from throughcare.kernel.vocabulary import Role

RESOURCES: Policy = roles("insight.resources", Role.HSA, Role.HIM, Role.SCHEDULER, Role.PROVIDER, Role.PSYCH, Role.RN)
