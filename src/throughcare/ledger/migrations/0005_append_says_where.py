"""The one writer says of each entry where it now stands; a home made before has it without."""

from importlib import resources

from django.db import migrations


class Migration(migrations.Migration):
    """Make the writer anew."""

    dependencies = [("ledger", "0004_current")]
    operations = [
        migrations.RunSQL(
            "DROP FUNCTION ledger_append;\n"
            + resources.files("throughcare.ledger.sql").joinpath("append.sql").read_text(),
            migrations.RunSQL.noop,
        )
    ]
