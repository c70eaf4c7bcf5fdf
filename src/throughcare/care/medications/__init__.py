"""Medications: ordered, checked, given, never dropped at a door."""
