"""Duties: every obligation of care, with an owner and a clock."""
