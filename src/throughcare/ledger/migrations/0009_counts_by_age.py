"""Entries of controlled counts by age: how many are past their period is counted without reading all that is not theirs."""

from django.db import migrations


class Migration(migrations.Migration):
    """Add the index; it holds counts alone, so that no other entry pays for it."""

    dependencies = [("ledger", "0008_append_presents_the_last")]
    operations = [
        migrations.RunSQL(
            "CREATE INDEX ledger_version_counts ON ledger_version (recorded_at) WHERE data_class = 'controlled_count'",
            "DROP INDEX ledger_version_counts",
        )
    ]
