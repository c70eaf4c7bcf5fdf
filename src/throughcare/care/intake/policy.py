"""Who takes people in, and who may look on."""

from throughcare.access.policy import Policy
from throughcare.kernel.vocabulary import DataClass, Role, Verb

CLINICIANS = frozenset({Role.RN, Role.PROVIDER, Role.PSYCH})
QUEUE = Policy("intake.queue", ((Verb.READ, DataClass.CLINICAL),), CLINICIANS | {Role.HSA, Role.LPN})
READ = Policy("intake.read", ((Verb.READ, DataClass.CLINICAL),), CLINICIANS | {Role.HIM})
WRITE = Policy("intake.write", ((Verb.WRITE, DataClass.CLINICAL),), CLINICIANS)
SEXUAL_SAFETY = Policy("intake.sexual_safety", only=frozenset({Role.RN, Role.PREA}))
# A urine test is read by who may know of its result (7.3).
PREGNANCY_TEST = Policy(
    "intake.pregnancy_test",
    ((Verb.WRITE, DataClass.CLINICAL), (Verb.READ, DataClass.REPRODUCTIVE)),
    frozenset({Role.RN, Role.PROVIDER}),
)
# The coordinator's home shows whose screens are due, and of a signed one what counts for housing (7.3).
SAFETY_HOME = Policy("intake.safety_home", ((Verb.READ, DataClass.PREA),), frozenset({Role.PREA}))
