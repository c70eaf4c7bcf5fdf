"""The public site as Django knows it."""

from django.apps import AppConfig


class PublicConfig(AppConfig):
    """Public: what anyone may see."""

    name = "throughcare.public"
    label = "public"
