"""The warehouse's open tables, each declared once: files, documentation and flattening are made from these. Pure."""

from throughcare.insight.schema.clinical import CLINICAL
from throughcare.insight.schema.columns import Column, Table
from throughcare.insight.schema.custody import CUSTODY
from throughcare.insight.schema.resources import RESOURCES
from throughcare.insight.schema.service import SERVICE

# Raised where a column or its meaning changes: a warehouse of another version is built anew.
VERSION = 6

TABLES: tuple[Table, ...] = (*CUSTODY, *CLINICAL, *SERVICE, *RESOURCES)
BY_NAME = {table.name: table for table in TABLES}

__all__ = ["BY_NAME", "CLINICAL", "CUSTODY", "RESOURCES", "SERVICE", "TABLES", "VERSION", "Column", "Table"]
