"""Summaries that leave the house: gathered through a lens, chosen by a right, and written as IPS, C-CDA, a page or paper."""
