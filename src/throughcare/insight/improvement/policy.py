"""Who reads the workspace, who runs projects and writes on charts, who sets targets, records meetings and takes the binder out."""

from throughcare.access.policy import Policy, roles
from throughcare.kernel.vocabulary import Role

READERS: Policy = roles("improvement.read", Role.HSA, Role.HIM, Role.PROVIDER, Role.PSYCH, Role.RN)
TEAM: Policy = roles("improvement.team", Role.HSA, Role.PROVIDER, Role.PSYCH, Role.RN)
LEAD: Policy = roles("improvement.lead", Role.HSA)
BINDER: Policy = roles("improvement.binder", Role.HSA, Role.HIM)
LEADS, TEAMS = frozenset({Role.HSA}), frozenset({Role.HSA, Role.PROVIDER, Role.PSYCH, Role.RN})
