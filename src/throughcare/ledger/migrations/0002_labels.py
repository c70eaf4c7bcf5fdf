"""Labels: how they are said and taken back."""

from importlib import resources

from django.db import migrations


class Migration(migrations.Migration):
    """Make the two functions of labels."""

    dependencies = [("ledger", "0001_initial")]
    operations = [
        migrations.RunSQL(
            resources.files("throughcare.ledger.sql").joinpath("labels.sql").read_text(), migrations.RunSQL.noop
        )
    ]
