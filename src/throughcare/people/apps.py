"""The people room as Django knows it."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Identity and merge links."""

    name = "throughcare.people"
    label = "people"
