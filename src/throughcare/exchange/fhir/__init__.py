"""The FHIR R4 API at /fhir: the ledger's stored bytes, through the lens of the token that asks (README.md)."""
