"""One thing that is wrong with a resource, as OperationOutcome names it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Issue:
    """What is wrong, where, and of which kind (FHIR issue-type)."""

    code: str
    expression: str
    text: str
    severity: str = "error"
