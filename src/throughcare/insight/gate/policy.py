"""Who takes part in publishing: one drafts and publishes, a clinician and the privacy officer sign."""

from throughcare.access.policy import Policy, roles
from throughcare.kernel.vocabulary import Role

CLINICAL, PRIVACY = "clinical", "privacy"
SIGNERS = {CLINICAL: frozenset({Role.PROVIDER, Role.PSYCH}), PRIVACY: frozenset({Role.HIM})}
AUTHORS = frozenset({Role.HSA})

EDITIONS: Policy = roles("gate.editions", Role.HSA, Role.HIM, Role.PROVIDER, Role.PSYCH)
AUTHOR: Policy = roles("gate.author", *sorted(AUTHORS))
SIGN: Policy = roles("gate.sign", Role.HIM, Role.PROVIDER, Role.PSYCH)
