"""Custody's pages. HTTP only: parse, call, render."""

from throughcare.custody.screens import board, finding, lists, person, places

__all__ = ["board", "finding", "lists", "person", "places"]
