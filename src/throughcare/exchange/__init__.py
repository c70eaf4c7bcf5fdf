"""Exchange: what comes in from other systems and what goes out to them, kept verbatim and understood once."""
