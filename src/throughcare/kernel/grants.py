"""What the serving role may do to each table. Run by `throughcare setup` as the owner, after the migrations.

The rule is SELECT, INSERT, UPDATE and never DELETE or TRUNCATE. A room names its exceptions in its AppConfig:
`grants = {"table": "SELECT, INSERT"}`.
"""

from django.apps import apps
from django.db import connection

APP_ROLE = "throughcare_app"
DEFAULT = "SELECT, INSERT, UPDATE"


def exceptions() -> dict[str, str]:
    """Collect what the rooms say of their own tables; later rooms cannot widen earlier ones' by accident."""
    found: dict[str, str] = {}
    for config in apps.get_app_configs():
        for table, privileges in getattr(config, "grants", {}).items():
            if table in found:
                raise RuntimeError(f"two rooms set grants for [{table}]")
            found[table] = privileges
    return found


def apply() -> None:
    """Give the serving role exactly what it needs."""
    special = exceptions()
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {APP_ROLE}")
        cursor.execute(
            "SELECT c.relname, c.relispartition FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')"
        )
        for table, is_partition in cursor.fetchall():
            quoted = connection.ops.quote_name(table)
            cursor.execute(f"REVOKE ALL ON {quoted} FROM {APP_ROLE}, PUBLIC")
            # A partition is reached through its parent only.
            privileges = "" if is_partition else special.get(table, DEFAULT)
            if privileges:
                cursor.execute(f"GRANT {privileges} ON {quoted} TO {APP_ROLE}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")
