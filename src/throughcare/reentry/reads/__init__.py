"""Every reading of going home; each takes the lens first."""
