"""One engine for every questionnaire: load, parse, enable, score, render, and write as FHIR. Pure."""
