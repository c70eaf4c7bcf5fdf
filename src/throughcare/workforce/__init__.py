"""Workforce: what a unit can do, who is here tonight, what a licence allows."""
