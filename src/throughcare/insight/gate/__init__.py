"""The publish gate: the only way by which a number leaves the house; and the form of what has left it."""
