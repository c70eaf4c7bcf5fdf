"""The improvement workspace: what changed and whether it was chance, by whom it is tried, and the binder of standards."""
