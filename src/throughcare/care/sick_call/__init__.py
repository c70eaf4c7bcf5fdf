"""Sick call: a request, its clock and its answer."""
