"""The one writer makes a resource's last version of a transaction present, and passes over those before it."""

from importlib import resources

from django.db import migrations


class Migration(migrations.Migration):
    """Make the writer anew."""

    dependencies = [("ledger", "0007_current_by_class")]
    operations = [
        migrations.RunSQL(
            "DROP FUNCTION ledger_append;\n"
            + resources.files("throughcare.ledger.sql").joinpath("append.sql").read_text(),
            migrations.RunSQL.noop,
        )
    ]
