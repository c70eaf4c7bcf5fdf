"""Bulk export as Django knows it."""

from django.apps import AppConfig


class BulkConfig(AppConfig):
    """Exports: asked for, made in steps, fetched, forgotten."""

    name = "throughcare.exchange.bulk"
    label = "bulk"
