"""The lives of clinical facts: FHIR's own status words, and what leads from one to the next."""

from throughcare.kernel.lifecycle import Lifecycle

ENCOUNTER = Lifecycle(
    ("in-progress", "finish", "finished"),
    ("in-progress", "cancel", "cancelled"),
    ("finished", "mark_error", "entered-in-error"),
)
CONDITION = Lifecycle(
    ("active", "resolve", "resolved"),
    ("active", "remit", "remission"),
    ("active", "deactivate", "inactive"),
    ("resolved", "recur", "active"),
    ("remission", "recur", "active"),
    ("inactive", "recur", "active"),
    ("active", "mark_error", "entered-in-error"),
    ("resolved", "mark_error", "entered-in-error"),
)
IMMUNIZATION = Lifecycle(
    ("completed", "mark_error", "entered-in-error"),
    ("not-done", "mark_error", "entered-in-error"),
)
RESPONSE = Lifecycle(
    ("draft", "sign", "completed"),
    ("draft", "stop", "stopped"),
    ("completed", "mark_error", "entered-in-error"),
    ("stopped", "mark_error", "entered-in-error"),
)
OBSERVATION = Lifecycle(
    ("registered", "report_early", "preliminary"),
    ("registered", "finalise", "final"),
    ("registered", "cancel", "cancelled"),
    ("preliminary", "finalise", "final"),
    ("preliminary", "correct", "corrected"),
    ("preliminary", "cancel", "cancelled"),
    ("final", "cancel", "cancelled"),
    ("amended", "cancel", "cancelled"),
    ("corrected", "cancel", "cancelled"),
    ("cancelled", "correct", "corrected"),
    ("preliminary", "mark_error", "entered-in-error"),
    ("cancelled", "mark_error", "entered-in-error"),
    ("final", "amend", "amended"),
    ("final", "correct", "corrected"),
    ("amended", "correct", "corrected"),
    ("final", "mark_error", "entered-in-error"),
    ("amended", "mark_error", "entered-in-error"),
    ("corrected", "mark_error", "entered-in-error"),
)
# Measurements that nobody goes by any more.
TAKEN_BACK = frozenset({"cancelled", "entered-in-error"})
NOTE = Lifecycle(
    ("draft", "sign", "signed"),
    ("signed", "cosign", "cosigned"),
    ("signed", "mark_error", "entered-in-error"),
    ("cosigned", "mark_error", "entered-in-error"),
)
OWN_NOTE = Lifecycle(
    ("draft", "sign", "signed"),
)
ORDER = Lifecycle(
    ("draft", "sign", "active"),
    ("active", "hold", "on-hold"),
    ("on-hold", "resume", "active"),
    ("active", "complete", "completed"),
    ("completed", "reopen", "active"),
    ("active", "revoke", "revoked"),
    ("on-hold", "revoke", "revoked"),
    ("active", "mark_error", "entered-in-error"),
)
