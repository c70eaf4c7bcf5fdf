"""Who sees the night, who lists equipment, who checks it, who puts somebody on several sites, who keeps staff files."""

from throughcare.access.policy import Policy, roles
from throughcare.kernel.vocabulary import Role

TONIGHT: Policy = roles("workforce.tonight", Role.HSA, Role.PROVIDER, Role.RN, Role.PSYCH, Role.SCHEDULER)
FLOATS: Policy = roles("workforce.float", Role.HSA, Role.SCHEDULER)
EQUIPMENT: Policy = roles("workforce.equipment", Role.RN, Role.LPN, Role.PROVIDER, Role.HSA)
STAFF: Policy = roles("workforce.staff", Role.HSA)
LISTS: Policy = roles("workforce.list", Role.HSA, Role.RN)
