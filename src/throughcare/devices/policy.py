"""Who carries a device, and who looks after them. What is on one, and which entries count, each kind's own policy decides."""

from throughcare.access.policy import roles
from throughcare.kernel.vocabulary import Role

# Whoever's work goes along: the pass, the watch rounds. A bundle then holds only the kinds that the carrier's role may do.
CARRY = roles("devices.carry", Role.RN, Role.LPN, Role.PROVIDER, Role.PSYCH, Role.CUSTODY, Role.TRANSPORT)
# Who revokes a lost one, and looks at the entries that could not simply stand; each sees the kinds of their own work.
KEEP = roles("devices.keep", Role.RN, Role.PROVIDER, Role.PSYCH, Role.HSA)
