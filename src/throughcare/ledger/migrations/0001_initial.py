"""The ledger's tables, its one writer and its own proof, in SQL: the serving role owns none of it."""

from importlib import resources

from django.db import migrations

SQL = resources.files("throughcare.ledger.sql")


class Migration(migrations.Migration):
    """Make the ledger."""

    initial = True
    dependencies: list[tuple[str, str]] = [("kernel", "0001_initial")]
    operations = [
        migrations.RunSQL(SQL.joinpath(name).read_text(), migrations.RunSQL.noop)
        for name in ("tables.sql", "header.sql", "append.sql", "verify.sql", "reads.sql", "present.sql")
    ]
