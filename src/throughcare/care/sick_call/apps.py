"""The sick_call room as Django knows it."""

from django.apps import AppConfig


class SickCallConfig(AppConfig):
    """Sick call: a request, its clock and its answer."""

    name = "throughcare.care.sick_call"
    label = "sick_call"
