"""Measures of access, medicines, safety and going home: one measure per file, its core a query over the warehouse."""
