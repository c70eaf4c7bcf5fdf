"""Throughcare: the open health record for people in custody."""

__version__ = "0.1.0"
