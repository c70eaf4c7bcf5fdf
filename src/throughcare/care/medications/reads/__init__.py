"""Every read of medicines, through a lens."""
