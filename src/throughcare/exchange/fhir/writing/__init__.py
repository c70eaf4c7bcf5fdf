"""What other systems may write: one path for a single resource, a batch, a transaction and a file (README.md)."""
