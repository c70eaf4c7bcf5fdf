"""What goes wrong, as FHIR says it: a status, and an OperationOutcome that names what and where. Pure."""

from throughcare.kernel.errors import IntentReused, Invalid, NotAllowed, NotFound, Refused, Stale
from throughcare.kernel.fhir import Json, filled

# How the house's refusals are called in FHIR (value set issue-type).
_CODES: tuple[tuple[type[Refused], str], ...] = (
    (NotAllowed, "forbidden"),
    (NotFound, "not-found"),
    (Stale, "conflict"),
    (IntentReused, "duplicate"),
    (Invalid, "invalid"),
)


class FhirError(Exception):
    """The API answers with this status and says why."""

    def __init__(
        self,
        status: int,
        code: str,
        words: str,
        *expression: str,
        headers: dict[str, str] | None = None,
        issues: list[Json] | None = None,
    ) -> None:
        super().__init__(words)
        self.status, self.code, self.words, self.expression = status, code, words, expression
        self.headers = headers or {}
        self.issues = issues

    def body(self) -> Json:
        """Give the OperationOutcome."""
        return outcome(*(self.issues or [issue("error", self.code, self.words, *self.expression)]))


def outcome(*issues: Json) -> Json:
    """Build an OperationOutcome."""
    return {"resourceType": "OperationOutcome", "issue": list(issues)}


def issue(severity: str, code: str, words: str, *expression: str) -> Json:
    """Build one issue; `expression` names the elements, as FHIRPath."""
    return filled(severity=severity, code=code, diagnostics=words, expression=list(expression))


def of_refusal(refused: Refused) -> FhirError:
    """Say a refusal of the house as FHIR does."""
    code = next((c for kind, c in _CODES if isinstance(refused, kind)), "business-rule")
    issues = [issue("error", code, f"{refused.sentence} {words}", name) for name, words in refused.fields.items()]
    return FhirError(refused.status, code, refused.sentence, issues=issues or None)


def not_found(what: str) -> FhirError:
    """Say that there is no such thing: the same words whether it never was or is not for this reader."""
    return FhirError(404, "not-found", f"There is no [{what}] here.")


def bad(words: str, *expression: str, code: str = "invalid") -> FhirError:
    """Say that a request can't be understood."""
    return FhirError(400, code, words, *expression)
