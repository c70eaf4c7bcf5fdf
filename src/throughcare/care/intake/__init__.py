"""Intake: the quick look, the receiving screening and what its answers set going."""
