"""Clinical quality measures aligned with published ones: one measure per file, one core, populations beside it."""
