"""Oversight: what law asks of the record beside care; see README.md."""
