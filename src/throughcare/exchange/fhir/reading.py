"""Reading: one resource, one version, a history."""
