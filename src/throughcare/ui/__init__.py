"""The house's furniture: components, layouts, wording and the look; no domain knowledge."""
