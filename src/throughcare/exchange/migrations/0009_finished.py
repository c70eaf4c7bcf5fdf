"""A file says when all was done with it; those that came before this was said were."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("exchange", "0008_incoming")]

    operations = [
        migrations.AddField("imported", "finished_at", models.DateTimeField(null=True)),
        migrations.RunSQL(
            "update exchange_imported set finished_at = received_at", "update exchange_imported set finished_at = null"
        ),
    ]
