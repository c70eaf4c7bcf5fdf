"""Complaints about care: filed by the person, answered by somebody they are not about, heard again once, read by the ombuds."""
