"""Shared clinical facts: encounters, problems, observations, notes, orders, forms."""
