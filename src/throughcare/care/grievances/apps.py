"""The grievance room as Django knows it."""

from django.apps import AppConfig


class GrievancesConfig(AppConfig):
    """Grievances: filed, logged, answered, heard again."""

    name = "throughcare.care.grievances"
    label = "grievances"
