"""Restriction: care for people who are kept apart or held by restraints; see README.md."""
