"""Exchange: what other systems send, and what they get."""
