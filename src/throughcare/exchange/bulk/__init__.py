"""Bulk Data Access 2: everything that a lens shows, as NDJSON files, made by a job, encrypted at rest, gone after a day."""
