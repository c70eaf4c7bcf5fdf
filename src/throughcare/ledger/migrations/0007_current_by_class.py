"""Present entries by type and class, newest first: whoever sees few classes comes by theirs, and not by all that others see."""

from django.db import migrations


class Migration(migrations.Migration):
    """Add the index."""

    dependencies = [("ledger", "0006_for_the_author_alone")]
    operations = [
        migrations.RunSQL(
            "CREATE INDEX ledger_current_classed ON ledger_current (type, data_class, position)",
            "DROP INDEX ledger_current_classed",
        )
    ]
