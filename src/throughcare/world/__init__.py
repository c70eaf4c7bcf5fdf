"""World: the synthetic agency."""
