"""Repeatable measurements against the budgets of the design. Never timed tests: these print, tests decide."""
