"""Connected apps are tested in the API's small synthetic agency; what a test writes is rolled back."""

from tests.exchange.fhir.conftest import agency, door_of, in_agency

__all__ = ["agency", "door_of", "in_agency"]
