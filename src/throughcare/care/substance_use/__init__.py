"""Substance use: withdrawal followed by the hour, treatment offered at any score."""
