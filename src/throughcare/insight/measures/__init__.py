"""Measures: each is one core over the warehouse's rows and named populations, `custody` and, where aligned, `ecqm`."""
