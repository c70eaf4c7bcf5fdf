"""Mental health: watch, its rounds and what follows it."""
