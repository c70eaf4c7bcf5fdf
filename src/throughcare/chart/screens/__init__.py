"""The chart's pages, one file per kind of work; importing them opens their doors."""

from throughcare.chart.screens import asking, documents, history, lists, measuring, notes, summary

__all__ = ["asking", "documents", "history", "lists", "measuring", "notes", "summary"]
