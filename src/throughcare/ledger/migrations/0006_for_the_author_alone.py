"""What only its author reads is shown to nobody from the ledger: its room has it, by author; the chain still proves it."""

from django.db import migrations

BY_CLASS = "data_class = ANY (string_to_array(current_setting('throughcare.sealed_read', true), ','))"
# The classes of kernel/vocabulary.py AUTHOR_ALONE; a test compares.
AND_NOT = " AND data_class <> ALL ('{psychotherapy,sud_counselling}')"
TABLES = ("ledger_sealed_version", "ledger_sealed_current")


class Migration(migrations.Migration):
    """Narrow the readers of the sealed pair."""

    dependencies = [("ledger", "0005_append_says_where")]
    operations = [
        migrations.RunSQL(
            f"ALTER POLICY readers ON {table} USING ({BY_CLASS}{AND_NOT})",
            f"ALTER POLICY readers ON {table} USING ({BY_CLASS})",
        )
        for table in TABLES
    ]
