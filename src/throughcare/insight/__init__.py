"""Insight: from the record to numbers that people can trust."""
