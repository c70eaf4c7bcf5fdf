"""The access room as Django knows it."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Accounts, postings and sessions."""

    name = "throughcare.access"
    label = "access"
    grants = {
        "django_session": "SELECT, INSERT, UPDATE, DELETE",
        "django_content_type": "SELECT",
        "auth_group": "SELECT",
        "auth_permission": "SELECT",
        "auth_group_permissions": "SELECT",
    }
