"""Tell Django that the furniture has templates and static files."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Register `throughcare.ui` as a Django app without models."""

    name = "throughcare.ui"
    label = "ui"
