"""Every read of mental health, through a lens: the board, the rounds, one person's watch, what waits for a professional."""
